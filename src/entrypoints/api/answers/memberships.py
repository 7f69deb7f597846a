"""Memberships, and what is on sale."""

from datetime import date
from uuid import UUID

import msgspec

from ....application.membership.get_membership import MembershipDetail
from ....application.ports.readers import MembershipRow, SoldMembership
from ....domain.membership.membership import Membership
from ....domain.membership.package import Package
from .members import MemberAnswer
from .staff_tasks import TaskAnswer
from .values import Answer, JsonValue, MoneyAnswer, money


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


class SoldMembershipAnswer(MembershipAnswer):
    """One membership, and the name of the ``member`` who has it."""

    member: str


class SoldMembershipsAnswer(Answer):
    """A window of all memberships, latest start first; ``count`` is everything that the filter matches."""

    memberships: list[SoldMembershipAnswer]
    count: int


class OneMembershipAnswer(Answer):
    """One membership."""

    membership: SoldMembershipAnswer


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
    return SoldMembershipAnswer(**msgspec.structs.asdict(membership_line(line.membership)), member=line.member)


def shown_membership(found: MembershipDetail) -> SoldMembershipAnswer:
    """The same of one that was asked for."""
    return SoldMembershipAnswer(**msgspec.structs.asdict(membership(found.membership)), member=found.member.name)


def _monthly_price(row: MembershipRow) -> MoneyAnswer | None:
    if row.monthly_price is None or row.currency is None:
        return None
    return MoneyAnswer(amount=row.monthly_price, currency=row.currency)


def package(offer: Package) -> PackageAnswer:
    """An offer."""
    return PackageAnswer(
        id=offer.id, name=offer.name, kind=offer.kind, price=money(offer.price), commitment=offer.commitment
    )
