"""The export, killed at twenty moments, and a training that is killed in its export."""

import json
import signal

import pytest

from schemas.exported_model import description_path
from tests.faults.kill.export import PROG
from tests.faults.kill.programs import Program
from tests.faults.kill.scenes import SENT, Scene, check
from tests.support.programs import run_module
from tests.support.small_reviews import entries
from tests.support.training import write_cyclic_data
from trainer.serving.client import Client
from trainer.serving.requests import Event, Request

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

SMALL = ("--config=notebook", "--units=16", "--item_embedding=8", "--epochs=1")


def train(data, output, *flags):
    done = run_module(
        "trainer", "train", f"--data={data}", f"--output={output}", *SMALL, *flags
    )
    assert done.returncode == 0, done.stderr


def same(export):
    """The files that are the same in every run, and the answers of the whole."""
    files = entries(export)
    # The names of functions in them are counted through a process.
    for name in ("saved_model.pb", "fingerprint.pb"):
        files.pop(name)
    # And so are their digests; the client below compares all of them with the files.
    description = json.loads(files.pop(description_path("").removeprefix("/")))
    del description["digests"], description["digest"]
    request = Request((Event("2016-04-20", "3"), Event("2016-05-01", "4")))
    ((_, answer),) = Client(str(export)).recommend([request], top_k=5)
    return files | {"description": description, "answer": repr(answer)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A data set, a run on it, and another run."""
    folder = tmp_path_factory.mktemp("exports")
    write_cyclic_data(folder / "around" / "data")
    train(folder / "around" / "data", folder / "around" / "run")
    train(folder / "around" / "data", folder / "other", "--seed=1")
    return folder


@pytest.fixture(scope="module")
def scene(folder):
    around = folder / "around"

    def program(output, temporary):
        # The lock is on this folder from the first moment on.
        begun = output.with_name(f"{output.name}.partial")
        arguments = (str(around / "run"), str(around / "data"), str(output))
        return Program(("tests.faults.kill.export", *arguments), begun, temporary)

    return Scene(
        make=lambda temporary: program(folder / "export", temporary),
        output=folder / "export",
        marker="saved_model.pb",
        around=around,
        earlier=folder / "other" / "model",
        undisturbed=folder / "undisturbed",
        seconds=program(folder / "undisturbed", folder / "temporary").seconds(),
        same=same,
        sentence=f"{PROG}: stopped by SIGTERM; run it again",
    )


@pytest.mark.parametrize("over_earlier", [False, True], ids=["empty", "earlier"])
@pytest.mark.parametrize("sent", SENT, ids=["kill", "term"])
def test_no_kill_leaves_what_looks_complete_or_loses_what_was(
    scene, sent, over_earlier
):
    check(scene, sent, over_earlier, seed=1000 * sent + over_earlier)
    assert not scene.output.with_name("export.partial").exists()


def test_a_training_that_is_killed_in_its_export_is_not_finished(folder):
    run = folder / "killed"
    arguments = (f"--data={folder}/around/data", f"--output={run}", *SMALL, "--quiet")
    program = Program(
        ("trainer", "train", *arguments), run / "model.partial", folder / "temporary"
    )
    ended = program.stopped(signal.SIGKILL, moment=0.0)
    assert ended is not None
    assert ended.status == -signal.SIGKILL
    assert not (run / "metrics.json").exists()
    assert not (run / "model").exists()
    again = program.run()
    assert again.status == 0, again.stderr
    assert (run / "metrics.json").exists()
    assert not (run / "model.partial").exists()
    assert same(run / "model") == same(folder / "around" / "run" / "model")
