"""A data set of the pipeline, checked before a record is read."""

import shlex
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import tensorflow as tf

from schemas import layout
from schemas.digests import changed_file
from schemas.errors import UserError
from schemas.features import GAP_DAYS, NB_DAYS, VOCABULARY_FILENAME
from schemas.graph_digest import GRAPH_FILE
from schemas.manifest import Manifest
from schemas.storage.replacement import recover
from schemas.vocabulary import vocabulary_lines
from trainer.data.item_table import ItemTable, read_item_table
from trainer.data.saved_models import load_saved_model
from trainer.errors import first_line
from trainer.storage.stand_ins import local, name_of, names_in

# The column that `--day_feature` names. That of `date` holds the date in training
# windows alone (see `trainer.data.date_buckets`).
DAY_COLUMNS: dict[str, str | None] = {
    "age": NB_DAYS,
    "gap": GAP_DAYS,
    "date": NB_DAYS,
    "none": None,
}
DATE = "date"

# Its digest is of what it means, not of its bytes.
_GRAPH = layout.join(layout.TRANSFORM_FN, GRAPH_FILE)

_WRITE_AGAIN = "write the data set again with `python -m pipeline --overwrite`"


@dataclass(frozen=True)
class DataSet:
    """A complete data set on disk.

    Attributes:
      path: its folder as the user named it; a remote one is read where
        `trainer.storage.stand_ins.local` says.
      manifest: what it holds.
    """

    path: str
    manifest: Manifest

    @property
    def max_length(self) -> int:
        """W, the number of inputs of a window."""
        return self.manifest.window.max_length

    @property
    def num_items(self) -> int:
        """N, the size of the vocabulary."""
        return self.manifest.num_items

    @property
    def transform_fn_path(self) -> str:
        """The folder of tf.Transform's graph, a SavedModel."""
        return layout.join(local(self.path), layout.TRANSFORM_FN)

    def num_records(self, split: str) -> int:
        """Returns the number of examples of a split, 0 where there is no such split."""
        return self.manifest.num_records(split)

    def num_records_of(self, split: str, path: str) -> int:
        """Returns the number of examples that a shard must hold.

        Args:
          split: the split.
          path: one of `files(split)`.
        """
        return self.manifest.records[split][path.rsplit("/", 1)[-1]]

    def files(self, split: str) -> list[str]:
        """Returns the local paths of a split's shards, sorted."""
        folder = layout.join(local(self.path), split)
        names = sorted(self.manifest.records.get(split, {}))
        return [layout.join(folder, name) for name in names]

    def day_buckets(self, day_feature: str) -> int:
        """Returns the largest bucket id of a day feature, 0 for `none`.

        Args:
          day_feature: a key of `DAY_COLUMNS`.
        """
        buckets = {
            NB_DAYS: self.manifest.nb_days_buckets,
            GAP_DAYS: self.manifest.gap_days_buckets,
            None: 0,
        }
        return buckets[DAY_COLUMNS[day_feature]]

    def check_shard(self, split: str, path: str) -> None:
        """Compares a shard with the digest that the manifest has of it.

        Args:
          split: the split.
          path: one of `files(split)`.

        Raises:
          UserError: as `check_digests`.
        """
        self.check_digests(layout.join(split, path.rsplit("/", 1)[-1]))

    def check_digests(self, start: str) -> None:
        """Compares files with the digests that the manifest has of them.

        Args:
          start: of their paths in the data set.

        Raises:
          UserError: one is missing or not as it was written; it is named.
        """
        digests = self.manifest.digests
        chosen = {
            path: digest
            for path, digest in digests.items()
            if path.startswith(start) and path != _GRAPH
        }
        folder = local(self.path)
        if (changed := changed_file(folder, chosen)) is not None:
            raise UserError(
                f"{name_of(layout.join(folder, changed))} is damaged or of another "
                f"data set (its digest is not the manifest's); {_WRITE_AGAIN}."
            )

    @cached_property
    def vocabulary(self) -> list[bytes]:
        """The N items as UTF-8 text; the item of id `j` stands at `j - 1`.

        Raises:
          UserError: the file is missing, is not the one that was written, or does not
            hold N different texts.
        """
        path = layout.join(self.transform_fn_path, "assets", VOCABULARY_FILENAME)
        try:
            with tf.io.gfile.GFile(path, "rb") as file:
                items = vocabulary_lines(file.read())
        except tf.errors.OpError as error:
            raise UserError(
                f"{name_of(path)} cannot be read; {_WRITE_AGAIN}."
            ) from error
        self.check_digests(f"{layout.TRANSFORM_FN}/assets/{VOCABULARY_FILENAME}")
        if len(items) != self.num_items:
            raise UserError(
                f"{name_of(path)} holds {len(items)} items, the manifest "
                f"{self.num_items}; "
                f"{_WRITE_AGAIN}."
            )
        if len(set(items)) != len(items) or not _is_text(items):
            raise UserError(
                f"{name_of(path)} holds an item twice, or what is no text in UTF-8; "
                f"{_WRITE_AGAIN}."
            )
        return items

    @cached_property
    def item_table(self) -> ItemTable | None:
        """Attributes of the items; None where the data set has none.

        Raises:
          UserError: the file is missing, or is not the one that was written.
        """
        if layout.ITEM_TABLE not in self.manifest.digests:
            return None
        self.check_digests(layout.ITEM_TABLE)
        return read_item_table(layout.join(self.path, layout.ITEM_TABLE))

    def load_transform_graph(self) -> Any:
        """Returns tf.Transform's graph, loaded.

        Raises:
          UserError: it or its vocabulary is missing or damaged.
        """
        # First, since TensorFlow's words for a vocabulary that is missing say little.
        _ = self.vocabulary
        self.check_digests(f"{layout.TRANSFORM_FN}/")
        try:
            digest = self.manifest.digests.get(_GRAPH)
            return load_saved_model(self.transform_fn_path, digest)
        except (OSError, ValueError, IndexError, tf.errors.OpError) as error:
            raise UserError(
                f"{name_of(self.transform_fn_path)} cannot be loaded "
                f"({first_line(error)}); {_WRITE_AGAIN}."
            ) from error


def _is_text(items: list[bytes]) -> bool:
    try:
        b"\n".join(items).decode()
    except UnicodeDecodeError:
        return False
    return True


def open_data_set(path: str) -> DataSet:
    """Reads the manifest of a data set and checks that its files are there.

    Args:
      path: the folder that `python -m pipeline --output` wrote.

    Raises:
      UserError: there is no complete data set of this contract's version, or its
        shards are not those of the manifest.
    """
    folder = local(path)
    if tf.io.gfile.exists(folder) and not tf.io.gfile.isdir(folder):
        raise UserError(
            f"{path} is a file and no data set; make one of it with `python -m "
            f"pipeline --input {shlex.quote(path)} --output data`."
        )
    if not tf.io.gfile.isdir(folder):
        raise UserError(
            f"there is no data set at {path}; make one with `python -m pipeline "
            f"--input REVIEWS --output {path}`."
        )
    # A pipeline that was killed while a new set took the place of an earlier one has
    # left one of the two to be brought back.
    recover(folder)
    source = layout.join(folder, layout.MANIFEST)
    if not tf.io.gfile.exists(source):
        raise UserError(
            f"{path} holds no {layout.MANIFEST}: it is no data set, or the pipeline "
            "did not finish; run `python -m pipeline` again."
        )
    with tf.io.gfile.GFile(source, "rb") as file:
        text = file.read().decode("utf-8", errors="replace")
    data_set = DataSet(path, Manifest.from_json(text, name_of(source)))
    _check_shards(data_set)
    if not tf.io.gfile.isdir(data_set.transform_fn_path):
        missing = name_of(data_set.transform_fn_path)
        raise UserError(f"{missing} is missing; {_WRITE_AGAIN}.")
    return data_set


def _check_shards(data_set: DataSet) -> None:
    """Refuses shards that the manifest does not name, and missing ones."""
    for split in sorted(set(layout.SPLIT_FOLDERS) | set(data_set.manifest.records)):
        folder = layout.join(data_set.path, split)
        shards = {name for name in names_in(folder) if ".tfrecord" in name}
        named = set(data_set.manifest.records.get(split, {}))
        for name in sorted(named - shards):
            raise UserError(
                f"{layout.join(folder, name)} is missing, the manifest names it; "
                f"{_WRITE_AGAIN}."
            )
        for name in sorted(shards - named):
            raise UserError(
                f"{layout.join(folder, name)} is not in the manifest, it is left from "
                f"another run; {_WRITE_AGAIN}."
            )
