"""Channels through which Google tells that a calendar changed."""

import itertools
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial

import msgspec

from ..routing import Refused
from ..sending.hook import Hook, Letter, forged, retrying
from ..sending.sender import Sender

_LONGEST = timedelta(days=7)
_ACCEPTED = (102, 200, 201, 202, 204)
_TRANSIENT = (500, 502, 503, 504)
# Truncated exponential backoff; how often Google really tries is not published.
_DELAYS_S = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 64.0, 64.0, 64.0)
_LONGEST_ID, _LONGEST_TOKEN = 64, 256
_TYPES = ("web_hook", "webhook")


class WatchBody(msgspec.Struct):
    """What a channel is opened with; ``expiration`` in Unix milliseconds."""

    id: str
    type: str
    address: str
    token: str | None = None
    expiration: int | str | None = None


class Channel(msgspec.Struct):
    """An open channel; ``expires`` in Unix milliseconds."""

    id: str
    resource_id: str
    resource_uri: str
    calendar: str
    address: str
    token: str | None
    expires: int


class Channels:
    """Several may be open for one calendar; each is told of every change, with numbers that rise, not by one."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self.reset()

    def reset(self) -> None:
        """None is open."""
        self.open: dict[str, Channel] = {}
        self.stopped: list[str] = []
        self._used: set[str] = set()
        self._numbers = itertools.count(1)

    def watch(self, calendar: str, body: WatchBody, uri: str) -> Channel:
        """A new channel; its first message says that it is open. An id can be used once."""
        if body.type not in _TYPES:
            raise Refused(400, "invalid", f"Unknown channel type: {body.type}")
        if not 1 <= len(body.id) <= _LONGEST_ID or len(body.token or "") > _LONGEST_TOKEN:
            raise Refused(400, "invalid", "id or token is too long")
        if body.id in self._used:
            raise Refused(400, "channelIdNotUnique", f"Channel id {body.id} not unique")
        self._used.add(body.id)
        most = _milliseconds(self._sender.now() + _LONGEST)
        channel = Channel(
            id=body.id,
            resource_id=f"res-{calendar.encode().hex()[:24]}",
            resource_uri=uri,
            calendar=calendar,
            address=body.address,
            token=body.token,
            expires=most if body.expiration is None else min(most, int(body.expiration)),
        )
        self.open[channel.id] = channel
        self._tell(channel, "sync", first=True)
        return channel

    def stop(self, key: str, resource_id: str) -> None:
        """Close it. Refused 404 unless id and resource belong together."""
        channel = self.open.get(key)
        if channel is None or channel.resource_id != resource_id:
            raise Refused(404, "notFound", f"Channel '{key}' not found for project 'emulated'")
        del self.open[key]
        self.stopped.append(key)

    def changed(self, calendar: str, state: str = "exists") -> int:
        """Tell every open channel of that calendar; to how many."""
        now = _milliseconds(self._sender.now())
        told = [one for one in self.open.values() if one.calendar == calendar and one.expires > now]
        for channel in told:
            self._tell(channel, state)
        return len(told)

    def _tell(self, channel: Channel, state: str, *, first: bool = False) -> None:
        number = 1 if first else 1 + 7 * next(self._numbers)
        self._sender.send(
            Hook(
                event=state,
                target=channel.id,
                address=channel.address,
                write=partial(_write, channel, state, number),
                judge=retrying(_DELAYS_S, accepted=_ACCEPTED, again=_TRANSIENT),
            )
        )


def _write(channel: Channel, state: str, number: int, _at: datetime, wrong: bool) -> Letter:
    ends = datetime.fromtimestamp(channel.expires / 1000, UTC)
    headers = {
        "X-Goog-Channel-ID": channel.id,
        "X-Goog-Channel-Expiration": format_datetime(ends, usegmt=True),
        "X-Goog-Resource-State": state,
        "X-Goog-Message-Number": str(number),
        "X-Goog-Resource-ID": channel.resource_id,
        "X-Goog-Resource-URI": channel.resource_uri,
        "User-Agent": "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)",
    }
    if channel.token is not None:
        headers["X-Goog-Channel-Token"] = forged(channel.token, wrong)
    return Letter(headers=headers, body=b"")


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
