"""TFX's folders on this machine, where it names remote ones."""

import contextlib
from collections.abc import Iterator, Sequence

from schemas.exported_model import DESCRIPTION_FOLDER
from schemas.layout import (
    ITEM_TABLE,
    MANIFEST,
    TRANSFORM_FN,
    TRANSFORMED_METADATA,
)
from trainer.run_files import METRICS, OWNED
from trainer.storage.copies import opened_copy
from trainer.storage.mirrors import mirrored

_GRAPH = {ITEM_TABLE, MANIFEST, TRANSFORM_FN, TRANSFORMED_METADATA}
_SAVED_MODEL = "saved_model.pb"
_EXPORT = (_SAVED_MODEL, "fingerprint.pb", "variables", "assets", DESCRIPTION_FOLDER)


@contextlib.contextmanager
def local_folders(
    patterns: Sequence[str], transform_output: str, run: str, export: str
) -> Iterator[None]:
    """Lets folders on this machine stand for remote ones inside the block.

    Examples and graph are copied when it begins; the run is brought over after each
    epoch, the export at the end. Local folders stand for themselves.

    Args:
      patterns: of the examples' files, each in a folder without a pattern.
      transform_output: the folder that holds `transform_fn`.
      run: the folder of the run, to write.
      export: the folder of the SavedModel, to write.

    Raises:
      UserError: a storage refuses or does not answer, or the disk is too small.
    """
    with contextlib.ExitStack() as stack:
        for folder in sorted({pattern.rpartition("/")[0] for pattern in patterns}):
            if copy := stack.enter_context(opened_copy(folder)):
                copy.fetch(lambda _: True)
        if copy := stack.enter_context(opened_copy(transform_output)):
            copy.fetch(lambda path: path.split("/")[0] in _GRAPH)
        stack.enter_context(mirrored(run, OWNED, last=(METRICS,)))
        stack.enter_context(
            mirrored(export, _EXPORT, wanted=lambda _: False, last=(_SAVED_MODEL,))
        )
        yield
