"""A search space: which values the options of a model may take.

As JSON, an object of option names, each with its choices or with its range:

    {
      "item_embedding": {"choices": [64, 128, 256]},
      "units": {"choices": ["128", "256,256"]},
      "item_features": {"choices": ["", "category", "category,brand"]},
      "dropout": {"min": 0.0, "max": 0.6, "step": 0.1},
      "learning_rate": {"min": 0.0001, "max": 0.01, "sampling": "log"}
    }

A range without `step` holds every number between its ends, or every whole number where
the option takes whole ones. With `sampling` `log` each factor is as likely as any
other, and `step` is the factor between neighbours.
"""

import dataclasses
import math
import typing
from dataclasses import dataclass
from typing import Any, Literal, get_args

from schemas.errors import UsageError, did_you_mean
from trainer.options import PER_CALL, TrainOptions

Sampling = Literal["linear", "log"]

# Figures of models, of data sets or of seeds are no choice of settings, and how fast
# the machine computes is none either.
_NOT_TUNED = (
    *PER_CALL,
    *("data", "model", "seed", "mixed_precision", "jit_compile"),
    *("steps_per_execution", "data_on_device", "deterministic"),
)
# Options that do nothing in the other models: trials would be spent on copies.
_MODELS_OF = {"attention": ("lstm", "gru"), "num_heads": ("transformer",)}

_KINDS = typing.get_type_hints(TrainOptions)
TUNED = tuple(
    field.name
    for field in dataclasses.fields(TrainOptions)
    if field.name not in _NOT_TUNED
)


@dataclass(frozen=True)
class Choices:
    """One of several values.

    Attributes:
      name: the option.
      values: what it may be, each of them once.
    """

    name: str
    values: tuple[Any, ...]

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON form."""
        values = [list(v) if isinstance(v, tuple) else v for v in self.values]
        return {"choices": values}


@dataclass(frozen=True)
class Range:
    """A number between two ends, both included.

    Attributes:
      name: the option.
      least: the lower end; it and `most` are ints where the option is whole.
      most: the upper end.
      step: the distance between neighbours, or their ratio under `log`; None for
        all numbers.
      sampling: whether distances or ratios are equally likely.
    """

    name: str
    least: float
    most: float
    step: float | None = None
    sampling: Sampling = "linear"

    @property
    def is_whole(self) -> bool:
        """Whether the values are whole numbers."""
        return _KINDS[self.name] is int

    @property
    def values(self) -> tuple[float, ...] | None:
        """The values of a range with steps, from the least; None without."""
        if self.step is None:
            return None
        if self.sampling == "log":
            last = math.log(self.most / self.least) / math.log(self.step)
            found = [self.least * self.step**k for k in range(_whole(last) + 1)]
        else:
            last = (self.most - self.least) / self.step
            found = [self.least + k * self.step for k in range(_whole(last) + 1)]
        return tuple(self.rounded(value) for value in found)

    def rounded(self, value: float) -> float:
        """Returns the value that is trained with: short in print, and in the range."""
        value = int(value) if self.is_whole else float(f"{value:.6g}")
        return min(max(value, self.least), self.most)

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON form."""
        step = {} if self.step is None else {"step": self.step}
        ends = {"min": self.least, "max": self.most}
        return {**ends, **step, "sampling": self.sampling}


@dataclass(frozen=True)
class SearchSpace:
    """What is searched.

    Attributes:
      dimensions: choices and ranges, each of another option.
    """

    dimensions: tuple[Choices | Range, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The options that are searched."""
        return tuple(dimension.name for dimension in self.dimensions)

    @property
    def size(self) -> int | None:
        """How many settings there are; None where a range has no steps."""
        sizes = [d.values and len(d.values) for d in self.dimensions]
        return None if None in sizes else math.prod(size or 0 for size in sizes)

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON form, with ranges and choices spelled out."""
        return {dimension.name: dimension.to_json() for dimension in self.dimensions}


def parse_space(values: dict[str, Any], model: str) -> SearchSpace:
    """Returns the space that a JSON object describes.

    Args:
      values: the object.
      model: the model whose options are searched.

    Raises:
      UsageError: it names nothing, or an option that cannot be searched, or a value
        that the option cannot take.
    """
    if not values:
        raise UsageError('it names nothing to search; add "OPTION": {"choices": [...]}')
    for name in values:
        _check_name(name, model)
    return SearchSpace(tuple(_dimension(name, form) for name, form in values.items()))


def option_value(name: str, value: Any) -> Any:
    """Returns a value as `TrainOptions` holds it.

    Args:
      name: the option.
      value: as JSON gives it; lists may also be text, as their flags take them.

    Raises:
      UsageError: the option cannot take it, whatever the others are.
    """
    if typing.get_origin(_KINDS[name]) is tuple and isinstance(value, str):
        value = _parts(name, value)
    try:
        # These values of the other options go together with any value of one.
        options = TrainOptions(
            **{"data": "-", "output": "-", "model": "lstm", "loss": "full", name: value}
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
    checked = getattr(options, name)
    return float(checked) if _KINDS[name] is float else checked


def _parts(name: str, text: str) -> list[Any]:
    """Returns the elements of a list that is given with commas between them."""
    element = get_args(_KINDS[name])[0]
    try:
        return [element(part) for part in text.split(",")] if text else []
    except ValueError:
        raise UsageError(
            f"`{name}` must be whole numbers with commas between them, got {text!r}"
        ) from None


def _whole(steps: float) -> int:
    """Counts whole steps; 0.6 / 0.1 is a little less than 6 to a computer."""
    return math.floor(steps + 1e-9)


def _check_name(name: str, model: str) -> None:
    if name in _NOT_TUNED:
        raise UsageError(f"{name!r} is no setting that can be searched; remove it")
    if name not in TUNED:
        raise UsageError(f"unknown option {name!r}; {_hint(name, TUNED)}")
    models = _MODELS_OF.get(name, (model,))
    if model not in models:
        raise UsageError(
            f"{name!r} changes nothing in the model {model!r}, only in "
            f"{' and '.join(models)}; remove it"
        )


def _hint(word: str, known: tuple[str, ...]) -> str:
    return did_you_mean(word, known, "remove it", mark="'")


def _dimension(name: str, form: Any) -> Choices | Range:
    if not isinstance(form, dict):
        raise UsageError(
            f'`{name}` must be {{"choices": [...]}} or {{"min": ..., "max": ...}}, got '
            f"{form!r}"
        )
    is_number = _KINDS[name] in (int, float)
    known = ("choices", "min", "max", "step", "sampling")
    for key in form:
        if key not in known:
            raise UsageError(
                f"`{name}` has an unknown key {key!r}; {_hint(key, known)}"
            )
    if "choices" in form:
        if len(form) > 1:
            raise UsageError(f"`{name}` must be choices or a range, not both")
        return _choices(name, form["choices"])
    if not is_number:
        raise UsageError(f'`{name}` is no number and takes {{"choices": [...]}} alone')
    for key in ("min", "max"):
        if key not in form:
            raise UsageError(f"`{name}` lacks {key!r}")
    return _range(name, form)


def _choices(name: str, values: Any) -> Choices:
    if not isinstance(values, list) or not values:
        raise UsageError(
            f"the choices of `{name}` must be a list of one value or more, got "
            f"{values!r}"
        )
    found: list[Any] = []
    for raw in values:
        value = option_value(name, raw)
        if value in found:
            raise UsageError(f"`{name}` has the choice {raw!r} twice; once is enough")
        found.append(value)
    return Choices(name, tuple(found))


def _range(name: str, form: dict[str, Any]) -> Range:
    least, most = option_value(name, form["min"]), option_value(name, form["max"])
    if not least < most:
        raise UsageError(
            f"'max' of `{name}` must be above 'min', got {form['min']} to {form['max']}"
        )
    sampling = form.get("sampling", "linear")
    if sampling not in get_args(Sampling):
        raise UsageError(
            f"'sampling' of `{name}` must be linear or log, got {sampling!r}"
        )
    if sampling == "log" and least <= 0:
        raise UsageError(
            f"'min' of `{name}` must be above 0 with 'sampling' log, got {form['min']}"
        )
    step = form.get("step")
    if step is not None:
        _check_step(name, step, sampling)
    return Range(name, least, most, step, sampling)


def _check_step(name: str, step: Any, sampling: Sampling) -> None:
    is_whole = _KINDS[name] is int
    allowed = (int,) if is_whole else (int, float)
    least = 1 if sampling == "log" else 0
    if type(step) not in allowed or not least < step < math.inf:
        raise UsageError(
            f"'step' of `{name}` must be a {'whole ' if is_whole else ''}number above "
            f"{least}{' with sampling log' if least else ''}, got {step!r}"
        )
