"""Gzip TFRecord files that are the same bytes every time."""

import os
import tempfile
from collections.abc import Iterable
from typing import BinaryIO

import tensorflow as tf

from schemas.digests import of_stream

# Twice as fast as zlib's default for a file a tenth larger.
_COMPRESSION_LEVEL = 1


def write_tfrecords(stream: BinaryIO, records: Iterable[bytes]) -> str:
    """Writes records as one gzip TFRecord file.

    TensorFlow's writer frames and compresses; it puts no time stamp into the gzip
    header. It writes to a local file, since `stream` may be remote.

    Args:
      stream: open for writing.
      records: serialised examples.

    Returns:
      The digest of the file, as `schemas.digests` makes it.
    """
    options = tf.io.TFRecordOptions(
        compression_type="GZIP", compression_level=_COMPRESSION_LEVEL
    )
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "records")
        with tf.io.TFRecordWriter(path, options) as writer:
            for record in records:
                writer.write(record)
        with open(path, "rb") as source:
            return of_stream(source, stream.write)
