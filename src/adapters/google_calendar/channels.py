"""Channels through which Google tells that a calendar changed, as the inbox's registrations keep them.

A registration's id is the channel's id; the channel's token, its only proof, is one of the inbox's secrets and stands
nowhere else.
"""

from datetime import datetime

import msgspec

MAX_TOKEN = 256


class Channel(msgspec.Struct, kw_only=True, omit_defaults=True, frozen=True):
    """``resource_id`` is Google's word for what is watched, from its answer when the channel was opened; ``calendar``
    the id of the calendar. ``opened_at``, ``expires_at`` are UTC; ``replaced``: another one is open for the calendar,
    and what this one still sends is not needed; ``stopped``: Google was told to close it. ``token`` is a fingerprint of
    the secret it was opened with."""

    resource_id: str
    calendar: str
    opened_at: datetime | None = None
    expires_at: datetime | None = None
    replaced: bool = False
    stopped: bool = False
    token: str | None = None

    def details(self) -> str:
        """As JSON text."""
        return msgspec.json.encode(self).decode()

    def is_stale(self, now: datetime) -> bool:
        """Whether nothing should come through it any more."""
        return self.replaced or (self.expires_at is not None and self.expires_at <= now)


def read_channel(details: str | None) -> Channel | None:
    """From the JSON text; None for whatever is no channel, and when its end has no offset."""
    if details is None:
        return None
    try:
        channel = msgspec.json.decode(details, type=Channel)
    except ValueError:
        return None
    return None if channel.expires_at is not None and channel.expires_at.tzinfo is None else channel
