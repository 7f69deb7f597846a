"""Tenants, sites, provider accounts."""

from functools import lru_cache

from ....domain.tenancy.provider_account import CredentialState, ProviderAccount
from ....domain.tenancy.tenant import Site, Tenant
from .values import Row, texts, to_json


def tenant_row(t: Tenant) -> Row:
    """To write."""
    return (t.id, t.slug, t.name, t.zone, t.locale, t.region, t.currency, t.created_at)


# Every unit of work reads its tenant, and checking a zone's name reads the zone database.
@lru_cache(maxsize=1024)
def tenant(row: Row) -> Tenant:
    """As read."""
    return Tenant(
        id=row[0],
        slug=row[1],
        name=row[2],
        zone=row[3],
        locale=row[4],
        region=row[5],
        currency=row[6],
        created_at=row[7],
    )


def site_row(s: Site) -> Row:
    """To write."""
    return (s.tenant_id, s.id, s.name, s.zone, s.external_location)


def site(row: Row) -> Site:
    """As read."""
    return Site(tenant_id=row[0], id=row[1], name=row[2], zone=row[3], external_location=row[4])


def account_row(a: ProviderAccount) -> Row:
    """To write."""
    return (
        a.tenant_id,
        a.id,
        a.provider,
        a.name,
        a.base_url,
        a.credentials,
        to_json(a.settings),
        a.writes_enabled,
        a.credential_state.value,
        a.state_reason,
        a.told_owner_at,
        a.created_at,
        a.version,
    )


def account(row: Row) -> ProviderAccount:
    """As read."""
    return ProviderAccount(
        tenant_id=row[0],
        id=row[1],
        provider=row[2],
        name=row[3],
        base_url=row[4],
        credentials=row[5],
        settings=texts(row[6]),
        writes_enabled=row[7],
        credential_state=CredentialState(row[8]),
        state_reason=row[9],
        told_owner_at=row[10],
        created_at=row[11],
        version=row[12],
    )
