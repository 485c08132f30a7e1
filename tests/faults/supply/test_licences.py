"""Every package that a run may install is on the list, with a licence that is named."""

import importlib.metadata
import importlib.util
import re

import pytest

from tests.support.programs import ROOT

_spec = importlib.util.spec_from_file_location(
    "licences", ROOT / "requirements" / "licences.py"
)
licences = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(licences)

ROW = re.compile(r"\| (\S+) \| ([^|]+) \| ([^|]+) \|")
NO_LICENCE = {"unknown", "other", "", "none", "proprietary", "osi approved"}


def listed() -> dict[str, tuple[str, list[str]]]:
    rows = map(ROW.fullmatch, licences.PAGE.read_text().splitlines())
    found = {row[1]: (row[2], row[3].split(", ")) for row in rows if row}
    del found["package"], found["---"]
    return found


def test_the_list_holds_what_is_locked_and_nothing_else():
    locked = licences.locked_packages()
    assert len(locked) > 100
    assert {name: locks for name, (_, locks) in listed().items()} == locked


def test_every_licence_is_named():
    for package, (licence, _) in listed().items():
        assert licence.strip().lower() not in NO_LICENCE, package


def test_the_list_says_what_the_installed_packages_say():
    compared = 0
    for package, (licence, _) in listed().items():
        try:
            importlib.metadata.distribution(package)
        except importlib.metadata.PackageNotFoundError:
            continue
        assert licence == licences.name_of_licence(package), (
            "run `.venv/bin/python requirements/licences.py`"
        )
        compared += 1
    assert compared > 80


def test_copyleft_is_said_at_the_top():
    (line,) = [
        line for line in licences.PAGE.read_text().splitlines() if "copyleft" in line
    ]
    for package, (licence, _) in listed().items():
        if re.search("GPL|MPL|Mozilla", licence):
            assert package in line


def test_no_entry_of_the_list_by_hand_is_without_need():
    unused = licences.SAID_ELSEWHERE.keys() - licences.locked_packages().keys()
    assert not unused
    for package, licence in licences.SAID_ELSEWHERE.items():
        assert licences.licence_of(package) in (None, licence), package


def test_a_package_without_a_licence_is_no_row(monkeypatch):
    monkeypatch.setattr(licences, "licence_of", lambda package: None)
    with pytest.raises(ValueError, match="must name the licence of numpy"):
        licences.name_of_licence("numpy")
