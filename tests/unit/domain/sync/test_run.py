"""Runs: their counters and the limit of one an hour."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.shared.ids import AccountId, RunId, TenantId
from tresen.domain.sync.run import MIN_INTERVAL, Counts, Run, RunState, next_allowed

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
TICK = timedelta(microseconds=1)
NUMBERS = st.integers(0, 10**9)
NAMES = tuple(field.name for field in attrs.fields(Counts))
COUNTS = st.builds(Counts, **dict.fromkeys(NAMES, NUMBERS))


def run() -> Run:
    return Run(
        id=RunId(UUID(int=1)),
        tenant_id=TenantId(UUID(int=2)),
        account_id=AccountId(UUID(int=3)),
        kind="members",
        started_at=NOW,
    )


def test_a_new_run_is_under_way_and_has_seen_nothing() -> None:
    found = run()
    assert (found.state, found.counts.seen, found.finished_at, found.forced) == (RunState.RUNNING, 0, None, False)


@pytest.mark.parametrize("state", [s for s in RunState if s is not RunState.RUNNING])
@pytest.mark.parametrize("reason", [None, "the provider did not answer"])
def test_a_run_ends_in_a_state_at_a_time_for_a_reason(state: RunState, reason: str | None) -> None:
    found = run()
    found.finish(state, now=NOW + timedelta(minutes=1), reason=reason)
    assert (found.state, found.finished_at, found.reason) == (state, NOW + timedelta(minutes=1), reason)


@pytest.mark.parametrize("allowed_at", [None, NOW + timedelta(hours=1)])
def test_a_run_that_is_skipped_ends_when_it_began_and_says_when_the_next_may(allowed_at: datetime | None) -> None:
    found = run()
    found.skip(allowed_at=allowed_at, reason="not now")
    assert (found.state, found.finished_at, found.reason) == (RunState.SKIPPED, NOW, "not now")
    assert found.allowed_at == allowed_at


@pytest.mark.parametrize("state", [s for s in RunState if s is not RunState.RUNNING])
def test_how_long_a_run_took_is_known_unless_it_died(state: RunState) -> None:
    found = run()
    assert found.duration is None
    found.finish(state, now=NOW + TICK)
    assert found.duration == (None if state is RunState.INTERRUPTED else TICK)


def test_a_clock_that_was_set_back_makes_no_run_shorter_than_nothing() -> None:
    found = run()
    found.finish(RunState.COMPLETED, now=NOW - timedelta(hours=1))
    assert found.duration == timedelta(0)


@pytest.mark.parametrize("field", ["id", "tenant_id", "account_id", "kind"])
def test_a_run_keeps_what_it_was_asked_for(field: str) -> None:
    with pytest.raises(attrs.exceptions.FrozenAttributeError):
        setattr(run(), field, "other")


@given(COUNTS, COUNTS, COUNTS)
def test_counters_add_up_in_any_grouping(a: Counts, b: Counts, c: Counts) -> None:
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert a + Counts() == a
    assert (a + b).seen == a.seen + b.seen


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_counted_under_its_own_name(name: str) -> None:
    total = Counts(**{name: 2}) + Counts(**{name: 3})
    assert attrs.asdict(total) == {**dict.fromkeys(NAMES, 0), name: 5}


@pytest.mark.parametrize("name", NAMES)
def test_a_record_is_seen_once_whatever_else_comes_of_it(name: str) -> None:
    """What is pushed or not, or in conflict, was counted already by what became of it here."""
    assert Counts(**{name: 5}).seen == (0 if name in {"pushed", "refused", "dropped", "conflicts"} else 5)


@pytest.mark.parametrize(
    ("since", "allowed_in"),
    [
        (timedelta(), timedelta(hours=1)),
        (timedelta(minutes=59), timedelta(minutes=1)),
        (timedelta(hours=1) - TICK, TICK),
        (timedelta(hours=1), None),
        (timedelta(hours=1) + TICK, None),
        (timedelta(days=400), None),
    ],
)
def test_once_an_hour_to_the_microsecond(since: timedelta, allowed_in: timedelta | None) -> None:
    expected = None if allowed_in is None else NOW + allowed_in
    assert next_allowed(NOW - since, now=NOW, force=False) == expected
    assert next_allowed(NOW - since, now=NOW, force=True) is None


@pytest.mark.parametrize("force", [False, True])
def test_without_a_success_nothing_limits(force: bool) -> None:
    assert next_allowed(None, now=NOW, force=force) is None


@given(st.timedeltas(timedelta(), timedelta(hours=3)))
def test_at_the_time_named_the_run_may_begin_and_not_before(since: timedelta) -> None:
    last = NOW - since
    allowed = next_allowed(last, now=NOW, force=False)
    if allowed is not None:
        assert NOW < allowed <= NOW + MIN_INTERVAL
        assert next_allowed(last, now=allowed, force=False) is None
        assert next_allowed(last, now=allowed - TICK, force=False) == allowed


@pytest.mark.parametrize("ahead", [TICK, timedelta(minutes=5), timedelta(days=400)])
def test_a_success_in_the_future_does_not_close_the_gate(ahead: timedelta) -> None:
    """A clock that was wrong once would close it for as long as it was wrong."""
    assert next_allowed(NOW + ahead, now=NOW, force=False) is None
