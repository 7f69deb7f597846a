"""What dates and flags say about a membership, on every day."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.membership.status import Status, Terms

FIRST = date(2026, 2, 26)
DAYS = [FIRST + timedelta(days=n) for n in range(7)]  # over the end of a February
SOME = (None, *DAYS[2:5])
FLAGS = (None, True, False)


def all_terms() -> Iterator[Terms]:
    for starts, ends, cancels, flag, deleted, held in product(SOME, SOME, SOME, FLAGS, (False, True), (False, True)):
        yield Terms(
            starts_on=starts, ends_on=ends, cancels_on=cancels, flagged_active=flag, deleted=deleted, on_hold=held
        )


def expected(terms: Terms, day: date) -> Status:
    """The rule as a sentence: what ended it by hand, or before it starts, else what its dates say, else the flags."""
    first = terms.starts_on or date.min
    ends_before = (terms.ends_on or date.max) < first or (terms.cancels_on or date.max) <= first
    if terms.deleted or ends_before or (terms.cancels_on or date.max) <= day:
        return Status.CANCELLED
    if day > (terms.ends_on or date.max):
        return Status.EXPIRED
    if day < (terms.starts_on or date.min):
        return Status.PENDING
    return {
        (None, False): Status.UNKNOWN,
        (None, True): Status.UNKNOWN,
        (False, False): Status.CANCELLED,
        (False, True): Status.CANCELLED,
        (True, False): Status.ACTIVE,
        (True, True): Status.PAUSED,
    }[terms.flagged_active, terms.on_hold]


def test_every_combination_of_dates_and_flags_has_its_state() -> None:
    seen = set()
    for terms, day in product(all_terms(), DAYS):
        found = terms.status_on(day)
        assert found is expected(terms, day), (terms, day)
        seen.add(found)
    assert seen == set(Status)


def test_the_next_change_is_the_first_later_day_that_differs_for_every_combination() -> None:
    for terms, (n, day) in product(all_terms(), enumerate(DAYS)):
        now = terms.status_on(day)
        first = next((d for d in DAYS[n + 1 :] if terms.status_on(d) is not now), None)
        assert terms.next_change_after(day) == first, (terms, day)


@pytest.mark.parametrize(
    ("terms", "day_before", "day"),
    [
        (Terms(starts_on=DAYS[3], flagged_active=True), Status.PENDING, Status.ACTIVE),
        (Terms(ends_on=DAYS[2], flagged_active=True), Status.ACTIVE, Status.EXPIRED),
        (Terms(cancels_on=DAYS[3], flagged_active=True), Status.ACTIVE, Status.CANCELLED),
    ],
    ids=["first day in force", "day after the last", "first day cancelled"],
)
def test_which_day_is_the_first_of_the_new_state(terms: Terms, day_before: Status, day: Status) -> None:
    assert terms.status_on(DAYS[2]) is day_before
    assert terms.status_on(DAYS[3]) is day
    assert terms.next_change_after(DAYS[0]) == DAYS[3]


def test_dates_outrank_the_flag_in_both_directions() -> None:
    over = Terms(ends_on=DAYS[0], flagged_active=True)
    ahead = Terms(starts_on=DAYS[5], flagged_active=False)
    assert (over.status_on(DAYS[1]), ahead.status_on(DAYS[1])) == (Status.EXPIRED, Status.PENDING)


@pytest.mark.parametrize(
    "terms",
    [
        Terms(starts_on=DAYS[4], ends_on=DAYS[1], flagged_active=False),
        Terms(starts_on=DAYS[4], cancels_on=DAYS[2], flagged_active=True),
        Terms(starts_on=DAYS[4], cancels_on=DAYS[4], flagged_active=True),
    ],
    ids=["last day before the first", "cancelled before the first day", "cancelled from the first day on"],
)
def test_what_ends_before_it_starts_is_cancelled_on_every_day(terms: Terms) -> None:
    assert {terms.status_on(day) for day in DAYS} == {Status.CANCELLED}
    assert terms.next_change_after(DAYS[0]) is None
    assert terms.ends_anyway(DAYS[0])


def test_what_lasts_one_day_is_pending_before_it() -> None:
    terms = Terms(starts_on=DAYS[4], ends_on=DAYS[4], flagged_active=True)
    assert [terms.status_on(day) for day in DAYS[3:6]] == [Status.PENDING, Status.ACTIVE, Status.EXPIRED]


def test_there_is_nothing_to_cancel_of_what_is_over_or_was_cancelled_for_later() -> None:
    ending, later = Terms(ends_on=DAYS[2], flagged_active=True), Terms(cancels_on=DAYS[4], flagged_active=True)
    assert [ending.ends_anyway(day) for day in DAYS[1:4]] == [False, False, True]
    assert later.ends_anyway(DAYS[1])
    assert not Terms(starts_on=DAYS[4], flagged_active=False).ends_anyway(DAYS[1]), "the flag lags"


def test_a_provider_that_says_nothing_is_not_guessed_at() -> None:
    assert Terms().status_on(FIRST) is Status.UNKNOWN
    assert Terms().next_change_after(FIRST) is None


@pytest.mark.parametrize("ends_on", [date.max, date.max - timedelta(days=1), None])
def test_a_membership_without_end_never_ends(ends_on: date | None) -> None:
    """Providers write 9999-12-31 for "never"."""
    terms = Terms(ends_on=ends_on, flagged_active=True)
    assert terms.status_on(date.max) is (Status.EXPIRED if ends_on == date.max - timedelta(days=1) else Status.ACTIVE)
    assert terms.next_change_after(FIRST) == (date.max if ends_on == date.max - timedelta(days=1) else None)


def dates() -> st.SearchStrategy[date]:
    near = st.dates(date(2026, 1, 1), date(2026, 3, 31))
    return near | st.sampled_from((date.min, date.max, date(1900, 1, 1), date(2028, 2, 29), date(9999, 12, 30)))


def terms() -> st.SearchStrategy[Terms]:
    maybe = st.none() | dates()
    return st.builds(
        Terms,
        starts_on=maybe,
        ends_on=maybe,
        cancels_on=maybe,
        flagged_active=st.sampled_from(FLAGS),
        deleted=st.booleans(),
        on_hold=st.booleans(),
    )


@given(terms(), dates(), st.data())
def test_between_today_and_the_next_change_nothing_changes(found: Terms, day: date, data: st.DataObject) -> None:
    now, change = found.status_on(day), found.next_change_after(day)
    if change is not None:
        assert change > day
        assert found.status_on(change) is not now
    last = date.max if change is None else change - timedelta(days=1)
    between = data.draw(st.dates(day, last))
    assert found.status_on(between) is now


@given(terms(), dates())
def test_the_chain_of_changes_is_finite_and_moves_on(found: Terms, day: date) -> None:
    """Three dates turn a membership at most three times."""
    chain: list[date] = [day]
    while (change := found.next_change_after(chain[-1])) is not None:
        chain.append(change)
        assert len(chain) <= 4
    assert all(a < b for a, b in pairwise(chain))


@given(terms(), dates())
def test_what_is_cancelled_or_expired_by_date_does_not_come_back(found: Terms, day: date) -> None:
    over = {Status.CANCELLED, Status.EXPIRED}
    if found.status_on(day) in over:
        assert found.status_on(date.max) in over
