"""A vocabulary or a transform graph that does not fit its data set is named."""

import json
import random
import shutil
from pathlib import Path

import pytest
import tensorflow as tf
from google.protobuf import text_format
from tensorflow.core.protobuf import saved_model_pb2

from schemas.errors import UserError
from schemas.graph_digest import graph_digest
from tests.support.data_sets import cyclic_windows, write_data_set
from tests.support.digests import accept_files
from trainer.data.data_set import open_data_set

ITEMS = ["a", "b", "ü", "d", "e"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    return write(tmp_path_factory.mktemp("graph") / "data")


@pytest.fixture
def data(tmp_path, whole) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "data"))


def write(folder: Path, items: list[str] = ITEMS, day_buckets: int = 4) -> Path:
    windows = cyclic_windows(12, len(items), 3, 0)
    write_data_set(
        folder,
        windows[:8],
        windows[8:],
        num_items=len(items),
        max_length=3,
        day_buckets=day_buckets,
        vocabulary=items,
        with_graph=True,
    )
    return folder


def vocabulary_of(folder: Path) -> Path:
    return folder / "transform_fn" / "assets" / "item_vocabulary"


OTHERS = {
    "shorter": b"a\nb\n\xc3\xbc\nd\n",
    "longer": b"a\nb\n\xc3\xbc\nd\ne\nf\n",
    "in another order": b"b\na\n\xc3\xbc\nd\ne\n",
    "an item twice": b"a\nb\n\xc3\xbc\nd\nd\n",
    "in Latin-1": b"a\nb\n\xfc\nd\ne\n",
    "in UTF-16": "a\nb\nü\nd\ne\n".encode("utf-16"),
    "with a BOM": b"\xef\xbb\xbfa\nb\n\xc3\xbc\nd\ne\n",
    "with carriage returns": b"a\r\nb\r\n\xc3\xbc\r\nd\r\ne\r\n",
    "without its last line break": b"a\nb\n\xc3\xbc\nd\ne",
    "with an empty line": b"a\nb\n\xc3\xbc\n\nd\n",
    "empty": b"",
    "of NUL bytes": b"\0" * 14,
    "of other items": b"v\nw\nx\ny\nz\n",
}


@pytest.mark.parametrize("content", OTHERS.values(), ids=OTHERS)
def test_a_vocabulary_that_is_not_the_one_written_is_named(data, content):
    vocabulary_of(data).write_bytes(content)
    with pytest.raises(
        UserError, match=r"item_vocabulary .*; write the data set again"
    ):
        _ = open_data_set(str(data)).vocabulary
    with pytest.raises(UserError, match="item_vocabulary"):
        open_data_set(str(data)).load_transform_graph()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("shorter", "holds 4 items, the manifest 5"),
        ("longer", "holds 6 items, the manifest 5"),
        ("an item twice", "holds an item twice"),
        ("in Latin-1", "no text in UTF-8"),
        ("empty", "holds 0 items, the manifest 5"),
    ],
)
def test_a_vocabulary_that_cannot_fit_is_named_without_digests(data, name, sentence):
    vocabulary_of(data).write_bytes(OTHERS[name])
    accept_files(data)
    with pytest.raises(UserError, match=sentence):
        _ = open_data_set(str(data)).vocabulary


def test_the_graph_of_another_data_set_is_named(data, tmp_path):
    # Of as many items, so that no size tells.
    for other in (
        write(tmp_path / "items", ["v", "w", "x", "y", "z"]),
        write(tmp_path / "days", ITEMS, day_buckets=3),
    ):
        shutil.rmtree(data / "transform_fn")
        shutil.copytree(other / "transform_fn", data / "transform_fn")
        with pytest.raises(UserError, match=r"transform_fn.* of another data set"):
            open_data_set(str(data)).load_transform_graph()


@pytest.mark.parametrize("place", [0, 0.1, 0.5, 0.9, 1])
@pytest.mark.parametrize("name", ["saved_model.pb", "variables/variables.index"])
def test_a_flipped_byte_of_the_graph_is_named(data, name, place):
    path = data / "transform_fn" / name
    content = bytearray(path.read_bytes())
    content[int(place * (len(content) - 1))] ^= 0x20
    path.write_bytes(content)
    with pytest.raises(UserError, match=rf"{name} (is damaged|holds no)"):
        open_data_set(str(data)).load_transform_graph()


def test_a_graph_that_writes_a_file_is_refused_and_writes_none(data, tmp_path):
    written = tmp_path / "written"

    class Graph(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([], tf.string)])
        def transform_fn(self, text):
            tf.io.write_file(str(written), text)
            return text

    assets = shutil.copytree(data / "transform_fn" / "assets", tmp_path / "assets")
    shutil.rmtree(data / "transform_fn")
    tf.saved_model.save(Graph(), str(data / "transform_fn"))
    shutil.copytree(assets, data / "transform_fn" / "assets", dirs_exist_ok=True)
    accept_files(data)
    with pytest.raises(
        UserError,
        match=r"transform_fn cannot be loaded \(its graph does more .*WriteFile",
    ):
        open_data_set(str(data)).load_transform_graph()
    assert not written.exists()


def test_what_is_not_poisoned_is_loaded(data):
    data_set = open_data_set(str(data))
    assert [item.decode() for item in data_set.vocabulary] == ITEMS
    assert data_set.load_transform_graph().transform_fn is not None
    digests = json.loads((data / "manifest.json").read_text())["digests"]
    assert {path.split("/")[0] for path in digests} == {"train", "eval", "transform_fn"}


def graph_of(folder: Path) -> saved_model_pb2.SavedModel:
    data = (folder / "transform_fn" / "saved_model.pb").read_bytes()
    return saved_model_pb2.SavedModel.FromString(data)


@pytest.mark.parametrize("seed", range(3))
def test_the_digest_of_a_graph_is_of_what_it_means(whole, tmp_path, seed):
    # That two runs of the pipeline agree is a test of its own (test_same_bytes).
    graph, shuffled = graph_of(whole), graph_of(whole)
    draw = random.Random(seed)
    (meta_graph,) = shuffled.meta_graphs
    library = meta_graph.graph_def.library
    for nodes in (meta_graph.graph_def.node, *(of.node_def for of in library.function)):
        nodes.sort(key=lambda _: draw.random())
    library.function.sort(key=lambda _: draw.random())
    assert shuffled != graph
    assert graph_digest(shuffled) == graph_digest(graph)
    other = graph_of(write(tmp_path / "other", ITEMS, day_buckets=3))
    assert graph_digest(other) != graph_digest(graph)


# TensorFlow counts the functions of a process. Which of the worker processes of a run
# makes the graph, and how many functions it made before, is chance.
@pytest.mark.parametrize("first", [1, 92, 995, 9_990, 123_456_789])
def test_the_digest_does_not_depend_on_the_numbers_of_functions(whole, first):
    graph = graph_of(whole)
    (meta_graph,) = graph.meta_graphs
    names = [one.signature.name for one in meta_graph.graph_def.library.function]
    numbers = sorted(int(name.rsplit("_", 1)[1]) for name in names)
    text = text_format.MessageToString(graph)
    for name in names:
        start, number = name.rsplit("_", 1)
        assert f'"{name}"' in text
        renumbered = f"{start}_{int(number) - numbers[0] + first}"
        # Behind another sign, so that no name becomes one that is still to be changed.
        text = text.replace(f'"{name}"', f'"?{renumbered}"')
    other = text_format.Parse(text.replace('"?', '"'), saved_model_pb2.SavedModel())
    assert numbers[0] == first or other != graph
    assert graph_digest(other) == graph_digest(graph)


def test_a_function_called_in_place_of_another_is_another_graph(whole):
    graph, other = graph_of(whole), graph_of(whole)
    (meta_graph,) = other.meta_graphs
    calls = [node for node in meta_graph.graph_def.node if node.attr["f"].func.name]
    first, second = (node.attr["f"].func for node in calls[:2])
    assert first.name != second.name
    first.name = second.name
    assert graph_digest(other) != graph_digest(graph)
