"""Webhooks at Cal.com: one per account, known by its address."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

import attrs
import msgspec

from ...application.ports.registrars import Ensured, Missed, Registrar, Registration, Wanted
from ...application.ports.secrets import SecretBox
from ...domain.shared.errors import GatewayNotFound, GatewayUnavailable
from ...domain.tenancy.provider_account import ProviderAccount
from ..http.account_calls import account_calls, key_of
from ..http.chain import CallChains, Pacing
from ..http.messages import Transport
from ..http.refusals import accepted
from ..webhooks.registrations import Subscription, fingerprint, leads_here, nothing_missed, read_details
from .protocol import PROVIDER, TRIGGERS, CalcomProtocol, UnknownTriggers, Webhook, webhook_of, webhooks_of

# 120 a minute are allowed to a key.
_PACE = Pacing(per_second=1.5, burst=10)
Changes = dict[str, str | bool | list[str]]


@attrs.frozen
class CalcomRegistrars:
    """``credentials`` of its accounts are the API key."""

    _chains: CallChains
    _box: SecretBox

    @property
    def name(self) -> str:
        """The word in accounts' ``provider``."""
        return "calcom"

    def open(self, account: ProviderAccount) -> AbstractAsyncContextManager[Registrar]:
        """The account's registrar while inside. Raises NotConfigured."""
        return self._open(account)

    @asynccontextmanager
    async def _open(self, account: ProviderAccount) -> AsyncIterator[Registrar]:
        async with account_calls(self._chains, account, _PACE) as (transport, url):
            protocol = CalcomProtocol(base_url=url, api_key=key_of(self._box, account))
            yield CalcomRegistrar(protocol, transport)


class CalcomRegistrar(Registrar):
    """One account's webhook. Cal.com cannot tell what was missed; its bookings can be listed, which is not our task."""

    def __init__(self, protocol: CalcomProtocol, transport: Transport) -> None:
        self._protocol = protocol
        self._transport = transport

    async def ensure(self, wanted: Wanted) -> Ensured:
        """A lost answer to a creation is followed by a look at the list; only what is not there is made."""
        ours = await self._ours(wanted)
        if not ours:
            webhook, triggers = await self._created(wanted)
            return Ensured(registrations=[_registration(webhook, triggers, wanted)], done=["created a webhook"])
        webhook, *surplus = ours
        known = read_details(wanted.known, str(webhook.id), Subscription)
        refused = known.refused if known else ()
        changes = _changes(webhook, known, wanted, [one for one in TRIGGERS if one not in refused])
        done = [f"removed webhook {one.id}, which sent everything a second time" for one in surplus]
        for one in surplus:
            await self._remove(one)
        triggers = tuple(one for one in TRIGGERS if one in webhook.triggers)
        if changes:
            triggers = await self._changed(webhook, changes)
            done.append(f"changed the webhook: {', '.join(sorted(changes))}")
        return Ensured(
            registrations=[_registration(webhook, triggers, wanted)],
            done=done,
            missed_since=None if webhook.active or known is None else known.seen_at,
        )

    async def remove(self, wanted: Wanted) -> Sequence[str]:
        """Those that lead here."""
        ours = await self._ours(wanted)
        for webhook in ours:
            await self._remove(webhook)
        return [str(webhook.id) for webhook in ours]

    def backfill(self, since: datetime) -> AsyncIterator[Sequence[Missed]]:  # noqa: ARG002 -- the port's
        """Nothing: what a webhook would have said cannot be had afterwards."""
        return nothing_missed()

    async def _ours(self, wanted: Wanted) -> list[Webhook]:
        """Those with our address first, then those with the one that we had before."""
        listed = webhooks_of(await self._transport.send(self._protocol.list_webhooks()))
        ours = [one for one in listed if leads_here(one.subscriber_url, wanted.address)]
        return sorted(ours, key=lambda one: one.subscriber_url != wanted.address)

    async def _created(self, wanted: Wanted) -> tuple[Webhook, tuple[str, ...]]:
        try:
            return await self._create(wanted, TRIGGERS)
        except UnknownTriggers as refused:
            return await self._create(wanted, refused.known)
        except GatewayUnavailable:
            made = await self._ours(wanted)
            if not made:
                raise
            return made[0], tuple(one for one in TRIGGERS if one in made[0].triggers)

    async def _create(self, wanted: Wanted, triggers: Sequence[str]) -> tuple[Webhook, tuple[str, ...]]:
        request = self._protocol.create_webhook(wanted.address, wanted.secret, triggers)
        return webhook_of(await self._transport.send(request), request.operation, triggers), tuple(triggers)

    async def _changed(self, webhook: Webhook, changes: Changes) -> tuple[str, ...]:
        """The triggers that it has afterwards."""
        triggers = changes.get("triggers")
        asked = triggers if isinstance(triggers, list) else []
        try:
            return await self._change(webhook, changes, asked)
        except UnknownTriggers as refused:
            return await self._change(webhook, {**changes, "triggers": list(refused.known)}, refused.known)

    async def _change(self, webhook: Webhook, changes: Changes, asked: Sequence[str]) -> tuple[str, ...]:
        request = self._protocol.update_webhook(webhook.id, changes)
        after = webhook_of(await self._transport.send(request), request.operation, asked)
        return tuple(one for one in TRIGGERS if one in after.triggers)

    async def _remove(self, webhook: Webhook) -> None:
        request = self._protocol.delete_webhook(webhook.id)
        try:
            accepted(await self._transport.send(request), provider=PROVIDER, doing=request.operation)
        except GatewayNotFound:
            return


def _changes(webhook: Webhook, known: Subscription | None, wanted: Wanted, triggers: Sequence[str]) -> Changes:
    """What is not as it should be. Triggers that somebody added there stay."""
    changes: Changes = {}
    if webhook.subscriber_url != wanted.address:
        changes["subscriberUrl"] = wanted.address
    if not webhook.active:
        changes["active"] = True
    if missing := [one for one in triggers if one not in webhook.triggers]:
        changes["triggers"] = [*webhook.triggers, *missing]
    if not _signs_with(webhook, known, wanted.secret):
        changes["secret"] = wanted.secret
    return changes


def _signs_with(webhook: Webhook, known: Subscription | None, secret: str) -> bool:
    if webhook.secret is not msgspec.UNSET:
        return webhook.secret == secret
    return known is not None and known.secret == fingerprint(secret)


def _registration(webhook: Webhook, triggers: Sequence[str], wanted: Wanted) -> Registration:
    kept = Subscription(
        topics=tuple(triggers),
        refused=tuple(one for one in TRIGGERS if one not in triggers),
        secret=fingerprint(wanted.secret),
        seen_at=wanted.now,
    )
    return Registration(external_id=str(webhook.id), details=kept.details())
