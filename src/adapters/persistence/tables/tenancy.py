"""Tenants, their sites and provider accounts."""

from sqlalchemy import BigInteger, Table, Text, UniqueConstraint
from sqlalchemy.schema import PrimaryKeyConstraint

from ..types import Blob, Flag, Id, Instant
from .base import BINARY_TEXT, METADATA, optional, required, tenant_table

TENANT = Table(
    "tenant",
    METADATA,
    required("id", Id),
    required("slug", BINARY_TEXT),
    required("name", Text),
    required("zone", Text),
    required("locale", Text),
    required("region", Text),
    required("currency", Text),
    required("created_at", Instant),
    PrimaryKeyConstraint("id", name="pk_tenant"),
    UniqueConstraint("slug", name="uq_tenant_slug"),
    sqlite_with_rowid=False,
)

SITE = tenant_table(
    "site",
    required("id", Id),
    required("name", Text),
    optional("zone", Text),
    optional("external_location", Text),
    UniqueConstraint("tenant_id", "name", name="uq_site_name"),
)

PROVIDER_ACCOUNT = tenant_table(
    "provider_account",
    required("id", Id),
    required("provider", Text),
    required("name", Text),
    required("base_url", Text),
    optional("credentials", Blob),
    required("settings", Text),
    required("writes_enabled", Flag),
    required("credential_state", Text),
    optional("state_reason", Text),
    optional("told_owner_at", Instant),
    required("created_at", Instant),
    required("version", BigInteger),
    UniqueConstraint("tenant_id", "provider", "name", name="uq_provider_account_name"),
)
