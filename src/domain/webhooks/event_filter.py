"""Which types of events an endpoint wants."""

import re
from collections.abc import Collection, Iterable

from ..shared.errors import InvalidValue

EVERYTHING = "*"
FILTERS_MAX = 50
_TYPE_MAX = 100
# The letters that Standard Webhooks gives to types of events: a hierarchy with full stops.
_FILTER = re.compile(r"\*|[a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?")


def checked_filters(filters: Iterable[str]) -> tuple[str, ...]:
    """The filters in order, each once. Raises InvalidValue (field ``events``).

    ``*`` wants everything, ``membership.*`` every type below, at any depth, ``lead.captured`` that one alone.
    """
    wanted = tuple(dict.fromkeys(filters))
    if not wanted:
        raise InvalidValue("an endpoint wants at least one type of events; * is all of them", field="events")
    if len(wanted) > FILTERS_MAX:
        raise InvalidValue(f"an endpoint has at most {FILTERS_MAX} filters", field="events")
    for one in wanted:
        if len(one) > _TYPE_MAX or not _FILTER.fullmatch(one):
            raise InvalidValue(
                f"{one[:_TYPE_MAX]!r} is no filter: write *, membership.* or membership.status_changed", field="events"
            )
    return wanted


def is_wanted(filters: Collection[str], event_type: str) -> bool:
    """Whether any of the filters lets the type pass."""
    if EVERYTHING in filters or event_type in filters:
        return True
    return any(one.endswith(".*") and event_type.startswith(one[:-1]) for one in filters)
