"""Aggregates record facts; the unit of work drains them."""

from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.leads.events import LeadCaptured, LeadChanged, LeadConverted, LeadMerged, LeadStageChanged
from tresen.domain.membership.events import MemberChanged, MemberCreated, MembershipStatusChanged
from tresen.domain.shared.events import DomainEvent, Recorder
from tresen.domain.sync.events import ConflictOpened, ConflictResolved, ConflictSettled

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


@attrs.frozen(kw_only=True)
class Rang(DomainEvent):
    type: ClassVar[str] = "bell.rang"
    subject_kind: ClassVar[str] = "bell"


def rang(n: int) -> Rang:
    return Rang(subject_id=UUID(int=n), occurred_at=NOW)


@given(st.lists(st.one_of(st.integers(0, 9), st.none())))
def test_every_fact_is_drained_once_and_in_order(steps: list[int | None]) -> None:
    """None stands for a drain between the facts."""
    recorder = Recorder()
    drained: list[DomainEvent] = []
    for step in steps:
        if step is None:
            drained += recorder.drain()
        else:
            recorder.record(rang(step))
    drained += recorder.drain()
    assert drained == [rang(step) for step in steps if step is not None]
    assert recorder.drain() == ()


def test_two_recorders_do_not_share_their_facts() -> None:
    one, other = Recorder(), Recorder()
    one.record(rang(1))
    assert other.drain() == ()


def test_what_was_drained_is_not_changed_by_later_facts() -> None:
    recorder = Recorder()
    recorder.record(rang(1))
    drained = recorder.drain()
    recorder.record(rang(2))
    assert drained == (rang(1),)


def test_a_fact_cannot_be_changed() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        rang(1).occurred_at = NOW  # type: ignore[misc] # that it is refused is what is tested


@pytest.mark.parametrize(
    ("event", "name", "kind"),
    [
        (MemberCreated, "member.created", "member"),
        (MemberChanged, "member.changed", "member"),
        (MembershipStatusChanged, "membership.status_changed", "membership"),
        (LeadCaptured, "lead.captured", "lead"),
        (LeadChanged, "lead.changed", "lead"),
        (LeadStageChanged, "lead.stage_changed", "lead"),
        (LeadMerged, "lead.merged", "lead"),
        (LeadConverted, "lead.converted", "lead"),
        (ConflictOpened, "conflict.opened", "conflict"),
        (ConflictResolved, "conflict.resolved", "conflict"),
        (ConflictSettled, "conflict.settled", "conflict"),
    ],
)
def test_the_names_of_events_are_stable(event: type[DomainEvent], name: str, kind: str) -> None:
    """They lie in stored outboxes and in what subscribers filter by."""
    assert (event.type, event.subject_kind) == (name, kind)
