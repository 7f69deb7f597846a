"""The door through which a provider account's webhooks come in."""

import re
from collections.abc import Mapping
from datetime import datetime

import attrs

from ..shared.errors import InvalidValue
from ..shared.ids import AccountId, TenantId

# 256 random bits in base64url (RFC 4648 §5) without padding.
_KEY = re.compile(r"[A-Za-z0-9_-]{43}")


def can_be_key(text: str) -> bool:
    """Whether an inbox may have that key; anything can stand in an address."""
    return _KEY.fullmatch(text) is not None


@attrs.frozen(kw_only=True)
class InboxSecret:
    """A sealed signing secret. ``expires_at`` None: until it is replaced; during a rotation two are live."""

    sealed: bytes = attrs.field(repr=False)
    created_at: datetime
    expires_at: datetime | None = None


@attrs.define(eq=False, kw_only=True)
class Inbox:
    """One per provider account. ``key`` is the unguessable part of its address, which names tenant and account.

    ``registrations`` are what was set up at the provider, by the provider's id (a webhook's number, a channel's id);
    the value is what is known of it, as JSON. A disabled inbox answers 410, so that the provider gives up.
    """

    id: AccountId = attrs.field(on_setattr=attrs.setters.frozen)
    tenant_id: TenantId = attrs.field(on_setattr=attrs.setters.frozen)
    provider: str = attrs.field(on_setattr=attrs.setters.frozen)
    key: str = attrs.field(on_setattr=attrs.setters.frozen, repr=False)
    secrets: tuple[InboxSecret, ...] = ()
    registrations: Mapping[str, str] = attrs.field(factory=dict)
    disabled_at: datetime | None = None
    created_at: datetime
    version: int = 0

    def live_secrets(self, now: datetime) -> tuple[InboxSecret, ...]:
        """Those that a signature may be made with, newest first."""
        live = [secret for secret in self.secrets if secret.expires_at is None or secret.expires_at > now]
        return tuple(sorted(live, key=lambda secret: secret.created_at, reverse=True))

    def rotate(self, sealed: bytes, *, now: datetime, former_until: datetime | None) -> None:
        """A new secret; the former ones stay live until ``former_until`` (None: they end now).

        Raises InvalidValue for an instant that has passed.
        """
        if former_until is not None and former_until <= now:
            raise InvalidValue("the former secret's end must lie ahead", field="former_until")
        kept = () if former_until is None else self.live_secrets(now)
        ends = former_until or now
        former = [attrs.evolve(s, expires_at=min(s.expires_at or ends, ends)) for s in kept]
        self.secrets = (InboxSecret(sealed=sealed, created_at=now), *former)
