"""Of a run nothing is loaded but what was written, and no code at all."""

import io
import json
import random
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from schemas.errors import UserError
from tests.support.models import CONFIGS, small_inputs, small_model
from tests.support.refusals import refusal_of
from trainer.options import TrainOptions
from trainer.runs import load_run, read_metrics

CONFIG = CONFIGS["gru"]


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "run"
    folder.mkdir()
    small_model(CONFIG).save(folder / "model.keras")
    options = TrainOptions(data="D", output=str(folder))
    (folder / "config.json").write_text(json.dumps(options.to_json()))
    (folder / "metrics.json").write_text(json.dumps({"best_epoch": 1}))
    return folder


@pytest.fixture
def run(tmp_path, whole_run) -> Path:
    return Path(shutil.copytree(whole_run, tmp_path / "run"))


def scores_of(model: Any) -> np.ndarray:
    return np.asarray(model(small_inputs(CONFIG, 5)))


def refusal(run: Path) -> str:
    """Returns the sentence with which a run is refused."""
    with pytest.raises(UserError) as error:
        load_run(str(run))
    assert f"{run} is damaged or of another version (" in str(error.value)
    assert "\n" not in str(error.value)
    return str(error.value)


def edit_model(path: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    """Edits what a Keras file says of its classes."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(parts["config.json"])
    edit(config)
    parts["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_flipped_bytes_of_model_keras_are_found_or_change_no_score(
    run, whole_run, seed
):
    draw = random.Random(seed)
    path = run / "model.keras"
    content = bytearray(path.read_bytes())
    # Where the parts of a zip begin and end there is most to break.
    ends = [i for i in range(len(content)) if content[i : i + 2] == b"PK"]
    for _ in range(1 + seed % 3):
        near = draw.choice(ends) + draw.randrange(60)
        place = near if seed % 2 else draw.randrange(len(content))
        content[min(place, len(content) - 1)] ^= draw.randrange(1, 256)
    path.write_bytes(content)
    sentence = refusal_of(load_run, str(run))
    if sentence is None:
        (model, _), (whole, _) = load_run(str(run)), load_run(str(whole_run))
        np.testing.assert_array_equal(scores_of(model), scores_of(whole))
    else:
        assert "is damaged or of another version (" in sentence
        assert "\n" not in sentence


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_a_model_that_was_cut_short_is_refused(run, share):
    path = run / "model.keras"
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    assert "is damaged or of another version" in refusal(run)


@pytest.mark.filterwarnings("ignore:.*includes a `lambda`:UserWarning")
def test_a_lambda_is_refused_and_not_run(run, tmp_path):
    written = tmp_path / "written"
    model = keras.Sequential(
        [
            keras.Input([2]),
            keras.layers.Lambda(lambda x, path=str(written): (touch(path), x)[1]),
        ]
    )
    written.unlink(missing_ok=True)
    model.save(run / "model.keras")
    assert "holds no model of Seamstress" in refusal(run)
    assert not written.exists()


@pytest.mark.filterwarnings("ignore:.*includes a `lambda`:UserWarning")
def test_a_lambda_inside_a_model_of_ours_is_refused_and_not_run(run, tmp_path):
    written = tmp_path / "written"
    code = keras.saving.serialize_keras_object(
        lambda x, path=str(written): (touch(path), x)[1]
    )
    assert code["class_name"] == "__lambda__"
    for name in ("dtype", "name", "kept"):
        shutil.copy(run / "model.keras", tmp_path / "kept.keras")
        edit_model(
            run / "model.keras",
            lambda config, name=name: config["config"].update({name: code}),
        )
        assert "it names the class '__lambda__'" in refusal(run)
        assert not written.exists()
        shutil.copy(tmp_path / "kept.keras", run / "model.keras")


@pytest.fixture
def evil(tmp_path, monkeypatch) -> Path:
    """A module on the path that leaves a file where it is imported or called."""
    folder = tmp_path / "path"
    folder.mkdir()
    written = tmp_path / "written"
    (folder / "evil_module.py").write_text(
        f"open({str(written)!r}, 'w').close()\n"
        "class Evil:\n"
        "    @classmethod\n"
        "    def from_config(cls, config):\n"
        "        return cls()\n"
    )
    monkeypatch.syspath_prepend(str(folder))
    return written


def touch(path: str) -> None:
    Path(path).touch()


def naming(module: str, name: str, registered: str | None = None) -> dict[str, Any]:
    return {
        "module": module,
        "class_name": name,
        "config": {"command": "touch written"},
        "registered_name": registered,
    }


ARBITRARY = {
    "a module on the path": ("evil_module", "Evil"),
    "a function of the system": ("os", "system"),
    "a process": ("subprocess", "Popen"),
    "a builtin": ("builtins", "eval"),
    "unpickling": ("pickle", "loads"),
    "a function of Keras that loads": ("keras.models", "load_model"),
    "a download of Keras": ("keras.utils", "get_file"),
    "a layer of Keras": ("keras.layers", "Dense"),
    "the switch of safe mode": ("keras.config", "enable_unsafe_deserialization"),
}


@pytest.mark.parametrize(("module", "name"), ARBITRARY.values(), ids=ARBITRARY)
def test_an_arbitrary_class_is_refused_and_its_module_not_imported(
    run, evil, module, name
):
    edit_model(
        run / "model.keras",
        lambda config: (config.clear(), config.update(naming(module, name))),
    )
    assert "holds no model of Seamstress" in refusal(run)
    assert not evil.exists()
    assert "evil_module" not in sys.modules


@pytest.mark.parametrize(("module", "name"), ARBITRARY.values(), ids=ARBITRARY)
def test_an_arbitrary_class_inside_a_model_of_ours_is_refused(run, evil, module, name):
    for place in ("dtype", "config", "activation"):
        shutil.copy(run / "model.keras", run / "kept")
        edit_model(
            run / "model.keras",
            lambda config, place=place: config["config"].update(
                {place: naming(module, name)}
            ),
        )
        assert f"it names the class {name!r} of {module!r}" in refusal(run)
        shutil.copy(run / "kept", run / "model.keras")
    assert not evil.exists()
    assert "evil_module" not in sys.modules


def test_a_layer_of_ours_is_no_model(run):
    layer = keras.saving.serialize_keras_object(small_model(CONFIG).item_embedding)
    edit_model(
        run / "model.keras", lambda config: (config.clear(), config.update(layer))
    )
    assert "holds no model of Seamstress" in refusal(run)


def test_weights_of_another_model_are_refused(run):
    other = io.BytesIO()
    shutil.copy(run / "model.keras", run / "mine.keras")
    small_model(CONFIGS["gru-tied"]).save(run / "other.keras")
    with zipfile.ZipFile(run / "other.keras") as archive:
        other.write(archive.read("model.weights.h5"))
    with zipfile.ZipFile(run / "mine.keras") as archive:
        config = archive.read("config.json")
    with zipfile.ZipFile(run / "model.keras", "w") as archive:
        archive.writestr("config.json", config)
        archive.writestr("metadata.json", "{}")
        archive.writestr("model.weights.h5", other.getvalue())
    assert "is damaged or of another version" in refusal(run)


def test_safe_mode_stays_on_and_nobody_turns_it_off():
    root = Path(__file__).parents[3]
    sources = [
        path
        for part in ("trainer", "pipeline", "schemas")
        for path in (root / part).rglob("*.py")
    ]
    texts = {path: path.read_text() for path in sources}
    assert not [path for path, text in texts.items() if "safe_mode=False" in text]
    assert not [p for p, text in texts.items() if "unsafe_deserialization" in text]
    loaders = [
        path.name for path, text in texts.items() if "models.load_model(" in text
    ]
    assert loaders == ["model_file.py"]


NO_OBJECTS = [b"", b"{", b"[]", b"null", b"\xff\xfe", b"7", b"[" * 100_000]


@pytest.mark.parametrize("content", NO_OBJECTS, ids=lambda content: repr(content[:9]))
def test_config_and_metrics_that_are_no_objects_are_refused(run, content):
    (run / "metrics.json").write_bytes(content)
    with pytest.raises(UserError, match="is damaged or of another version"):
        read_metrics(str(run))
    (run / "config.json").write_bytes(content)
    refusal(run)


@pytest.mark.parametrize("seed", range(20))
def test_a_flipped_byte_of_config_is_refused_or_another_setting(run, seed):
    draw = random.Random(seed)
    content = bytearray((run / "config.json").read_bytes())
    content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    (run / "config.json").write_bytes(content)
    sentence = refusal_of(load_run, str(run))
    assert sentence is None or "is damaged or of another version (" in sentence
