"""A bearer token ends."""

import attrs

from ..ports.clock import Clock
from ..ports.directory import Directory
from ..ports.secrets import TokenSource
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions


@attrs.frozen
class LogOut:
    """Doing it twice, or with a token nobody knows, is no error."""

    _directory: Directory
    _transactions: Transactions
    _tokens: TokenSource
    _clock: Clock

    async def __call__(self, access_token: str) -> None:
        """Revoke it."""
        found = await self._directory.session_by_hash(self._tokens.hashed(access_token))
        if found is None:
            return
        known, _ = found

        async def revoke(uow: UnitOfWork) -> None:
            session = await uow.sessions.get(known.id)
            if session.revoked_at is None:
                session.revoked_at = self._clock.now()
                await uow.sessions.save(session)

        await self._transactions.run(known.tenant_id, "log_out", revoke)
