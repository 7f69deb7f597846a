"""Who may send now, and when those come back who may not."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from tests.builders import IDS

from tresen.adapters.memory.clock import FixedClock, FixedDice
from tresen.application.jobs.kinds import NotYet
from tresen.application.outgoing.deliver import CONCURRENCY
from tresen.application.outgoing.places import LONGEST_S, QUICK_S, SHARES, Manner, Places
from tresen.domain.shared.ids import EndpointId, TenantId

LONG = timedelta(seconds=QUICK_S + 0.1)


class Calls:
    """Calls that last until they are told to end."""

    def __init__(self, dice: float = 0.0) -> None:
        self.clock = FixedClock()
        self.places = Places(self.clock, FixedDice(dice))
        self.tenant = TenantId(IDS.new())
        self._open = ExitStack()

    def begin(self, endpoint: EndpointId, tenant: TenantId | None = None, *, is_failing: bool = False) -> float:
        """0, or after how many seconds it is to be tried again."""
        try:
            self._open.enter_context(self.places.taken(tenant or self.tenant, endpoint, is_failing=is_failing))
        except NotYet as refusal:
            return -1.0 if refusal.counts else refusal.delay_s
        return 0.0

    def end(self) -> None:
        """All of them."""
        self._open.close()

    def fill(self, endpoint: EndpointId, tenant: TenantId | None = None) -> int:
        """How many of twenty got a place."""
        return sum(not self.begin(endpoint, tenant) for _ in range(20))

    def made(self, endpoint: EndpointId, lasts: timedelta, tenant: TenantId | None = None, *, answered: bool) -> None:
        """One that is over."""
        with self.places.taken(tenant or self.tenant, endpoint, is_failing=False) as place:
            self.clock.advance(lasts)
            place.answered = answered


@pytest.fixture
def calls() -> Iterator[Calls]:
    one = Calls()
    yield one
    one.end()


def an_id() -> EndpointId:
    return EndpointId(IDS.new())


def test_no_manner_has_all_places_but_the_best_has_most() -> None:
    assert SHARES[Manner.QUICK].all == CONCURRENCY
    for better, worse in zip(list(Manner), list(Manner)[1:], strict=False):
        assert SHARES[better].endpoint > SHARES[worse].endpoint
        assert SHARES[better].all > SHARES[worse].all
    assert all(share.endpoint <= share.tenant < CONCURRENCY for share in SHARES.values())


@pytest.mark.parametrize(
    ("lasts", "answered", "manner"),
    [
        (timedelta(0), True, Manner.QUICK),
        (timedelta(0), False, Manner.QUICK),
        (LONG, True, Manner.SLOW),
        (LONG, False, Manner.SILENT),
    ],
)
def test_the_last_call_says_how_many_may_follow(calls: Calls, lasts: timedelta, answered: bool, manner: Manner) -> None:
    shop = an_id()
    calls.made(shop, lasts, answered=answered)
    assert calls.fill(shop) == SHARES[manner].endpoint


def test_who_was_never_called_may_be_called_some_times_unless_known_to_fail(calls: Calls) -> None:
    assert calls.fill(an_id()) == SHARES[Manner.NEW].endpoint
    calls.end()
    bad = an_id()
    assert calls.begin(bad, is_failing=True) == 0.0
    assert calls.begin(bad, is_failing=True) > 0.0


def test_while_calls_take_long_no_more_are_made(calls: Calls) -> None:
    """Though the last one that ended was quick."""
    shop = an_id()
    calls.made(shop, timedelta(0), answered=True)
    for _ in range(3):
        assert calls.begin(shop) == 0.0
    calls.clock.advance(LONG)
    assert calls.begin(shop) > 0.0


def test_many_endpoints_of_a_tenant_take_no_more_than_its_share(calls: Calls) -> None:
    silent = [an_id() for _ in range(5)]
    for endpoint in silent:
        calls.made(endpoint, LONG, answered=False)
    assert sum(not calls.begin(endpoint) for endpoint in silent) == SHARES[Manner.SILENT].tenant
    assert calls.begin(an_id()) == 0.0
    assert calls.begin(silent[-1], TenantId(IDS.new())) == 0.0


def test_silent_receivers_of_many_tenants_leave_most_places_to_others(calls: Calls) -> None:
    silent = [(an_id(), TenantId(IDS.new())) for _ in range(10)]
    for endpoint, tenant in silent:
        calls.made(endpoint, LONG, tenant, answered=False)
    assert sum(not calls.begin(endpoint, tenant) for endpoint, tenant in silent) == SHARES[Manner.SILENT].all
    well = an_id()
    calls.made(well, timedelta(0), answered=True)
    calls.clock.advance(LONG)
    assert calls.fill(well) == SHARES[Manner.QUICK].endpoint


def test_a_call_that_is_over_gives_up_its_place(calls: Calls) -> None:
    shop = an_id()
    calls.made(shop, LONG, answered=False)
    for _ in range(3):
        assert calls.begin(shop) == 0.0
        assert calls.begin(shop) > 0.0
        calls.clock.advance(LONG)
        calls.end()


def test_a_call_that_is_broken_off_says_nothing_about_the_receiver(calls: Calls) -> None:
    shop = an_id()

    def break_off() -> None:
        with calls.places.taken(calls.tenant, shop, is_failing=False):
            calls.clock.advance(LONG)
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert calls.fill(shop) == SHARES[Manner.NEW].endpoint


@pytest.mark.parametrize(("dice", "first"), [(0.0, 10.0), (0.5, 15.0), (0.999, 19.99)])
def test_who_waits_for_a_silent_receiver_is_put_off_for_ten_to_twenty_seconds(dice: float, first: float) -> None:
    calls, shop = Calls(dice), an_id()
    calls.made(shop, LONG, answered=False)
    calls.begin(shop)
    assert calls.begin(shop) == pytest.approx(first)


def test_the_more_wait_the_longer_they_are_put_off_but_never_for_ever(calls: Calls) -> None:
    """So that ten thousand that wait are no busy loop: some twenty looks in a second."""
    shop = an_id()
    calls.made(shop, LONG, answered=False)
    calls.begin(shop)
    delays = [calls.begin(shop) for _ in range(20_000)]
    assert max(delays) <= LONGEST_S
    assert max(sum(second <= delay < second + 1 for delay in delays[:10_000]) for second in range(10, 500)) <= 21
    assert min(delays[15_000:]) >= LONGEST_S / 2


def test_once_it_answers_nobody_stands_behind_those_who_were_put_off_before(calls: Calls) -> None:
    shop = an_id()
    calls.made(shop, LONG, answered=False)
    calls.begin(shop)
    for _ in range(1_000):
        calls.begin(shop)
    calls.end()
    calls.made(shop, timedelta(0), answered=True)
    calls.fill(shop)
    assert 1.0 <= calls.begin(shop) < 2.0


def test_a_receiver_that_is_well_is_come_back_to_as_fast_as_it_answers(calls: Calls) -> None:
    shop = an_id()
    for _ in range(50):
        calls.made(shop, timedelta(seconds=0.24), answered=True)
    calls.fill(shop)
    first, second = calls.begin(shop), calls.begin(shop)
    assert second - first == pytest.approx(0.24 / 2, rel=0.01)
