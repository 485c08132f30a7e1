"""Files of requests, as `--input` of `predict` names them."""

import gzip
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from schemas.errors import UserError
from trainer.errors import first_line
from trainer.serving.requests import Request, read_lines, read_requests
from trainer.storage.files import open_file

_GZIP_MAGIC = b"\x1f\x8b"


def read_request_file(path: str) -> Iterator[Request]:
    """Yields the requests of a file, plain or gzip, local or remote.

    Raises:
      UserError: it cannot be read, or a line of it is no request.
    """
    try:
        with open_file(path, "give --input a file of JSON lines") as file:
            # By its first bytes: a name does not say what a file holds.
            is_gzip = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
            file.seek(0)
            unpacked = cast(BinaryIO, gzip.GzipFile(fileobj=file) if is_gzip else file)
            yield from read_requests(read_lines(unpacked), path)
    except (EOFError, OSError, zlib.error) as error:
        raise UserError(f"{path} cannot be read ({first_line(error)}).") from error
