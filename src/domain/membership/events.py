"""What happened to members and memberships."""

from typing import ClassVar

import attrs

from ..shared.events import DomainEvent
from .status import Status


@attrs.frozen(kw_only=True)
class MemberCreated(DomainEvent):
    """Somebody became a member, as far as we know."""

    type: ClassVar[str] = "member.created"
    subject_kind: ClassVar[str] = "member"


@attrs.frozen(kw_only=True)
class MemberChanged(DomainEvent):
    """Values of a member changed; ``fields`` names them."""

    type: ClassVar[str] = "member.changed"
    subject_kind: ClassVar[str] = "member"
    fields: tuple[str, ...]


@attrs.frozen(kw_only=True)
class MemberRemoved(DomainEvent):
    """A member is no longer kept here, because the provider has none of that id any more, or somebody undid it."""

    type: ClassVar[str] = "member.removed"
    subject_kind: ClassVar[str] = "member"


@attrs.frozen(kw_only=True)
class MembershipRemoved(DomainEvent):
    """A membership is no longer kept here, as with members."""

    type: ClassVar[str] = "membership.removed"
    subject_kind: ClassVar[str] = "membership"


@attrs.frozen(kw_only=True)
class MembershipStatusChanged(DomainEvent):
    """A membership stands differently now. ``regular`` is False when the transition table has no such step."""

    type: ClassVar[str] = "membership.status_changed"
    subject_kind: ClassVar[str] = "membership"
    old: Status
    new: Status
    regular: bool
