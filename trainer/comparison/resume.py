"""Which runs an earlier call of the comparison has finished."""

from pathlib import Path

from schemas.errors import UserError
from schemas.manifest import Manifest
from trainer.changed_settings import changes
from trainer.comparison.trained_run import read_trained_run
from trainer.learned_from import difference
from trainer.options import TrainOptions
from trainer.run_files import METRICS
from trainer.runs import check_output
from trainer.storage.stand_ins import local


def is_finished(options: TrainOptions, manifest: Manifest) -> bool:
    """Whether the output of `options` holds the run that they would train.

    Args:
      options: what is asked for.
      manifest: that of the data set.

    Returns:
      False where there is no run yet, or one that was interrupted.

    Raises:
      UserError: there is a finished run of other settings or of another data set, a
        damaged one, or a folder with files of no run.
    """
    if not Path(local(options.output), METRICS).exists():
        check_output(options.output, overwrite=False)
        return False
    run = read_trained_run(options.output)
    # A folder has many paths; the manifest tells data sets apart.
    if found := changes(run.config, options.to_json(), {"data"}):
        raise UserError(
            f"{options.output} holds another run ({found[0]}); choose another "
            "--output, rename the config, or remove that run."
        )
    if differs := difference(run.metrics, manifest):
        raise UserError(
            f"{options.output} holds another run (it learned from a data set of other "
            f"{differs} than {options.data} has now); choose another --output, or "
            "remove that run."
        )
    return True
