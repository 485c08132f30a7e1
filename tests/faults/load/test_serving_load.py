"""A served model under 16 threads: no answer but the right one, and no memory lost."""

import json

import pytest

from tests.support.memory import Held, held
from tests.support.programs import run_python
from tests.support.serving_requests import HISTORIES, REFUSED

THREADS = 16
SECONDS = 120
# A transformer's answers take longer, and its way through the graph is the only news.
SECONDS_OF_THE_LARGE = 40
ROUNDS = 6

# What a request may leave behind, on average over the second half of the rounds. What
# could be left of one is an entry of a cache, a tensor, an object: a hundred bytes or
# more of the C library's, a block or more of Python's. What is not left of requests (of
# rounds, threads, caches that fill up) is divided by tens of thousands of them.
LEFT_BYTES = 50
LEFT_BLOCKS = 0.1
# Of resident memory, whatever the number of requests: the heaps of sixteen threads fall
# into pieces with every huge one, a few megabytes here and there.
RESIDENT_BYTES = 32 << 20


def load(model, seconds):
    done = run_python(
        *("-m", "tests.support.serving_load", f"--model={model}"),
        *(f"--seconds={seconds}", f"--threads={THREADS}", f"--rounds={ROUNDS}"),
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def check(found, fewest):
    assert found["num_wrong"] == 0, "\n".join(found["wrong"][:5])
    # Both ways in, every kind of history and of what must be refused was asked.
    assert min(found["requests"].values()) > fewest
    assert found["refused"] > 0
    kinds = {kind for kinds in found["kinds"] for kind in kinds.split(", ")}
    assert kinds == {*HISTORIES, *REFUSED, "no rows"}
    half = ROUNDS // 2 - 1
    before, after = Held(*found["held"][half]), Held(*found["held"][-1])
    asked = found["asked"][-1] - found["asked"][half]
    assert after.allocated - before.allocated < LEFT_BYTES * asked, found
    assert after.blocks - before.blocks < LEFT_BLOCKS * asked, found
    assert after.resident - before.resident < RESIDENT_BYTES, found


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 300)
def test_no_wrong_answer_and_no_growth_in_two_minutes_of_sixteen_threads(sample_run):
    check(load(sample_run / "model", SECONDS), fewest=5_000)


@pytest.mark.slow
@pytest.mark.timeout(SECONDS_OF_THE_LARGE + 300)
def test_neither_of_a_transformer_over_a_large_catalogue(large_transformer):
    check(load(large_transformer, SECONDS_OF_THE_LARGE), fewest=500)


def test_what_a_request_would_leave_behind_is_seen():
    requests = 20_000
    before = held()
    # Of the C library's allocator, since they are longer than half a kilobyte.
    left = [bytes(600) for _ in range(requests)]
    texts = [f"{number}" * 3 for number in range(requests)]
    after = held()
    assert after.allocated - before.allocated >= 600 * requests
    assert after.blocks - before.blocks >= requests
    left.clear()
    texts.clear()
    gone = held()
    assert gone.allocated - before.allocated < LEFT_BYTES * requests
    assert gone.blocks - before.blocks < LEFT_BLOCKS * requests
