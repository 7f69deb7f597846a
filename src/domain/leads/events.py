"""What happened to leads."""

from typing import ClassVar

import attrs

from ..shared.events import DomainEvent
from ..shared.ids import LeadId, MemberId
from .stage import Stage


@attrs.frozen(kw_only=True)
class LeadCaptured(DomainEvent):
    """Somebody new is interested."""

    type: ClassVar[str] = "lead.captured"
    subject_kind: ClassVar[str] = "lead"


@attrs.frozen(kw_only=True)
class LeadChanged(DomainEvent):
    """Values of a lead changed; ``fields`` names them. That its stage did is an event of its own."""

    type: ClassVar[str] = "lead.changed"
    subject_kind: ClassVar[str] = "lead"
    fields: tuple[str, ...]


@attrs.frozen(kw_only=True)
class LeadStageChanged(DomainEvent):
    """A lead moved to another stage."""

    type: ClassVar[str] = "lead.stage_changed"
    subject_kind: ClassVar[str] = "lead"
    old: Stage
    new: Stage


@attrs.frozen(kw_only=True)
class LeadConverted(DomainEvent):
    """A lead became a member."""

    type: ClassVar[str] = "lead.converted"
    subject_kind: ClassVar[str] = "lead"
    member_id: MemberId


@attrs.frozen(kw_only=True)
class LeadMerged(DomainEvent):
    """A lead that was captured turned out to be ``into``, whom we knew; the subject is no more."""

    type: ClassVar[str] = "lead.merged"
    subject_kind: ClassVar[str] = "lead"
    into: LeadId


@attrs.frozen(kw_only=True)
class LeadRemoved(DomainEvent):
    """A lead is no longer kept here, because the provider has none of that id any more, or somebody undid it."""

    type: ClassVar[str] = "lead.removed"
    subject_kind: ClassVar[str] = "lead"
