"""What names of folders may hold."""

from schemas.errors import UsageError

# Beam's file systems know files by patterns alone: in the folder data[1] they would
# look for data1.
_GLOB = "*?["


def check_no_glob(flag: str, path: str) -> None:
    """Raises `UsageError` where a folder's name would be taken for a pattern.

    Args:
      flag: that names the folder, without dashes.
      path: the folder, local or remote.
    """
    for character in _GLOB:
        if character in path:
            raise UsageError(
                f"--{flag} {path} has a {character!r} in it, which stands for other "
                "characters in names of files; give a folder without one"
            )
