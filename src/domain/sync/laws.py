"""Laws: how a field is merged. Five come with Tresen; yours is one more ``Law``.

A law is lawful when ``judge`` depends on nothing but its arguments, gives the same value for the mirrored contest
under the mirrored law, and a value that either side gave, or that its ``Verdict`` carries.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import ClassVar

import attrs

from ..shared.errors import InvalidValue
from ..shared.given import ensure_is, ensure_whole
from ..shared.text import quoted
from ..shared.time_range import as_utc
from .canonical import Canonical, Value, sorted_set
from .side import Side

_EARLIEST = datetime.min.replace(tzinfo=UTC)
# Thirty years: no clock is coarser, and no two are further apart.
_MOST_S = 1_000_000_000
Judge = Callable[["Contest"], "Verdict"]


@attrs.frozen
class Verdict:
    """Whose value, and why, in words that a person reads. ``value`` counts with ``Side.BOTH`` only: the merged one."""

    side: Side
    reason: str
    value: Value = None


_OURS_NEWER = Verdict(Side.OURS, "ours is newer")
_THEIRS_NEWER = Verdict(Side.THEIRS, "theirs is newer")
_NO_TIMES = Verdict(Side.NEITHER, "neither side says when it was edited")
_TIE = "tie: the greater value, so that both sides agree"
_OURS_GREATER, _THEIRS_GREATER = Verdict(Side.OURS, _TIE), Verdict(Side.THEIRS, _TIE)
_THEIRS_STANDS = Verdict(Side.THEIRS, "the provider owns this field")
_OURS_STANDS = Verdict(Side.OURS, "Tresen owns this field")
_UNDECIDED = Verdict(Side.NEITHER, "both sides changed it: a person decides")


def _in_utc(moment: datetime, field: str) -> datetime:
    ensure_is(datetime, moment, field, " with its time zone, or None")
    return as_utc(moment, field)


@attrs.frozen(kw_only=True)
class Edited:
    """When each side last edited the record (aware UTC, None: not told), to ``resolution_s`` seconds.

    ``resolution_s`` (from 1) is the coarser side's resolution; instants that it cannot tell apart are a tie.
    ``skew_s`` (from 0) is how far the two clocks may be apart: instants no further apart than that are a tie, too.
    Both are whole numbers of at most a thousand million. An instant of another zone is kept in UTC, so that equal times
    are told alike. Raises InvalidValue for an instant without a zone, for none is guessed, and for anything else.
    """

    ours_at: datetime | None = None
    theirs_at: datetime | None = None
    resolution_s: int = 1
    skew_s: int = 0

    def __attrs_post_init__(self) -> None:
        # Once per record of every sync: so no call where all is well.
        if self.ours_at is not None and getattr(self.ours_at, "tzinfo", None) is not UTC:
            object.__setattr__(self, "ours_at", _in_utc(self.ours_at, "ours_at"))
        if self.theirs_at is not None and getattr(self.theirs_at, "tzinfo", None) is not UTC:
            object.__setattr__(self, "theirs_at", _in_utc(self.theirs_at, "theirs_at"))
        if type(self.resolution_s) is not int or not 1 <= self.resolution_s <= _MOST_S:
            ensure_whole(self.resolution_s, "resolution_s", 1, _MOST_S)
        if type(self.skew_s) is not int or not 0 <= self.skew_s <= _MOST_S:
            ensure_whole(self.skew_s, "skew_s", 0, _MOST_S)

    @cached_property
    def newer(self) -> Verdict | None:
        """Which side edited it later, ``neither`` when neither tells; None: a tie. Worked out once per record."""
        if self.ours_at is None or self.theirs_at is None:
            if self.ours_at is self.theirs_at:
                return _NO_TIMES
            side = Side.OURS if self.theirs_at is None else Side.THEIRS
            return Verdict(side, f"only {side.value} says when it was edited")
        if _tied(self.ours_at, self.theirs_at, self):
            return None
        return _OURS_NEWER if self.ours_at > self.theirs_at else _THEIRS_NEWER

    def mirrored(self) -> "Edited":
        """The sides swapped."""
        return attrs.evolve(self, ours_at=self.theirs_at, theirs_at=self.ours_at)


NEVER_EDITED = Edited()


@attrs.frozen
class Contest:
    """A field that both sides changed, each to another value. ``known``: they agreed on ``base`` before."""

    canonical: Canonical
    known: bool
    base: Value
    ours: Value
    theirs: Value
    edited: Edited

    def mirrored(self) -> "Contest":
        """The sides swapped."""
        return attrs.evolve(self, ours=self.theirs, theirs=self.ours, edited=self.edited.mirrored())


@attrs.frozen(kw_only=True)
class Law:
    """How a field is merged.

    ``owner`` is the side whose value stands even where it alone did not change; None: an edit of one side is taken,
    whoever made it. ``judge`` is asked where both sides changed the field. ``mirror`` names the law that does the same
    with the sides swapped: itself, for most. Raises InvalidValue for what is none of these; whether the law is lawful,
    ``law_suite.check_law`` tells.
    """

    name: str
    judge: Judge = attrs.field(eq=False, repr=False)
    owner: Side | None = None
    mirror: str = attrs.field(default=attrs.Factory(lambda self: self.name, takes_self=True))

    def __attrs_post_init__(self) -> None:
        ensure_is(str, self.name, "name", " by which policies name the law")
        ensure_is(Callable, self.judge, "judge", ", a function from a Contest to a Verdict")
        ensure_is(str, self.mirror, "mirror", ", the name of a law")
        if self.owner is not None:
            ensure_is(Side, self.owner, "owner", ", such as Side.OURS, or None")

    THEIRS: ClassVar["Law"]
    OURS: ClassVar["Law"]
    NEWEST: ClassVar["Law"]
    UNION: ClassVar["Law"]
    ASK: ClassVar["Law"]


def _newest(contest: Contest) -> Verdict:
    verdict = contest.edited.newer
    if verdict is not None:
        return verdict
    greater_is_ours = encoded(contest.canonical(contest.ours)) > encoded(contest.canonical(contest.theirs))
    return _OURS_GREATER if greater_is_ours else _THEIRS_GREATER


def _tied(mine: datetime, other: datetime, edited: Edited) -> bool:
    apart, step = abs(mine - other), timedelta(seconds=edited.resolution_s)
    if apart <= timedelta(seconds=edited.skew_s):
        return True
    return apart < step and (mine - _EARLIEST) // step == (other - _EARLIEST) // step


def encoded(value: Value) -> str:
    """A total order over values of all types, the same on every machine."""
    return f"{type(value).__name__}:{value!r}"


def _union(contest: Contest) -> Verdict:
    sets = [_members(v) for v in (contest.base if contest.known else None, contest.ours, contest.theirs)]
    if any(each is None for each in sets):
        return Verdict(Side.NEITHER, "only sets can be united")
    base, ours, theirs = (each or frozenset() for each in sets)
    united = (ours & theirs) | ((ours | theirs) - base)
    return Verdict(Side.BOTH, "what either side added or removed", tuple(sorted(united)))


def _members(value: Value) -> frozenset[str] | None:
    read = sorted_set(value)
    if read is None:
        return frozenset()
    return frozenset(read) if isinstance(read, tuple) else None


def _theirs(_: Contest) -> Verdict:
    return _THEIRS_STANDS


def _ours(_: Contest) -> Verdict:
    return _OURS_STANDS


def _ask(_: Contest) -> Verdict:
    return _UNDECIDED


Law.THEIRS = Law(name="theirs", judge=_theirs, owner=Side.THEIRS, mirror="ours")
Law.OURS = Law(name="ours", judge=_ours, owner=Side.OURS, mirror="theirs")
Law.NEWEST = Law(name="newest", judge=_newest)
Law.UNION = Law(name="union", judge=_union)
Law.ASK = Law(name="ask", judge=_ask)

BUILT_IN = (Law.THEIRS, Law.OURS, Law.NEWEST, Law.UNION, Law.ASK)


class Laws:
    """Laws by name: the five of Tresen, and those of an embedder. Raises InvalidValue when two have one name, and for
    what are no laws.
    """

    def __init__(self, more: Iterable[Law] = ()) -> None:
        ensure_is(Iterable, more, "laws", " of laws")
        laws = (*BUILT_IN, *more)
        for law in laws:
            ensure_is(Law, law, "laws", " each, such as Law.OURS")
        self._by_name = {law.name: law for law in laws}
        if len(self._by_name) < len(laws):
            raise InvalidValue("two laws have the same name", field="laws")

    def __iter__(self) -> Iterator[Law]:
        return iter(self._by_name.values())

    def get(self, name: str) -> Law | None:
        """That law, None when there is none."""
        return self._by_name.get(name)

    def named(self, name: str) -> Law:
        """That law. Raises InvalidValue, naming those that there are."""
        ensure_is(str, name, "law", ", the name of one")
        found = self._by_name.get(name)
        if found is None:
            raise InvalidValue(f"there is no law {quoted(name)}; there are {', '.join(self._by_name)}", field="law")
        return found
