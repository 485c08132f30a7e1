"""Runs the project's programs as a user does, each in a process of its own."""

import subprocess
import sys

from schemas.errors import UserError


def run_module(module: str, *arguments: str) -> None:
    """Runs `python -m module arguments`.

    What it prints goes to stderr, so that stdout holds the tables of the subject
    alone.

    Raises:
      UserError: it failed; what it said of it stands on stderr.
    """
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=sys.__stderr__,
        check=False,
    )
    if done.returncode:
        command = " ".join(["python", "-m", module, *arguments[:1]])
        raise UserError(
            f"`{command} ...` ended with status {done.returncode}; what it said stands "
            "above. Finished runs are kept: mend that and run this again."
        )
