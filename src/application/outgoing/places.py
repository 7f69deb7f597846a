"""Who may send now: no receiver, and no tenant, takes the places of all others by being slow."""

import enum
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import attrs

from ...domain.shared.ids import EndpointId, TenantId
from ..jobs.kinds import NotYet
from ..ports.clock import Clock, Dice

# A call that takes longer holds its place at the expense of others.
QUICK_S = 1.0
# Nobody is put off for longer: half of it at least, so that those do not come back together.
LONGEST_S = 600.0
# An endpoint's usual time follows its last calls, this much each.
_WEIGHT = 0.125
# More than an installation has that are in trouble at a time; those that are well need not be remembered.
_REMEMBERED = 10_000


class Manner(enum.IntEnum):
    """How an endpoint behaved last, from good to bad: it answered or failed within a second, was never called by this
    process, took longer, or took longer and then gave no answer."""

    QUICK = 0
    NEW = 1
    SLOW = 2
    SILENT = 3


@attrs.frozen(kw_only=True)
class Share:
    """How many calls may be under way at a time: to the endpoint, and of those that are no better than it, of the
    tenant and in all. Who finds no place comes back after ``wait_s`` to twice that, and after the one that was put off
    before it by at least ``gap_s``."""

    endpoint: int
    tenant: int
    all: int
    wait_s: float
    gap_s: float


SHARES: Mapping[Manner, Share] = {
    Manner.QUICK: Share(endpoint=12, tenant=12, all=16, wait_s=1.0, gap_s=0.001),
    Manner.NEW: Share(endpoint=8, tenant=8, all=12, wait_s=1.0, gap_s=0.005),
    Manner.SLOW: Share(endpoint=2, tenant=4, all=6, wait_s=10.0, gap_s=0.05),
    Manner.SILENT: Share(endpoint=1, tenant=2, all=3, wait_s=10.0, gap_s=0.05),
}


@attrs.define
class _Line:
    """What is known of an endpoint: when the last call ended, how long it usually is from one end to the next while it
    is called (``usual_s``), and the moment for which the last one was put off (``last_s``)."""

    manner: Manner
    usual_s: float = 0.0
    last_s: float = 0.0
    ended_s: float = 0.0

    def note(self, began_s: float, now: float, *, answered: bool) -> None:
        seconds = now - began_s
        # With calls beside each other one ends more often than each of them takes.
        self.usual_s += _WEIGHT * (min(seconds, now - self.ended_s) - self.usual_s)
        self.ended_s = now
        long = Manner.SLOW if answered else Manner.SILENT
        became = Manner.QUICK if seconds <= QUICK_S else long
        if became < self.manner:
            # Who is put off from now on does not stand behind those who were when it was worse.
            self.last_s = 0.0
        self.manner = became

    def gap_s(self, share: Share) -> float:
        """Twice as fast as it can be served, so that no place is free for long."""
        return max(share.gap_s, self.usual_s / 2) if self.manner is Manner.QUICK else share.gap_s


@attrs.define(eq=False)
class Place:
    """A call that is under way. ``answered`` is set by whoever made it."""

    tenant_id: TenantId
    endpoint_id: EndpointId
    since_s: float
    manner: Manner
    answered: bool = False


class Places:
    """The calls of this process. What it knows of the endpoints is forgotten with it."""

    def __init__(self, clock: Clock, dice: Dice) -> None:
        self._clock, self._dice = clock, dice
        self._taken: list[Place] = []
        self._lines: dict[EndpointId, _Line] = {}

    @contextmanager
    def taken(self, tenant_id: TenantId, endpoint_id: EndpointId, *, is_failing: bool) -> Iterator[Place]:
        """A place for one call. Raises NotYet, which does not count, when there is none.

        ``is_failing``: it is not known to be well, should this process never have called it.
        """
        now = self._clock.monotonic()
        line = self._line(endpoint_id, is_failing=is_failing)
        manner = self._manner(endpoint_id, line, now)
        share = SHARES[manner]
        if not self._has_room(tenant_id, endpoint_id, manner, share, now):
            raise NotYet("others are being sent", delay_s=self._delay_s(line, share, now), counts=False)
        place = Place(tenant_id, endpoint_id, now, manner)
        self._taken.append(place)
        try:
            yield place
        finally:
            self._taken.remove(place)
        # Not so when it was broken off, which says nothing about the receiver.
        line.note(now, self._clock.monotonic(), answered=place.answered)

    def _line(self, endpoint_id: EndpointId, *, is_failing: bool) -> _Line:
        if endpoint_id not in self._lines:
            if len(self._lines) >= _REMEMBERED:
                self._lines = {id_: line for id_, line in self._lines.items() if line.manner > Manner.NEW}
            self._lines[endpoint_id] = _Line(Manner.SILENT if is_failing else Manner.NEW)
        return self._lines[endpoint_id]

    def _manner(self, endpoint_id: EndpointId, line: _Line, now: float) -> Manner:
        """It is as bad as its worst call that is under way."""
        under_way = (_as_bad_as(place, now) for place in self._taken if place.endpoint_id == endpoint_id)
        return max([line.manner, *under_way])

    def _has_room(self, tenant_id: TenantId, endpoint_id: EndpointId, manner: Manner, share: Share, now: float) -> bool:
        no_better = [place for place in self._taken if _as_bad_as(place, now) >= manner]
        return (
            sum(place.endpoint_id == endpoint_id for place in self._taken) < share.endpoint
            and sum(place.tenant_id == tenant_id for place in no_better) < share.tenant
            and len(no_better) < share.all
        )

    def _delay_s(self, line: _Line, share: Share, now: float) -> float:
        roll = self._dice.roll()
        line.last_s = max(now + share.wait_s * (1 + roll), line.last_s + line.gap_s(share))
        delay_s = line.last_s - now
        return delay_s if delay_s <= LONGEST_S else LONGEST_S * (1 + roll) / 2


def _as_bad_as(place: Place, now: float) -> Manner:
    return max(place.manner, Manner.SLOW) if now - place.since_s > QUICK_S else place.manner
