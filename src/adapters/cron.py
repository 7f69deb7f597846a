"""Cron expressions, read by a library."""

import re
from datetime import UTC, datetime
from functools import lru_cache

from cronsim import CronSim, CronSimError

from ..application.ports.cron import CronParser
from ..domain.schedules.cron import CronFields
from ..domain.shared.errors import InvalidValue

# cron(8) of Debian knows these; the library does not.
_NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_FIELDS = (
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day-of-month", "1 to 31"),
    ("month", "1 to 12 or JAN to DEC"),
    ("day-of-week", "0 to 7 or SUN to SAT"),
)
_LONGEST = 200
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # the library wants one; nothing here depends on it
_TERM = re.compile(r"\*|[0-9]{1,2}|[A-Za-z]{3}")
_BETWEEN_TERMS = re.compile(r"[,/-]")


class LibraryCronParser(CronParser):
    """Over cronsim, without what is no cron: seconds, and the letters L, W and #."""

    def parse(self, expression: str) -> CronFields:
        """Remembered."""
        return read_cron(expression)


@lru_cache(maxsize=1024)
def read_cron(expression: str) -> CronFields:
    """As CronParser.parse."""
    texts = _NICKNAMES.get(expression.strip().lower(), expression).split()
    if len(texts) != len(_FIELDS) or len(expression) > _LONGEST:
        raise InvalidValue(
            f"a cron expression has five fields (minute hour day-of-month month day-of-week), "
            f"as in '0 5-14 * * 1-5', or is one of {', '.join(_NICKNAMES)}",
            field="cron",
        )
    for (name, limits), text in zip(_FIELDS, texts, strict=True):
        if not all(_TERM.fullmatch(term) for term in _BETWEEN_TERMS.split(text)):
            raise _wrong(name, text, limits)
    return _fields(_parsed(texts), texts)


def _parsed(texts: list[str]) -> CronSim:
    try:
        return CronSim(" ".join(texts), _ANY_TIME)
    except CronSimError as error:
        raise _explained(str(error), texts) from None


def _explained(error: str, texts: list[str]) -> InvalidValue:
    day, month = texts[2:4]
    if error == "Bad day-of-month" and month != "*":
        _parsed([*texts[:3], "*", texts[4]])
        return InvalidValue(f"no year has a day-of-month {day!r} in the month {month!r}", field="cron")
    for (name, limits), text in zip(_FIELDS, texts, strict=True):
        if error == f"Bad {name}":
            return _wrong(name, text, limits)
    return InvalidValue(f"the cron expression {' '.join(texts)!r} is not understood: {error}", field="cron")


def _fields(parsed: CronSim, texts: list[str]) -> CronFields:
    return CronFields(
        minutes=frozenset(parsed.minutes),
        hours=frozenset(parsed.hours),
        days=frozenset(parsed.days),
        months=frozenset(parsed.months),
        weekdays=frozenset(day % 7 for day in parsed.weekdays if isinstance(day, int)),
        either_day=not parsed.day_and,
        real_time=any(sign in text for text in texts[:2] for sign in "*/"),
    )


def _wrong(name: str, text: str, limits: str) -> InvalidValue:
    return InvalidValue(
        f"the {name} {text!r} of the cron expression is not understood: numbers from {limits}, lists (1,2), "
        "ranges (1-5), steps (*/5), or *",
        field="cron",
    )
