"""What users see as a sentence and never as a traceback, and a hint inside it."""

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """Something the user can mend: a flag, a file, a setting.

    The message is one sentence (or a few short lines) that names the thing, its
    value, and the remedy. The programs print it to stderr and exit with
    `exit_status`.

    Attributes:
      exit_status: 2 where the command line itself is wrong, 75 where the same command
        goes on with what was stopped, 1 for all the rest.
    """

    exit_status = 1


class UsageError(UserError):
    """The command line is wrong; nothing was started."""

    exit_status = 2


def did_you_mean(
    name: str, known: Iterable[str], otherwise: str, mark: str = ""
) -> str:
    """Returns the hint behind a name that is none of the known ones.

    Args:
      name: as typed.
      known: the names there are.
      otherwise: the hint where none of them is like it.
      mark: put around the one that is.
    """
    nearest = difflib.get_close_matches(name, sorted(set(known)), n=1, cutoff=0.5)
    return f"did you mean {mark}{nearest[0]}{mark}?" if nearest else otherwise
