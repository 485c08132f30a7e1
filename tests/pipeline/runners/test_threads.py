"""How many threads steps may use follows from who else works on the machine."""

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.portable_runner import PortableRunner

from pipeline.runners.beam_flags import new_pipeline
from pipeline.runners.cores import usable_cores
from pipeline.runners.threads import MOST_THREADS, threads_of


def test_the_engine_in_this_process_leaves_all_cores():
    pipeline = new_pipeline(PipelineOptions([]), {})
    assert threads_of(pipeline) == min(usable_cores(), MOST_THREADS)


@pytest.mark.parametrize("mode", ["multi_processing", "multi_threading"])
def test_several_workers_have_the_cores_for_themselves(mode):
    flags = ["--direct_num_workers=2", f"--direct_running_mode={mode}"]
    assert threads_of(new_pipeline(PipelineOptions(flags), {})) == 0
    automatic = ["--direct_num_workers=0", f"--direct_running_mode={mode}"]
    assert threads_of(new_pipeline(PipelineOptions(automatic), {})) == 0


def test_a_service_has_a_process_for_each_core():
    assert threads_of(beam.Pipeline(runner=PortableRunner())) == 0
