"""Members, memberships, offers and leads."""

from sqlalchemy import BigInteger, Index, Integer, Text

from ..types import Day, Flag, Id, Instant
from .base import BINARY_TEXT, derived, optional, refers_to, required, tenant_table

MEMBER = tenant_table(
    "member",
    required("id", Id),
    required("first_name", Text),
    required("last_name", Text),
    optional("email", Text),
    optional("phone", Text),
    optional("phone_e164", Text),
    required("status", BINARY_TEXT),
    optional("status_text", Text),
    optional("location", Text),
    optional("joined_on", Day),
    optional("born_on", Day),
    optional("street", Text),
    optional("postcode", Text),
    optional("city", Text),
    optional("country", Text),
    optional("email_opt_in", Flag),
    optional("sms_opt_in", Flag),
    required("created_at", Instant),
    required("updated_at", Instant),
    required("version", BigInteger),
    derived("first_name_key"),
    derived("last_name_key"),
    derived("email_key", nullable=True),
    derived("search_text"),
)
Index("ix_member_name", MEMBER.c.tenant_id, MEMBER.c.last_name_key, MEMBER.c.id)
Index("ix_member_email", MEMBER.c.tenant_id, MEMBER.c.email_key, MEMBER.c.id)
Index("ix_member_status", MEMBER.c.tenant_id, MEMBER.c.status, MEMBER.c.id)

MEMBERSHIP = tenant_table(
    "membership",
    required("id", Id),
    required("member_id", Id),
    required("name", Text),
    optional("kind", Text),
    optional("starts_on", Day),
    optional("ends_on", Day),
    optional("cancels_on", Day),
    optional("flagged_active", Flag),
    required("deleted", Flag),
    required("on_hold", Flag),
    optional("price_minor", BigInteger),
    optional("currency", Text),
    optional("auto_renew", Flag),
    required("status", BINARY_TEXT),
    optional("status_changes_on", Day),
    required("created_at", Instant),
    required("updated_at", Instant),
    required("version", BigInteger),
    refers_to("member", "member_id", source="membership"),
)
Index("ix_membership_member", MEMBERSHIP.c.tenant_id, MEMBERSHIP.c.member_id, MEMBERSHIP.c.id)
Index("ix_membership_status", MEMBERSHIP.c.tenant_id, MEMBERSHIP.c.status, MEMBERSHIP.c.id)
Index(
    "ix_membership_turning",
    MEMBERSHIP.c.tenant_id,
    MEMBERSHIP.c.status_changes_on,
    MEMBERSHIP.c.id,
    sqlite_where=MEMBERSHIP.c.status_changes_on.is_not(None),
    postgresql_where=MEMBERSHIP.c.status_changes_on.is_not(None),
)

PACKAGE = tenant_table(
    "package",
    required("account_id", Id),
    required("position", Integer),
    required("id", Text),
    required("name", Text),
    optional("kind", Text),
    optional("price_minor", BigInteger),
    optional("currency", Text),
    optional("commitment", Text),
    refers_to("provider_account", "account_id", source="package"),
    key=("account_id", "position"),
)

LEAD = tenant_table(
    "lead",
    required("id", Id),
    required("first_name", Text),
    required("last_name", Text),
    optional("email", Text),
    optional("phone", Text),
    optional("phone_e164", Text),
    required("stage", BINARY_TEXT),
    optional("stage_text", Text),
    optional("source", Text),
    optional("interested_in", Text),
    optional("message", Text),
    optional("notes", Text),
    optional("location", Text),
    optional("member_id", Id),
    required("created_at", Instant),
    required("updated_at", Instant),
    required("version", BigInteger),
    derived("first_name_key"),
    derived("last_name_key"),
    derived("email_key", nullable=True),
    derived("search_text"),
)
Index("ix_lead_created", LEAD.c.tenant_id, LEAD.c.created_at, LEAD.c.id)
Index("ix_lead_email", LEAD.c.tenant_id, LEAD.c.email_key, LEAD.c.id)
Index("ix_lead_status", LEAD.c.tenant_id, LEAD.c.stage, LEAD.c.id)
