"""What the first bytes of a file say against what its name says."""

import re

from schemas.errors import UserError

# How much of a file to look at.
NUM_BYTES = 16

_GZIP = b"\x1f\x8b\x08"
_PACKED = {
    "zip": re.compile(rb"PK\x03\x04"),
    "bzip2": re.compile(rb"BZh[1-9]1AY&SY"),
    "xz": re.compile(rb"\xfd7zXZ\x00"),
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd"),
}
_PARQUET = b"PAR1\x15"
_UTF_16 = re.compile(rb"\xff\xfe|\xfe\xff")


def check_is_text(start: bytes, path: str, unpacked: bool) -> None:
    """Checks that a file which should hold text does not tell of something else.

    Its lines would be refused one by one, with nothing to learn from the reasons.

    Args:
      start: the first bytes, unpacked where the name ends in .gz.
      path: the file, for messages.
      unpacked: whether they were unpacked.

    Raises:
      UserError: the file is packed in another way, Parquet, or UTF-16.
    """
    if start.startswith(_GZIP):
        if unpacked:
            raise UserError(f"{path} is packed with gzip twice; unpack it once.")
        raise UserError(
            f"{path} is packed with gzip, and its name does not say so; rename it to "
            f"{path}.gz."
        )
    for name, mark in _PACKED.items():
        if mark.match(start):
            raise UserError(
                f"{path} is packed with {name}; unpack it, or pack it with gzip and "
                "let its name end in .gz."
            )
    if start.startswith(_PARQUET):
        raise UserError(
            f"{path} is a Parquet file; rename it to end in .parquet, or give "
            "--input_format parquet."
        )
    if _UTF_16.match(start):
        raise UserError(
            f"{path} is not UTF-8 but UTF-16 or UTF-32; convert it first, for instance "
            "with: iconv -f UTF-16 -t UTF-8"
        )
