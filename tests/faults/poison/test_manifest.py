"""A manifest that is not as the pipeline wrote it is refused in one sentence."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UserError
from schemas.manifest import CONTRACT_VERSION, Manifest
from tests.support.data_sets import write_split_data_set
from tests.support.digests import edit_manifest
from tests.support.refusals import refusal_of
from trainer.data.data_set import open_data_set

SHARD = "windows-00000-of-00002.tfrecord.gz"


@pytest.fixture(scope="module")
def text(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("manifest") / "data"
    write_split_data_set(folder, num_items=7)
    return (folder / "manifest.json").read_text()


@pytest.fixture
def data(tmp_path) -> Path:
    write_split_data_set(tmp_path / "data", num_items=7)
    return tmp_path / "data"


def sentence_of(text: str) -> str | None:
    """Returns with what a manifest is refused, None where it is not."""
    sentence = refusal_of(Manifest.from_json, text, "data/manifest.json")
    if sentence is not None:
        assert sentence.startswith("data/manifest.json ")
        assert "\n" not in sentence
        assert len(sentence) < 500
    return sentence


def test_every_flipped_bit_is_found_or_changes_nothing(text):
    whole, written = text.encode(), Manifest.from_json(text, "")
    draw = random.Random(5)
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << draw.randrange(8)
        shown = damaged.decode("utf-8", errors="replace")
        if sentence_of(shown) is None:
            assert Manifest.from_json(shown, "") == written
            assert chr(whole[place]).isspace() or shown[place].isspace()


def test_a_manifest_cut_anywhere_is_refused(text):
    for length in range(len(text.rstrip())):
        assert "is not a Seamstress manifest" in sentence_of(text[:length])


@given(
    st.text(max_size=200)
    | st.from_regex(r'[\[{]*"contract_version": \d', fullmatch=True)
)
def test_text_that_is_no_manifest_is_one_sentence(text):
    assert sentence_of(text) is not None


def test_a_manifest_nested_beyond_reason_is_one_sentence():
    assert "is not a Seamstress manifest" in sentence_of("[" * 100_000)


@pytest.mark.parametrize("version", [1, 3, CONTRACT_VERSION + 1, "4", None, [3], 1e400])
def test_a_manifest_of_another_version_is_named(text, version):
    value = {**json.loads(text), "contract_version": version}
    assert "has contract version" in sentence_of(json.dumps(value))


@pytest.mark.parametrize(
    ("names", "value"),
    [
        (("records", "train", SHARD), 16),
        (("records", "eval", SHARD), 0),
        (("num_items",), 8),
        (("num_items",), 6),
        (("nb_days_buckets",), 9),
        (("gap_days_buckets",), 3),
        (("window", "max_length"), 4),
        (("reference_day",), 17_001),
        (("last_day",), 17_099),
        (("cut_days",), [16_900, 16_950]),
        (("latest_date",), "2019-01-01"),
        (("rows", "read"), 31),
        (("versions",), {"tensorflow": "9"}),
        (("digests", f"train/{SHARD}"), "0" * 64),
        (("digest",), "0" * 64),
        (("more",), 1),
    ],
    ids=str,
)
def test_edited_counts_sizes_and_days_are_found(data, names, value):
    path = data / "manifest.json"
    content = json.loads(path.read_text())
    part = content
    for name in names[:-1]:
        part = part[name]
    part[names[-1]] = value
    path.write_text(json.dumps(content))
    with pytest.raises(UserError, match=r"manifest\.json was changed after it was"):
        open_data_set(str(data))


WRONG_NUMBERS = ["5", None, True, 5.0, -(2**70), 2**70, [5], {}, float("nan"), 1e400]


@pytest.mark.parametrize("value", WRONG_NUMBERS, ids=repr)
@pytest.mark.parametrize(
    "name",
    [
        "num_items",
        "nb_days_buckets",
        "gap_days_buckets",
        "reference_day",
        "last_day",
        "window.max_length",
        "rows.read",
        f"records.train.{SHARD}",
        "statistics.users",
    ],
)
def test_numbers_that_are_none_are_named_though_the_digest_fits(data, name, value):
    # As in a manifest that another program has written.
    first, *others = name.split(".", 2)

    def edit(content):
        part = content
        for key in (first, *others)[:-1]:
            part = part[key]
        part[(first, *others)[-1]] = value

    edit_manifest(data, edit)
    with pytest.raises(UserError, match=r"manifest\.json is damaged \(") as error:
        open_data_set(str(data))
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 500


@pytest.mark.parametrize(
    "name",
    [
        "../train/windows-00000-of-00002.tfrecord.gz",
        "../../../etc/passwd",
        "/etc/passwd",
        "windows-00000-of-00002.tfrecord.gz/../../x.tfrecord.gz",
        "windows-00000-of-00003.tfrecord.gz",
        "windows-00002-of-00002.tfrecord.gz",
        "windows-0-of-2.tfrecord.gz",
        "",
        "\0",
    ],
)
def test_shard_names_that_are_no_names_of_shards_are_refused(data, name):
    def edit(content):
        shards = content["records"]["train"]
        shards[name] = shards.pop(SHARD)
        content["digests"][f"train/{name}"] = "0" * 64

    edit_manifest(data, edit)
    with pytest.raises(UserError, match=r"`records\.train` must name all of its 2"):
        open_data_set(str(data))


@pytest.mark.parametrize("split", ["../train", "/etc", "", "validation", ".."])
def test_splits_that_are_none_are_refused(data, split):
    edit_manifest(data, lambda content: content["records"].update({split: {}}))
    with pytest.raises(UserError, match="`records` must be of the splits"):
        open_data_set(str(data))


def test_a_shard_left_out_of_the_manifest_and_the_folder_is_found(data):
    def edit(content):
        del content["records"]["train"][SHARD]

    edit_manifest(data, edit)
    (data / "train" / SHARD).unlink()
    with pytest.raises(UserError, match="must name all of its 1 shards"):
        open_data_set(str(data))


@pytest.mark.parametrize(
    "digests", [{}, None, [], {"train/x": "0" * 64}, {f"train/{SHARD}": "0"}]
)
def test_a_manifest_without_the_digests_of_its_shards_is_refused(data, digests):
    edit_manifest(data, lambda content: content.update(digests=digests))
    with pytest.raises(UserError, match="`digests` must"):
        open_data_set(str(data))
