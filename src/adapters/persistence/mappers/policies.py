"""Policies and overrides."""

from uuid import UUID

from ....application.ports.sync_books import PolicyDocument
from ....domain.shared.ids import AccountId, TenantId
from ....domain.sync.override import Override
from .values import Row, document, to_json

# In the place of an account, where a policy is the tenant's.
NO_ACCOUNT = AccountId(UUID(int=0))


def policy_row(tenant_id: TenantId, d: PolicyDocument) -> Row:
    """To write."""
    account_id = NO_ACCOUNT if d.account_id is None else d.account_id
    return (tenant_id, d.kind, account_id, d.version, to_json(d.document), d.set_by, d.set_at)


def policy(row: Row) -> PolicyDocument:
    """As read."""
    return PolicyDocument(
        kind=row[1],
        account_id=None if row[2] == NO_ACCOUNT else row[2],
        version=row[3],
        document=document(row[4]),
        set_by=row[5],
        set_at=row[6],
    )


def override_row(tenant_id: TenantId, o: Override) -> Row:
    """To write."""
    return (
        tenant_id,
        o.account_id,
        o.kind,
        o.external_id,
        o.field,
        o.local_id,
        o.law,
        o.because,
        o.change_id,
        o.set_by,
        o.set_at,
    )


def override(row: Row) -> Override:
    """As read."""
    return Override(
        account_id=row[1],
        kind=row[2],
        external_id=row[3],
        field=row[4],
        local_id=row[5],
        law=row[6],
        because=row[7],
        change_id=row[8],
        set_by=row[9],
        set_at=row[10],
    )
