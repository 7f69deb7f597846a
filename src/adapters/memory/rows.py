"""What lists look at and what they show, per kind of entity."""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

import attrs

from ...application.ports.readers import LeadRow, MemberRow, MembershipRow, SoldMembership
from ...application.search import search_text
from ...domain.identity.user import User
from ...domain.leads.lead import Lead
from ...domain.membership.member import Member
from ...domain.membership.membership import Membership
from ...domain.shared.contact import EmailAddress, PhoneNumber
from ...domain.staff.task import StaffTask
from .ordering import Key

E = TypeVar("E")
R = TypeVar("R")


@attrs.frozen(kw_only=True)
class Listed(Generic[E, R]):
    """How one kind is filtered, searched, ordered (by field) and shown."""

    status: Callable[[E], str]
    text: Callable[[E], str]
    keys: Mapping[str, Callable[[E], Key]]
    row: Callable[[E], R]


def membership_row(membership: Membership) -> MembershipRow:
    """One line of a member's memberships."""
    terms, price = membership.terms, membership.price
    return MembershipRow(
        id=membership.id,
        member_id=membership.member_id,
        name=membership.name,
        kind=membership.kind,
        status=membership.status.value,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        cancels_on=terms.cancels_on,
        monthly_price=str(price.amount) if price else None,
        currency=price.currency if price else None,
    )


def sold_membership(membership: Membership, member: Member | None) -> SoldMembership:
    """One line of the memberships list."""
    return SoldMembership(membership=membership_row(membership), member=member.name if member else "")


def _member_row(member: Member) -> MemberRow:
    return MemberRow(
        id=member.id,
        first_name=member.first_name,
        last_name=member.last_name,
        email=_raw(member.email),
        phone=_raw(member.phone),
        status=member.status.value,
        status_text=member.status_text,
        joined_on=member.joined_on,
        updated_at=member.updated_at,
    )


def _lead_row(lead: Lead) -> LeadRow:
    return LeadRow(
        id=lead.id,
        first_name=lead.first_name,
        last_name=lead.last_name,
        email=_raw(lead.email),
        phone=_raw(lead.phone),
        status=lead.stage.value,
        status_text=lead.stage_text,
        source=lead.source,
        created_at=lead.created_at,
        updated_at=lead.updated_at,
    )


def _raw(contact: EmailAddress | PhoneNumber | None) -> str | None:
    return contact.raw if contact else None


def _person_text(person: Member | Lead) -> str:
    email, phone = person.email, person.phone
    return search_text(
        f"{person.first_name} {person.last_name}",
        email.raw if email else None,
        phone.raw if phone else None,
        phone.e164 if phone else None,
    )


_PERSON_KEYS: Mapping[str, Callable[[Member | Lead], Key]] = {
    "first_name": lambda p: p.first_name,
    "last_name": lambda p: p.last_name,
    "email": lambda p: p.email.canonical if p.email else None,
    "created_at": lambda p: p.created_at,
    "updated_at": lambda p: p.updated_at,
}

MEMBERS: Listed[Member, MemberRow] = Listed(
    status=lambda member: member.status.value,
    text=_person_text,
    keys={**_PERSON_KEYS, "status": lambda member: member.status.value, "joined_on": lambda member: member.joined_on},
    row=_member_row,
)
LEADS: Listed[Lead, LeadRow] = Listed(
    status=lambda lead: lead.stage.value,
    text=_person_text,
    keys={**_PERSON_KEYS, "status": lambda lead: lead.stage.value},
    row=_lead_row,
)
TASKS: Listed[StaffTask, StaffTask] = Listed(
    status=lambda task: task.state.value,
    text=lambda task: search_text(task.title),
    keys={
        "created_at": lambda task: task.created_at,
        "title": lambda task: task.title,
        "status": lambda task: task.state.value,
    },
    row=lambda task: task,
)
USERS: Listed[User, User] = Listed(
    status=lambda user: "active" if user.active else "inactive",
    text=lambda user: search_text(user.name, user.email.raw),
    keys={
        "email": lambda user: user.email.canonical,
        "name": lambda user: user.name,
        "created_at": lambda user: user.created_at,
    },
    row=lambda user: user,
)
