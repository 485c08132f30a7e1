"""Surroundings that differ in everything that records must not depend on."""

from pathlib import Path

import pytest

from tests.support.surroundings import Surroundings, make_locale


@pytest.fixture(scope="session")
def surroundings(
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Surroundings | None]:
    """Each run differs from the others in all of it, to have few runs; None: this
    system cannot make its locale."""
    locales = tmp_path_factory.mktemp("locales")
    turkish = make_locale(locales, "tr_TR.UTF-8", "tr_TR", "UTF-8")
    german = make_locale(locales, "de_DE.ISO-8859-1", "de_DE", "ISO-8859-1")
    return {
        # Text is ASCII, file names too; the day begins 14 hours before that of UTC.
        "ascii": Surroundings(
            {
                "PYTHONHASHSEED": "0",
                "LC_ALL": "C",
                "PYTHONUTF8": "0",
                "PYTHONCOERCECLOCALE": "0",
                "TZ": "Pacific/Kiritimati",
                "OMP_NUM_THREADS": "1",
            },
            cores=1,
            umask=0o077,
        ),
        # Small i has a dot as a capital, numbers have a comma; the day ends late.
        "turkish": turkish
        and Surroundings(
            {
                "PYTHONHASHSEED": "4294967295",
                **turkish,
                "TZ": "America/Los_Angeles",
                "OMP_NUM_THREADS": "7",
                "TF_NUM_INTEROP_THREADS": "5",
            },
            umask=0o002,
            in_locale=True,
        ),
        # Text is Latin-1, and March is called Maerz, with an umlaut.
        "german": german
        and Surroundings(
            {
                "PYTHONHASHSEED": "12345",
                **german,
                "PYTHONUTF8": "0",
                "TZ": "Asia/Kathmandu",
            },
            in_locale=True,
        ),
    }


@pytest.fixture(params=["ascii", "turkish", "german"])
def other(
    request: pytest.FixtureRequest, surroundings: dict[str, Surroundings | None]
) -> Surroundings:
    """One of them after the other."""
    found = surroundings[request.param]
    if found is None:
        pytest.skip(f"this system cannot make the {request.param} locale")
    return found


@pytest.fixture(scope="session")
def plain() -> Surroundings:
    """What the others are compared with."""
    return Surroundings({"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC"})


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the session."""
    return tmp_path_factory.mktemp("reproducible")
