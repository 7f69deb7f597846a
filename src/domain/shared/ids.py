"""Identifiers. All but one are UUIDv7 made by an ``IdSource``: sortable by the instant of their creation (ms)."""

from typing import NewType
from uuid import UUID

TenantId = NewType("TenantId", UUID)
SiteId = NewType("SiteId", UUID)
AccountId = NewType("AccountId", UUID)
UserId = NewType("UserId", UUID)
ApiKeyId = NewType("ApiKeyId", UUID)
SessionId = NewType("SessionId", UUID)
MemberId = NewType("MemberId", UUID)
MembershipId = NewType("MembershipId", UUID)
PackageId = NewType("PackageId", UUID)
LeadId = NewType("LeadId", UUID)
TaskId = NewType("TaskId", UUID)
RunId = NewType("RunId", UUID)
EntryId = NewType("EntryId", UUID)
ConflictId = NewType("ConflictId", UUID)
PlanId = NewType("PlanId", UUID)
PushId = NewType("PushId", UUID)
EventId = NewType("EventId", UUID)
ScheduleId = NewType("ScheduleId", UUID)
DeliveryId = NewType("DeliveryId", UUID)
EndpointId = NewType("EndpointId", UUID)
MessageId = NewType("MessageId", UUID)

# The one id that is not ours: a queue numbers its jobs as it likes.
JobId = NewType("JobId", str)
