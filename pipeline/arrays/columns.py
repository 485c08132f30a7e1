"""Arrow record batches as bytes, the form in which columns cross a shuffle.

A serialised batch is immutable and equal content gives equal bytes, so that Beam's
bytes coder is deterministic for it; pickled batches are neither.
"""

from collections.abc import Sequence

import pyarrow as pa

# A third of the bytes, or fewer, for a microsecond or two an event: what is shuffled is
# paid for by size on a service, and kept in memory by the engine of one machine.
_COMPRESSED = pa.ipc.IpcWriteOptions(compression="zstd")
_PLAIN = pa.ipc.IpcWriteOptions()
# Below this the compressor costs more than it saves: some 0.4 ms a batch, both ways.
COMPRESSED_FROM_BYTES = 4096


def to_bytes(batch: pa.RecordBatch) -> bytes:
    """Returns one record batch with its schema as an Arrow IPC stream.

    All but small batches are compressed.
    """
    writing = _COMPRESSED if batch.nbytes >= COMPRESSED_FROM_BYTES else _PLAIN
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=writing) as writer:
        writer.write_batch(batch)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def from_bytes(data: bytes) -> pa.RecordBatch:
    """Returns the record batch that `to_bytes` wrote."""
    with pa.ipc.open_stream(data) as reader:
        return reader.read_next_batch()


def concatenate(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    """Returns the rows of `batches`, which share a schema, as one batch."""
    if len(batches) == 1:
        return batches[0]
    return pa.concat_batches(batches)
