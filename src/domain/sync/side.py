"""Whose value, and whether a side has a record at all."""

import enum
from datetime import datetime

from ..shared.errors import InvalidValue
from ..shared.given import ensure_is, ensure_mapping
from ..shared.time_range import as_utc
from .canonical import Values, typed


class Side(enum.Enum):
    """Whose value was taken. ``both``: a value merged of both; ``neither``: a person decides, nothing is written."""

    OURS = "ours"
    THEIRS = "theirs"
    BOTH = "both"
    NEITHER = "neither"

    @property
    def mirrored(self) -> "Side":
        """The sides swapped."""
        return _MIRROR.get(self, self)


_MIRROR = {Side.OURS: Side.THEIRS, Side.THEIRS: Side.OURS}


class Presence(enum.Enum):
    """A record that a side does not show. ``gone``: there is proof that it has none; ``unknown``: nobody can tell.

    Proof is a tombstone, an answer that says so, or a complete listing without it. An error, a page that failed and a
    listing that broke off prove nothing.
    """

    GONE = "gone"
    UNKNOWN = "unknown"


GONE, UNKNOWN = Presence.GONE, Presence.UNKNOWN

# What a side shows of one record: its values, or why there are none.
Shown = Values | Presence


VALUES = "a mapping of fields to values"
_SHOWN = f"{VALUES}, or GONE where there is proof that there is none, else UNKNOWN"


def ensure_shown(shown: object, side: str) -> None:
    """Raises InvalidValue for what is neither values nor a marker. A word, such as "gone", is no marker."""
    if shown is None:
        raise InvalidValue(
            f"{side} is None, which does not tell why: say GONE where there is proof that there is none, else UNKNOWN",
            field=side,
        )
    if not isinstance(shown, Presence):
        ensure_mapping(shown, side, _SHOWN)


def typed_shown(shown: Shown | None) -> object:
    """What the values of a record are told apart by, type and all."""
    if shown is None or isinstance(shown, Presence):
        return shown
    return {name: typed(value) for name, value in shown.items()}


def delivered(shown: Shown, *, at: datetime, seen_at: datetime | None) -> Shown:
    """What a delivery tells of one record: deliveries come late, twice, and in any order.

    ``at`` is when its side last edited what it shows, ``seen_at`` the latest such instant that was taken in before
    (None: nothing was). An earlier state than that is no news: ``UNKNOWN``. Of one instant, the last to come counts.

    Raises InvalidValue for an instant without a zone, for none is guessed, and for anything else.
    """
    ensure_shown(shown, "shown")
    _ensure_instant(at, "at")
    if seen_at is not None:
        _ensure_instant(seen_at, "seen_at")
    return UNKNOWN if seen_at is not None and at < seen_at else shown


def _ensure_instant(instant: datetime, field: str) -> None:
    ensure_is(datetime, instant, field)
    as_utc(instant, field)
