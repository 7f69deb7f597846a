"""A key for a program."""

from datetime import datetime

import attrs

from ...domain.identity.credentials import ApiKey
from ...domain.identity.role import Scope
from ...domain.shared.errors import InvalidValue, NotAllowed
from ...domain.shared.ids import ApiKeyId, TenantId
from ...domain.shared.time_range import as_utc
from ..ports.clock import Clock, IdSource
from ..ports.secrets import TokenSource
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions

_PREFIX = "tresen_key_"
_HINT_LENGTH = len(_PREFIX) + 4


@attrs.frozen(kw_only=True)
class NewApiKey:
    """``granted_by``: the scopes of whoever asks; None means somebody with access to the machine itself."""

    tenant_id: TenantId
    name: str
    scopes: frozenset[Scope]
    expires_at: datetime | None = None
    granted_by: frozenset[Scope] | None = None


@attrs.frozen
class CreatedApiKey:
    """The key as it is kept, and the text that is shown this once."""

    key: ApiKey
    text: str = attrs.field(repr=False)


@attrs.frozen
class CreateApiKey:
    """Raises InvalidValue (no name, no scope, an end in the past), NotAllowed (a scope that the asker lacks)."""

    _transactions: Transactions
    _tokens: TokenSource
    _clock: Clock
    _ids: IdSource

    async def __call__(self, new: NewApiKey) -> CreatedApiKey:
        """Make it."""
        now = self._clock.now()
        _check(new, now)
        token = self._tokens.issue(_PREFIX)
        key = ApiKey(
            id=ApiKeyId(self._ids.new()),
            tenant_id=new.tenant_id,
            name=new.name.strip(),
            hint=token.text[:_HINT_LENGTH],
            key_hash=token.hashed,
            scopes=new.scopes,
            created_at=now,
            expires_at=None if new.expires_at is None else as_utc(new.expires_at, "expires_at"),
        )

        async def add(uow: UnitOfWork) -> None:
            await uow.api_keys.add(key)

        await self._transactions.run(new.tenant_id, "create_api_key", add)
        return CreatedApiKey(key, token.text)


def _check(new: NewApiKey, now: datetime) -> None:
    if not new.name.strip():
        raise InvalidValue("a key needs a name that tells what it is for", field="name")
    if not new.scopes:
        raise InvalidValue("a key needs at least one scope", field="scopes")
    if Scope.INSTALLATION in new.scopes:
        raise InvalidValue("a key serves one tenant; the scope installation is for operators", field="scopes")
    if new.expires_at is not None and as_utc(new.expires_at, "expires_at") <= now:
        raise InvalidValue("the key would be expired already", field="expires_at")
    if new.granted_by is not None and not new.scopes <= new.granted_by:
        missing = sorted(s.value for s in new.scopes - new.granted_by)
        raise NotAllowed(f"you cannot give scopes that you do not have: {', '.join(missing)}", scopes=missing)
