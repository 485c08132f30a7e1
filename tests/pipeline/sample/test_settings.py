import pytest

from pipeline.sample import SampleSettings


def test_sizes_follow_from_the_number_of_reviews():
    assert SampleSettings.of(20_000) == SampleSettings(20_000, 6_666, 400, seed=0)
    assert SampleSettings.of(1) == SampleSettings(1, 1, 10, seed=0)


def test_sizes_given_are_kept():
    assert SampleSettings.of(100, 7, 3, seed=5) == SampleSettings(100, 7, 3, seed=5)


@pytest.mark.parametrize("name", ["num_reviews", "num_users", "num_items"])
def test_sizes_are_at_least_one(name):
    sizes = {"num_reviews": 10, "num_users": 5, "num_items": 5, name: 0}
    with pytest.raises(ValueError, match=f"`{name}` must be at least 1, got 0"):
        SampleSettings(**sizes)


def test_users_are_no_more_than_reviews():
    with pytest.raises(ValueError, match=r"at most `num_reviews` \(3\).*got 4"):
        SampleSettings.of(3, num_users=4)
