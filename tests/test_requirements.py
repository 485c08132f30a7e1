"""The lock files agree with pyproject.toml, with each other, and with the imports."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from dataclasses import dataclass

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.programs import ROOT

FOLDER = ROOT / "requirements"
LOCKS = ("dev", "local", "pipeline", "trainer")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
PYTHONS = ("3.11", "3.12", "3.13")
OWN_PACKAGES = frozenset({"pipeline", "schemas", "trainer"})
# Loaded by Keras' TensorBoard callback alone.
NOT_IMPORTED = {"pipeline": frozenset(), "trainer": frozenset({"tensorboard"})}


@dataclass(frozen=True)
class Pin:
    requirement: Requirement
    digests: tuple[str, ...]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        (specifier,) = self.requirement.specifier
        assert specifier.operator == "==", self.requirement
        return specifier.version


def read_lock(name: str) -> list[Pin]:
    text = (FOLDER / f"{name}.txt").read_text().replace("\\\n", " ")
    pins = []
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        if line:
            words = re.split(r"\s--hash=", line)
            digests = tuple(word.strip() for word in words[1:])
            pins.append(Pin(Requirement(words[0].strip()), digests))
    return pins


def linux(python: str) -> dict[str, str]:
    """What markers are compared with on Linux, for a release line of Python."""
    return {
        **default_environment(),
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": "x86_64",
        "os_name": "posix",
    }


def versions(name: str, python: str) -> dict[str, str]:
    """The version of each package that a lock file gives for a Python."""
    chosen = [
        pin
        for pin in read_lock(name)
        if pin.requirement.marker is None
        or pin.requirement.marker.evaluate(linux(python))
    ]
    found = {pin.name: pin.version for pin in chosen}
    assert len(found) == len(chosen), "two versions of one package"
    return found


def read_names(part: str) -> list[Requirement]:
    lines = (FOLDER / f"{part}.in").read_text().splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]


def expected_requirements(lock: str) -> list[Requirement]:
    """What a lock file must hold, with the bounds of pyproject.toml."""
    bounded = [Requirement(text) for text in PROJECT["dependencies"]]
    if lock == "local":
        return bounded + [Requirement(text) for text in EXTRAS["gcp"]]
    if lock == "dev":
        own = [Requirement(text) for text in EXTRAS["dev"]]
        (itself,) = [of for of in own if of.name == PROJECT["name"]]
        own.remove(itself)
        chosen = [Requirement(t) for extra in itself.extras for t in EXTRAS[extra]]
        return bounded + own + chosen
    everything = bounded + [Requirement(t) for texts in EXTRAS.values() for t in texts]
    names = {canonicalize_name(of.name) for of in read_names(lock)}
    return [of for of in everything if canonicalize_name(of.name) in names]


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_says_releases_with_digests_and_nothing_of_this_machine(lock):
    text = (FOLDER / f"{lock}.txt").read_text()
    for pin in read_lock(lock):
        assert pin.version
        assert pin.requirement.url is None
        assert pin.digests
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", of) for of in pin.digests)
    assert "://" not in text
    assert not re.search(r"^\s*-(?!-hash)", text, re.MULTILINE), "an option of pip"


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_pins_are_within_the_bounds_and_none_is_missing(lock, python):
    pinned = versions(lock, python)
    required = expected_requirements(lock)
    assert required
    for requirement in required:
        version = pinned[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version, prereleases=True), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_holds_what_its_packages_need_in_turn(lock):
    # Of the packages that are installed here, by their own word; CUDA is not.
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    pinned, environment = versions(lock, python), linux(python)
    is_part = lock in ("pipeline", "trainer")
    queue = read_names(lock) if is_part else expected_requirements(lock)
    done = set()
    while queue:
        requirement = queue.pop()
        name = canonicalize_name(requirement.name)
        assert name in pinned, requirement
        for extra in ("", *requirement.extras):
            if (name, extra) in done:
                continue
            done.add((name, extra))
            try:
                distribution = importlib.metadata.distribution(name)
            except importlib.metadata.PackageNotFoundError:
                continue
            if distribution.version != pinned[name]:
                continue
            for text in distribution.requires or ():
                needed = Requirement(text)
                if needed.marker is None or needed.marker.evaluate(
                    {**environment, "extra": extra}
                ):
                    version = pinned.get(canonicalize_name(needed.name))
                    assert version is not None, f"{name} needs {needed}"
                    assert needed.specifier.contains(version, prereleases=True), name
                    queue.append(needed)
    assert len(done) > 30


@pytest.mark.parametrize("python", PYTHONS)
def test_locks_agree_with_one_another(python):
    every = versions("dev", python)
    for lock in LOCKS[1:]:
        for name, version in versions(lock, python).items():
            # CUDA is in the trainer's alone.
            if name.startswith("nvidia-"):
                assert lock == "trainer"
            else:
                assert every[name] == version, (lock, name)


def test_every_extra_is_locked_or_said_not_to_be():
    locked = {"dev", "gcp", "s3", "gpu"}
    assert set(EXTRAS) - locked == {"jax"}
    assert "The extra `jax` is in no lock file." in (FOLDER / "README.md").read_text()
    cuda = [name for name in versions("trainer", "3.11") if name.startswith("nvidia-")]
    assert "nvidia-cudnn-cu12" in cuda


@pytest.mark.parametrize("part", ["pipeline", "trainer"])
def test_names_of_a_part_are_those_that_it_imports(part):
    names = {canonicalize_name(of.name) for of in read_names(part)}
    distributions = importlib.metadata.packages_distributions()
    missing = [
        module
        for module in sorted(imported_modules(part) | imported_modules("schemas"))
        if not names & {canonicalize_name(of) for of in distributions[module]}
    ]
    assert not missing, f"add them to requirements/{part}.in and run lock.sh"
    unused = {
        name
        for name in names - NOT_IMPORTED[part]
        if not any(
            name in map(canonicalize_name, distributions[module])
            for module in imported_modules(part)
        )
    }
    assert not unused
    of_project = {
        canonicalize_name(Requirement(t).name) for t in PROJECT["dependencies"]
    }
    assert names <= of_project


def imported_modules(package: str) -> set[str]:
    """The third-party packages, by top-level name, that a package imports."""
    found = set()
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(str(node.module).partition(".")[0])
    # The JAX backend and S3 are extras of their own.
    extras = {"jax", "boto3", "botocore"}
    return found - sys.stdlib_module_names - OWN_PACKAGES - extras


def test_parts_hold_nothing_of_each_other():
    pipeline, trainer = versions("pipeline", "3.11"), versions("trainer", "3.11")
    for name in ("apache-beam", "tensorflow-transform", "tfx-bsl", "fastavro"):
        assert name in pipeline
        assert name not in trainer
    assert not {"keras-tuner", "scikit-learn"} & set(pipeline)
    assert not [name for name in pipeline if name.startswith("nvidia-")]
