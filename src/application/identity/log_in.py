"""E-mail and password become a bearer token."""

from datetime import datetime, timedelta

import attrs

from ...domain.identity.credentials import Session
from ...domain.identity.user import User
from ...domain.shared.contact import EmailAddress
from ...domain.shared.errors import NotAuthenticated
from ...domain.shared.ids import SessionId
from ..ports.clock import Clock, IdSource
from ..ports.directory import Directory
from ..ports.limits import Limiter
from ..ports.secrets import PasswordHasher, TokenSource
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions

SESSION_LASTS = timedelta(hours=12)
_WINDOW = timedelta(minutes=15)
_PER_USER_AND_ADDRESS = 5
_PER_ADDRESS = 50


@attrs.frozen(kw_only=True)
class Credentials:
    """What somebody typed, and the network address they typed it from, in the form in which addresses share limits."""

    email: str
    password: str = attrs.field(repr=False)
    address: str


@attrs.frozen
class LoggedIn:
    """The token, shown once, and the instant (UTC) from which it is refused."""

    access_token: str = attrs.field(repr=False)
    expires_at: datetime


@attrs.frozen
class LogIn:
    """Raises NotAuthenticated with the same words and after the same time for unknown and known users;
    TooManyRequests after 5 failures per user and address, 50 per address, within 15 minutes. Nothing locks for ever.
    """

    _directory: Directory
    _transactions: Transactions
    _hasher: PasswordHasher
    _tokens: TokenSource
    _limiter: Limiter
    _clock: Clock
    _ids: IdSource

    async def __call__(self, given: Credentials) -> LoggedIn:
        """Check and issue."""
        canonical = EmailAddress(given.email).canonical
        pair, address = f"login:{canonical}:{given.address}", f"login:{given.address}"
        # Counted before the password is looked at: of many tries at once, no more than the limit are looked at.
        self._limiter.hit(pair, limit=_PER_USER_AND_ADDRESS, window=_WINDOW)
        self._limiter.hit(address, limit=_PER_ADDRESS, window=_WINDOW)
        user = await self._directory.user_by_email(canonical)
        known = await self._hasher.verify(given.password, user.password_hash if user else None)
        if user is None or not known or not user.active:
            raise NotAuthenticated("e-mail address or password is wrong")
        self._limiter.forget(pair)
        self._limiter.release(address)
        return await self._issue(user)

    async def _issue(self, user: User) -> LoggedIn:
        now, token = self._clock.now(), self._tokens.issue("tresen_at_")
        session = Session(
            id=SessionId(self._ids.new()),
            tenant_id=user.tenant_id,
            user_id=user.id,
            token_hash=token.hashed,
            created_at=now,
            expires_at=now + SESSION_LASTS,
        )

        async def save(uow: UnitOfWork) -> None:
            await uow.sessions.add(session)
            stored = await uow.users.get(user.id)
            stored.last_login_at = now
            await uow.users.save(stored)

        await self._transactions.run(user.tenant_id, "log_in", save)
        return LoggedIn(token.text, session.expires_at)
