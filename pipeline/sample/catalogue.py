"""The items of a sample: styles, which style follows which, seasons, launches.

Item numbers are ranks of popularity, 0 the most popular. Item i has style
i mod `num_styles`, so each style has items of every popularity.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.sample.draws import Draws
from pipeline.sample.settings import SampleSettings

_ITEMS_PER_STYLE = 10
_SEASONS = 4
# Months, January first, as seasons: winter, spring, summer, autumn.
SEASON_OF_MONTH = np.array([0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 0])

# Categories and how often items have them.
CATEGORIES: dict[str, int] = {
    "dress": 44,
    "gown": 18,
    "sheath": 9,
    "maxi": 5,
    "shift": 4,
    "jumpsuit": 4,
    "top": 4,
    "romper": 2,
    "jacket": 2,
    "skirt": 2,
    "sweater": 2,
    "blouse": 2,
    "coat": 1,
    "pants": 1,
}


@dataclass(frozen=True)
class Catalogue:
    """The items of a sample.

    Attributes:
      item_ids: [items] int64, the id of each item in the file.
      category: [items] int64, index into `CATEGORIES`.
      launch: [items] int64, the first day of the sample on which it can be had.
      season_weights: [seasons, items] float64, how often an item is taken for itself.
      next_style: [ways, styles] int64. Row 0 says which style mostly follows in the
        cold half of the year, row 1 in the warm half, row 2 sometimes at any time.
      style_weights: [ranks] float64, how often the item of each rank inside a style
        is taken when the style is.
    """

    item_ids: NDArray[np.int64]
    category: NDArray[np.int64]
    launch: NDArray[np.int64]
    season_weights: NDArray[np.float64]
    next_style: NDArray[np.int64]
    style_weights: NDArray[np.float64]

    @property
    def num_items(self) -> int:
        """The number of items."""
        return len(self.item_ids)

    @property
    def num_styles(self) -> int:
        """The number of styles."""
        return int(self.next_style.shape[1])


def make_catalogue(settings: SampleSettings, num_days: int) -> Catalogue:
    """Returns the items of a sample that lasts `num_days` days."""
    draws = Draws(settings.seed)
    items = np.arange(settings.num_items)
    num_styles = max(1, settings.num_items // _ITEMS_PER_STYLE)

    # Zipf's law, flattened at the top: no item is taken by everybody.
    popularity = 1.0 / (items + 20.0)
    in_season = draws.below("item season", items, _SEASONS)
    # [seasons, items]
    is_in_season = in_season == np.arange(_SEASONS)[:, None]

    # One rare item in five arrives later; a style's most popular one is always there.
    is_late = (items >= num_styles) & (draws.uniform("item is late", items) < 0.2)
    launch = np.where(is_late, draws.below("item launch", items, num_days), 0)

    style_category = draws.pick(
        "style category", np.arange(num_styles), list(CATEGORIES.values())
    )
    return Catalogue(
        item_ids=draws.ids("item id", settings.num_items, 120_000, 3_000_000),
        category=style_category[items % num_styles],
        launch=launch,
        season_weights=popularity * (1.0 + 2.0 * is_in_season),
        next_style=np.stack(
            [
                draws.permutation(f"style after {way}", num_styles)
                for way in ("cold", "warm", "any")
            ]
        ),
        style_weights=1.0 / np.arange(1.0, -(-settings.num_items // num_styles) + 1),
    )
