"""How many threads of its own a step of a pipeline may use."""

import apache_beam as beam
from apache_beam.options.pipeline_options import DirectOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from pipeline.runners.cores import usable_cores

# More would only hold more in memory: the thread that uses the elements has work too.
MOST_THREADS = 4


def threads_of(pipeline: beam.Pipeline) -> int:
    """Returns how many elements of a step may be worked on at once in other threads.

    Services start a process for each core, as `--direct_num_workers` does or a thread:
    there 0, so that a process holds one partition or shard and no more. The engine in
    this process leaves the other cores to us.

    Args:
      pipeline: tells the engine, and Beam's own flags.
    """
    if not isinstance(pipeline.runner, FnApiRunner):
        return 0
    if pipeline.options.view_as(DirectOptions).direct_num_workers != 1:
        return 0
    return min(usable_cores(), MOST_THREADS)
