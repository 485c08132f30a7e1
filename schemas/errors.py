"""The one exception that users see as a sentence and never as a traceback."""


class UserError(Exception):
    """Something the user can mend: a flag, a file, a setting.

    The message is one sentence (or a few short lines) that names the thing, its
    value, and the remedy. The programs print it to stderr and exit with
    `exit_status`.

    Attributes:
      exit_status: 2 where the command line itself is wrong, 1 for all the rest.
    """

    exit_status = 1


class UsageError(UserError):
    """The command line is wrong; nothing was started."""

    exit_status = 2
