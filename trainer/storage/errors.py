"""What went wrong at a storage, in one sentence for its users."""

import contextlib
import errno
from collections.abc import Iterator

from schemas.errors import UserError
from trainer.storage.paths import bucket_of, scheme_of

# Words of Google's and Amazon's C++ clients, which raise a plain OSError for most.
_NO_LOGIN = ("access token", "credentials", "UNAUTHENTICATED")
_REFUSED = ("ACCESS_DENIED", "PERMISSION_DENIED", "INVALID_ACCESS_KEY", "SIGNATURE")
_LOGIN = {
    "gs": "log in with `gcloud auth application-default login`, or name a key file in "
    "GOOGLE_APPLICATION_CREDENTIALS",
    "s3": "log in with `aws configure`, or set AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY",
}
_ROLE = {
    "gs": "Storage Object User on the bucket (Viewer to read alone)",
    "s3": "s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject",
}


@contextlib.contextmanager
def told(path: str, verb: str = "read") -> Iterator[None]:
    """Turns what pyarrow's file systems raise inside the block into a `UserError`.

    Args:
      path: the remote path that is asked for.
      verb: what is tried, `read` or `written`.

    Raises:
      UserError: the storage refused or did not answer.
      OSError: the local disk is full.
    """
    from pyarrow import ArrowException

    try:
        yield
    except (OSError, ArrowException) as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _storage_error(path, error, verb) from error


def _storage_error(path: str, error: Exception, verb: str) -> UserError:
    text, scheme = str(error), scheme_of(path)
    if any(words in text for words in _NO_LOGIN):
        return UserError(
            f"{path} cannot be {verb}: there are no credentials for {scheme}:// that "
            f"are accepted ({_short(text)}); {_LOGIN[scheme]}."
        )
    if isinstance(error, PermissionError) or any(word in text for word in _REFUSED):
        return UserError(
            f"{path} cannot be {verb}: permission was refused; log in as somebody who "
            f"has {_ROLE[scheme]}."
        )
    if isinstance(error, FileNotFoundError) or "NO_SUCH_" in text:
        what = "it is not there" if verb == "read" else "its bucket is not there"
        return UserError(f"{path} cannot be {verb}: {what}; check the name.")
    return UserError(
        f"{path} cannot be {verb} ({_short(text)}); check the name and the network, "
        "and run it again."
    )


def no_bucket(path: str) -> UserError:
    """Returns the error for a path in a bucket that there is not."""
    scheme, bucket = scheme_of(path), bucket_of(path)
    return UserError(
        f"there is no bucket {scheme}://{bucket} for {path}; check its name, or make "
        "it first."
    )


def _short(text: str) -> str:
    """Returns the client's own words, without its frame of status and metadata."""
    line = (text.strip() or "no reason is known").splitlines()[0]
    line = line.rpartition("with a last message of ")[2].partition(" error_info=")[0]
    line = line.rpartition("The underlying error message was: ")[2]
    return line.partition(" (Request ID")[0].rstrip(" .:")[:300]
