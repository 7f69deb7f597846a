"""Channels at Google: one open per calendar, replaced before it ends, for none can be prolonged."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

import attrs
import msgspec

from ...application.ports.clock import Clock, IdSource
from ...application.ports.registrars import Ensured, Missed, Registrar, Registration, Wanted
from ...application.ports.secrets import SecretBox
from ...application.ports.webhooks import Verified, WebhookRequest
from ...domain.shared.errors import GatewayNotFound, InvalidValue, NotConfigured
from ...domain.tenancy.provider_account import ProviderAccount
from ..http.account_calls import account_calls
from ..http.address_guard import check_base_url
from ..http.chain import CallChains, Pacing
from ..webhooks.registrations import fingerprint
from .account import DEFAULT_BASE_URL, ServiceAccountKey, calendars_of
from .calls import CalendarCalls
from .channels import Channel, read_channel
from .protocol import confirmed, effective_status, opened
from .signature import CHANNEL, NUMBER
from .token import Grantee, TokenCell

# 600 a minute are allowed to an account.
_PACE = Pacing(per_second=5.0, burst=20)
# The longest that Google grants for events, and what it grants where it does not say.
LONGEST = timedelta(days=7)
_RENEWED_WITH = 1 / 3


@attrs.frozen
class GoogleCalendarRegistrars:
    """``credentials`` of its accounts are the key file of a service account; the setting ``calendars`` says which are
    watched."""

    _chains: CallChains
    _box: SecretBox
    _clock: Clock
    _ids: IdSource
    _tokens: dict[UUID, TokenCell] = attrs.field(factory=dict, init=False, repr=False)

    @property
    def name(self) -> str:
        """The word in accounts' ``provider``."""
        return "google_calendar"

    def open(self, account: ProviderAccount) -> AbstractAsyncContextManager[Registrar]:
        """The account's registrar while inside. Raises NotConfigured."""
        return self._open(account)

    @asynccontextmanager
    async def _open(self, account: ProviderAccount) -> AsyncIterator[Registrar]:
        async with account_calls(self._chains, account, _PACE, effective_status) as (transport, url):
            calls = CalendarCalls(
                base_url=url,
                grantee=Grantee(self._key(account), account.settings.get("subject")),
                transport=transport,
                cell=self._tokens.setdefault(account.id, TokenCell()),
                clock=self._clock,
            )
            yield GoogleCalendarRegistrar(calls, calendars_of(account.settings.get("calendars")), self._ids)

    def _key(self, account: ProviderAccount) -> ServiceAccountKey:
        """What was checked when it was saved is checked again: the rules may have changed since."""
        try:
            key = msgspec.json.decode(self._box.open(account.credentials or b"").encode(), type=ServiceAccountKey)
            check_base_url(key.token_uri, allow_private=self._chains.allow_private)
        except (ValueError, InvalidValue):
            raise NotConfigured(
                f"account {account.name!r} has no usable key file of a service account; connect it again",
                account=account.name,
            ) from None
        return key


class GoogleCalendarRegistrar(Registrar):
    """One account's channels. Google lists none: what is open is known from the registrations alone, so that a channel
    whose opening was not answered stays unknown, is answered 404 and ends by itself."""

    def __init__(self, calls: CalendarCalls, calendars: Sequence[str], ids: IdSource) -> None:
        self._calls = calls
        self._calendars = calendars
        self._ids = ids

    async def ensure(self, wanted: Wanted) -> Ensured:
        """A channel with less than a third of its life left, or opened with another secret, gets a successor and is
        closed by the next call; until its end it stays known, for it may still send. Raises NotConfigured without
        calendars."""
        if not self._calendars:
            raise NotConfigured(
                "no calendar is set: give the ids of those to be watched, with commas between them, as the setting"
                " calendars"
            )
        known = _known(wanted.known)
        work = _Work(channels={key: one for key, one in known.items() if not _has_ended(one, wanted.now)})
        for key, channel in tuple(work.channels.items()):
            work.channels[key] = await self._tidied(key, channel, work)
        for calendar in self._calendars:
            await self._watched(calendar, wanted, work)
        since = [_gap(calendar, known, wanted.now) for calendar in self._calendars]
        return Ensured(
            registrations=[
                Registration(external_id=key, details=one.details(), expires_at=one.expires_at)
                for key, one in work.channels.items()
            ],
            done=work.done,
            missed_since=min((one for one in since if one is not None), default=None),
        )

    async def remove(self, wanted: Wanted) -> Sequence[str]:
        """All that are known."""
        known = _known(wanted.known)
        for key, channel in known.items():
            if not channel.stopped:
                await self._stop(key, channel)
        return list(known)

    async def backfill(self, since: datetime) -> AsyncIterator[Sequence[Missed]]:
        """One message per calendar: that something changed is all that a channel ever tells."""
        yield [_missed(calendar, since) for calendar in self._calendars]

    async def _tidied(self, key: str, channel: Channel, work: "_Work") -> Channel:
        """Closed, when it was replaced before or its calendar is not watched any more."""
        superfluous = channel.replaced or channel.calendar not in self._calendars
        if channel.stopped or not superfluous:
            return channel
        await self._stop(key, channel)
        work.done.append(f"closed channel {key} of {channel.calendar}")
        return msgspec.structs.replace(channel, replaced=True, stopped=True)

    async def _watched(self, calendar: str, wanted: Wanted, work: "_Work") -> None:
        current = {key: one for key, one in work.channels.items() if one.calendar == calendar and not one.replaced}
        if any(_lasts(one, wanted) for one in current.values()):
            return
        key = str(self._ids.new())
        work.channels[key] = await self._open(key, calendar, wanted)
        work.done.append(f"{'renewed' if current else 'opened'} the channel of {calendar}")
        for old, channel in current.items():
            work.channels[old] = msgspec.structs.replace(channel, replaced=True)

    async def _open(self, key: str, calendar: str, wanted: Wanted) -> Channel:
        until = wanted.now + LONGEST
        answer = opened(
            await self._calls.send(
                lambda protocol: protocol.watch(
                    calendar, channel=key, address=wanted.address, proof=wanted.secret, until=until
                )
            )
        )
        return Channel(
            resource_id=answer.resource_id,
            calendar=calendar,
            opened_at=wanted.now,
            # Never later than was asked for: a channel that is thought to live is not renewed.
            expires_at=min(answer.expires_at() or until, until),
            token=fingerprint(wanted.secret),
        )

    async def _stop(self, key: str, channel: Channel) -> None:
        try:
            response = await self._calls.send(lambda protocol: protocol.stop(key, channel.resource_id))
            confirmed(response, "channels.stop")
        except GatewayNotFound:
            return


@attrs.define
class _Work:
    """The channels as they are by now, and what was done."""

    channels: dict[str, Channel]
    done: list[str] = attrs.field(factory=list)


def _known(details: Mapping[str, str]) -> dict[str, Channel]:
    channels = {key: read_channel(text) for key, text in details.items()}
    return {key: channel for key, channel in channels.items() if channel is not None}


def _has_ended(channel: Channel, now: datetime) -> bool:
    return channel.expires_at is not None and channel.expires_at <= now


def _lasts(channel: Channel, wanted: Wanted) -> bool:
    """Whether it needs no successor yet."""
    if channel.token != fingerprint(wanted.secret):
        return False
    if channel.expires_at is None:
        return True
    life = channel.expires_at - channel.opened_at if channel.opened_at else LONGEST
    return channel.expires_at - wanted.now >= life * _RENEWED_WITH


def _gap(calendar: str, known: Mapping[str, Channel], now: datetime) -> datetime | None:
    """Since when nothing told of the calendar's changes; None when something does, or never did."""
    ends = [one.expires_at for one in known.values() if one.calendar == calendar and one.expires_at is not None]
    return max(ends) if ends and max(ends) <= now else None


def _missed(calendar: str, since: datetime) -> Missed:
    number = f"missed-since-{int(since.timestamp())}"
    headers = {
        CHANNEL: f"none:{calendar}",
        NUMBER: number,
        "x-goog-resource-state": "exists",
        "x-goog-resource-uri": f"{DEFAULT_BASE_URL}/calendars/{quote(calendar, safe='@')}/events",
    }
    verified = Verified(delivery_key=f"{calendar}:{number}", type="exists")
    return Missed(verified=verified, request=WebhookRequest(headers=headers, body=b""))
