import apache_beam as beam
import pytest
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from pipeline.execution import user_sentence
from pipeline.runners import worker_versions
from pipeline.runners.worker_versions import check_versions, versions_here


def run(step):
    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        _ = pipeline | beam.Create([1, 2], reshuffle=False) | "Check" >> step


def test_the_same_versions_pass_the_input_on(capsys):
    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        numbers = pipeline | beam.Create([1, 2], reshuffle=False) | check_versions()
        _ = numbers | beam.CombineGlobally(sum) | beam.Map(print)
    assert capsys.readouterr().out == "3\n"


@pytest.mark.parametrize("name", ["apache-beam", "Seamstress's code", "Python"])
def test_other_versions_are_one_sentence(name, monkeypatch):
    submitted = {**versions_here(), name: "0.1"}
    monkeypatch.setattr(worker_versions, "versions_here", lambda: submitted)
    step = check_versions()
    monkeypatch.undo()
    with pytest.raises(Exception, match="the workers run") as caught:
        run(step)
    assert user_sentence(caught.value) == (
        f"the workers run {name} {versions_here()[name]}, but the job was submitted "
        f"with {name} 0.1; build the workers' image anew, or submit from it."
    )
