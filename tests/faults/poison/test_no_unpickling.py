"""No source unpickles, evaluates text, or loads what could hold code."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.programs import ROOT
from trainer import run_files

PACKAGES = ("pipeline", "schemas", "trainer")
FORBIDDEN_MODULES = {
    "_pickle",
    "cloudpickle",
    "code",
    "copyreg",
    "dill",
    "joblib",
    "jsonpickle",
    "marshal",
    "pickle",
    "runpy",
    "shelve",
    "torch",
    "yaml",
}
FORBIDDEN_CALLS = {"__import__", "compile", "eval", "exec"}
FORBIDDEN_ATTRIBUTES = {
    "enable_unsafe_deserialization",
    "func_load",
    "load_op_library",
    "read_pickle",
    "to_pickle",
}
FORBIDDEN_ARGUMENTS = {"allow_pickle": True, "safe_mode": False}

# What is found and allowed, each with its reason.
ALLOWED: dict[tuple[str, str], str] = {}


def found_in(tree: ast.AST) -> Iterator[str]:
    """Yields what a source does that it should not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [str(node.module)]
        else:
            names = []
        for name in names:
            if name.split(".")[0] in FORBIDDEN_MODULES:
                yield f"import {name}"
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_ATTRIBUTES:
            yield node.attr
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS:
            yield f"{node.func.id}()"
        for keyword in node.keywords:
            if (
                keyword.arg in FORBIDDEN_ARGUMENTS
                and isinstance(keyword.value, ast.Constant)
                and keyword.value.value is FORBIDDEN_ARGUMENTS[keyword.arg]
            ):
                yield f"{keyword.arg}={keyword.value.value}"


def test_the_search_finds_what_it_looks_for():
    source = (
        "import pickle, yaml.loader\nfrom joblib import load\neval('1')\n"
        "np.load(path, allow_pickle=True)\npd.read_pickle(path)\n"
        "keras.models.load_model(path, safe_mode=False)\n"
    )
    assert list(found_in(ast.parse(source))) != []
    assert set(found_in(ast.parse(source))) == {
        "import pickle",
        "import yaml.loader",
        "import joblib",
        "eval()",
        "allow_pickle=True",
        "read_pickle",
        "safe_mode=False",
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_is_unpickled_and_no_text_is_run(package):
    paths = sorted((ROOT / package).rglob("*.py"))
    assert paths
    found = {
        (str(path.relative_to(ROOT)), what)
        for path in paths
        for what in found_in(ast.parse(path.read_text()))
    }
    assert found - ALLOWED.keys() == set()


def test_every_exception_is_still_needed():
    for path, what in ALLOWED:
        assert what in found_in(ast.parse((ROOT / path).read_text()))


def test_weights_and_models_are_kept_in_formats_that_hold_no_code():
    assert run_files.best_weights(1).endswith(".weights.h5")
    assert Path(run_files.MODEL).suffix == ".keras"


@pytest.mark.slow
def test_a_run_holds_no_file_that_is_unpickled(sample_run, sample_data_set):
    allowed = {
        ".csv",
        ".gz",
        ".h5",
        ".html",
        ".index",
        ".json",
        ".keras",
        ".pb",
        ".pbtxt",
        "asset_map",
        "item_counts.txt",
        "item_vocabulary",
        "variables.data-00000-of-00001",
    }
    for folder in (sample_run, sample_data_set):
        for path in folder.rglob("*"):
            if path.is_file() and not path.name.startswith("events.out.tfevents."):
                assert path.suffix in allowed or path.name in allowed, path
