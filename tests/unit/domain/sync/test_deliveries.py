"""States of a record that are delivered, rather than asked for: late, twice, in any order."""

from datetime import UTC, datetime, timedelta
from itertools import product

import attrs
import pytest

from tresen.domain.sync.canonical import Values
from tresen.domain.sync.laws import BUILT_IN, Edited, Law
from tresen.domain.sync.policy import Policy
from tresen.domain.sync.schema import Field, Schema, folded
from tresen.domain.sync.side import GONE, UNKNOWN, delivered

from .cases import Case

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SCHEMA = Schema("thing", (Field("a", folded), Field("b")))
# What the provider held, one after the other; no value comes back, and none is what we wrote.
STATES: tuple[Values, ...] = ({"a": "y", "b": "1"}, {"a": None, "b": "1"}, {"a": "z", "b": "2"})
OURS: tuple[Values, ...] = ({"a": "x", "b": "0"}, {"a": "w", "b": "0"}, {"a": "w", "b": None})


@attrs.frozen
class Taker:
    """Takes in what is delivered, and remembers the latest instant of it."""

    case: Case
    ours_at: datetime | None
    seen_at: datetime | None = None

    def take(self, number: int) -> "Taker":
        at = NOON + number * MINUTE
        shown = delivered(STATES[number], at=at, seen_at=self.seen_at)
        case = attrs.evolve(self.case, theirs=shown, edited=Edited(ours_at=self.ours_at, theirs_at=at)).applied()
        return self if shown is UNKNOWN else attrs.evolve(self, case=case, seen_at=at)


def outcome(taker: Taker) -> object:
    decision = taker.case.decide()
    return taker.case.ours, taker.case.base, decision.pushes, decision.asked


@pytest.mark.parametrize("law", BUILT_IN, ids=lambda law: law.name)
def test_whatever_comes_in_whatever_order_the_latest_state_counts(law: Law) -> None:
    """90 series of up to four deliveries with the latest state among them, 3 records, 5 instants, each of 5 laws."""
    series = [order for length in (1, 2, 3, 4) for order in product(range(3), repeat=length) if 2 in order]
    edits = (None, *(NOON + n * MINUTE - MINUTE / 2 for n in range(4)))
    for ours, ours_at in product(OURS, edits):
        start = Case(schema=SCHEMA, policy=Policy(default=law), base=OURS[0], ours=ours, theirs=UNKNOWN)
        latest = outcome(Taker(start, ours_at).take(2))
        for order in series:
            taker = Taker(start, ours_at)
            for number in order:
                taker = taker.take(number)
            assert outcome(taker) == latest, (order, start, ours_at)


def test_of_one_instant_the_last_counts_and_a_deletion_is_a_state_like_any() -> None:
    assert delivered(STATES[0], at=NOON, seen_at=NOON) == STATES[0]
    assert delivered(STATES[0], at=NOON, seen_at=None) == STATES[0]
    assert delivered(GONE, at=NOON, seen_at=NOON - MINUTE) is GONE
    assert delivered(GONE, at=NOON - MINUTE, seen_at=NOON) is UNKNOWN
