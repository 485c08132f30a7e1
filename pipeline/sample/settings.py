"""How many reviews are made, of how many users and items."""

from dataclasses import dataclass

# What the sizes follow from where they are not given: the Rent the Runway set has
# 1.8 rows a user and 33 an item; a small sample needs longer histories than that to
# have anything to learn.
_REVIEWS_PER_USER = 3
_REVIEWS_PER_ITEM = 50
_MOST_ITEMS = 6_000


@dataclass(frozen=True)
class SampleSettings:
    """The size of a sample. The same settings make the same rows everywhere.

    Attributes:
      num_reviews: rows.
      num_users: users, each with a row at least.
      num_items: items to choose from; rare ones may be chosen by nobody.
      seed: changes everything but the sizes.
    """

    num_reviews: int
    num_users: int
    num_items: int
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("num_reviews", "num_users", "num_items"):
            value = getattr(self, name)
            if value < 1:
                raise ValueError(f"`{name}` must be at least 1, got {value}.")
        if self.num_users > self.num_reviews:
            raise ValueError(
                f"`num_users` must be at most `num_reviews` ({self.num_reviews}), so "
                f"that every user has a row, got {self.num_users}."
            )

    @classmethod
    def of(
        cls,
        num_reviews: int,
        num_users: int | None = None,
        num_items: int | None = None,
        seed: int = 0,
    ) -> "SampleSettings":
        """Returns the settings with sizes not given following from `num_reviews`."""
        if num_users is None:
            num_users = max(1, num_reviews // _REVIEWS_PER_USER)
        if num_items is None:
            num_items = min(_MOST_ITEMS, max(10, num_reviews // _REVIEWS_PER_ITEM))
        return cls(num_reviews, num_users, num_items, seed)
