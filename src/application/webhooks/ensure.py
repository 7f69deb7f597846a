"""What an account's provider needs for sending webhooks here is set up there, and kept so."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial

import attrs

from ...domain.shared.errors import CredentialsRefused, GatewayError, NotConfigured, NotFound, TresenError
from ...domain.shared.ids import AccountId, TenantId
from ...domain.tenancy.provider_account import ProviderAccount
from ...domain.webhooks.inbox import Inbox
from ..log_context import bound
from ..ports.clock import Clock
from ..ports.locks import RunLocks
from ..ports.registrars import Ensured, Missed, Registrar, Registrars, Registration, Wanted
from ..ports.secrets import SecretBox, TokenSource
from ..ports.unit_of_work import UnitOfWork
from ..ports.webhooks import WebhookProviders
from ..tenancy.credentials import CredentialGuard
from ..transactions import Transactions
from .addresses import WebhookAddresses
from .doors import Doors
from .intake import Intake
from .open_inbox import OpenInbox, verifies_by_key
from .receive import ReceiveWebhook
from .repair_task import close_tasks

_log = logging.getLogger(__name__)

# So many of a page are stored at a time; they share their transactions.
_AT_A_TIME = 100

DISABLED = "nothing is taken from it, as its webhooks are disabled: enable them first"


@attrs.frozen(kw_only=True)
class EnsuredWebhooks:
    """How an account's webhooks stand.

    ``address`` is where the provider sends them, None when it is not known what ours is. ``registrations`` are what is
    set up there, ``done`` what was done for it just now, in phrases. ``todo``: what a person must do there, step by
    step; ``entered``: the same steps where a secret tells that it was done. ``secret_missing``: there is nothing to
    verify signatures with, so that nothing is taken in. ``missed_since``: since when (UTC) deliveries were lost because
    the provider had switched a subscription off; ``recovered``: how many of them were new when they were fetched.
    ``error``: why it could not be done.
    """

    account_id: AccountId
    provider: str
    account: str
    address: str | None = attrs.field(default=None, repr=False)
    registrations: Sequence[Registration] = ()
    done: Sequence[str] = ()
    todo: Sequence[str] = ()
    entered: Sequence[str] = ()
    secret_missing: bool = False
    missed_since: datetime | None = None
    recovered: int = 0
    error: TresenError | None = None

    @property
    def healthy(self) -> bool:
        """Whether nothing is known to be wrong."""
        return self.error is None and not self.secret_missing and all(one.healthy for one in self.registrations)


@attrs.frozen
class _Begun:
    """What is needed outside of any transaction."""

    account: ProviderAccount
    inbox: Inbox
    secret: str = attrs.field(repr=False)


@attrs.frozen
class StoreMissed:
    """Takes in what registrars fetched, as if it had come through the door."""

    _doors: Doors
    _receive: ReceiveWebhook
    _intake: Intake

    async def __call__(self, inbox: Inbox, registrar: Registrar, since: datetime) -> int:
        """How many were new. Raises what gateways and the store raise; what is stored by then stays."""
        door = await self._doors.look_up(inbox.key)
        new = 0
        async for page in registrar.backfill(since):
            for start in range(0, len(page), _AT_A_TIME):
                part: Sequence[Missed] = page[start : start + _AT_A_TIME]
                deliveries = [self._receive.delivery(door, one.verified, one.request) for one in part]
                new += sum(await asyncio.gather(*(self._intake.store(one) for one in deliveries)))
        return new


@attrs.frozen
class EnsureWebhooks:
    """One account at a time over all processes; doing it again changes nothing.

    What the provider makes impossible is in the answer, not raised: refused credentials also block the account, as
    everywhere.
    """

    _transactions: Transactions
    _registrars: Registrars
    _webhooks: WebhookProviders
    _open_inbox: OpenInbox
    _store_missed: StoreMissed
    _addresses: WebhookAddresses
    _box: SecretBox
    _tokens: TokenSource
    _locks: RunLocks
    _guard: CredentialGuard
    _clock: Clock

    async def __call__(self, tenant_id: TenantId, account_id: AccountId) -> EnsuredWebhooks:
        """Raises NotFound, GatewayUnsupported when the provider sends no webhooks."""
        with bound(tenant=str(tenant_id), account=str(account_id)):
            async with self._locks.hold(f"webhooks:{tenant_id}:{account_id}") as alone:
                begun = await self._transactions.run(
                    tenant_id, "ensure_webhooks", lambda uow: self._begin(uow, account_id)
                )
                standing = EnsuredWebhooks(
                    account_id=account_id, provider=begun.account.provider, account=begun.account.name
                )
                if begun.inbox.disabled_at is not None:
                    closed = NotConfigured(DISABLED)
                    return attrs.evolve(standing, error=closed)
                if not alone:
                    return attrs.evolve(
                        standing, error=NotConfigured("it is being done already; look again in a minute")
                    )
                return await self._ensure(begun, standing)

    async def accounts(self, tenant_id: TenantId) -> Sequence[ProviderAccount]:
        """Those whose providers send webhooks and that may be called, or need not be."""
        sending = set(self._webhooks.names())

        async def read(uow: UnitOfWork) -> Sequence[ProviderAccount]:
            found = [one for one in await uow.accounts.all() if one.provider in sending]
            return [one for one in found if one.may_be_called or not self._registrars.can_register(one.provider)]

        return await self._transactions.read(tenant_id, read)

    async def _begin(self, uow: UnitOfWork, account_id: AccountId) -> _Begun:
        """The inbox, with a secret where ours is the one to choose it."""
        account = await uow.accounts.get(account_id)
        inbox = await self._open_inbox(uow, account)
        live = inbox.live_secrets(self._clock.now())
        if live:
            return _Begun(account, inbox, self._box.open(live[0].sealed))
        if not self._registrars.can_register(account.provider):
            return _Begun(account, inbox, secret="")
        secret = self._tokens.issue("").text
        inbox.rotate(self._box.seal(secret), now=self._clock.now(), former_until=None)
        await uow.inboxes.save(inbox)
        return _Begun(account, inbox, secret)

    async def _ensure(self, begun: _Begun, standing: EnsuredWebhooks) -> EnsuredWebhooks:
        account = begun.account
        try:
            standing = attrs.evolve(standing, address=self._addresses.for_provider(begun.inbox))
            if not self._registrars.can_register(account.provider):
                return self._by_hand(begun, standing)
            async with self._registrars.open(account) as registrar:
                return await self._register(registrar, begun, standing)
        except CredentialsRefused as error:
            refuse = partial(self._guard.refuse, called=account, reason=error.message)
            await self._transactions.run(account.tenant_id, "refuse_credentials", refuse)
            return attrs.evolve(standing, error=error)
        except (GatewayError, NotConfigured) as error:
            # Whoever asked is told; what a job cannot do becomes a task.
            _log.info("webhooks could not be ensured", extra={"provider": account.provider, "why": error.message})
            return attrs.evolve(standing, error=error)

    def _by_hand(self, begun: _Begun, standing: EnsuredWebhooks) -> EnsuredWebhooks:
        account = begun.account
        steps = self._registrars.by_hand(account.provider, standing.address or "")
        if begun.secret:
            return attrs.evolve(standing, entered=steps)
        return attrs.evolve(standing, todo=steps, secret_missing=not verifies_by_key(self._webhooks, account))

    async def _register(self, registrar: Registrar, begun: _Begun, standing: EnsuredWebhooks) -> EnsuredWebhooks:
        wanted = Wanted(
            address=standing.address or "",
            secret=begun.secret,
            known=begun.inbox.registrations,
            now=self._clock.now(),
        )
        ensured = await registrar.ensure(wanted)
        if ensured.missed_since is not None:
            # Before the registrations are kept: by the former ones the next call sees what this one did not fetch.
            recovered = await self._store_missed(begun.inbox, registrar, ensured.missed_since)
            standing = attrs.evolve(standing, missed_since=ensured.missed_since, recovered=recovered)
        await self._transactions.run(
            begun.account.tenant_id, "keep_registrations", lambda uow: _keep(uow, begun, ensured, self._clock.now())
        )
        for phrase in ensured.done:
            _log.info("webhooks: %s", phrase, extra={"provider": begun.account.provider})
        return attrs.evolve(standing, registrations=ensured.registrations, done=ensured.done)


async def _keep(uow: UnitOfWork, begun: _Begun, ensured: Ensured, now: datetime) -> None:
    """What is set up there now. An account that was removed meanwhile takes its inbox along."""
    try:
        inbox = await uow.inboxes.get(begun.inbox.id)
    except NotFound:
        return
    inbox.registrations = {one.external_id: one.details for one in ensured.registrations}
    await uow.inboxes.save(inbox)
    await close_tasks(uow, begun.account, now)
