"""The options of `python -m trainer compare`, checked before TensorFlow is loaded."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import UsageError, did_you_mean
from trainer.config_files import read_config, ready_configs
from trainer.evaluation.checks import check_batch_size
from trainer.options import TrainOptions
from trainer.runs import check_folders
from trainer.storage.paths import check_path, join

# The keys of `trainer.baselines.BASELINES` and of its `BY_NAME`, which cannot be
# imported here: `--help` would wait for TensorFlow. A test holds them together.
BASELINE_NAMES = (
    "popularity",
    "recent_popularity",
    "markov_1",
    "markov_5",
    "item_knn",
)
BASELINES_BY_NAME = (*BASELINE_NAMES, "markov_2", "markov_3", "markov_4")

# The folder in the output that holds the runs of the configs.
RUNS = "runs"


@dataclass(frozen=True)
class CompareOptions:
    """What to compare, on what.

    Attributes:
      data: the folder of the data set.
      output: the folder for the tables, and for the runs of the configs.
      runs: folders of finished runs.
      configs: files or ready names, as `--config` of `train` takes them.
      seeds: each config is trained once under each of them.
      baselines: names of baselines.
      split: eval or test; None for test where there is one, else eval.
      batch_size: targets scored at a time; None chooses by the catalogue's size.
      quiet: show nothing but errors.

    Raises:
      UsageError: there is nothing to compare, or a value is wrong.
    """

    data: str
    output: str
    runs: tuple[str, ...] = ()
    configs: tuple[str, ...] = ()
    seeds: tuple[int, ...] = (0,)
    baselines: tuple[str, ...] = BASELINE_NAMES
    split: str | None = None
    batch_size: int | None = None
    quiet: bool = False

    def __post_init__(self) -> None:
        check_folders(self.data, self.output)
        if not (self.runs or self.configs or self.baselines):
            raise UsageError(
                "there is nothing to compare; add --configs, --runs or --baselines"
            )
        _check_baselines(self.baselines)
        _check_seeds(self.seeds)
        check_batch_size(self.batch_size)
        _check_once("--baselines", self.baselines)
        for run in self.runs:
            check_path("runs", run)
        _check_once("--runs", [str(Path(run).resolve()) for run in self.runs])
        _check_config_names(self.configs)

    def run_name(self, run: str) -> str:
        """Returns what a table calls a run: its folder's name where that is enough."""
        folders = [Path(other).resolve().name for other in self.runs]
        names = Counter([*folders, *map(config_name, self.configs), *BASELINES_BY_NAME])
        name = Path(run).resolve().name
        return name if names[name] == 1 else run


@dataclass(frozen=True)
class ConfigRuns:
    """A config and what each of its seeds trains.

    Attributes:
      name: what a table calls it.
      options: one for each seed.
    """

    name: str
    options: tuple[TrainOptions, ...]


def config_runs(options: CompareOptions) -> list[ConfigRuns]:
    """Reads the configs and returns the runs that they ask for.

    Raises:
      UsageError: a config cannot be read, or one of its values is wrong.
    """
    return [_config_runs(config, options) for config in options.configs]


def _config_runs(config: str, options: CompareOptions) -> ConfigRuns:
    name = config_name(config)
    # Another run's config.json names its own data set and seed.
    values = read_config(config)
    try:
        runs = tuple(
            TrainOptions(
                **{
                    **values,
                    "data": options.data,
                    "seed": seed,
                    "output": join(options.output, RUNS, f"{name}-seed{seed}"),
                    "quiet": options.quiet,
                }
            )
            for seed in options.seeds
        )
    except ValueError as error:
        raise UsageError(f"--configs {config}: {error}") from error
    return ConfigRuns(name, runs)


def config_name(config: str) -> str:
    """Returns what a table calls a config: the ready name, or that of the file.

    A run's `config.json` is called after the run.
    """
    if config in ready_configs():
        return config
    path = Path(config).resolve()
    return path.parent.name if path.name == "config.json" else path.stem


def _check_baselines(names: Iterable[str]) -> None:
    for name in names:
        if name not in BASELINES_BY_NAME:
            others = f"use all, none or some of {', '.join(BASELINES_BY_NAME)}"
            hint = did_you_mean(name, BASELINES_BY_NAME, others)
            raise UsageError(f"--baselines has no {name!r}; {hint}")


def _check_seeds(seeds: tuple[int, ...]) -> None:
    if not seeds:
        raise UsageError("--seeds must be one whole number or more, got none")
    for seed in seeds:
        if not 0 <= seed < 2**32:
            raise UsageError(f"--seeds must be from 0 to 2**32 - 1, got {seed}")
    _check_once("--seeds", seeds)


def _check_config_names(configs: Iterable[str]) -> None:
    names = [config_name(config) for config in configs]
    for name, count in Counter(names).items():
        if count > 1:
            raise UsageError(
                f"--configs has {count} that would be called {name}; give each file a "
                "name of its own"
            )
        if name in BASELINES_BY_NAME:
            raise UsageError(
                f"--configs has one called {name}, which is a baseline's name; rename "
                "the file"
            )


def _check_once(flag: str, values: Iterable[object]) -> None:
    for value, count in Counter(values).items():
        if count > 1:
            raise UsageError(f"{flag} names {value} {count} times; once is enough")
