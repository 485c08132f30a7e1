"""What an engine loses between the steps is found."""

import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import worker_handlers

from pipeline.accounting.completeness import check_complete
from pipeline.accounting.read_account import ReadAccount
from pipeline.accounting.sequence_account import SequenceAccount
from pipeline.runners.beam_flags import new_pipeline
from schemas.errors import UserError

READ = ReadAccount(accepted=12, dropped={"min_rating": 2})
SEQUENCE = SequenceAccount(
    events=7, dropped={"drop_repeats": 3}, windows={"train": 5, "eval": 0}
)


def test_what_adds_up_is_complete():
    check_complete(READ, SEQUENCE, {"train": 5, "eval": 0})
    check_complete(READ, SEQUENCE, {"train": 5})


@pytest.mark.parametrize(
    ("read", "sequence", "records", "sentence"),
    [
        (
            ReadAccount(accepted=2_000_002, dropped={"min_rating": 2}),
            SequenceAccount(events=1_995_835),
            {},
            "2,000,000 events were read, but 1,995,835 were sorted: the engine did not "
            "pass on all data",
        ),
        (READ, SEQUENCE, {"train": 4, "eval": 0}, "5 train windows were cut, but 4 "),
        (READ, SEQUENCE, {"train": 5, "eval": 1}, "0 eval windows were cut, but 1 "),
    ],
)
def test_what_does_not_is_an_error(read, sequence, records, sentence):
    with pytest.raises(UserError) as caught:
        check_complete(read, sequence, records)
    assert sentence in str(caught.value)
    assert "run again with --runner DirectRunner" in str(caught.value)


def test_the_in_process_engine_never_empties_its_buffers_by_the_clock():
    new_pipeline(PipelineOptions(), {})
    stream = worker_handlers.data_plane.ClosableOutputStream.create(
        None, None, worker_handlers.DATA_BUFFER_TIME_LIMIT_MS
    )
    assert not hasattr(stream, "_periodic_flusher")
