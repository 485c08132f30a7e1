"""Two runs into one output at once: one goes on, the other ends at once."""

import signal

import pytest

from pipeline.__main__ import main
from pipeline.flags import PROG
from pipeline.recommend.__main__ import main as recommend
from pipeline.recommend.flags import PROG as RECOMMEND
from schemas.storage.folder_lock import lock_folder
from tests.faults.kill.programs import Program
from tests.faults.kill.test_data_sets import FLAGS, same
from tests.support.small_reviews import entries, rows, write
from tests.trainer.serving import catalogue
from trainer.serving.export import export_model

# Warnings of Beam are none of this program's.
pytestmark = [pytest.mark.timeout(1800), pytest.mark.filterwarnings("default")]


@pytest.fixture
def reviews(tmp_path):
    return write(tmp_path / "reviews.csv", rows(40, 5))


def refusal(prog, output):
    return (
        f"{prog}: {output} is being written by another run; wait until that ends, or "
        "choose another --output.\n"
    )


@pytest.mark.slow
def test_the_first_of_two_runs_wins_and_the_second_changes_nothing(tmp_path, reviews):
    def program(output):
        arguments = (f"--input={reviews}", f"--output={output}", *FLAGS)
        return Program(
            ("pipeline", *arguments), output / ".partial", tmp_path / "temporary"
        )

    data = tmp_path / "data"
    with program(data).start() as first:
        try:
            assert program(data).waits(first)
            # Held in the middle of its work, so that it can't be over before.
            first.send_signal(signal.SIGSTOP)
            second = program(data).run()
            assert not (data / "manifest.json").exists()
            first.send_signal(signal.SIGCONT)
            _, shown = first.communicate()
        finally:
            first.kill()
    assert (second.status, second.stderr) == (1, refusal(PROG, data))
    assert (first.returncode, shown) == (0, "")
    assert program(tmp_path / "alone").run().status == 0
    assert same(data) == same(tmp_path / "alone")


@pytest.mark.parametrize("there", [False, True])
def test_a_data_set_that_is_being_written_is_refused(tmp_path, reviews, capfd, there):
    data = tmp_path / "data"
    if there:
        assert main([f"--input={reviews}", f"--output={data}", "--quiet"]) == 0
    before = entries(data)
    with lock_folder(data):
        flags = [f"--input={reviews}", f"--output={data}", "--quiet", "--overwrite"]
        capfd.readouterr()
        assert main(flags) == 1
        assert capfd.readouterr().err == refusal(PROG, data)
        assert entries(data) == before
    assert main(flags) == 0


def test_recommendations_that_are_being_written_are_refused(tmp_path, capfd):
    output = tmp_path / "recs"
    reviews = write(tmp_path / "reviews.csv", rows(40, 5, catalogue.ITEMS[:3]))
    flags = [f"--input={reviews}", f"--output={output}", "--quiet"]
    flags += [f"--model={catalogue.export()}"]
    with lock_folder(output):
        assert recommend(flags) == 1
        assert capfd.readouterr().err == refusal(RECOMMEND, output)
        assert entries(output) == {}
    assert recommend(flags) == 0


def test_an_output_that_another_run_completed_meanwhile_is_not_replaced(
    tmp_path, reviews
):
    """Between the check at the start and the lock."""
    from pipeline.output import Output
    from schemas.errors import UserError

    output = Output(str(tmp_path / "data"), overwrite=False)
    flags = [f"--input={reviews}", f"--output={tmp_path}/data", "--quiet"]
    assert main(flags) == 0
    before = entries(tmp_path / "data")
    with pytest.raises(UserError, match="already holds a complete data set"):
        output.prepare()
    output.abandon()
    assert entries(tmp_path / "data") == before
    lock_folder(tmp_path / "data").release()


def test_an_export_that_is_being_written_is_refused(tmp_path):
    from schemas.errors import UserError

    arguments = (catalogue.data_set(), catalogue.model("none"), "none")
    data_set, model, day_feature = arguments
    output = tmp_path / "model"
    with (
        lock_folder(tmp_path / "model.partial"),
        pytest.raises(UserError, match=f"{output} is being written by another run"),
    ):
        export_model(data_set, model, str(output), day_feature)
    assert not output.exists()
    export_model(data_set, model, str(output), day_feature)
    assert entries(tmp_path).keys() == {f"model/{name}" for name in entries(output)}
