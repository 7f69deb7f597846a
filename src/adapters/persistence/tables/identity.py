"""Who may log in, and with what."""

from sqlalchemy import Index, Text, UniqueConstraint

from ..types import Blob, Flag, Id, Instant
from .base import BINARY_TEXT, derived, optional, refers_to, required, tenant_table

USER = tenant_table(
    "app_user",  # "user" is a reserved word of PostgreSQL
    required("id", Id),
    required("email", Text),
    required("name", Text),
    required("role", Text),
    required("password_hash", Text),
    required("active", Flag),
    required("created_at", Instant),
    optional("last_login_at", Instant),
    derived("email_key"),
    derived("name_key"),
    derived("search_text"),
    UniqueConstraint("email_key", name="uq_app_user_email"),
)
Index("ix_app_user_email", USER.c.tenant_id, USER.c.email_key, USER.c.id)

SESSION = tenant_table(
    "session",
    required("id", Id),
    required("user_id", Id),
    required("token_hash", Blob),
    required("created_at", Instant),
    required("expires_at", Instant),
    optional("revoked_at", Instant),
    UniqueConstraint("token_hash", name="uq_session_token"),
    refers_to("app_user", "user_id", source="session"),
)

API_KEY = tenant_table(
    "api_key",
    required("id", Id),
    required("name", Text),
    required("hint", BINARY_TEXT),
    required("key_hash", Blob),
    required("scopes", Text),
    required("created_at", Instant),
    optional("expires_at", Instant),
    optional("revoked_at", Instant),
    UniqueConstraint("key_hash", name="uq_api_key_hash"),
)
Index("ix_api_key_created", API_KEY.c.tenant_id, API_KEY.c.created_at, API_KEY.c.id)
