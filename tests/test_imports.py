"""Who may import whom, and what starts without Beam and TensorFlow."""

import ast
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.programs import ROOT, run_python

PACKAGES = ("pipeline", "trainer", "schemas")
LARGEST_FILE_LINES = 300

BEAM_SIDE = frozenset(
    {"pipeline", "apache_beam", "tensorflow_transform", "tfx_bsl", "tf_keras"}
)
HEAVY = frozenset({"apache_beam", "tensorflow", "tensorflow_transform", "keras", "jax"})
# The algorithms of the pipeline, files or folders.
ALGORITHMS = (
    "parse",
    "arrays",
    "windowing",
    "accounting",
    "preprocessing.py",
    "recommend/requests.py",
    "recommend/request_batches.py",
    "recommend/request_shards.py",
)


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def algorithm_files() -> list[Path]:
    found = []
    for pattern in ALGORITHMS:
        paths = list((ROOT / "pipeline").glob(pattern))
        assert paths, f"pipeline/{pattern} is gone; mend ALGORITHMS"
        for path in paths:
            found += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return found


def imported_packages(path: Path) -> set[str]:
    """The top-level packages that a file imports, anywhere in it."""
    packages = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            packages |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} has a relative import"
            packages.add(str(node.module).partition(".")[0])
    return packages


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def loaded_by(code: str) -> set[str]:
    """The top-level packages in `sys.modules` after `code` ran by itself."""
    done = run_python(
        "-c", f"{code}\nimport sys\nprint('loaded', *sys.modules, file=sys.stderr)"
    )
    assert done.returncode == 0, done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("loaded ")
    return {name.partition(".")[0] for name in last.split()[1:]}


def loaded_by_modules(modules: list[str]) -> set[str]:
    return loaded_by("\n".join(f"import {name}" for name in modules))


def test_schemas_import_the_standard_library_alone():
    for path in python_files("schemas"):
        foreign = imported_packages(path) - sys.stdlib_module_names - {"schemas"}
        assert not foreign, path


def test_trainer_imports_nothing_of_the_pipelines_side():
    for path in python_files("trainer"):
        assert not imported_packages(path) & BEAM_SIDE, path


def test_pipeline_does_not_import_trainer():
    for path in python_files("pipeline"):
        assert "trainer" not in imported_packages(path), path


def imported_parts(path: Path, package: str) -> set[str]:
    """The folders and files of a package that a file of it imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            first, *parts = node.module.split(".")
            if first == package:
                found |= {parts[0]} if parts else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
            found |= {name[1] for name in names if name[0] == package and name[1:]}
    return found


def layers_in_the_docs(package: str) -> list[list[str]]:
    """The lines of docs/architecture.md that say who may import whom."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    block = text.partition("## Layers")[2].split("```")[1]
    lines = iter(block.splitlines())
    assert package in lines, f"docs/architecture.md has no layers of {package}"
    return [line.split() for line in itertools.takewhile(_is_indented, lines)]


def _is_indented(line: str) -> bool:
    return line.startswith(" ")


@pytest.mark.parametrize("package", ["pipeline", "trainer"])
def test_folders_and_files_of_a_package_import_from_the_layers_above(package):
    layers = layers_in_the_docs(package)
    height = {part: place for place, layer in enumerate(layers) for part in layer}
    parts = set()
    for path in python_files(package):
        part = path.relative_to(ROOT / package).with_suffix("").parts[0]
        if part == "__init__":
            continue
        parts.add(part)
        for other in imported_parts(path, package) - {part}:
            assert height[other] < height[part], f"{path} imports {package}.{other}"
    assert sorted(parts) == sorted(part for layer in layers for part in layer)


def test_algorithms_do_not_import_beam():
    for path in algorithm_files():
        assert "apache_beam" not in imported_packages(path), path


def test_schemas_load_the_standard_library_alone():
    # What an empty interpreter loads is no business of ours: editable installs add
    # finders of their own.
    before = loaded_by("")
    after = loaded_by_modules([module_name(path) for path in python_files("schemas")])
    assert not after - before - sys.stdlib_module_names - {"schemas"}


def test_trainer_loads_nothing_of_the_pipelines_side():
    modules = [
        module_name(path)
        for path in python_files("trainer")
        if path.name != "__main__.py"
    ]
    loaded = loaded_by_modules(modules)
    assert "trainer" in loaded
    assert not loaded & BEAM_SIDE


def test_algorithms_load_no_beam():
    modules = [
        module_name(path)
        for path in algorithm_files()
        # tf.Transform itself loads Beam.
        if path.name != "preprocessing.py"
    ]
    loaded = loaded_by_modules(modules)
    assert "numpy" in loaded
    assert "apache_beam" not in loaded
    assert "tensorflow" not in loaded


@pytest.mark.parametrize(
    "arguments",
    [
        ["pipeline", "--help"],
        ["pipeline.sample", "--help"],
        ["pipeline.recommend", "--help"],
        ["trainer", "--help"],
        ["trainer", "train", "--help"],
        ["trainer", "evaluate", "--help"],
        ["trainer", "predict", "--help"],
        ["trainer", "compare", "--help"],
        ["trainer", "tune", "--help"],
        ["trainer", "report", "--help"],
        ["trainer", "inspect", "--help"],
        ["pipeline", "inspect", "--help"],
        ["pipeline", "--print_completion", "bash"],
        ["pipeline.recommend", "--print_completion", "zsh"],
        ["trainer", "--print_completion", "bash"],
    ],
    ids=" ".join,
)
def test_help_loads_neither_beam_nor_tensorflow(arguments):
    loaded = loaded_by(
        "import runpy, sys\n"
        f"sys.argv = {arguments!r}\n"
        "try:\n"
        f"    runpy.run_module({arguments[0]!r}, run_name='__main__')\n"
        "except SystemExit as stop:\n"
        "    assert not stop.code, stop.code\n"
    )
    assert not loaded & HEAVY


@pytest.mark.parametrize("package", PACKAGES)
def test_package_is_marked_as_typed(package):
    assert (ROOT / package / "py.typed").exists()


def test_no_file_is_too_long():
    paths = [*python_files(*PACKAGES, "tests", ".ci", "benchmarks"), ROOT / "setup.py"]
    too_long = {
        str(path.relative_to(ROOT)): lines
        for path in paths
        if (lines := len(path.read_text().splitlines())) > LARGEST_FILE_LINES
    }
    assert not too_long
