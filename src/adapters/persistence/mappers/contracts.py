"""Memberships and what is on sale."""

from ....application.ports.readers import MembershipRow
from ....domain.membership.membership import Membership
from ....domain.membership.package import Package
from ....domain.membership.status import Status, Terms
from ....domain.shared.ids import AccountId, TenantId
from .values import Row, minor_and_currency, money

_STATUS = {s.value: s for s in Status}


def membership_row(m: Membership) -> Row:
    """To write."""
    terms = m.terms
    return (
        m.tenant_id,
        m.id,
        m.member_id,
        m.name,
        m.kind,
        terms.starts_on,
        terms.ends_on,
        terms.cancels_on,
        terms.flagged_active,
        terms.deleted,
        terms.on_hold,
        *minor_and_currency(m.price),
        m.auto_renew,
        m.status.value,
        m.status_changes_on,
        m.created_at,
        m.updated_at,
        m.version,
    )


def membership(row: Row) -> Membership:
    """As read."""
    return Membership(
        tenant_id=row[0],
        id=row[1],
        member_id=row[2],
        name=row[3],
        kind=row[4],
        terms=Terms(
            starts_on=row[5],
            ends_on=row[6],
            cancels_on=row[7],
            flagged_active=row[8],
            deleted=row[9],
            on_hold=row[10],
        ),
        price=money(row[11], row[12]),
        auto_renew=row[13],
        status=_STATUS[row[14]],
        status_changes_on=row[15],
        created_at=row[16],
        updated_at=row[17],
        version=row[18],
    )


def package_row(tenant_id: TenantId, account_id: AccountId, position: int, p: Package) -> Row:
    """To write."""
    return (tenant_id, account_id, position, p.id, p.name, p.kind, *minor_and_currency(p.price), p.commitment)


def package(row: Row) -> Package:
    """As read."""
    return Package(id=row[3], name=row[4], kind=row[5], price=money(row[6], row[7]), commitment=row[8])


def membership_line(row: Row) -> MembershipRow:
    """One line of a list, from a whole row."""
    price = money(row[11], row[12])
    return MembershipRow(
        id=row[1],
        member_id=row[2],
        name=row[3],
        kind=row[4],
        status=row[14],
        starts_on=row[5],
        ends_on=row[6],
        cancels_on=row[7],
        monthly_price=str(price.amount) if price else None,
        currency=price.currency if price else None,
    )
