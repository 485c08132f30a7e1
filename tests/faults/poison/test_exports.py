"""An export is served as it was written or not at all."""

import random
import shutil
from pathlib import Path

import pytest

from pipeline.recommend.export_files import load_export, read_description
from schemas.errors import UserError
from schemas.exported_model import description_path
from tests.support.refusals import refusal_of
from tests.trainer.serving import catalogue
from trainer.serving.client import Client


@pytest.fixture
def export(tmp_path) -> Path:
    return Path(shutil.copytree(catalogue.export(), tmp_path / "export"))


FILES = (
    "saved_model.pb",
    "variables/variables.index",
    "variables/variables.data-00000-of-00001",
    "assets/item_vocabulary",
    "fingerprint.pb",
)


@pytest.mark.parametrize("load", [Client, load_export])
@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte_of_an_export_is_named_before_it_is_loaded(export, load, name):
    path = export / name
    whole = path.read_bytes()
    draw = random.Random(name)
    for place in [0, len(whole) - 1, *(draw.randrange(len(whole)) for _ in range(30))]:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << draw.randrange(8)
        path.write_bytes(damaged)
        with pytest.raises(UserError, match=rf"{name} is damaged: .*export the model"):
            load(str(export))
    for content in (whole[:-1], whole + b"\0", b""):
        path.write_bytes(content)
        with pytest.raises(UserError, match=rf"{name} is damaged"):
            load(str(export))
    path.unlink()
    with pytest.raises(UserError, match=rf"{name} is damaged|holds no exported model"):
        load(str(export))


@pytest.mark.parametrize("load", [Client, read_description])
def test_every_flipped_byte_of_the_description_is_found_or_changes_nothing(
    export, load
):
    path = Path(description_path(str(export)))
    whole, written = path.read_bytes(), read_description(str(export))
    for place in range(0, len(whole), 1 if load is read_description else 40):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        path.write_bytes(damaged)
        sentence = refusal_of(load, str(export))
        if sentence is None:
            found = load(str(export))
            found = found.description if isinstance(found, Client) else found
            assert (found, found.digests) == (written, written.digests)
        else:
            assert "seamstress.json cannot be read (" in sentence
