"""The order of lists: texts whatever their case, the unknown last, equals by id."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar

from .entities import Identified

E = TypeVar("E", bound=Identified)
Key = str | date | None


def by_name(text: str) -> str:
    """What texts are ordered by."""
    return text.casefold()


def arranged(rows: Iterable[E], key: Callable[[E], Key], *, descending: bool) -> list[E]:
    """The rows by ``key`` (all of one type, or None); None is last and equals are by id in both directions."""
    known: list[tuple[str, E]] = []
    unknown: list[E] = []
    for row in sorted(rows, key=lambda row: row.id):
        value = key(row)
        if value is None:
            unknown.append(row)
        else:
            # ISO texts of dates and of UTC instants order as what they say.
            known.append((by_name(value) if isinstance(value, str) else value.isoformat(), row))
    known.sort(key=lambda pair: pair[0], reverse=descending)
    return [row for _, row in known] + unknown
