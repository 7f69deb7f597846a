"""Sessions and keys are valid until, not at, their end."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import attrs
import pytest

from tresen.domain.identity.credentials import ApiKey, Session
from tresen.domain.identity.role import Scope
from tresen.domain.shared.ids import ApiKeyId, SessionId, TenantId, UserId

MADE = datetime(2026, 5, 4, 9, tzinfo=UTC)
END = MADE + timedelta(hours=12)
TICK = timedelta(microseconds=1)


def session(revoked_at: datetime | None = None) -> Session:
    return Session(
        id=SessionId(UUID(int=1)),
        tenant_id=TenantId(UUID(int=2)),
        user_id=UserId(UUID(int=3)),
        token_hash=b"hash-of-token",
        created_at=MADE,
        expires_at=END,
        revoked_at=revoked_at,
    )


def api_key(expires_at: datetime | None = END, revoked_at: datetime | None = None) -> ApiKey:
    return ApiKey(
        id=ApiKeyId(UUID(int=1)),
        tenant_id=TenantId(UUID(int=2)),
        name="till",
        hint="trs_ab12",
        key_hash=b"hash-of-key",
        scopes=frozenset({Scope.LEADS_READ}),
        created_at=MADE,
        expires_at=expires_at,
        revoked_at=revoked_at,
    )


@pytest.mark.parametrize("credential", [session(), api_key()], ids=["session", "key"])
@pytest.mark.parametrize(("now", "valid"), [(MADE, True), (END - TICK, True), (END, False), (END + TICK, False)])
def test_the_end_itself_is_too_late(credential: Session | ApiKey, now: datetime, valid: bool) -> None:
    assert credential.is_valid(now) is valid


@pytest.mark.parametrize(
    "credential",
    [session(MADE + TICK), api_key(revoked_at=MADE + TICK), api_key(None, revoked_at=MADE + TICK)],
    ids=["session", "key", "key without end"],
)
def test_revoked_is_over_at_once(credential: Session | ApiKey) -> None:
    """Whatever the clock says: a clock set back must not revive it."""
    assert not credential.is_valid(MADE)
    assert not credential.is_valid(END)


def test_a_key_without_an_end_lasts() -> None:
    assert api_key(None).is_valid(MADE + timedelta(days=36_500))


def test_hashes_do_not_show() -> None:
    assert "hash-of" not in repr(session()) + repr(api_key())


@pytest.mark.parametrize("field", ["id", "tenant_id", "user_id"])
def test_a_session_keeps_its_owner(field: str) -> None:
    with pytest.raises(attrs.exceptions.FrozenAttributeError):
        setattr(session(), field, UUID(int=9))


@pytest.mark.parametrize("field", ["id", "tenant_id"])
def test_a_key_keeps_its_tenant(field: str) -> None:
    with pytest.raises(attrs.exceptions.FrozenAttributeError):
        setattr(api_key(), field, UUID(int=9))
