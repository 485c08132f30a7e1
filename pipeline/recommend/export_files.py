"""The files of an exported model, local or remote, and loading it."""

import contextlib
import io
import tempfile
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import tensorflow as tf
from apache_beam.io.filesystems import FileSystems
from google.protobuf.message import DecodeError
from tensorflow.core.protobuf import saved_model_pb2

from pipeline.storage.files import copy_folder, is_remote, open_raw
from schemas.digests import check_files, of_stream
from schemas.errors import UserError
from schemas.exported_model import (
    ITEM_TABLE_PATH,
    VOCABULARY_PATH,
    Description,
    description_path,
)
from schemas.features import ITEM_ID
from schemas.graph_ops import outside_ops
from schemas.layout import join
from schemas.rules.item_files import vocabulary_items

_SAVED_MODEL = "saved_model.pb"
_EXPORT_AGAIN = "export the model again with `python -m trainer train`"


def read_description(model: str) -> Description:
    """Reads what an export says of itself, before anything runs.

    Raises:
      UserError: the folder holds no export of this version.
    """
    path = description_path(model)
    if not (_exists(path, model) and _exists(join(model, _SAVED_MODEL), model)):
        raise UserError(
            f"--model {model} holds no exported model of Seamstress; name the folder "
            "`model` in what `python -m trainer train --output RUN` wrote, RUN/model."
        )
    with open_raw(path) as stream:
        text = stream.read()
    try:
        return Description.from_json(text.decode())
    except ValueError as error:
        raise UserError(
            f"{path} cannot be read ({_reason(error)}); {_EXPORT_AGAIN} of this "
            "version."
        ) from error


def read_file(model: str, description: Description, name: str) -> bytes:
    """Returns a file of an export, compared with its digest.

    Args:
      model: the folder of the export.
      description: what it says of itself.
      name: the path of the file in the folder.

    Raises:
      UserError: the file can't be read, or is not as it was written.
    """
    path = join(model, name)
    with open_raw(path) as stream:
        data = stream.read()
    if of_stream(io.BytesIO(data)) != description.digests.get(name):
        raise UserError(
            f"{path} is damaged: its digest is not the one written; {_EXPORT_AGAIN}."
        )
    return data


def read_item_table(model: str, description: Description) -> pa.RecordBatch | None:
    """Returns the attributes of the items 1 ... N; None where an export has none.

    Args:
      model: the folder of the export.
      description: what it says of itself.

    Raises:
      UserError: the file can't be read, or is not as it was written.
    """
    if ITEM_TABLE_PATH not in description.digests:
        return None
    data = read_file(model, description, ITEM_TABLE_PATH)
    table = pq.read_table(pa.BufferReader(data))
    return table.combine_chunks().to_batches()[0]


def read_vocabulary(model: str, description: Description) -> pa.RecordBatch:
    """Returns the items 1 ... N in their order, as a column `item_id` of text.

    Args:
      model: the folder of the export.
      description: what it says of itself.

    Raises:
      UserError: the file can't be read, or is not as it was written.
    """
    items = vocabulary_items(read_file(model, description, VOCABULARY_PATH))
    return pa.record_batch({ITEM_ID: pa.array(items, pa.string())})


def load_export(model: str) -> Any:
    """Loads an exported model.

    Returns:
      What `tf.saved_model.load` gives.

    Raises:
      UserError: it can't be loaded, a file of it is not as it was written, or its
        graph does more than compute.
    """
    description = read_description(model)
    with local_export(model) as folder:
        try:
            check_files(folder, description.digests)
            _check_graph(folder)
            export = tf.saved_model.load(folder)
        # IndexError: TensorFlow's word for a file of weights that was cut short.
        except (OSError, ValueError, IndexError, tf.errors.OpError) as error:
            raise UserError(
                f"--model {model} cannot be loaded ({_reason(error)}); {_EXPORT_AGAIN}."
            ) from error
    missing = description.signatures.difference(export.signatures)
    if missing:
        raise UserError(
            f"--model {model} has no signature {min(missing)!r}; {_EXPORT_AGAIN}."
        )
    return export


def _check_graph(folder: str) -> None:
    """Refuses, by a `ValueError`, a graph that does more than compute."""
    with open(join(folder, _SAVED_MODEL), "rb") as stream:
        data = stream.read()
    try:
        parsed = saved_model_pb2.SavedModel.FromString(data)
    except DecodeError as error:
        raise ValueError(f"{_SAVED_MODEL} holds no SavedModel") from error
    if outside := outside_ops(parsed):
        raise ValueError(f"its graph does more than compute: {', '.join(outside)}")


@contextlib.contextmanager
def local_export(model: str) -> Iterator[str]:
    """Gives the folder of an export on this machine, a copy if it is elsewhere.

    TensorFlow's wheels read no s3:// and, on some platforms, no gs://; Beam's file
    systems read all that the input may stand on.

    Raises:
      UserError: the export can't be read.
    """
    if not is_remote(model):
        yield model
        return
    with tempfile.TemporaryDirectory(prefix="seamstress-model-") as folder:
        try:
            copy_folder(model, folder)
        except UserError:
            raise
        except Exception as error:  # Each remote storage raises errors of its own.
            raise _unreadable(model, error) from error
        yield folder


def _exists(path: str, model: str) -> bool:
    try:
        return FileSystems.exists(path)  # type: ignore[no-any-return]
    except Exception as error:  # Each remote storage raises errors of its own.
        raise _unreadable(model, error) from error


def _unreadable(model: str, error: Exception) -> UserError:
    return UserError(
        f"cannot look up --model {model}: {error}; check the path, and that you may "
        "read it."
    )


def _reason(error: Exception) -> str:
    """Returns the first line of an error's text, or its type where it has none."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
