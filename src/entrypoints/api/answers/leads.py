"""Leads."""

from datetime import datetime
from uuid import UUID

import msgspec

from ....application.leads.get_lead import LeadDetail
from ....application.ports.readers import LeadRow
from ....domain.leads.lead import Lead
from .edits import FieldFateAnswer
from .members import (
    LinkAnswer,
    MemberAnswer,
    OverwrittenAnswer,
    RowLinkAnswer,
    link,
    overwritten,
    row_link,
)
from .memberships import MembershipAnswer
from .staff_tasks import TaskAnswer
from .values import Answer


class LeadLine(Answer):
    """One line of the leads list. ``links`` by account and external id."""

    id: UUID
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    status: str
    status_text: str | None
    source: str | None
    created_at: datetime
    updated_at: datetime
    links: list[RowLinkAnswer]


class LeadsAnswer(Answer):
    """A window of the list; ``count`` is everything that the filter matches."""

    leads: list[LeadLine]
    count: int


class LeadAnswer(Answer):
    """One lead. ``status_text`` is the provider's word where ``status`` is unknown. ``phone`` is as somebody wrote it,
    ``phone_e164`` (``+49301234``) null where that cannot be told."""

    id: UUID
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    phone_e164: str | None
    status: str
    status_text: str | None
    source: str | None
    interested_in: str | None
    message: str | None
    notes: str | None
    location: str | None
    member_id: UUID | None
    created_at: datetime
    updated_at: datetime
    version: int


class LeadDetailAnswer(Answer):
    """A lead with its links and what syncs overwrote, oldest first."""

    lead: LeadAnswer
    links: list[LinkAnswer]
    overwritten: list[OverwrittenAnswer]


class WrittenLeadAnswer(Answer, omit_defaults=True):
    """The lead, and what a write made of it; ``task`` only where a person must do the rest (202), ``fields`` only where
    it was changed, or known already when it was to be captured: what becomes of each that was given. ``tasks`` are all
    that a capture left, where it left any; ``task`` is their first."""

    lead: LeadAnswer
    fields: list[FieldFateAnswer] | msgspec.UnsetType = msgspec.UNSET
    member: MemberAnswer | msgspec.UnsetType = msgspec.UNSET
    membership: MembershipAnswer | msgspec.UnsetType = msgspec.UNSET
    task: TaskAnswer | msgspec.UnsetType = msgspec.UNSET
    tasks: list[TaskAnswer] | msgspec.UnsetType = msgspec.UNSET


def lead_line(row: LeadRow) -> LeadLine:
    """A line from its row."""
    return LeadLine(
        id=row.id,
        first_name=row.first_name,
        last_name=row.last_name,
        email=row.email,
        phone=row.phone,
        status=row.status,
        status_text=row.status_text,
        source=row.source,
        created_at=row.created_at,
        updated_at=row.updated_at,
        links=[row_link(each) for each in row.links],
    )


def lead(entity: Lead) -> LeadAnswer:
    """A lead from its entity."""
    return LeadAnswer(
        id=entity.id,
        first_name=entity.first_name,
        last_name=entity.last_name,
        email=str(entity.email) if entity.email else None,
        phone=entity.phone.raw if entity.phone else None,
        phone_e164=entity.phone.e164 if entity.phone else None,
        status=entity.stage.value,
        status_text=entity.stage_text,
        source=entity.source,
        interested_in=entity.interested_in,
        message=entity.message,
        notes=entity.notes,
        location=entity.location,
        member_id=entity.member_id,
        created_at=entity.created_at,
        updated_at=entity.updated_at,
        version=entity.version,
    )


def lead_detail(detail: LeadDetail) -> LeadDetailAnswer:
    """Everything about one lead."""
    return LeadDetailAnswer(
        lead=lead(detail.lead),
        links=[link(record) for record in detail.links],
        overwritten=[overwritten(change) for change in detail.changes],
    )
