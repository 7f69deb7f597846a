"""An account is called only while its credentials are worth a call; the owner is told once."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.shared.errors import NotConfigured
from tresen.domain.shared.ids import AccountId, TenantId
from tresen.domain.tenancy.provider_account import CredentialState, ProviderAccount

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


def account(
    credentials: bytes | None = b"sealed", state: CredentialState = CredentialState.OK, reason: str | None = None
) -> ProviderAccount:
    return ProviderAccount(
        id=AccountId(UUID(int=1)),
        tenant_id=TenantId(UUID(int=2)),
        provider="gym",
        name="Main gym",
        base_url="https://gym.example",
        credentials=credentials,
        credential_state=state,
        state_reason=reason,
        created_at=NOW,
    )


@pytest.mark.parametrize("credentials", [b"sealed", None])
@pytest.mark.parametrize("state", CredentialState)
def test_calls_need_credentials_that_the_provider_takes(credentials: bytes | None, state: CredentialState) -> None:
    found = account(credentials, state)
    good = credentials is not None and state in (CredentialState.OK, CredentialState.EXPIRING)
    assert found.may_be_called is good
    if good:
        found.ensure_callable()
    else:
        with pytest.raises(NotConfigured):
            found.ensure_callable()


def test_without_credentials_the_answer_says_what_to_do() -> None:
    with pytest.raises(NotConfigured, match="'Main gym' has no credentials: connect it again") as refused:
        account(None, CredentialState.BLOCKED).ensure_callable()
    assert refused.value.details == {"account": "Main gym"}


@pytest.mark.parametrize(("reason", "shown"), [("401 Forbidden", "401 Forbidden"), (None, "no reason kept")])
def test_while_blocked_the_answer_says_why(reason: str | None, shown: str) -> None:
    with pytest.raises(NotConfigured, match=f"is blocked: {shown};") as refused:
        account(state=CredentialState.BLOCKED, reason=reason).ensure_callable()
    assert refused.value.details == {"account": "Main gym", "credential_state": "blocked"}


def test_the_owner_is_told_once_per_block_and_again_after_new_credentials() -> None:
    found = account()
    assert found.block("401", now=NOW)
    assert not found.block("403", now=NOW + timedelta(hours=1))
    assert (found.credential_state, found.state_reason, found.told_owner_at) == (CredentialState.BLOCKED, "403", NOW)
    found.renew(b"new")
    assert (found.credentials, found.may_be_called, found.state_reason) == (b"new", True, None)
    assert found.block("401", now=NOW + timedelta(days=1))


@given(st.lists(st.sampled_from(["block", "renew"])))
def test_every_row_of_refusals_tells_the_owner_exactly_once(steps: list[str]) -> None:
    found, told, rows, blocked = account(), 0, 0, False
    for step in steps:
        if step == "block":
            rows += not blocked
            blocked = True
            told += found.block("401", now=NOW)
        else:
            blocked = False
            found.renew(b"new")
        assert found.may_be_called is not blocked
    assert told == rows


def test_the_credentials_do_not_show() -> None:
    assert "sealed" not in repr(account())


@pytest.mark.parametrize("field", ["id", "tenant_id", "provider"])
def test_an_account_keeps_its_identity(field: str) -> None:
    with pytest.raises(attrs.exceptions.FrozenAttributeError):
        setattr(account(), field, "other")
