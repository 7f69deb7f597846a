"""Webhooks at a shop: one for each topic, known by their address."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta

import attrs

from ...application.ports.registrars import Ensured, Missed, Registrar, Registration, Wanted
from ...application.ports.secrets import SecretBox
from ...domain.shared.errors import (
    CredentialsRefused,
    GatewayNotFound,
    GatewayRejected,
    GatewayUnavailable,
    NotConfigured,
)
from ...domain.tenancy.provider_account import ProviderAccount
from ..http.account_calls import account_calls, key_of
from ..http.chain import CallChains, Pacing
from ..http.messages import HttpRequest, Transport
from ..webhooks.registrations import Subscription, fingerprint, leads_here, read_details
from ..webhooks.times import read_instant
from .missed_orders import missed_orders
from .protocol import TOPICS, R, ShopProtocol, Webhook, effective_status, has_more, read

# There is no limit but the host's patience.
_PACE = Pacing(per_second=4.0, burst=8)
_ACTIVE, _PAUSED, _DISABLED = "active", "paused", "disabled"
_MOST_PAGES = 100
# A webhook is switched off by the seventh failure in a row; when the first was, the shop does not tell.
_BEFORE_SWITCHED_OFF = timedelta(days=1)


@attrs.frozen
class WooCommerceRegistrars:
    """``credentials`` of its accounts are the pair for the interface: consumer key, colon, consumer secret."""

    _chains: CallChains
    _box: SecretBox

    @property
    def name(self) -> str:
        """The word in accounts' ``provider``."""
        return "woocommerce"

    def open(self, account: ProviderAccount) -> AbstractAsyncContextManager[Registrar]:
        """The account's registrar while inside. Raises NotConfigured."""
        return self._open(account)

    @asynccontextmanager
    async def _open(self, account: ProviderAccount) -> AsyncIterator[Registrar]:
        async with account_calls(self._chains, account, _PACE, effective_status) as (transport, url):
            key, secret = self._pair(account)
            yield WooCommerceRegistrar(ShopProtocol(base_url=url, key=key, secret=secret), transport)

    def _pair(self, account: ProviderAccount) -> tuple[str, str]:
        key, colon, secret = key_of(self._box, account).partition(":")
        if not (colon and key and secret):
            raise NotConfigured(
                f"account {account.name!r} needs both keys of the shop: ck_…:cs_…; connect it again",
                account=account.name,
            )
        return key, secret


@attrs.define
class _Work:
    """What was done so far."""

    wanted: Wanted
    registrations: list[Registration] = attrs.field(factory=list)
    done: list[str] = attrs.field(factory=list)
    missed_since: datetime | None = None

    def note_missing(self, since: datetime | None) -> None:
        """Deliveries may be missing since then; None: none are."""
        known = [one for one in (self.missed_since, since) if one is not None]
        self.missed_since = min(known, default=None)


class WooCommerceRegistrar(Registrar):
    """One shop's webhooks. Those that a person paused stay so, and are told as not healthy."""

    def __init__(self, protocol: ShopProtocol, transport: Transport) -> None:
        self._protocol = protocol
        self._transport = transport

    async def ensure(self, wanted: Wanted) -> Ensured:
        """Topic by topic; a lost answer to a creation is followed by a look at the list."""
        ours = await self._ours(wanted)
        work = _Work(wanted)
        for topic in TOPICS:
            work.registrations.append(_registration(await self._ensured(topic, ours.get(topic, []), work), wanted))
        return Ensured(registrations=work.registrations, done=work.done, missed_since=work.missed_since)

    async def _ensured(self, topic: str, ours: Sequence[Webhook], work: "_Work") -> Webhook:
        """The one webhook of the topic, as it should be."""
        if not ours:
            work.done.append(f"created the webhook for {topic}")
            return await self._created(topic, work.wanted)
        webhook, *surplus = ours
        for one in surplus:
            await self._remove(one)
            work.done.append(f"removed webhook {one.id}, a second one for {topic}")
        work.note_missing(_missed_since(webhook, work.wanted))
        changes = _changes(webhook, work.wanted)
        if not changes:
            return webhook
        work.done.append(f"{_told(changes)} the webhook for {topic}")
        return await self._changed(webhook, changes)

    async def remove(self, wanted: Wanted) -> Sequence[str]:
        """Those that lead here."""
        gone = []
        for webhooks in (await self._ours(wanted)).values():
            for webhook in webhooks:
                await self._remove(webhook)
                gone.append(str(webhook.id))
        return gone

    def backfill(self, since: datetime) -> AsyncIterator[Sequence[Missed]]:
        """The orders that were modified since then, as they are now. What was deleted for good cannot be found, nor
        customers by their changes."""
        return missed_orders(self._protocol, self._transport, since)

    async def _ours(self, wanted: Wanted) -> Mapping[str, list[Webhook]]:
        """By topic; those with our address first, then those with the one that we had before."""
        ours: dict[str, list[Webhook]] = {}
        here = [one for one in await self._listed() if leads_here(one.delivery_url, wanted.address)]
        for webhook in sorted(here, key=lambda one: one.delivery_url != wanted.address):
            ours.setdefault(webhook.topic, []).append(webhook)
        return ours

    async def _listed(self) -> list[Webhook]:
        found: dict[int, Webhook] = {}
        for page in range(1, _MOST_PAGES + 1):
            request = self._protocol.list_webhooks(page)
            response = await self._transport.send(request)
            webhooks = read(response, list[Webhook], request.operation)
            found.update((one.id, one) for one in webhooks)
            if not has_more(response, page, webhooks):
                break
        return list(found.values())

    async def _created(self, topic: str, wanted: Wanted) -> Webhook:
        try:
            return await self._written(self._protocol.create_webhook(topic, wanted.address, wanted.secret), Webhook)
        except GatewayUnavailable:
            made = (await self._ours(wanted)).get(topic)
            if not made:
                raise
            return made[0]

    async def _changed(self, webhook: Webhook, changes: Mapping[str, str]) -> Webhook:
        return await self._written(self._protocol.update_webhook(webhook.id, changes), Webhook)

    async def _remove(self, webhook: Webhook) -> None:
        try:
            await self._written(self._protocol.delete_webhook(webhook.id), object)
        except GatewayNotFound:
            return

    async def _written(self, request: HttpRequest, shape: type[R]) -> R:
        """The answer to a write. Keys that could list the webhooks a moment ago are good ones, though not for this."""
        try:
            return read(await self._transport.send(request), shape, request.operation)
        except CredentialsRefused:
            raise GatewayRejected(
                f"{request.operation}: the keys may read only; give them read and write in the shop's pages, under"
                " WooCommerce, Settings, Advanced, REST API"
            ) from None


def _changes(webhook: Webhook, wanted: Wanted) -> dict[str, str]:
    """What is not as it should be. The secret, which the shop does not show, is set unless it is known to be right."""
    changes = {}
    if webhook.delivery_url != wanted.address:
        changes["delivery_url"] = wanted.address
    if webhook.status == _DISABLED:
        changes["status"] = _ACTIVE
    known = read_details(wanted.known, str(webhook.id), Subscription)
    if known is None or known.secret != fingerprint(wanted.secret):
        changes["secret"] = wanted.secret
    return changes


def _missed_since(webhook: Webhook, wanted: Wanted) -> datetime | None:
    """Since when deliveries may be missing. A webhook that failed, was switched off, or switched on again by a person,
    was modified since it was last seen here; one that a person paused tells nothing on purpose."""
    known = read_details(wanted.known, str(webhook.id), Subscription)
    if known is not None:
        is_touched = webhook.status != _PAUSED and webhook.date_modified_gmt != known.modified
        return known.seen_at if is_touched or webhook.status == _DISABLED else None
    if webhook.status != _DISABLED:
        return None
    modified = read_instant(webhook.date_modified_gmt, zone_unsaid=True)
    return (modified or wanted.now) - _BEFORE_SWITCHED_OFF


def _told(changes: Mapping[str, str]) -> str:
    return "switched on again" if "status" in changes else "changed"


def _registration(webhook: Webhook, wanted: Wanted) -> Registration:
    healthy = webhook.status == _ACTIVE
    known = read_details(wanted.known, str(webhook.id), Subscription)
    kept = Subscription(
        topics=(webhook.topic,),
        secret=fingerprint(wanted.secret),
        seen_at=known.seen_at if known is not None and not healthy else wanted.now,
        modified=webhook.date_modified_gmt if known is None or healthy else known.modified,
    )
    return Registration(external_id=str(webhook.id), details=kept.details(), healthy=healthy)
