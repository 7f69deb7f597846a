"""Members, and how they stand with their providers."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import msgspec

from ....application.membership.get_member import MemberDetail
from ....application.ports.readers import MemberRow, RowLink
from ....domain.membership.member import Member
from ....domain.sync.journal import Change
from ....domain.sync.record import SyncRecord
from ....domain.sync.schema import Value
from .edits import FieldFateAnswer
from .staff_tasks import TaskAnswer
from .values import Answer


class RowLinkAnswer(Answer):
    """Where the record of a line is: the account's name at its provider, and the id there."""

    account_id: UUID
    provider: str
    account: str
    external_id: str


class MemberLine(Answer):
    """One line of the members list. ``status_text`` is the provider's word where ``status`` is unknown; ``links`` by
    account and external id."""

    id: UUID
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    status: str
    status_text: str | None
    joined_on: date | None
    updated_at: datetime
    links: list[RowLinkAnswer]


class MembersAnswer(Answer):
    """A window of the list; ``count`` is everything that the filter matches."""

    members: list[MemberLine]
    count: int


class MemberAnswer(Answer):
    """One member; dates are civil dates of the tenant. ``phone`` is as somebody wrote it, ``phone_e164``
    (``+49301234``) null where that cannot be told."""

    id: UUID
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    phone_e164: str | None
    status: str
    status_text: str | None
    location: str | None
    joined_on: date | None
    born_on: date | None
    street: str | None
    postcode: str | None
    city: str | None
    country: str | None
    email_opt_in: bool | None
    sms_opt_in: bool | None
    created_at: datetime
    updated_at: datetime
    version: int


class LinkAnswer(Answer):
    """A provider's record of ours, and the values last seen there."""

    account_id: UUID
    external_id: str
    synced_at: datetime
    values: Mapping[str, Value]


class OverwrittenAnswer(Answer):
    """One value that a sync overwrote or passed over, or that a person changed: all three sides before it, whose value
    was ``taken``, which ``value`` the field became by it, why, and in which run."""

    field: str
    base: Value
    ours: Value
    theirs: Value
    taken: str
    value: Value
    rule: str
    reason: str
    at: datetime
    run_id: UUID


class ChangedMembershipAnswer(Answer):
    """What syncs and people changed of one membership, oldest first."""

    id: UUID
    name: str
    overwritten: list[OverwrittenAnswer]


class MemberDetailAnswer(Answer):
    """A member with its links and what syncs overwrote, oldest first, and those of its memberships of which something
    was changed."""

    member: MemberAnswer
    links: list[LinkAnswer]
    overwritten: list[OverwrittenAnswer]
    changed_memberships: list[ChangedMembershipAnswer]


class EditedMemberAnswer(Answer, omit_defaults=True):
    """The member as it stands now, and what becomes of each field that was to be changed: none where no provider has
    the member. ``task`` only where a person must change something at the provider (202)."""

    member: MemberAnswer
    fields: list[FieldFateAnswer]
    task: TaskAnswer | msgspec.UnsetType = msgspec.UNSET


def member_line(row: MemberRow) -> MemberLine:
    """A line from its row."""
    return MemberLine(
        id=row.id,
        first_name=row.first_name,
        last_name=row.last_name,
        email=row.email,
        phone=row.phone,
        status=row.status,
        status_text=row.status_text,
        joined_on=row.joined_on,
        updated_at=row.updated_at,
        links=[row_link(each) for each in row.links],
    )


def row_link(one: RowLink) -> RowLinkAnswer:
    """Where the record of a line is."""
    return RowLinkAnswer(
        account_id=one.account_id, provider=one.provider, account=one.account, external_id=one.external_id
    )


def member(entity: Member) -> MemberAnswer:
    """A member from its entity."""
    return MemberAnswer(
        id=entity.id,
        first_name=entity.first_name,
        last_name=entity.last_name,
        email=str(entity.email) if entity.email else None,
        phone=entity.phone.raw if entity.phone else None,
        phone_e164=entity.phone.e164 if entity.phone else None,
        status=entity.status.value,
        status_text=entity.status_text,
        location=entity.location,
        joined_on=entity.joined_on,
        born_on=entity.born_on,
        street=entity.street,
        postcode=entity.postcode,
        city=entity.city,
        country=entity.country,
        email_opt_in=entity.email_opt_in,
        sms_opt_in=entity.sms_opt_in,
        created_at=entity.created_at,
        updated_at=entity.updated_at,
        version=entity.version,
    )


def member_detail(detail: MemberDetail) -> MemberDetailAnswer:
    """Everything about one member."""
    return MemberDetailAnswer(
        member=member(detail.member),
        links=[link(record) for record in detail.links],
        overwritten=[overwritten(change) for change in detail.changes],
        changed_memberships=[
            ChangedMembershipAnswer(
                id=each.membership.id,
                name=each.membership.name,
                overwritten=[overwritten(change) for change in each.changes],
            )
            for each in detail.changed_memberships
        ],
    )


def link(record: SyncRecord) -> LinkAnswer:
    """Where a record is at a provider."""
    return LinkAnswer(
        account_id=record.account_id, external_id=record.external_id, synced_at=record.synced_at, values=record.base
    )


def overwritten(change: Change) -> OverwrittenAnswer:
    """A line of the journal."""
    return OverwrittenAnswer(
        field=change.field,
        base=change.base,
        ours=change.ours,
        theirs=change.theirs,
        taken=change.side.value,
        value=change.value,
        rule=change.rule,
        reason=change.reason,
        at=change.at,
        run_id=change.run_id,
    )
