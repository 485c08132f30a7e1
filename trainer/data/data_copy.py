"""The local copy of a remote data set: the manifest, the splits at hand, the graph."""

import contextlib
from collections.abc import Callable, Collection, Iterator

from schemas import layout
from schemas.manifest import Manifest
from trainer.data.data_set import open_data_set
from trainer.storage.copies import opened_copy


@contextlib.contextmanager
def local_data_set(
    path: str, splits: Callable[[Manifest], Collection[str]]
) -> Iterator[None]:
    """Lets a copy of a data set stand for it inside the block.

    Training reads its shards once an epoch, and TensorFlow's reader knows local files.

    Args:
      path: the data set; a local one stands for itself.
      splits: which splits are read.

    Raises:
      UserError: the storage refuses or does not answer, there is no complete data set,
        or the disk is too small for the copy.
    """
    with opened_copy(path) as copy:
        if copy is not None:
            copy.fetch(lambda file: file == layout.MANIFEST)
            # Whether it is whole shows in the listing, before anything large comes.
            manifest = open_data_set(path).manifest
            chosen = (*splits(manifest), layout.TRANSFORM_FN, layout.ITEM_TABLE)
            copy.fetch(lambda file: file.partition("/")[0] in chosen)
        yield


def to_train(manifest: Manifest) -> tuple[str, ...]:
    """Returns the splits that training reads."""
    return layout.TRAIN, layout.EVAL


def to_report(manifest: Manifest) -> tuple[str, ...]:
    """Returns the splits that a report counts."""
    return layout.SPLIT_FOLDERS


def to_measure(
    split: str | None, *, and_train: bool = False
) -> Callable[[Manifest], tuple[str, ...]]:
    """Returns what gives the splits that a measurement reads.

    Args:
      split: the one to measure on; None: test where there is one, else eval.
      and_train: whether models are trained too.
    """

    def splits(manifest: Manifest) -> tuple[str, ...]:
        default = layout.TEST if manifest.num_records(layout.TEST) else layout.EVAL
        trained = to_train(manifest) if and_train else ()
        return (layout.TRAIN, split or default, *trained)

    return splits
