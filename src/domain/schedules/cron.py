"""What a cron expression says, as sets of numbers."""

from datetime import date
from typing import ClassVar

import attrs

from ..shared.errors import InvalidValue

Numbers = frozenset[int]

_DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@attrs.frozen(kw_only=True)
class CronFields:
    """The five fields: minutes 0-59, hours 0-23, days of the month 1-31, months 1-12, weekdays 0-6 from Sunday.

    ``either_day``: day of the month and weekday are both restricted, and one that fits is enough, as in cron(5).
    ``real_time``: hour or minute was written with ``*`` or a step (see ``ticks``). Raises InvalidValue for numbers
    outside these ranges and for days that no year has.
    """

    LIMITS: ClassVar = {
        "minutes": range(60),
        "hours": range(24),
        "days": range(1, 32),
        "months": range(1, 13),
        "weekdays": range(7),
    }

    minutes: Numbers
    hours: Numbers
    days: Numbers = frozenset(LIMITS["days"])
    months: Numbers = frozenset(LIMITS["months"])
    weekdays: Numbers = frozenset(LIMITS["weekdays"])
    either_day: bool = False
    real_time: bool = False

    def __attrs_post_init__(self) -> None:
        for name, limits in self.LIMITS.items():
            given: Numbers = getattr(self, name)
            if not given or not given.issubset(limits):
                raise InvalidValue(f"{name} are numbers from {limits[0]} to {limits[-1]}", field="cron")
        longest = max(_DAYS_IN_MONTH[month - 1] for month in self.months)
        if not self.either_day and min(self.days) > longest:
            raise InvalidValue(f"no year has a day {min(self.days)} in these months", field="cron")

    def on(self, day: date) -> bool:
        """Whether there are ticks on that civil day."""
        if day.month not in self.months:
            return False
        in_month, in_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return (in_month or in_week) if self.either_day else (in_month and in_week)
