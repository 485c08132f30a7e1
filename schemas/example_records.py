"""Reads `tf.train.Example`s out of TFRecord files with the standard library alone.

It is for a look at a few records, which should not wait for TensorFlow; programs that
read many have TensorFlow's own reader.

A TFRecord is 8 bytes of length, 4 of a checksum of it, the record, and 4 of a checksum
of that. The checksums are passed over, since a data set has a digest of each file. The
record is a message of Protocol Buffers (protobuf.dev, "Encoding").
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

# Integers, or texts in UTF-8.
Values = list[int] | list[bytes]

# Of a whole history with all that was seen; more is no record, and memory would pay.
_LONGEST_RECORD_BYTES = 256 << 20

_HEAD = struct.Struct("<QI")
_CHECKSUM_BYTES = 4

# Numbers of fields: of Example and Features both; of an entry of the map; of Feature.
_NESTED, _KEY, _VALUE = 1, 1, 2
_BYTES_LIST, _INT64_LIST = 1, 3
# Kinds of fields.
_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5
_FIXED = {_FIXED_64: 8, _FIXED_32: 4}


def read_records(stream: BinaryIO) -> Iterator[bytes]:
    """Yields the records of an unpacked TFRecord file.

    Raises:
      ValueError: the file ends inside a record, or a record is far too long.
    """
    while head := stream.read(_HEAD.size):
        if len(head) < _HEAD.size:
            raise ValueError("it ends inside the head of a record")
        length, _ = _HEAD.unpack(head)
        if length > _LONGEST_RECORD_BYTES:
            raise ValueError(f"a record has {length:,} bytes")
        record = stream.read(length + _CHECKSUM_BYTES)
        if len(record) < length + _CHECKSUM_BYTES:
            raise ValueError("it ends inside a record")
        yield record[:length]


def parse_example(record: bytes) -> dict[str, Values]:
    """Returns the features of a serialised example that are integers or texts.

    Raises:
      ValueError: the bytes are no example.
    """
    parsed: dict[str, Values] = {}
    for _, features in _fields(record, _NESTED):
        for _, entry in _fields(_message(features), _NESTED):
            name, values = "", None
            for number, part in _fields(_message(entry), _KEY, _VALUE):
                if number == _KEY:
                    name = _message(part).decode()
                else:
                    values = _values(_message(part))
            if values is not None:
                parsed[name] = values
    return parsed


def _values(feature: bytes) -> Values | None:
    """Returns the values of a feature; None where it is of floats, or empty."""
    found: Values | None = None
    for kind, values in _fields(feature, _BYTES_LIST, _INT64_LIST):
        parts = [value for _, value in _fields(_message(values), _NESTED)]
        if kind == _BYTES_LIST:
            found = [_message(part) for part in parts]
        else:
            found = [number for part in parts for number in _integers(part)]
    return found


def _integers(part: int | bytes) -> Iterator[int]:
    """Yields the int64 of a field of a list: packed many, or a single one."""
    if isinstance(part, int):
        yield _signed(part)
        return
    place = 0
    while place < len(part):
        value, place = _varint(part, place)
        yield _signed(value)


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def _fields(message: bytes, *numbers: int) -> Iterator[tuple[int, int | bytes]]:
    """Yields number and value of the fields of a message that bear these numbers."""
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        number, kind = tag >> 3, tag & 7
        value: int | bytes
        if kind == _VARINT:
            value, place = _varint(message, place)
        else:
            if kind == _BYTES:
                length, place = _varint(message, place)
            elif kind in _FIXED:
                length = _FIXED[kind]
            else:
                raise ValueError(f"a field has the unknown kind {kind}")
            value = message[place : place + length]
            if len(value) < length:
                raise ValueError("a field is cut short")
            place += length
        if number in numbers:
            yield number, value


def _message(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("a number stands where a message should")
    return value


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """Returns a varint, 7 bits a byte and the lowest first, and where it ends."""
    value = shift = 0
    while shift < 70:
        if place >= len(data):
            raise ValueError("a number is cut short")
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & ((1 << 64) - 1), place
        shift += 7
    raise ValueError("a number has more than 64 bits")
