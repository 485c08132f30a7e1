"""The trainer as a TFX module file: `run_fn`, which TFX's Trainer component calls."""

import dataclasses
import logging
from pathlib import Path
from typing import Any, get_args

from schemas.errors import UsageError, did_you_mean
from schemas.settings import Split
from trainer.config_files import read_config
from trainer.options import PER_CALL, TrainOptions
from trainer.tuning.space import option_value

_logger = logging.getLogger(__name__)

# Keys of custom_config beside the flags of `train`.
_CONFIG = "config"
_OF_DATA = ("split", "stride")
_OPTIONS = tuple(
    field.name
    for field in dataclasses.fields(TrainOptions)
    if field.name not in (*PER_CALL, "data")
)
_OF_THE_TUNER = "tuner/"


def run_fn(fn_args: Any) -> None:
    """Trains on TFX's examples and writes the SavedModel that serves raw histories.

    Args:
      fn_args: TFX's `FnArgs`, or anything with these attributes:

        - `train_files`, `eval_files`: lists of patterns of transformed examples;
        - `transform_graph_path`, or `transform_output` as it was called: the folder of
          tf.Transform's output, where there may be a manifest of the pipeline;
        - `serving_model_dir`: the folder to write the SavedModel to;
        - `model_run_dir`: the folder for the rest of the run, of `trainer.runs`;
        - `train_steps`: the most training steps; None or 0: by `epochs`;
        - `custom_config`: options of `python -m trainer train` by the names of their
          flags, `config` for a file or a ready name, and, where there is no manifest,
          `split` and `stride` of the windows;
        - `hyperparameters`: what TFX's Tuner found, or None; its values come before
          those of `custom_config`. Keys of the tuner itself (`tuner/...`) are passed
          over; lists such as `units` may be text with commas.

        `eval_steps` is not used: the whole eval split is measured.

    Raises:
      UsageError: a setting is unknown, or its value is wrong.
      UserError: the examples, the graph or the output cannot be used, or training
        failed.
    """
    transform_output = getattr(fn_args, "transform_graph_path", None) or getattr(
        fn_args, "transform_output", None
    )
    if not transform_output:
        raise UsageError(
            "Trainer was given no transform_graph; the model serves raw histories "
            "through it"
        )
    if getattr(fn_args, "base_model", None):
        raise UsageError("base_model is not supported: training starts afresh; omit it")
    options, of_data = _options(fn_args, transform_output)

    train_files = list(fn_args.train_files)
    eval_files = list(getattr(fn_args, "eval_files", None) or [])

    # Only now: TensorFlow takes seconds, and a wrong setting should not.
    from trainer.storage.stand_ins import local
    from trainer.tfx.data_set import open_tfx_data_set
    from trainer.tfx.folders import local_folders
    from trainer.training.train import train

    export = fn_args.serving_model_dir
    with local_folders(
        train_files + eval_files, transform_output, options.output, export
    ):
        data_set = open_tfx_data_set(
            train_files, eval_files, transform_output, **of_data
        )
        if getattr(fn_args, "eval_steps", None):
            _logger.warning("eval_steps is not used: the whole eval split is measured")
        train(
            options,
            export_to=Path(local(export)),
            data_set=data_set,
            num_steps=getattr(fn_args, "train_steps", None) or None,
        )


def _hyperparameters(fn_args: Any) -> dict[str, Any]:
    """Returns what a tuner found, as `TrainOptions` holds it."""
    found = getattr(fn_args, "hyperparameters", None) or {}
    # What an oracle keeps of its own, such as Hyperband's `tuner/epochs`, which are
    # those of a trial and not of the training that follows.
    values = {
        name: value
        for name, value in found.get("values", {}).items()
        if not name.startswith(_OF_THE_TUNER)
    }
    _check_keys(values, "hyperparameters have")
    try:
        # KerasTuner has no lists: `units` come as text.
        return {
            name: option_value(name, value) if name in _OPTIONS else value
            for name, value in values.items()
        }
    except UsageError as error:
        raise UsageError(f"hyperparameters: {error}") from error


def _check_keys(settings: dict[str, Any], start: str) -> None:
    known = [*_OPTIONS, _CONFIG, *_OF_DATA]
    for name in settings:
        if name not in known:
            hint = did_you_mean(name, known, "remove it", mark="'")
            raise UsageError(f"{start} an unknown key {name!r}; {hint}")


def _options(
    fn_args: Any, transform_output: str
) -> tuple[TrainOptions, dict[str, Any]]:
    """Returns the training options, and those of the windows."""
    settings = dict(getattr(fn_args, "custom_config", None) or {})
    _check_keys(settings, "custom_config has")
    settings |= _hyperparameters(fn_args)
    of_data = {name: settings.pop(name) for name in _OF_DATA if name in settings}
    if of_data.get("split", "time") not in get_args(Split):
        raise UsageError(
            f"`split` must be one of {get_args(Split)}, got {of_data['split']!r}"
        )
    stride = of_data.get("stride", 1)
    if type(stride) is not int or stride < 1:
        raise UsageError(f"`stride` must be a whole number from 1 on, got {stride!r}")
    config = settings.pop(_CONFIG, None)
    values = {} if config is None else read_config(config)
    values.pop("data", None)
    try:
        options = TrainOptions(
            data=transform_output,
            output=fn_args.model_run_dir,
            overwrite=True,
            quiet=False,
            **{**values, **settings},
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
    return options, of_data
