"""A remote file whose storage may break off with any error."""

import io
from typing import Any, BinaryIO, cast

# Each read of the storage is a request.
_BUFFER_BYTES = 1 << 20


class _Translating(io.RawIOBase):
    """Turns whatever a storage's library raises while it reads into an `OSError`."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except OSError:
            raise
        # Those of http.client, botocore and google-api-core have no common class.
        except Exception as error:
            raise OSError(f"{type(error).__name__}: {error}") from error
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def close(self) -> None:
        self._stream.close()
        super().close()


def translating(stream: BinaryIO) -> BinaryIO:
    """Returns a stream of the same bytes, whose errors of reading are `OSError`s.

    Args:
      stream: open for reading; it is closed with the returned one.
    """
    return cast(BinaryIO, io.BufferedReader(_Translating(stream), _BUFFER_BYTES))
