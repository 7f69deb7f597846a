"""Members, their memberships, and how they stand with their providers."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import msgspec

from ....application.membership.get_member import MemberDetail
from ....application.ports.readers import MemberRow, MembershipRow, RowLink, SoldMembership
from ....domain.membership.member import Member
from ....domain.membership.membership import Membership
from ....domain.membership.package import Package
from ....domain.sync.journal import Change
from ....domain.sync.record import SyncRecord
from ....domain.sync.schema import Value
from .edits import FieldFateAnswer
from .staff_tasks import TaskAnswer
from .values import Answer, JsonValue, MoneyAnswer, money


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
    """One value that a sync overwrote or passed over: all three sides, what was taken, why, and in which run."""

    field: str
    base: Value
    ours: Value
    theirs: Value
    taken: str
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


class MembershipAnswer(Answer):
    """One membership; ``monthly_price`` per month, ``ends_on`` is the last day in force."""

    id: UUID
    member_id: UUID
    name: str
    kind: str | None
    status: str
    starts_on: date | None
    ends_on: date | None
    cancels_on: date | None
    monthly_price: MoneyAnswer | None


class MembershipsAnswer(Answer):
    """A member's memberships, latest start first."""

    memberships: list[MembershipAnswer]
    count: int


class SoldMembershipAnswer(Answer):
    """One membership, and the name of the ``member`` who has it; else as ``MembershipAnswer``."""

    id: UUID
    member_id: UUID
    member: str
    name: str
    kind: str | None
    status: str
    starts_on: date | None
    ends_on: date | None
    cancels_on: date | None
    monthly_price: MoneyAnswer | None


class SoldMembershipsAnswer(Answer):
    """A window of all memberships, latest start first; ``count`` is everything that the filter matches."""

    memberships: list[SoldMembershipAnswer]
    count: int


class WrittenMembershipAnswer(Answer, omit_defaults=True):
    """What a write came to; ``task`` only where a person must do the rest (202); ``written_over`` only where somebody
    had changed it there, and no sync had seen that: what stood there, by field, which the journal has.
    """

    member: MemberAnswer | msgspec.UnsetType = msgspec.UNSET
    membership: MembershipAnswer | msgspec.UnsetType = msgspec.UNSET
    task: TaskAnswer | msgspec.UnsetType = msgspec.UNSET
    written_over: dict[str, JsonValue] | msgspec.UnsetType = msgspec.UNSET


class PackageAnswer(Answer):
    """One offer. ``id`` is the provider's."""

    id: str
    name: str
    kind: str | None
    price: MoneyAnswer | None
    commitment: str | None


class PackagesAnswer(Answer):
    """Everything on sale, as of the last sync of members."""

    packages: list[PackageAnswer]
    count: int


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


def membership(entity: Membership) -> MembershipAnswer:
    """A membership from its entity."""
    return MembershipAnswer(
        id=entity.id,
        member_id=entity.member_id,
        name=entity.name,
        kind=entity.kind,
        status=entity.status.value,
        starts_on=entity.terms.starts_on,
        ends_on=entity.terms.ends_on,
        cancels_on=entity.terms.cancels_on,
        monthly_price=money(entity.price),
    )


def membership_line(row: MembershipRow) -> MembershipAnswer:
    """A membership from its row."""
    return MembershipAnswer(
        id=row.id,
        member_id=row.member_id,
        name=row.name,
        kind=row.kind,
        status=row.status,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        cancels_on=row.cancels_on,
        monthly_price=_monthly_price(row),
    )


def sold_membership(line: SoldMembership) -> SoldMembershipAnswer:
    """A membership with its member, from its row."""
    row = line.membership
    return SoldMembershipAnswer(
        id=row.id,
        member_id=row.member_id,
        member=line.member,
        name=row.name,
        kind=row.kind,
        status=row.status,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        cancels_on=row.cancels_on,
        monthly_price=_monthly_price(row),
    )


def _monthly_price(row: MembershipRow) -> MoneyAnswer | None:
    if row.monthly_price is None or row.currency is None:
        return None
    return MoneyAnswer(amount=row.monthly_price, currency=row.currency)


def package(offer: Package) -> PackageAnswer:
    """An offer."""
    return PackageAnswer(
        id=offer.id, name=offer.name, kind=offer.kind, price=money(offer.price), commitment=offer.commitment
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
        rule=change.rule,
        reason=change.reason,
        at=change.at,
        run_id=change.run_id,
    )
