"""`python -m pipeline`, killed at twenty moments spread over all that it does."""

import pytest

from pipeline.flags import PROG
from tests.faults.kill.programs import Program
from tests.faults.kill.scenes import SENT, Scene, check
from tests.support.programs import LATEST_DATE, run_module
from tests.support.records import shard_bytes
from tests.support.small_reviews import rows, write

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

FLAGS = (
    *("--quiet", "--num_shards=2", "--num_partitions=2", "--overwrite"),
    "--item_fields=rating",
    LATEST_DATE,
)


def same(data):
    """What two runs have in common, byte for byte; a SavedModel's own file differs."""
    files = ("manifest.json", "items.parquet", "transform_fn/assets/item_vocabulary")
    rejects = sorted(data.glob("rejects/*"))
    return shard_bytes(data) | {
        str(path.relative_to(data)): path.read_bytes()
        for path in [*(data / name for name in files), *rejects]
    }


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data_sets")
    around = folder / "around"
    around.mkdir()
    reviews = write(around / "reviews.csv", [*rows(300, 9), "u1,i1,never,1\n"])

    def program(output, temporary):
        arguments = (f"--input={reviews}", f"--output={output}", *FLAGS)
        return Program(("pipeline", *arguments), output / ".partial", temporary)

    earlier, undisturbed = folder / "earlier", folder / "undisturbed"
    old = write(folder / "old.csv", rows(40, 5))
    done = run_module("pipeline", f"--input={old}", f"--output={earlier}", *FLAGS)
    assert done.returncode == 0, done.stderr
    return Scene(
        make=lambda temporary: program(folder / "data", temporary),
        output=folder / "data",
        marker="manifest.json",
        around=around,
        earlier=earlier,
        undisturbed=undisturbed,
        seconds=program(undisturbed, folder / "temporary").seconds(),
        same=same,
        sentence=f"{PROG}: stopped by SIGTERM; run it again",
    )


@pytest.mark.parametrize("over_earlier", [False, True], ids=["empty", "earlier"])
@pytest.mark.parametrize("sent", SENT, ids=["kill", "term"])
def test_no_kill_leaves_what_looks_complete_or_loses_what_was(
    scene, sent, over_earlier
):
    check(scene, sent, over_earlier, seed=10 * sent + over_earlier)
