"""The days on which a split and the ages depend, found from the accounts."""

from dataclasses import dataclass

import numpy as np

from pipeline.accounting.read_account import ReadAccount
from pipeline.accounting.sequence_account import SequenceAccount
from pipeline.options import Options
from pipeline.windowing.split import cut_days
from schemas.days import iso_date
from schemas.errors import UserError


@dataclass(frozen=True)
class DayPlan:
    """Days that follow from all accepted events.

    Attributes:
      last_day: the last day.
      cuts: under `time`, the first eval day and the first test day.
    """

    last_day: int
    cuts: tuple[int, ...] = ()


def plan_days(account: ReadAccount, options: Options) -> DayPlan:
    """Finds the days of the split.

    Args:
      account: of all rows, as `check_rows` lets it pass.
      options: all settings.

    Raises:
      UserError: no row has a value in one of the fields that say something of items, or
        all are of one day, which `time` would have to divide.
    """
    for name in options.read.item_fields:
        if not account.values.get(name):
            raise UserError(
                f"no row has text or a number in `{name}`, which --item_fields names; "
                "check the name, or leave it out."
            )
    days = np.asarray(sorted(account.days), np.int64)
    events = np.asarray([account.days[int(day)] for day in days], np.int64)
    cuts = cut_days(days, events, options.split) if options.split.name == "time" else ()
    if len(days) == 1 and cuts and cuts[0] <= days[0]:
        raise UserError(
            f"all {events[0]:,} events are of {iso_date(int(days[0]))}, so that "
            "--split time cannot divide them; check --date_field, or give --split "
            "leave_one_out."
        )
    return DayPlan(int(days[-1]), cuts)


def reference_day(account: SequenceAccount, plan: DayPlan, options: Options) -> int:
    """Returns the day from which training ages count.

    Raises:
      UserError: there is nothing to train on.
    """
    if not account.users_long_enough:
        raise UserError(
            f"none of {account.users:,} users has a history of --min_items "
            f"{options.window.min_items} events; lower it, or check --user_field."
        )
    if not options.split.measures_from_target:
        last_day: int | None = plan.last_day
    else:
        last_day = account.last_training_day
    if last_day is None:
        raise UserError(
            f"--split {options.split.name} leaves no user with enough events to train "
            "on; choose another split, smaller fractions or a lower --min_items."
        )
    return last_day if options.reference_day is None else options.reference_day
