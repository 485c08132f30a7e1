"""The options of `python -m trainer train`, and their checks."""

import dataclasses
import typing
from dataclasses import dataclass
from typing import Any, Literal, get_args

DayFeature = Literal["age", "gap", "date", "none"]
JitCompile = Literal["auto", "on", "off"]
DataOnDevice = Literal["auto", "on", "off"]
# The keys of `trainer.models.MODELS`, which cannot be imported here: `--help` would
# wait for TensorFlow. A test holds the two together.
ModelName = Literal["lstm", "gru", "transformer"]
LossName = Literal["full", "sampled"]
TrainPositions = Literal["all", "once", "last"]
Schedule = Literal["constant", "cosine", "linear"]

_LEAST = {
    "item_embedding": 1,
    "day_embedding": 1,
    "num_heads": 1,
    "num_negatives": 1,
    "batch_size": 1,
    "epochs": 1,
    "patience": 0,
    "steps_per_execution": 0,
    "seed": 0,
}

# Keys that belong to one call and not to a config file.
PER_CALL = ("output", "overwrite", "checkpoint_secs", "quiet")


@dataclass(frozen=True)
class TrainOptions:
    """What to train, on what, and how.

    Defaults were chosen on public data (docs/decisions.md says how);
    `--config notebook` has the original notebook's.

    Attributes:
      data: the folder of the data set.
      output: the folder of the run.
      overwrite: replace the run in `output`, finished or not, when this one is
        finished.
      model: a name in `trainer.models.MODELS`.
      day_feature: the days beside the items: `age`, `gap`, `date` or `none`.
      item_embedding: size of an item's embedding; of every state in a `transformer`.
      day_embedding: size of a day bucket's embedding.
      units: sizes of the recurrent layers, or of the feed-forward layers of a
        `transformer`, first to last.
      attention: whether a recurrent model attends to its states.
      num_heads: of a `transformer`'s attention.
      dropout: share of values that training leaves out.
      tie_embeddings: score items by the vectors that histories are read by.
      item_features: attributes of the data set whose vectors are added to the items'.
      loss: softmax over the whole catalogue, or over a sample of it.
      num_negatives: items of a sample.
      label_smoothing: share of a target that is spread over all items.
      train_positions: the targets of a window that are learned from: `all`, `once`
        (those in no earlier window), `last`.
      unknown_rate: share of inputs that training takes for the unknown item, and of
        gaps that it takes for unknown.
      batch_size: windows of a step, over all devices together; where windows are
        long, on average (see `trainer.batching.batch_plan`).
      epochs: the most passes over the training split.
      learning_rate: of Adam, the largest.
      learning_rate_schedule: how it falls, to 0 at the end of `epochs`.
      weight_decay: of AdamW, of all but biases and normalisations.
      patience: epochs without a better one (`trainer.training.monitor`) after which
        training stops; 0 never stops early.
      seed: of weights and order.
      mixed_precision: compute in 16 bits where that loses nothing.
      jit_compile: XLA; `auto` leaves it to Keras on a GPU, and is off on a CPU.
      steps_per_execution: steps that run together; Python sees the loss after them. 0
        chooses: 16 on one GPU, else 1.
      data_on_device: keep the training columns on the device; `auto` does so on one GPU
        where they take at most a quarter of its memory.
      deterministic: the same figures, to the last digit, on the same machine; slower on
        a GPU.
      checkpoint_secs: seconds between two states that are saved inside an epoch; 0:
        after each step, or each `steps_per_execution`.
      quiet: show nothing but errors.
    """

    data: str
    output: str
    overwrite: bool = False
    model: ModelName = "transformer"
    day_feature: DayFeature = "none"
    item_embedding: int = 128
    day_embedding: int = 20
    units: tuple[int, ...] = (128,)
    attention: bool = True
    num_heads: int = 1
    dropout: float = 0.5
    tie_embeddings: bool = True
    item_features: tuple[str, ...] = ()
    loss: LossName = "sampled"
    num_negatives: int = 1024
    label_smoothing: float = 0.0
    train_positions: TrainPositions = "once"
    unknown_rate: float = 0.02
    batch_size: int = 128
    epochs: int = 20
    learning_rate: float = 0.001
    learning_rate_schedule: Schedule = "cosine"
    weight_decay: float = 0.1
    patience: int = 3
    seed: int = 0
    mixed_precision: bool = False
    jit_compile: JitCompile = "auto"
    steps_per_execution: int = 0
    data_on_device: DataOnDevice = "auto"
    deterministic: bool = False
    checkpoint_secs: float = 300.0
    quiet: bool = False

    def __post_init__(self) -> None:
        for name in ("units", "item_features"):
            if isinstance(getattr(self, name), list):
                object.__setattr__(self, name, tuple(getattr(self, name)))
        for name, kind in typing.get_type_hints(type(self)).items():
            _check_type(name, getattr(self, name), kind)
            if kind is float:
                # Keras's schedules take no 1 of a config file for 1.0.
                object.__setattr__(self, name, _to_float(name, getattr(self, name)))
        for name in ("data", "output"):
            if not getattr(self, name):
                raise ValueError(f"`{name}` must name a folder, got ''.")
        for name, value in _LEAST.items():
            if getattr(self, name) < value:
                raise ValueError(
                    f"`{name}` must be at least {value}, got {getattr(self, name)}."
                )
        if not self.units or min(self.units) < 1:
            raise ValueError(
                f"`units` must be one size or more, each at least 1, got {self.units}."
            )
        if "" in self.item_features or len(set(self.item_features)) < len(
            self.item_features
        ):
            raise ValueError(
                "`item_features` must be names of attributes, each once, got "
                f"{self.item_features}."
            )
        for name in ("dropout", "label_smoothing", "unknown_rate"):
            if not 0.0 <= getattr(self, name) < 1.0:
                raise ValueError(
                    f"`{name}` must be in [0, 1), got {getattr(self, name)}."
                )
        if not 0.0 < self.learning_rate < float("inf"):
            raise ValueError(
                f"`learning_rate` must be positive, got {self.learning_rate}."
            )
        if not 0.0 <= self.weight_decay < float("inf"):
            raise ValueError(
                f"`weight_decay` must be 0 or more, got {self.weight_decay}."
            )
        if not 0.0 <= self.checkpoint_secs < float("inf"):
            raise ValueError(
                f"`checkpoint_secs` must be 0 or more, got {self.checkpoint_secs}."
            )
        if self.seed >= 2**32:
            raise ValueError(f"`seed` must be below 2**32, got {self.seed}.")
        self._check_together()

    def _check_together(self) -> None:
        """Refuses values that do not go together."""
        if self.model == "transformer" and self.item_embedding % self.num_heads:
            raise ValueError(
                f"`num_heads` must divide `item_embedding`, got {self.num_heads} heads "
                f"for {self.item_embedding}."
            )
        if self.loss == "sampled" and self.label_smoothing:
            raise ValueError(
                "`label_smoothing` must be 0 with `loss` 'sampled': a sample does not "
                f"hold all items to spread over, got {self.label_smoothing}; it goes "
                "with `loss` 'full'."
            )

    def to_json(self) -> dict[str, Any]:
        """Returns what `config.json` keeps: all but what belongs to one call."""
        value = dataclasses.asdict(self)
        value["units"] = list(self.units)
        value["item_features"] = list(self.item_features)
        # As in runs from before there were any, so that these compare and go on.
        without = PER_CALL if self.item_features else (*PER_CALL, "item_features")
        return {key: value[key] for key in value if key not in without}


def _to_float(name: str, value: float) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise ValueError(f"`{name}` is a number that no float can hold.") from error


def _check_type(name: str, value: Any, kind: Any) -> None:
    """Refuses what a config file can hold and a flag cannot."""
    choices = get_args(kind)
    if typing.get_origin(kind) is Literal:
        if value not in choices:
            raise ValueError(f"`{name}` must be one of {choices}, got {value!r}.")
        return
    if typing.get_origin(kind) is tuple:
        element = choices[0]
        if type(value) is not tuple or not all(type(part) is element for part in value):
            what = "whole numbers" if element is int else "names"
            raise ValueError(f"`{name}` must be a list of {what}, got {value!r}.")
        return
    # JSON's 1 will do for 1.0; True is an int in Python, but no number here.
    allowed = (float, int) if kind is float else (kind,)
    if type(value) not in allowed:
        raise ValueError(f"`{name}` must be of type {kind.__name__}, got {value!r}.")
