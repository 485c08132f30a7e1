"""Serialised `tf.train.Example`s of integer features, many rows at once.

The wire format is that of Protocol Buffers (protobuf.dev, "Encoding"): a message is a
sequence of fields, each a tag and a value; a value of bytes begins with its length;
integers are varints, 7 bits a byte, the lowest first, the highest bit telling whether
more follow. One feature of an example is

    0A n  0A n  0A n name  12 n  1A n  0A n varint ... varint

that is: `features`, an entry of its map, the key, the value, its `int64_list`, and the
packed integers. Every n is known once the sizes of the varints are. So all rows are
laid out as a matrix of bytes, in which each varint has as many places as the largest of
its kind needs, and the places in use are taken out of it in one go. A C++ encoder that
is called for each feature takes 2.5 times the CPU and holds Python's lock meanwhile.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Unsigned = npt.NDArray[np.unsignedinteger]
Int64s = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

_FEATURES, _ENTRY, _KEY, _VALUE = 0x0A, 0x0A, 0x0A, 0x12
_INT64_LIST, _PACKED = 0x1A, 0x0A


def int64_examples(
    features: Mapping[str, npt.NDArray[np.int64]],
) -> pa.LargeBinaryArray:
    """Serialises examples whose features are integers, as many in every row.

    Args:
      features: int64 [rows, n] by name, n at least 1 and each feature's own.

    Returns:
      large_binary [rows]: for each row the features in the order of `features`, each as
      an example of its own, one behind the other; concatenated messages are, by the
      rules of protobuf, their merger.
    """
    blocks: list[_Block] = []
    num_rows = len(next(iter(features.values())))
    lengths = np.zeros(num_rows, np.int64)
    for name, values in features.items():
        of_feature, length = _feature_blocks(name.encode(), _narrow(values))
        blocks += of_feature
        lengths += length
    width = sum(block.width for block in blocks)
    places = np.zeros((num_rows, width), np.uint8)
    in_use = np.ones((num_rows, width), bool)
    column = 0
    for block in blocks:
        end = column + block.width
        block.write(places[:, column:end], in_use[:, column:end])
        column = end
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return pa.LargeBinaryArray.from_buffers(
        pa.large_binary(),
        num_rows,
        [None, pa.py_buffer(offsets), pa.py_buffer(places[in_use])],
    )


class _Block:
    """Varints that stand side by side in every row, or bytes that all rows share."""

    def __init__(self, values: Unsigned | None = None, shared: bytes = b"") -> None:
        """Sets what to write.

        Args:
          values: unsigned [rows, n]; None for bytes that all rows share.
          shared: these bytes.
        """
        self._values = values
        self._shared = shared
        self._size = 1 if values is None else varint_size(int(values.max(initial=0)))
        self.width = len(shared) if values is None else self._size * values.shape[1]

    def write(self, places: Bytes, in_use: npt.NDArray[np.bool_]) -> None:
        """Writes into [rows, width] bytes, and which of them are in use."""
        if self._values is None:
            places[:] = np.frombuffer(self._shared, np.uint8)
            return
        shape = *self._values.shape, self._size
        bytes_of = _view(places, shape)
        used = _view(in_use, shape)
        rest: npt.NDArray[Any] = self._values
        for place in range(self._size):
            low: npt.NDArray[Any] = rest.astype(np.uint8)
            if place + 1 < self._size:
                rest = rest >> 7
                more = rest > 0
                low = low & 0x7F | more.view(np.uint8) << 7
                used[..., place + 1] = more
            bytes_of[..., place] = low


def _feature_blocks(name: bytes, values: Unsigned) -> tuple[list["_Block"], Int64s]:
    """Returns the blocks of one feature, front to back, and its bytes in each row."""
    backwards = [_Block(values)]
    length = varint_sizes(values).sum(axis=1, dtype=np.int64)
    key = bytes([_KEY, *varint(len(name))]) + name
    for before in (
        bytes([_PACKED]),
        bytes([_INT64_LIST]),
        key + bytes([_VALUE]),
        bytes([_ENTRY]),
        bytes([_FEATURES]),
    ):
        narrow = _narrow(length)
        backwards.append(_Block(narrow[:, np.newaxis]))
        backwards.append(_Block(shared=before))
        length = length + varint_sizes(narrow) + len(before)
    return backwards[::-1], length


def _narrow(values: Int64s) -> Unsigned:
    """Returns the values as the narrowest unsigned integers that hold them.

    A negative value is that of its 64 bits, of which the varint is made.
    """
    unsigned = values.view(np.uint64)
    return unsigned.astype(np.min_scalar_type(unsigned.max(initial=0)))


def varint(value: int) -> bytes:
    """Returns a number from 0 on as a varint."""
    digits = bytearray()
    while value > 0x7F:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*digits, value])


def varint_size(value: int) -> int:
    """Returns how many bytes the varint of a number from 0 on has."""
    return max(1, -(-value.bit_length() // 7))


def varint_sizes(values: Unsigned) -> Bytes:
    """Returns `varint_size` of each value, uint8 in the shape of `values`."""
    sizes = np.ones(values.shape, np.uint8)
    for bits in range(7, 7 * varint_size(int(values.max(initial=0))), 7):
        sizes += values >= values.dtype.type(1 << bits)
    return sizes


def _view(matrix: npt.NDArray[Any], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Returns a view of columns [rows, n * size] as [rows, n, size]."""
    rows, number, size = shape
    row_stride, stride = matrix.strides
    return np.lib.stride_tricks.as_strided(
        matrix, (rows, number, size), (row_stride, size * stride, stride)
    )
