"""The transition table of memberships: total over states and steps."""

from itertools import product

import pytest

from tresen.domain.membership.status import TRANSITIONS, Status, Step, after, leads_to
from tresen.domain.shared.errors import IllegalTransition

PAIRS = list(product(Status, Step))

# The table once more, as the counter staff would say it.
ALLOWED = {
    ("pending", "start"): "active",
    ("pending", "cancel"): "cancelled",
    ("active", "pause"): "paused",
    ("active", "cancel"): "cancelled",
    ("active", "expire"): "expired",
    ("active", "renew"): "active",
    ("paused", "resume"): "active",
    ("paused", "cancel"): "cancelled",
    ("paused", "expire"): "expired",
    ("cancelled", "reinstate"): "active",
    ("expired", "renew"): "active",
    ("unknown", "cancel"): "cancelled",
}


@pytest.mark.parametrize(("status", "step"), PAIRS)
def test_every_step_from_every_state_is_either_in_the_table_or_refused(status: Status, step: Step) -> None:
    expected = ALLOWED.get((status.value, step.value))
    if expected is not None:
        assert after(status, step) is Status(expected)
        return
    with pytest.raises(IllegalTransition, match=f"is {status.value} cannot {step.value}") as refused:
        after(status, step)
    steps = sorted(name for state, name in ALLOWED if state == status.value)
    assert refused.value.details == {"status": status.value, "allowed": steps}


def test_the_table_names_every_state() -> None:
    assert set(TRANSITIONS) == set(Status)


def test_every_step_has_a_use() -> None:
    assert {step for steps in TRANSITIONS.values() for step in steps} == set(Step)


@pytest.mark.parametrize(("source", "target"), list(product(Status, Status)))
def test_one_state_leads_to_another_when_a_step_does_or_nothing_happens(source: Status, target: Status) -> None:
    reached = {to for (state, _), to in ALLOWED.items() if state == source.value}
    assert leads_to(source, target) is (source is target or target.value in reached)


def test_nothing_leads_into_the_unknown() -> None:
    assert not any(leads_to(s, Status.UNKNOWN) for s in Status if s is not Status.UNKNOWN)


def test_every_state_but_the_unknown_is_within_reach_of_a_pending_membership() -> None:
    reached, ahead = set(), [Status.PENDING]
    while ahead:
        status = ahead.pop()
        if status not in reached:
            reached.add(status)
            ahead += TRANSITIONS[status].values()
    assert reached == set(Status) - {Status.UNKNOWN}
