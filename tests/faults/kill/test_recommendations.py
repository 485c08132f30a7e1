"""`python -m pipeline.recommend`, killed at twenty moments of its work."""

import pytest

from pipeline.recommend.flags import PROG
from tests.faults.kill.programs import Program
from tests.faults.kill.scenes import SENT, Scene, check
from tests.support.programs import run_module
from tests.support.small_reviews import entries, rows, write

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def scene(tmp_path_factory, sample_run):
    folder = tmp_path_factory.mktemp("recommendations")
    around = folder / "around"
    around.mkdir()
    vocabulary = sample_run / "model" / "assets" / "item_vocabulary"
    items = vocabulary.read_text().split("\n")[:7]
    lines = [*rows(2000, 6, items), "u1,i1,never,1\n"]
    reviews = write(around / "reviews.csv", lines)
    flags = (f"--model={sample_run}/model", "--quiet", "--overwrite", "--top_k=5")

    def program(output, temporary):
        arguments = (f"--input={reviews}", f"--output={output}", *flags)
        return Program(
            ("pipeline.recommend", *arguments), output / ".partial", temporary
        )

    earlier, undisturbed = folder / "earlier", folder / "undisturbed"
    old = write(folder / "old.csv", rows(40, 5, items))
    done = run_module(
        "pipeline.recommend", f"--input={old}", f"--output={earlier}", *flags
    )
    assert done.returncode == 0, done.stderr
    return Scene(
        make=lambda temporary: program(folder / "recs", temporary),
        output=folder / "recs",
        marker="manifest.json",
        around=around,
        earlier=earlier,
        undisturbed=undisturbed,
        seconds=program(undisturbed, folder / "temporary").seconds(),
        same=entries,
        sentence=f"{PROG}: stopped by SIGTERM; run it again",
    )


@pytest.mark.parametrize("over_earlier", [False, True], ids=["empty", "earlier"])
@pytest.mark.parametrize("sent", SENT, ids=["kill", "term"])
def test_no_kill_leaves_what_looks_complete_or_loses_what_was(
    scene, sent, over_earlier
):
    check(scene, sent, over_earlier, seed=100 * sent + over_earlier)
