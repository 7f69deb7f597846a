"""A membership follows its terms and tells when it stands differently."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import UUID

import attrs
import pytest

from tresen.domain.membership.events import MembershipStatusChanged
from tresen.domain.membership.membership import Membership
from tresen.domain.membership.status import TRANSITIONS, Status, Step, Terms, leads_to
from tresen.domain.shared.errors import IllegalTransition
from tresen.domain.shared.ids import MemberId, MembershipId, TenantId

MADE = datetime(2026, 5, 1, 9, tzinfo=UTC)
NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
DAY = NOW.date()
ENDING = Terms(starts_on=date(2026, 5, 1), ends_on=date(2026, 5, 10), flagged_active=True)
GIVES = {
    Status.ACTIVE: Terms(flagged_active=True),
    Status.PAUSED: Terms(flagged_active=True, on_hold=True),
    Status.PENDING: Terms(starts_on=DAY + timedelta(days=1)),
    Status.CANCELLED: Terms(deleted=True),
    Status.EXPIRED: Terms(ends_on=DAY - timedelta(days=1)),
    Status.UNKNOWN: Terms(),
}


def membership(terms: Terms = ENDING, status: Status = Status.UNKNOWN) -> Membership:
    return Membership(
        id=MembershipId(UUID(int=1)),
        tenant_id=TenantId(UUID(int=2)),
        member_id=MemberId(UUID(int=3)),
        name="Monthly",
        terms=terms,
        status=status,
        created_at=MADE,
        updated_at=MADE,
    )


@pytest.mark.parametrize(("old", "new"), list(product(Status, Status)))
def test_settling_takes_the_state_of_the_terms_and_records_a_real_change(old: Status, new: Status) -> None:
    found = membership(GIVES[new], old)
    changed = found.settle(DAY, now=NOW)
    assert (found.status, changed) == (new, old is not new)
    if not changed:
        assert found.drain() == ()
        assert found.updated_at == MADE
        return
    assert found.updated_at == NOW
    assert found.drain() == (
        MembershipStatusChanged(subject_id=found.id, occurred_at=NOW, old=old, new=new, regular=leads_to(old, new)),
    )


def test_a_change_that_the_table_does_not_know_is_taken_and_marked() -> None:
    """The provider is right about its own memberships; people should know all the same."""
    found = membership(GIVES[Status.PENDING], Status.CANCELLED)
    assert found.settle(DAY, now=NOW)
    (event,) = found.drain()
    assert isinstance(event, MembershipStatusChanged)
    assert not event.regular


def test_settling_again_on_the_same_day_does_nothing() -> None:
    found = membership()
    assert found.settle(DAY, now=NOW)
    found.drain()
    before = attrs.asdict(found)
    assert not found.settle(DAY, now=NOW + timedelta(hours=1))
    assert attrs.asdict(found) == before
    assert found.drain() == ()


def test_it_knows_the_day_on_which_it_must_be_looked_at_again() -> None:
    found = membership()
    found.settle(DAY, now=NOW)
    assert found.status_changes_on == date(2026, 5, 11)
    assert found.settle(date(2026, 5, 11), now=NOW + timedelta(days=7))
    assert found.status is Status.EXPIRED
    assert attrs.asdict(found)["status_changes_on"] is None


def test_the_day_of_the_next_change_follows_the_terms_though_the_state_stays() -> None:
    found = membership()
    found.settle(DAY, now=NOW)
    found.terms = attrs.evolve(ENDING, ends_on=None)
    assert not found.settle(DAY, now=NOW)
    assert found.status_changes_on is None


@pytest.mark.parametrize(("status", "step"), list(product(Status, Step)))
def test_a_step_is_possible_when_the_table_has_it(status: Status, step: Step) -> None:
    found = membership(status=status)
    if step in TRANSITIONS[status]:
        found.ensure_can(step)
    else:
        with pytest.raises(IllegalTransition):
            found.ensure_can(step)
    assert found.status is status
    assert found.drain() == ()
