"""Laws: how a field is merged when both sides changed it."""

import enum
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import attrs

from ..shared.time_range import as_utc
from .schema import Field, Value

_EARLIEST = datetime.min.replace(tzinfo=UTC)


class Law(enum.Enum):
    """``theirs``: the provider owns the field. ``ours``: Tresen does. ``newest``: the later edit wins."""

    THEIRS = "theirs"
    OURS = "ours"
    NEWEST = "newest"


class Side(enum.Enum):
    """Whose value was taken."""

    OURS = "ours"
    THEIRS = "theirs"


@attrs.frozen
class Verdict:
    """A side and why, in words that a person reads."""

    side: Side
    reason: str


@attrs.frozen(kw_only=True)
class Edited:
    """When each side last edited the record (aware UTC, None: not told), to ``resolution_s`` seconds.

    ``resolution_s`` (from 1) is the coarser side's resolution; instants that it cannot tell apart are a tie.
    """

    ours_at: datetime | None = None
    theirs_at: datetime | None = None
    resolution_s: int = 1


def settle(law: Law, field: Field, ours: Value, theirs: Value, edited: Edited) -> Verdict:
    """Whose value a field that both sides changed gets. Raises InvalidValue for a naive instant in ``edited``."""
    return _SETTLE[law](field, ours, theirs, edited)


def _newest(field: Field, ours: Value, theirs: Value, edited: Edited) -> Verdict:
    if edited.ours_at is None and edited.theirs_at is None:
        # Until a person can be asked (the law "ask"), the provider's value stands and ours is in the journal.
        return Verdict(Side.THEIRS, "neither side says when it was edited")
    mine, other = (_tick(t, edited.resolution_s) for t in (edited.ours_at, edited.theirs_at))
    if mine > other:
        return Verdict(Side.OURS, "ours is newer")
    if other > mine:
        return Verdict(Side.THEIRS, "theirs is newer")
    greater_is_ours = encoded(field.canonical(ours)) > encoded(field.canonical(theirs))
    return Verdict(Side.OURS if greater_is_ours else Side.THEIRS, "tie: the greater value, so that both sides agree")


def _tick(moment: datetime | None, resolution_s: int) -> int:
    if moment is None:
        return -1  # before every instant
    return (as_utc(moment) - _EARLIEST) // timedelta(seconds=resolution_s)


def encoded(value: Value) -> str:
    """A total order over values of all types, the same on every machine."""
    return f"{type(value).__name__}:{value!r}"


_SETTLE: dict[Law, Callable[[Field, Value, Value, Edited], Verdict]] = {
    Law.THEIRS: lambda *_: Verdict(Side.THEIRS, "the provider owns this field"),
    Law.OURS: lambda *_: Verdict(Side.OURS, "Tresen owns this field"),
    Law.NEWEST: _newest,
}
