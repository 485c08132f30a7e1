"""The work of `python -m trainer tune`."""

import shlex

from trainer.data.data_copy import local_data_set, to_train
from trainer.storage.mirrors import mirrored
from trainer.storage.paths import join
from trainer.tuning.options import TuneOptions
from trainer.tuning.results import OBJECTIVE, TrialResult
from trainer.tuning.search_folder import BEST, OWNED, TABLE, is_kept
from trainer.tuning.tune import tune


def run(options: TuneOptions) -> None:
    """Searches, and says what was found and what to do next.

    Raises:
      UserError: the data set or the folder cannot be used, or no trial succeeded.
      PreemptedError: SIGTERM came while a trial trained; the same command goes on.
    """
    with (
        mirrored(options.output, OWNED, kept=is_kept),
        local_data_set(options.data, to_train),
    ):
        results = tune(options)
    if not options.quiet:
        print(_summary(options, results))


def _summary(options: TuneOptions, results: list[TrialResult]) -> str:
    best, output = results[0], options.output
    failed = sum(bool(result.failure) for result in results)
    tried = f"{len(results)} trials" + (f", {failed} of them failed" if failed else "")
    return "\n".join(
        [
            f"tried     {tried}",
            f"best      trial {best.number}: {OBJECTIVE} {best.score:.4f}",
            f"          {best.settings_text}",
            f"table     {join(output, TABLE)}",
            f"config    {join(output, BEST)}",
            "next      python -m trainer train --config "
            f"{shlex.quote(join(output, BEST))} --output RUN",
        ]
    )
