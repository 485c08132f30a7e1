"""The Dockerfiles, as far as they can be checked without a Docker engine."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.programs import ROOT

FOLDER = ROOT / "containers"
DOCKERFILES = ("pipeline.Dockerfile", "trainer.Dockerfile")


@dataclass(frozen=True)
class Instruction:
    name: str
    text: str


def instructions(dockerfile: str) -> list[Instruction]:
    lines = (FOLDER / dockerfile).read_text().splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    logical = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [Instruction(*line.split(maxsplit=1)) for line in logical]


def of_name(dockerfile: str, name: str) -> list[str]:
    return [of.text for of in instructions(dockerfile) if of.name == name]


def environment(dockerfile: str) -> dict[str, str]:
    words = " ".join(of_name(dockerfile, "ENV")).split()
    return dict(word.split("=", 1) for word in words)


def copied(dockerfile: str) -> dict[str, str]:
    """What is copied from this project: source to destination."""
    pairs = [text.split() for text in of_name(dockerfile, "COPY")]
    return dict(pair for pair in pairs if not pair[0].startswith("--"))


def pinned(lock: str, name: str) -> str:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    (version,) = re.findall(rf"^{name}(?:\[.*\])?==(\S+)", text, re.MULTILINE)
    return version


@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_hadolint_finds_nothing(dockerfile):
    beside = Path(sys.executable).parent
    hadolint = shutil.which("hadolint", path=f"{beside}:{os.environ['PATH']}")
    if hadolint is None:
        pytest.skip("hadolint is not installed; it is in the extra `dev`")
    done = subprocess.run(
        [hadolint, "--no-color", str(FOLDER / dockerfile)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_workers_have_the_locked_beam():
    bases = of_name("pipeline.Dockerfile", "FROM")
    version = pinned("pipeline", "apache-beam")
    assert bases[-1] == f"apache/beam_python3.11_sdk:{version}"


@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_bases_are_of_one_supported_python_and_pinned_by_tag(dockerfile):
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "classifiers"
    ]
    assert "Programming Language :: Python :: 3.11" in classifiers
    for base in of_name(dockerfile, "FROM"):
        image, tag = base.split(" AS ")[0].rsplit(":", 1)
        assert tag != "latest"
        assert re.search(r"3\.?11", f"{image} {tag}")


@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_dependencies_are_those_of_the_lock_file(dockerfile):
    lock = f"requirements/{dockerfile.removesuffix('.Dockerfile')}.txt"
    destination = copied(dockerfile)[lock]
    (install,) = [text for text in of_name(dockerfile, "RUN") if "pip check" in text]
    assert "--require-hashes" in install
    assert destination in install
    runs = " ".join(of_name(dockerfile, "RUN"))
    assert runs.count("pip install") == 1
    assert "apt-get" not in runs


def test_uv_is_the_one_that_made_the_lock_files():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    (uv,) = [Requirement(of) for of in extras["dev"] if of.startswith("uv")]
    assert f"uv{uv.specifier} " in " ".join(of_name("pipeline.Dockerfile", "RUN"))


@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_what_is_copied_exists_and_reaches_the_engine(dockerfile):
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    patterns = [line for line in lines if not line.startswith("#")]
    assert patterns[0] == "*"
    let_through = [line[1:] for line in patterns if line.startswith("!")]
    sources = copied(dockerfile)
    assert len(sources) >= 3
    for source in sources:
        assert (ROOT / source).exists()
        assert any(Path(source).match(pattern) for pattern in let_through)


def test_nothing_else_reaches_the_engine():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_through = [line[1:] for line in lines if line.startswith("!")]
    sources = [source for of in DOCKERFILES for source in copied(of)]
    for pattern in let_through:
        assert any(Path(source).match(pattern) for source in sources)


def test_workers_and_launcher_install_nothing():
    variables = environment("pipeline.Dockerfile")
    assert variables["RUN_PYTHON_SDK_IN_DEFAULT_ENVIRONMENT"] == "1"
    assert variables["PIP_NO_DEPS"] == "True"
    assert not {
        "FLEX_TEMPLATE_PYTHON_REQUIREMENTS_FILE",
        "FLEX_TEMPLATE_PYTHON_SETUP_FILE",
        "FLEX_TEMPLATE_PYTHON_EXTRA_PACKAGES",
    } & set(variables)


def test_one_image_is_for_workers_and_launcher():
    assert of_name("pipeline.Dockerfile", "ENTRYPOINT") == ['["/opt/apache/beam/boot"]']
    launchers = [
        text
        for text in of_name("pipeline.Dockerfile", "COPY")
        if text.startswith("--from=launcher ")
    ]
    path = "/opt/google/dataflow/python_template_launcher"
    assert launchers == [f"--from=launcher {path} {path}"]
    program = environment("pipeline.Dockerfile")["FLEX_TEMPLATE_PYTHON_PY_FILE"]
    (folder,) = of_name("pipeline.Dockerfile", "WORKDIR")
    destination = copied("pipeline.Dockerfile")["containers/flex_template/launch.py"]
    assert program == f"{folder}/{destination}"


def test_trainer_runs_as_an_ordinary_user():
    assert of_name("trainer.Dockerfile", "USER") == ["1000"]
    (entry,) = of_name("trainer.Dockerfile", "ENTRYPOINT")
    assert json.loads(entry) == ["python", "-m", "trainer"]


# Imports every module there is, and says where those of this project come from.
IMPORT_ALL = """
import importlib, pkgutil, sys
for name in {packages}:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, name + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
for name, module in sys.modules.items():
    if name.partition(".")[0] in ("pipeline", "schemas", "trainer"):
        print(module.__file__)
"""


@pytest.mark.slow
@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_what_is_copied_is_all_that_it_needs(dockerfile, tmp_path):
    packages = []
    for source, destination in copied(dockerfile).items():
        if destination.startswith("/"):
            continue
        if (ROOT / source).is_dir():
            packages.append(destination)
            shutil.copytree(ROOT / source, tmp_path / destination)
        else:
            shutil.copy(ROOT / source, tmp_path / destination)
    code = IMPORT_ALL.format(packages=packages)
    loaded = run_in(tmp_path, "-c", code).stdout.split()
    assert len(loaded) > 50
    assert all(path.startswith(f"{tmp_path}/") for path in loaded)
    if "pipeline" in packages:
        commands = [["launch.py"], ["-m", "pipeline"], ["-m", "pipeline.recommend"]]
    else:
        (entry,) = of_name(dockerfile, "ENTRYPOINT")
        commands = [json.loads(entry)[1:]]
    for command in commands:
        assert "usage: python -m " in run_in(tmp_path, *command, "--help").stdout


def run_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    environment.pop("TF_USE_LEGACY_KERAS", None)
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done
