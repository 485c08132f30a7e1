import pytest

from tests.support.programs import run_python


@pytest.mark.slow
def test_a_start_is_silent() -> None:
    script = "from trainer.quiet import load_tensorflow; load_tensorflow()"
    done = run_python("-c", script)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
