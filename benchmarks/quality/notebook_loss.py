"""Trains with the loss of the original notebook, for `ablation` alone.

    python -m benchmarks.quality.notebook_loss --data DATA --config FILE --output FOLDER

The notebook took a softmax over the items and padding (N + 1 classes, padding is
class 0), and the mean of its cross-entropy over *all* positions of a batch. This
mean, one number already, it multiplied by the mask of the real targets, and took the
mean again. So it learned to predict padding, and the scale of its loss was the share
of real targets in the batch.

To predict padding a state must have read padding, so here it is a step like any. That
the notebook's layers had no mask is an assumption: its loss is known, not every layer.

Copied: the classes, the loss, and a target at every position, also at the last padding
in front of a history, whose target is its first item.

Assumed: padding as a step of the recurrent layers, of the normalisations and of the
attention.

Not copied: sizes, learning rate and epochs, which are those of `--config`; and all
else that the product does, so that the row differs by the loss and what it needs
alone: Adam, biases that start from the frequency of the classes, normalisation whose
moments start as plain means, validation after each epoch, and the best epoch kept.

Model, validation and evaluation are the product's. To them a window of the notebook
is one without padding, in which padding is item 1 and item j is item j + 1.
"""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from schemas.cli.command_line import Parser, run_program
from schemas.layout import EVAL
from trainer.config_files import read_config
from trainer.options import TrainOptions
from trainer.run_files import CONFIG
from trainer.runs import write_json

PROG = "python -m benchmarks.quality.notebook_loss"

RESULT = "result.json"
_NAME = "loss: the notebook's"
_WEIGHTS = "best.weights.h5"


def main(argv: Sequence[str] | None = None) -> int:
    """Trains, measures on the test split, and writes `result.json`.

    Args:
      argv: the arguments; None takes those of the process.

    Returns:
      The exit status, as that of the trainer.
    """
    return run_program(_run, sys.argv[1:] if argv is None else list(argv), PROG)


def _run(argv: Sequence[str]) -> int:
    parser = Parser(prog=PROG, description="Trains with the notebook's loss.")
    for flag in ("data", "config", "output"):
        parser.add_argument(f"--{flag}", required=True)
    args = parser.parse_args(argv)
    values = {**read_config(args.config), "data": args.data, "output": args.output}
    options = TrainOptions(**values)

    from trainer.quiet import load_tensorflow

    load_tensorflow()
    train_and_measure(options)
    return 0


def train_and_measure(options: TrainOptions) -> dict[str, Any]:
    """Trains, unless `result.json` of the same settings is there.

    Args:
      options: as for the product; `loss` and `train_positions` mean nothing here.

    Returns:
      The content of `result.json`: a row as `trainer compare` writes it.
    """
    import keras

    from benchmarks.quality.padding_class import (
        ItemColumns,
        notebook_batches,
        notebook_model,
    )
    from trainer.data.data_set import open_data_set
    from trainer.run_files import HISTORY
    from trainer.training.callbacks import (
        EpochLines,
        HistoryFile,
        StopOnDivergence,
        Validate,
    )
    from trainer.training.validation import Validation

    data_set = open_data_set(options.data)
    digest = data_set.manifest.settings_digest
    folder = Path(options.output)
    if (found := _finished(folder, options, digest)) is not None:
        return found
    folder.mkdir(parents=True, exist_ok=True)
    (folder / HISTORY).unlink(missing_ok=True)
    keras.utils.set_random_seed(options.seed)
    model = notebook_model(data_set, options)
    items = ItemColumns(model, data_set.max_length)
    validation = Validation(data_set, EVAL, options.day_feature, options.batch_size)
    monitor: dict[str, Any] = {"monitor": "val_ndcg@10", "mode": "max"}
    callbacks = [
        Validate(lambda _: validation(items)),  # type: ignore[arg-type]
        StopOnDivergence(options.learning_rate, data_set.num_items, folder / _WEIGHTS),
        keras.callbacks.ModelCheckpoint(
            folder / _WEIGHTS, save_best_only=True, save_weights_only=True, **monitor
        ),
        HistoryFile(folder / HISTORY),
        EpochLines(options.epochs),
    ]
    if options.patience:
        early = keras.callbacks.EarlyStopping(patience=options.patience, **monitor)
        callbacks.append(early)
    start = time.monotonic()
    history = model.fit(
        notebook_batches(data_set, options),
        epochs=options.epochs,
        shuffle=False,  # The batches come shuffled.
        verbose=0,
        callbacks=callbacks,
    ).history
    seconds = time.monotonic() - start
    model.load_weights(folder / _WEIGHTS)
    figures = history["val_ndcg@10"]
    windows = data_set.num_records("train") * len(figures)
    metrics = {
        "best_epoch": figures.index(max(figures)) + 1,
        "epochs": len(figures),
        "seconds": round(seconds, 2),
        "windows_per_second": round(windows / seconds, 1),
        "parameters": model.count_params(),
        "data_settings_digest": digest,
    }
    write_json(folder / CONFIG, options.to_json())
    run = {"path": str(folder), "config": options.to_json(), "metrics": metrics}
    result = {
        "name": _NAME,
        "kind": "config",
        "split": EVAL,
        "spread": {},
        **_measure(items, data_set, options.day_feature),
        "runs": [run],
    }
    write_json(folder / RESULT, result)
    return result


def _finished(
    folder: Path, options: TrainOptions, digest: str
) -> dict[str, Any] | None:
    """Returns what an earlier call with these settings and data wrote."""
    try:
        result: dict[str, Any] = json.loads((folder / RESULT).read_text())
        (run,) = result["runs"]
    except (OSError, ValueError, KeyError):
        return None
    asked = {k: v for k, v in options.to_json().items() if k != "data"}
    same = all(run["config"].get(key) == value for key, value in asked.items())
    same = same and result.get("split") == EVAL
    return result if same and run["metrics"]["data_settings_digest"] == digest else None


def _measure(items: Any, data_set: Any, day_feature: str) -> dict[str, Any]:
    """Returns the measures on the eval split, by the trainer's own evaluation."""
    from trainer.data.data_set import DATE
    from trainer.data.date_buckets import DateBuckets
    from trainer.evaluation.evaluation import evaluate
    from trainer.evaluation.run_scorer import ModelScorer

    dated = DateBuckets.load(data_set) if day_feature == DATE else None
    scorer = ModelScorer(_NAME, items, day_feature, dated)
    # What comes last is what compares with the baselines.
    if scorer.is_told_next_day:
        scorer = scorer.without_last_gap()
    return evaluate(data_set, [scorer], EVAL).measured[0].to_json()


if __name__ == "__main__":
    sys.exit(main())
