"""The flags of `python -m trainer train`.

The strongest first: a flag, the file or ready name given by `--config`, the default.
"""

import argparse
import dataclasses
from typing import Any, get_args

from schemas.errors import UsageError
from trainer.config_files import read_config, ready_configs
from trainer.options import (
    DataOnDevice,
    DayFeature,
    JitCompile,
    LossName,
    ModelName,
    Schedule,
    TrainOptions,
    TrainPositions,
)
from trainer.runs import check_folders


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `train`; a flag not given leaves no trace in the result."""
    defaults = {
        field.name: field.default
        for field in dataclasses.fields(TrainOptions)
        if field.default is not dataclasses.MISSING
    }

    def add(group: Any, flag: str, meaning: str, **kwargs: Any) -> None:
        default = defaults.get(flag)
        if default not in (None, ()) and not isinstance(default, bool):
            is_list = isinstance(default, tuple)
            shown = ",".join(map(str, default)) if is_list else default
            meaning = f"{meaning} (default: {shown})"
        group.add_argument(
            f"--{flag}", help=meaning, default=argparse.SUPPRESS, **kwargs
        )

    parser.usage = f"{parser.prog} --data DATA --output RUN [FLAGS]"
    files = parser.add_argument_group("files")
    add(
        files,
        "data",
        "the data set that `python -m pipeline` wrote; needed, here or in --config",
        metavar="DATA",
    )
    add(files, "output", "the folder for the run; needed", metavar="RUN")
    add(
        files,
        "overwrite",
        "replace the run in --output when the new one is finished, which is trained "
        "in its folder .training till then; without it a finished one is kept, and an "
        "unfinished one of the same settings goes on",
        action="store_true",
    )
    add(
        files,
        "config",
        f"a JSON file of flags, such as another run's config.json, or a ready name: "
        f"{', '.join(ready_configs())}; flags override it (default: none)",
        metavar="FILE",
    )
    model = parser.add_argument_group("model")
    add(model, "model", "which model", choices=get_args(ModelName))
    add(
        model,
        "day_feature",
        "the days beside the items: age (from the event to the day asked for; in "
        "training to the reference day), gap (to the next event), date (to the "
        "reference day always) or none",
        choices=get_args(DayFeature),
    )
    add(model, "item_embedding", "size of an item's vector", type=int, metavar="SIZE")
    add(model, "day_embedding", "size of a day's vector", type=int, metavar="SIZE")
    add(
        model,
        "units",
        "sizes of the LSTM or GRU layers, or of the feed-forward layer of each "
        "transformer block",
        type=_sizes,
        metavar="SIZE,SIZE",
    )
    add(
        model,
        "attention",
        "let the LSTM or GRU attend to its states (default: on)",
        action=argparse.BooleanOptionalAction,
    )
    add(model, "num_heads", "of the transformer", type=int, metavar="HEADS")
    add(
        model,
        "dropout",
        "share of the values that training drops",
        type=float,
        metavar="SHARE",
    )
    add(
        model,
        "tie_embeddings",
        "score items by the vectors that histories are read by (default: on)",
        action=argparse.BooleanOptionalAction,
    )
    add(
        model,
        "item_features",
        "attributes of the data set (--item_fields of the pipeline) whose learned "
        "vectors are added to the items'; not what changes with time: a value is an "
        "item's latest, of held-out events too (default: none)",
        type=_names,
        metavar="NAME,NAME",
    )
    fit = parser.add_argument_group("training")
    add(
        fit,
        "loss",
        "softmax over all items (full), or over a sample, with the logQ correction "
        "(sampled)",
        choices=get_args(LossName),
    )
    add(
        fit,
        "num_negatives",
        "items of a step's sample; the number of items and more: all of them",
        type=int,
        metavar="ITEMS",
    )
    add(
        fit,
        "label_smoothing",
        "share of a target spread over all items",
        type=float,
        metavar="SHARE",
    )
    add(
        fit,
        "train_positions",
        "targets to learn from: all of every window; once, those in no earlier window; "
        "last, one of every window",
        choices=get_args(TrainPositions),
    )
    add(
        fit,
        "unknown_rate",
        "share of inputs taken for the unknown item, and of gaps taken for unknown, so "
        "that their vectors are learned",
        type=float,
        metavar="SHARE",
    )
    add(
        fit,
        "batch_size",
        "windows of a step, all devices; where windows are long, on average: more "
        "short ones, fewer long ones, so that steps have about as many targets",
        type=int,
        metavar="WINDOWS",
    )
    add(fit, "epochs", "the most passes over the data", type=int, metavar="EPOCHS")
    add(fit, "learning_rate", "of Adam, the largest", type=float, metavar="RATE")
    add(
        fit,
        "learning_rate_schedule",
        "how it falls, to 0 at the end of --epochs",
        choices=get_args(Schedule),
    )
    add(
        fit,
        "weight_decay",
        "of AdamW, times the learning rate; of all but biases and normalisations",
        type=float,
        metavar="RATE",
    )
    add(
        fit,
        "patience",
        "epochs without a better val_ndcg@10, or the same and a lower val_loss, before "
        "training stops (a lower val_loss where no eval target can be hit, a lower "
        "loss without an eval split); 0: never",
        type=int,
        metavar="EPOCHS",
    )
    add(fit, "seed", "of weights and order", type=int, metavar="NUMBER")
    machine = parser.add_argument_group("machine")
    add(
        machine,
        "mixed_precision",
        "compute in 16 bits, logits and loss in 32 (default: off)",
        action=argparse.BooleanOptionalAction,
    )
    add(machine, "jit_compile", "compile with XLA", choices=get_args(JitCompile))
    add(
        machine,
        "steps_per_execution",
        "steps that run together, after which the loss is looked at; 0: 16 on one GPU, "
        "else 1",
        type=int,
        metavar="STEPS",
    )
    add(
        machine,
        "data_on_device",
        "keep the training windows on the device; auto: on one GPU, up to a quarter of "
        "its memory",
        choices=get_args(DataOnDevice),
    )
    add(
        machine,
        "deterministic",
        "give the same figures to the last digit, on the same machine (default: off)",
        action=argparse.BooleanOptionalAction,
    )
    add(
        machine,
        "checkpoint_secs",
        "seconds between two saved states inside an epoch, from which the same command "
        "goes on; 0: each step",
        type=float,
        metavar="SECONDS",
    )
    add(machine, "quiet", "show nothing but errors", action="store_true")


def from_arguments(args: argparse.Namespace) -> TrainOptions:
    """Returns the options that the flags and their config file make.

    Raises:
      UsageError: a value is wrong, or `--data` or `--output` is missing.
    """
    names = {field.name for field in dataclasses.fields(TrainOptions)}
    values = read_config(args.config) if hasattr(args, "config") else {}
    values |= {name: value for name, value in vars(args).items() if name in names}
    for name in ("data", "output"):
        if name not in values:
            raise UsageError(
                f"--{name} is missing; name the folder of the "
                f"{'data set' if name == 'data' else 'run'}"
            )
    try:
        options = TrainOptions(**values)
    except ValueError as error:
        raise UsageError(str(error)) from error
    check_folders(options.data, options.output)
    return options


def _names(text: str) -> tuple[str, ...]:
    """Parses `category,body type`; the empty text is none."""
    return tuple(name.strip() for name in text.split(",")) if text else ()


def _sizes(text: str) -> tuple[int, ...]:
    """Parses `1024,512`."""
    try:
        return tuple(int(size) for size in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be whole numbers with commas between them, got {text!r}"
        ) from None
