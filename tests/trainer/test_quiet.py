import pytest

from tests.support.programs import run_python


@pytest.mark.slow
def test_a_start_is_silent() -> None:
    script = "from trainer.quiet import load_tensorflow; load_tensorflow()"
    done = run_python("-c", script)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("backend", ["torch", "tensorflw"])
def test_a_backend_that_is_not_there_is_one_sentence(backend, tmp_path):
    flags = ("--data=data", f"--output={tmp_path}/run")
    done = run_python("-m", "trainer", "train", *flags, KERAS_BACKEND=backend)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"KERAS_BACKEND={backend} can't be used (" in line
    assert "unset it, or set it to tensorflow" in line
