import pytest

from schemas.settings import (
    DEFAULT_FRACTIONS,
    SPLIT_CAVEATS,
    SPLITS,
    BucketSettings,
    SplitSettings,
    WindowSettings,
)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"max_length": 0}, r"^`max_length` must be at least 1, got 0\.$"),
        ({"min_items": 1}, r"^`min_items` must be at least 2, got 1\.$"),
        ({"stride": 0}, r"^`stride` must be at least 1, got 0\.$"),
        ({"stride": 6}, r"`stride` must be at most `max_length` \(5\), .* got 6\.$"),
        ({"max_history": -1}, r"^`max_history` must be at least 0, got -1\.$"),
        ({"max_history": 2}, r"must be 0 \(all\) or at least `min_items` \(3\), got 2"),
        ({"max_seen": 0}, r"^`max_seen` must be at least 1, got 0\.$"),
    ],
)
def test_wrong_windows(changes, message):
    with pytest.raises(ValueError, match=message):
        WindowSettings(**changes)


def test_outermost_windows():
    shortest = WindowSettings(1, min_items=2, stride=1, max_history=2, max_seen=1)
    assert (shortest.max_length, shortest.max_history, shortest.max_seen) == (1, 2, 1)
    assert WindowSettings(max_length=6, stride=6, max_history=3).stride == 6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tme",), r"^`split` must be one of \('time', .*\), got 'tme'\.$"),
        (("time", -0.1), r"^`eval_fraction` must be in \[0, 1\), got -0\.1\.$"),
        (("time", 0.1, 1.0), r"^`test_fraction` must be in \[0, 1\), got 1\.0\.$"),
        (("time", float("nan")), r"^`eval_fraction` must be in \[0, 1\), got nan\.$"),
        (("time", 0.5, 0.5), r"must leave something to train on, got 0\.5 \+ 0\.5\.$"),
        (("none", 0.1, 0.0), "no meaning under `split` 'none'; leave them out"),
        (("leave_one_out", 0.0, 0.1), "no meaning under `split` 'leave_one_out'"),
        (("random", 0.1, 0.1), r"'random' has no test split; .* choose 'time'"),
        (("user", 0.1, 0.1, -1), r"^`seed` must be in \[0, 2\*\*63\), got -1\.$"),
        (("user", 0.1, 0.1, 2**63), r"^`seed` must be in \[0, 2\*\*63\)"),
    ],
)
def test_wrong_splits(arguments, message):
    with pytest.raises(ValueError, match=message):
        SplitSettings(*arguments)


@pytest.mark.parametrize(
    ("name", "fractions"),
    [
        ("time", (0.05, 0.05)),
        ("leave_one_out", (0.0, 0.0)),
        ("user", (0.1, 0.1)),
        ("random", (0.1, 0.0)),
        ("none", (0.0, 0.0)),
    ],
)
def test_fractions_of_each_split_where_none_are_named(name, fractions):
    settings = SplitSettings.of(name, seed=3)
    assert settings == SplitSettings(name, *fractions, seed=3)


def test_fractions_that_are_named_are_kept():
    assert SplitSettings.of("time", 0.0) == SplitSettings("time", 0.0, 0.05)
    assert SplitSettings.of("user", test_fraction=0.3) == SplitSettings(
        "user", 0.1, 0.3
    )
    with pytest.raises(ValueError, match="no meaning"):
        SplitSettings.of("none", 0.1)


def test_what_each_split_holds_out():
    held_out = {name: SplitSettings.of(name).held_out for name in SPLITS}
    assert held_out == {
        "time": ("eval", "test"),
        "leave_one_out": ("eval", "test"),
        "user": ("eval", "test"),
        "random": ("eval",),
        "none": (),
    }


def test_ages_count_from_the_target_where_training_ends_before_it():
    measured = [n for n in SPLITS if SplitSettings.of(n).measures_from_target]
    assert measured == ["time", "leave_one_out"]


def test_every_split_says_what_leaks():
    assert set(SPLIT_CAVEATS) == set(SPLITS)
    assert set(DEFAULT_FRACTIONS) < set(SPLITS)
    free = [name for name in SPLITS if "free of leaks" in SPLIT_CAVEATS[name]]
    assert free == ["time"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bucketing": "equal"}, r"^`bucketing` must be one of .*, got 'equal'\.$"),
        ({"day_buckets": 1}, r"^`day_buckets` must be at least 2, got 1\.$"),
    ],
)
def test_wrong_buckets(changes, message):
    with pytest.raises(ValueError, match=message):
        BucketSettings(**changes)
