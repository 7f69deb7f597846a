"""A tenant's connection to an outside system."""

import enum
from collections.abc import Mapping
from datetime import datetime

import attrs

from ..shared.errors import NotConfigured
from ..shared.ids import AccountId, TenantId


class CredentialState(enum.Enum):
    """What we know of an account's credentials."""

    OK = "ok"
    EXPIRING = "expiring"
    BLOCKED = "blocked"
    REVOKED = "revoked"


_CALLABLE = {CredentialState.OK, CredentialState.EXPIRING}
# With these no call is made until new credentials are entered.
REFUSED = frozenset(CredentialState) - _CALLABLE


@attrs.define(eq=False, kw_only=True)
class ProviderAccount:
    """One account at one provider.

    ``provider`` is the adapter's name; ``credentials`` are sealed bytes (None: not configured yet);
    ``settings`` hold the adapter's options, never a secret. ``writes_enabled`` False: requests to write become
    staff tasks. No call is made while the credential state is blocked or revoked; ``told_owner_at`` remembers
    that the owner was told, so that it happens once.
    """

    id: AccountId = attrs.field(on_setattr=attrs.setters.frozen)
    tenant_id: TenantId = attrs.field(on_setattr=attrs.setters.frozen)
    provider: str = attrs.field(on_setattr=attrs.setters.frozen)
    name: str
    base_url: str
    credentials: bytes | None = attrs.field(default=None, repr=False)
    settings: Mapping[str, str] = attrs.field(factory=dict)
    writes_enabled: bool = False
    credential_state: CredentialState = CredentialState.OK
    state_reason: str | None = None
    told_owner_at: datetime | None = None
    created_at: datetime
    version: int = 0

    @property
    def may_be_called(self) -> bool:
        """Whether calls may be made at all."""
        return self.credentials is not None and self.credential_state in _CALLABLE

    def ensure_callable(self) -> None:
        """Raises NotConfigured, with what to do, when no call may be made."""
        if self.credentials is None:
            raise NotConfigured(
                f"account {self.name!r} has no credentials: connect it again with its API key",
                account=self.name,
            )
        if self.credential_state not in _CALLABLE:
            raise NotConfigured(
                f"account {self.name!r} is {self.credential_state.value}: {self.state_reason or 'no reason kept'}; "
                "enter a valid API key",
                account=self.name,
                credential_state=self.credential_state.value,
            )

    def block(self, reason: str, *, now: datetime) -> bool:
        """The provider refused the credentials. True the first time: tell the owner then, and only then."""
        self.credential_state = CredentialState.BLOCKED
        self.state_reason = reason
        first = self.told_owner_at is None
        if first:
            self.told_owner_at = now
        return first

    def renew(self, credentials: bytes) -> None:
        """New credentials: calls may be made again."""
        self.credentials = credentials
        self.credential_state = CredentialState.OK
        self.state_reason = None
        self.told_owner_at = None
