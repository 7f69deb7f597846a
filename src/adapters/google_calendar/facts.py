"""What Google's messages say: that something in a calendar changed, and nothing more. Their body is empty."""

import re
from collections.abc import Mapping
from urllib.parse import unquote

from ...domain.webhooks.fact import Fact, Ignored, Reading, Unusable
from ..webhooks.documents import business_key, word
from .channels import read_channel
from .signature import CHANNEL, NUMBER

_CALENDAR = re.compile(r"/calendars/([^/?]+)/events")


def normalise(headers: Mapping[str, str], registrations: Mapping[str, str]) -> Reading:
    """What it says. Raises nothing. The calendar is the channel's, else the one that the message names (channels may be
    closed while their messages wait)."""
    state = word(headers.get("x-goog-resource-state"))
    if state not in {"exists", "not_exists"}:
        return Ignored("nothing has changed", state)
    id_, number = word(headers.get(CHANNEL)), word(headers.get(NUMBER))
    channel = read_channel(registrations.get(id_ or ""))
    calendar = word(channel.calendar) if channel else _named(headers.get("x-goog-resource-uri", ""))
    if calendar is None:
        return Unusable("names no calendar that is known")
    return Fact(
        type="calendar.changed",
        subject_kind="calendar",
        subject_id=calendar,
        business_key=business_key(id_, number),
        coalesces=True,
        values={"calendar": calendar, "state": state},
    )


def _named(address: str) -> str | None:
    found = _CALENDAR.search(address)
    return word(unquote(found[1])) if found else None
