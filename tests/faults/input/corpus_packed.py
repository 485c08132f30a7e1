"""Files that are packed in another way than their names say, or not to the end."""

import bz2
import gzip
import io
import lzma
import zipfile

from tests.faults.input.cases import GOOD, HEADER, ROW, Case, ends, refused

_GZIP = gzip.compress(GOOD * 3, mtime=0)
_NOT_WHOLE = "is not a whole gzip file .*; fetch or compress it again"
_HALF_SUM = _GZIP[:-6] + bytes(b ^ 255 for b in _GZIP[-6:])


def _zip(content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("reviews.jsonl", content)
    return stream.getvalue()


PACKED: list[Case] = [
    refused("two_parts.jsonl.gz", gzip.compress(GOOD) + gzip.compress(GOOD), 2),
    refused("zeros_behind.jsonl.gz", _GZIP + b"\0" * 100, 3),
    refused("empty_inside.jsonl.gz", gzip.compress(b""), 0),
    refused(
        "half_a_line_inside.jsonl.gz", gzip.compress(GOOD + GOOD[:9]), 1, not_json=1
    ),
    refused(
        "line_of_40_mb.jsonl.gz",
        lambda: gzip.compress(GOOD + b"x" * (40 << 20) + b"\n" + GOOD, 1),
        2,
        not_json=1,
    ),
    ends("cut.jsonl.gz", _GZIP[:-9], _NOT_WHOLE),
    ends("cut_in_the_sum.jsonl.gz", _GZIP[:-2], _NOT_WHOLE),
    ends("cut_in_its_header.csv.gz", _GZIP[:7], _NOT_WHOLE),
    ends("no_bytes.jsonl.gz", b"", _NOT_WHOLE),
    ends("wrong_sum.jsonl.gz", _HALF_SUM, _NOT_WHOLE),
    ends("flipped.tsv.gz", _GZIP[:15] + b"\xff\xff\xff" + _GZIP[18:], _NOT_WHOLE),
    ends("nonsense_behind.jsonl.gz", _GZIP + b"nonsense", _NOT_WHOLE),
    ends("plain.jsonl.gz", GOOD, _NOT_WHOLE),
    ends("plain.json.gz", b"[%s]" % GOOD, _NOT_WHOLE),
    ends(
        "gzip_in_gzip.jsonl.gz",
        gzip.compress(_GZIP),
        "is packed with gzip twice; unpack",
    ),
    ends("gzip.jsonl", _GZIP, r"is packed with gzip, and its name .*gzip\.jsonl\.gz"),
    ends("gzip.csv", gzip.compress(HEADER + ROW), "is packed with gzip, and its name"),
    ends("gzip.json", _GZIP, "is packed with gzip, and its name"),
    ends("zip.jsonl", _zip(GOOD), "is packed with zip; unpack it"),
    ends(
        "zip_in_gzip.csv.gz", gzip.compress(_zip(ROW)), "is packed with zip; unpack it"
    ),
    ends("bzip2.csv", bz2.compress(HEADER + ROW), "is packed with bzip2; unpack it"),
    ends("xz.tsv", lzma.compress(HEADER + ROW), "is packed with xz; unpack it"),
    ends("zstd.jsonl", b"\x28\xb5\x2f\xfd\x04\0", "is packed with zstd; unpack it"),
]
