"""An account's inbox is looked at, given a signing secret, closed and opened."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import attrs

from ...domain.shared.errors import InvalidValue, NotFound
from ...domain.shared.ids import AccountId, TenantId
from ...domain.tenancy.provider_account import ProviderAccount
from ...domain.webhooks.inbox import Inbox
from ..ports.clock import Clock
from ..ports.secrets import SecretBox, TokenSource
from ..ports.unit_of_work import UnitOfWork
from ..ports.webhooks import WebhookProvider, WebhookProviders
from ..transactions import Transactions
from .addresses import WebhookAddresses
from .open_inbox import OpenInbox, verifies_by_key

_LONGEST_SECRET = 500
# Longer than providers keep a former secret alive while theirs is rolled, which is a day or so.
LONGEST_OVERLAP = timedelta(days=30)


@attrs.frozen
class LiveSecret:
    """That there is one, since when and until when (None: until it is replaced). Never what it is."""

    created_at: datetime
    expires_at: datetime | None


@attrs.frozen(kw_only=True)
class InboxShown:
    """How an inbox stands.

    ``secrets`` are the live ones, newest first. ``signs_with_api_key``: the account's API key is a secret too, and
    enough. ``is_reachable`` False: the address is not one of TLS, and providers outside will hardly take it.
    ``registrations``: the provider's ids of what was set up there.
    """

    account_id: AccountId
    provider: str
    account: str
    address: str
    is_reachable: bool
    secrets: Sequence[LiveSecret]
    signs_with_api_key: bool
    registrations: Sequence[str]
    disabled_at: datetime | None
    created_at: datetime

    @property
    def can_verify(self) -> bool:
        """Whether there is anything that signatures can be verified with."""
        return bool(self.secrets) or self.signs_with_api_key


@attrs.frozen
class InboxGlance:
    """Whether an inbox is closed, since when (UTC), and whether there is anything to verify signatures with."""

    disabled_at: datetime | None
    can_verify: bool


@attrs.frozen(kw_only=True)
class NewSecret:
    """``secret`` None: one is made, 256 random bits as text. The former ones stay live for ``keep_former_for``, so that
    what is on its way still comes in; None: they end at once."""

    tenant_id: TenantId
    account_id: AccountId
    secret: str | None = attrs.field(default=None, repr=False)
    keep_former_for: timedelta | None = None


@attrs.frozen
class AdministerInbox:
    """An inbox that an account lacks is made on the way.

    The methods about one raise NotFound for the account, GatewayUnsupported when its provider sends no webhooks,
    NotConfigured without a public address.
    """

    _transactions: Transactions
    _open_inbox: OpenInbox
    _webhooks: WebhookProviders
    _addresses: WebhookAddresses
    _box: SecretBox
    _tokens: TokenSource
    _clock: Clock

    async def show(self, tenant_id: TenantId, account_id: AccountId) -> InboxShown:
        """How it stands."""

        async def look(uow: UnitOfWork) -> InboxShown | None:
            account = await uow.accounts.get(account_id)
            try:
                return self._shown(account, await uow.inboxes.get(account_id))
            except NotFound:
                return None

        found = await self._transactions.read(tenant_id, look)
        return found or await self._change(tenant_id, account_id, "open_inbox", lambda _: None)

    async def at_a_glance(self, tenant_id: TenantId) -> Mapping[AccountId, InboxGlance]:
        """Every inbox that is there; needs no address, and makes none."""

        async def look(uow: UnitOfWork) -> Mapping[AccountId, InboxGlance]:
            accounts = {one.id: one for one in await uow.accounts.all()}
            now, known = self._clock.now(), set(self._webhooks.names())
            return {
                one.id: InboxGlance(
                    one.disabled_at,
                    bool(one.live_secrets(now)) or verifies_by_key(self._webhooks, accounts[one.id]),
                )
                for one in await uow.inboxes.all()
                if one.provider in known
            }

        return await self._transactions.read(tenant_id, look)

    async def give_secret(self, new: NewSecret) -> tuple[InboxShown, str | None]:
        """The newest secret; with it the text of one that was made, which is told this once.

        Raises InvalidValue for a secret that is empty, longer than 500 letters, broken over lines or not one of the
        provider's, when one is to be made although the provider issues its own, and for a time that is negative or
        longer than 30 days.
        """
        made = self._tokens.issue("").text if new.secret is None else None
        sealed = self._box.seal(made or _checked(new.secret or ""))
        overlap = new.keep_former_for
        if overlap is not None and not timedelta(0) <= overlap <= LONGEST_OVERLAP:
            raise InvalidValue("former secrets are kept for 30 days at most", field="keep_former_for")

        def rotate(inbox: Inbox) -> None:
            _suit(self._webhooks.get(inbox.provider), new.secret)
            now = self._clock.now()
            inbox.rotate(sealed, now=now, former_until=now + overlap if overlap else None)

        shown = await self._change(new.tenant_id, new.account_id, "give_webhook_secret", rotate)
        return shown, made

    async def disable(self, tenant_id: TenantId, account_id: AccountId) -> InboxShown:
        """Deliveries are answered 410 from now on, so that the provider gives up."""

        def close(inbox: Inbox) -> None:
            inbox.disabled_at = inbox.disabled_at or self._clock.now()

        return await self._change(tenant_id, account_id, "disable_inbox", close)

    async def enable(self, tenant_id: TenantId, account_id: AccountId) -> InboxShown:
        """Deliveries are taken again."""

        def reopen(inbox: Inbox) -> None:
            inbox.disabled_at = None

        return await self._change(tenant_id, account_id, "enable_inbox", reopen)

    async def _change(
        self, tenant_id: TenantId, account_id: AccountId, name: str, change: Callable[[Inbox], None]
    ) -> InboxShown:
        async def work(uow: UnitOfWork) -> InboxShown:
            account = await uow.accounts.get(account_id)
            inbox = await self._open_inbox(uow, account)
            before = (inbox.secrets, inbox.disabled_at)
            change(inbox)
            if (inbox.secrets, inbox.disabled_at) != before:
                await uow.inboxes.save(inbox)
            return self._shown(account, inbox)

        return await self._transactions.run(tenant_id, name, work)

    def _shown(self, account: ProviderAccount, inbox: Inbox) -> InboxShown:
        return InboxShown(
            account_id=account.id,
            provider=account.provider,
            account=account.name,
            address=self._addresses.of(inbox),
            is_reachable=self._addresses.is_https,
            secrets=[LiveSecret(one.created_at, one.expires_at) for one in inbox.live_secrets(self._clock.now())],
            signs_with_api_key=verifies_by_key(self._webhooks, account),
            registrations=sorted(inbox.registrations),
            disabled_at=inbox.disabled_at,
            created_at=inbox.created_at,
        )


def _suit(provider: WebhookProvider, secret: str | None) -> None:
    """Raises InvalidValue for what the provider will never sign with."""
    if secret is None:
        if provider.signs_with_api_key:
            raise InvalidValue(
                f"{provider.name} signs with the account's API key: there is none to make", field="secret"
            )
        if provider.issues_secret:
            raise InvalidValue(f"{provider.name} chooses its secret itself: enter that one", field="secret")
    elif not secret.strip().startswith(provider.secret_prefix):
        raise InvalidValue(
            f"a signing secret of {provider.name} begins with {provider.secret_prefix}: this is something else",
            field="secret",
        )


def _checked(secret: str) -> str:
    text = secret.strip()
    if not text:
        raise InvalidValue("the secret is empty", field="secret")
    if len(text) > _LONGEST_SECRET or not text.isprintable():
        raise InvalidValue("a secret is one line of at most 500 letters", field="secret")
    return text
