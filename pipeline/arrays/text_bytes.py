"""The bytes of a column of text, as they lie in Arrow's buffers."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def text_bytes(
    texts: pa.StringArray | pa.LargeStringArray,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Returns where each text starts, int64 [n + 1], and all bytes, uint8 [bytes]."""
    _, offsets_buffer, data_buffer = texts.buffers()
    if not len(texts):
        return np.zeros(1, np.int64), np.zeros(0, np.uint8)
    width = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    offsets = np.frombuffer(offsets_buffer, width)
    offsets = offsets[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    if data_buffer is None:
        return offsets - offsets[0], np.zeros(0, np.uint8)
    data = np.frombuffer(data_buffer, np.uint8)[offsets[0] : offsets[-1]]
    return offsets - offsets[0], data
