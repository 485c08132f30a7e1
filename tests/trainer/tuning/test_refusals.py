"""What `python -m trainer tune` refuses before it trains."""

import pytest

from tests.support.searches import tune, write, write_data, write_search


@pytest.fixture(scope="module")
def flags(tmp_path_factory):
    """The flags of a search, without --output and --trials."""
    return write_search(tmp_path_factory.mktemp("tune"))


def test_settings_that_never_go_together_are_refused(flags, tmp_path, capsys):
    space = write(tmp_path / "space.json", {"num_heads": {"choices": [3, 5]}})
    assert tune(*flags, "--space", space, "--output", tmp_path / "search") == 1
    error = capsys.readouterr().err
    assert "no values of the space go together" in error
    assert "`num_heads` must divide `item_embedding`" in error


def test_a_data_set_without_eval_records_is_refused(flags, tmp_path, capsys):
    data = write_data(tmp_path / "data", split="none")
    assert tune(*flags, "--data", data, "--output", tmp_path / "search") == 1
    error = capsys.readouterr().err
    assert f"{data} has no eval records (--split none), and settings are" in error
    assert not (tmp_path / "search").exists()


def test_files_of_no_search_are_kept(flags, tmp_path, capsys):
    (tmp_path / "best.json").write_text("mine")
    assert tune(*flags, "--output", tmp_path) == 1
    assert "best.json is of no search and would be replaced" in capsys.readouterr().err
    assert (tmp_path / "best.json").read_text() == "mine"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--trials", 0], "--trials must be at least 1, got 0"),
        (["--epochs", 0], "`epochs` must be at least 1, got 0"),
        (["--seed", -1], "`seed` must be at least 0, got -1"),
        (["--seed", 2**32 - 1], "--seed must be from 0 to 2**32 - 2"),
        (["--tuner", "grid"], "invalid choice: 'grid'"),
        (["--model", "gru"], "'num_heads' changes nothing in the model 'gru'"),
        (["--space", "lstn"], "--space lstn cannot be read"),
        (["--config", "quik"], "--config quik cannot be read"),
        (["--output", "hdfs://host/x"], "--output hdfs://host/x is in no storage"),
        (["--output", ""], "--output must name a folder, got ''"),
        (["--trails", 3], "unknown flag --trails; did you mean --trials?"),
    ],
)
def test_wrong_flags_are_refused(flags, tmp_path, more, message, capsys):
    assert tune(*flags, "--output", tmp_path / "search", *more) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "search").exists()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--epochs", 2], "--epochs is searched in the space; remove one of the two"),
        (["--tuner", "hyperband"], "--tuner hyperband chooses the epochs itself"),
    ],
)
def test_epochs_have_one_source(flags, tmp_path, more, message, capsys):
    values = {"epochs": {"min": 1, "max": 9}}
    space = write(tmp_path / "space.json", values)
    assert tune(*flags, "--output", tmp_path / "search", "--space", space, *more) == 2
    assert message in capsys.readouterr().err
