"""The options of `python -m trainer train`: flags, config files, checks.

The strongest first: a flag, the file or ready name given by `--config`, the default.
"""

import argparse
import dataclasses
import difflib
import json
import typing
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args

from schemas.errors import UsageError

DayFeature = Literal["age", "gap", "none"]
JitCompile = Literal["auto", "on", "off"]
# The keys of `trainer.models.MODELS`, which cannot be imported here: `--help` would
# wait for TensorFlow. A test holds the two together.
ModelName = Literal["lstm"]

# Keys that belong to one call and not to a config file.
_PER_CALL = ("output", "overwrite", "quiet")


@dataclass(frozen=True)
class TrainOptions:
    """What to train, on what, and how. Defaults are the original notebook's.

    Attributes:
      data: the folder of the data set.
      output: the folder of the run.
      overwrite: replace a finished run in `output`.
      model: a name in `trainer.models.MODELS`.
      day_feature: the day column beside the items: `age`, `gap` or `none`.
      item_embedding: size of an item's embedding.
      day_embedding: size of a day bucket's embedding.
      units: sizes of the recurrent layers, first to last.
      batch_size: windows of a step, over all devices together.
      epochs: the most passes over the training split.
      learning_rate: of Adam.
      patience: epochs without a better validation figure after which training stops;
        0 never stops early.
      seed: of weights and order.
      mixed_precision: compute in 16 bits where that loses nothing.
      jit_compile: XLA; `auto` leaves it to Keras.
      quiet: show nothing but errors.
    """

    data: str
    output: str
    overwrite: bool = False
    model: ModelName = "lstm"
    day_feature: DayFeature = "age"
    item_embedding: int = 100
    day_embedding: int = 20
    units: tuple[int, ...] = (1024, 512)
    batch_size: int = 512
    epochs: int = 20
    learning_rate: float = 0.01
    patience: int = 3
    seed: int = 0
    mixed_precision: bool = False
    jit_compile: JitCompile = "auto"
    quiet: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.units, list):
            object.__setattr__(self, "units", tuple(self.units))
        for name, kind in typing.get_type_hints(type(self)).items():
            _check_type(name, getattr(self, name), kind)
        for name in ("data", "output"):
            if not getattr(self, name):
                raise ValueError(f"`{name}` must name a folder, got ''.")
        least = {
            "item_embedding": 1,
            "day_embedding": 1,
            "batch_size": 1,
            "epochs": 1,
            "patience": 0,
            "seed": 0,
        }
        for name, value in least.items():
            if getattr(self, name) < value:
                raise ValueError(
                    f"`{name}` must be at least {value}, got {getattr(self, name)}."
                )
        if not self.units or min(self.units) < 1:
            raise ValueError(
                f"`units` must be one size or more, each at least 1, got {self.units}."
            )
        if not 0.0 < self.learning_rate < float("inf"):
            raise ValueError(
                f"`learning_rate` must be positive, got {self.learning_rate}."
            )
        if self.seed >= 2**32:
            raise ValueError(f"`seed` must be below 2**32, got {self.seed}.")

    def to_json(self) -> dict[str, Any]:
        """Returns what `config.json` keeps: all but what belongs to one call."""
        value = dataclasses.asdict(self)
        value["units"] = list(self.units)
        return {key: value[key] for key in value if key not in _PER_CALL}


def _check_type(name: str, value: Any, kind: Any) -> None:
    """Refuses what a config file can hold and a flag cannot."""
    choices = get_args(kind)
    if typing.get_origin(kind) is Literal:
        if value not in choices:
            raise ValueError(f"`{name}` must be one of {choices}, got {value!r}.")
        return
    if typing.get_origin(kind) is tuple:
        if type(value) is not tuple or not all(type(size) is int for size in value):
            raise ValueError(
                f"`{name}` must be a list of whole numbers, got {value!r}."
            )
        return
    # JSON's 1 will do for 1.0; True is an int in Python, but no number here.
    allowed = (float, int) if kind is float else (kind,)
    if type(value) not in allowed:
        raise ValueError(f"`{name}` must be of type {kind.__name__}, got {value!r}.")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `train`; a flag not given leaves no trace in the result."""
    defaults = {
        field.name: field.default
        for field in dataclasses.fields(TrainOptions)
        if field.default is not dataclasses.MISSING
    }

    def add(group: Any, flag: str, meaning: str, **kwargs: Any) -> None:
        default = defaults.get(flag)
        if default not in (None, True, False) or flag in ("seed", "patience"):
            is_list = isinstance(default, tuple)
            shown = ",".join(map(str, default or ())) if is_list else default
            meaning = f"{meaning} (default: {shown})"
        group.add_argument(
            f"--{flag}", help=meaning, default=argparse.SUPPRESS, **kwargs
        )

    files = parser.add_argument_group("files")
    add(files, "data", "the data set that `python -m pipeline` wrote", metavar="DATA")
    add(files, "output", "the folder for the run, a local one", metavar="RUN")
    add(files, "overwrite", "replace a finished run", action="store_true")
    add(
        files,
        "config",
        f"a JSON file of flags, such as another run's config.json, or a ready name: "
        f"{', '.join(ready_configs())}; flags override it",
        metavar="FILE",
    )
    model = parser.add_argument_group("model")
    add(model, "model", "which model", choices=get_args(ModelName))
    add(
        model,
        "day_feature",
        "the days beside the items: age (from the event to the reference day), gap (to "
        "the next event) or none",
        choices=get_args(DayFeature),
    )
    add(model, "item_embedding", "size of an item's embedding", type=int, metavar="N")
    add(model, "day_embedding", "size of a day's embedding", type=int, metavar="N")
    add(model, "units", "sizes of the LSTM layers", type=_sizes, metavar="N,N")
    fit = parser.add_argument_group("training")
    add(fit, "batch_size", "windows of a step, all devices", type=int, metavar="N")
    add(fit, "epochs", "the most passes over the data", type=int, metavar="N")
    add(fit, "learning_rate", "of Adam", type=float, metavar="X")
    add(
        fit,
        "patience",
        "epochs without a better val_ndcg@10 before training stops; 0: never",
        type=int,
        metavar="N",
    )
    add(fit, "seed", "of weights and order", type=int, metavar="N")
    machine = parser.add_argument_group("machine")
    add(
        machine,
        "mixed_precision",
        "compute in 16 bits, logits and loss in 32",
        action=argparse.BooleanOptionalAction,
    )
    add(machine, "jit_compile", "compile with XLA", choices=get_args(JitCompile))
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
        return TrainOptions(**values)
    except ValueError as error:
        raise UsageError(str(error)) from error


def ready_configs() -> list[str]:
    """Returns the names that `--config` takes beside files."""
    folder = resources.files("trainer") / "configs"
    names = [file.name for file in folder.iterdir() if file.name.endswith(".json")]
    return sorted(name.removesuffix(".json") for name in names)


def read_config(name: str) -> dict[str, Any]:
    """Reads a file or a ready name of `--config`.

    Returns:
      Values by flag name.

    Raises:
      UsageError: there is no such file, it is no JSON object, or a key is no flag.
    """
    try:
        if name in ready_configs():
            folder = resources.files("trainer") / "configs"
            text = (folder / f"{name}.json").read_text()
        else:
            text = Path(name).read_text()
        values = json.loads(text)
    except OSError as error:
        raise UsageError(
            f"--config {name} cannot be read ({error.strerror}); give a JSON file or "
            f"one of {', '.join(ready_configs())}"
        ) from error
    except ValueError as error:
        raise UsageError(f"--config {name} is not JSON: {error}") from error
    if not isinstance(values, dict):
        raise UsageError(f"--config {name} must hold a JSON object of flags")
    known = [field.name for field in dataclasses.fields(TrainOptions)]
    allowed = [key for key in known if key not in _PER_CALL]
    for key in values:
        if key not in allowed:
            nearest = difflib.get_close_matches(key, allowed, n=1, cutoff=0.5)
            hint = f"did you mean {nearest[0]!r}?" if nearest else "remove it"
            raise UsageError(f"--config {name} has an unknown key {key!r}; {hint}")
    return values


def _sizes(text: str) -> tuple[int, ...]:
    """Parses `1024,512`."""
    try:
        return tuple(int(size) for size in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be whole numbers with commas between them, got {text!r}"
        ) from None
