"""Commands answer a wrong flag at once, and only work loads TensorFlow."""

import pytest

from tests.support.programs import run_python
from trainer.__main__ import COMMANDS

WRONG = {
    "train": ["--data=d", "--output=r", "--epochs=-1"],
    "evaluate": ["--data=d", "--run=r", "--batch_size=0"],
    "compare": ["--data=d", "--output=o", "--batch_size=0"],
    "tune": ["--data=d", "--output=o", "--trials=0"],
    "report": ["--run=ftp://a/b"],
    "predict": ["--model=m", "--history=2016-04-20:1", "--top_k=0"],
    "inspect": ["r", "--windows=-1"],
}


def loaded_by_main(*arguments):
    """The status of a command and, of TensorFlow and Keras, what it loaded."""
    done = run_python(
        "-c",
        "import sys\n"
        "from trainer.__main__ import main\n"
        f"status = main({list(arguments)!r})\n"
        "loaded = sys.modules.keys() & {'tensorflow', 'keras', 'jax'}\n"
        "print(status, *sorted(loaded))",
    )
    assert done.returncode == 0, done.stderr
    status, *loaded = done.stdout.splitlines()[-1].split()
    return int(status), loaded


def test_each_command_is_tried():
    assert list(WRONG) == list(COMMANDS)


@pytest.mark.parametrize("command", WRONG)
def test_a_wrong_flag_does_not_wait_for_tensorflow(command):
    assert loaded_by_main(command, *WRONG[command]) == (2, [])


def test_a_look_at_a_run_needs_no_tensorflow(tmp_path):
    assert loaded_by_main("inspect", str(tmp_path)) == (1, [])
