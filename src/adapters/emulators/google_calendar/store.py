"""The emulated calendars: events, and the tokens by which changes are asked for."""

import itertools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec

from ..routing import Refused

Changed = Callable[[str], object]
_EXPIRED = "Sync token is no longer valid, a full sync is required."


class Event(msgspec.Struct, rename="camel", omit_defaults=True):
    """An event as the interface shows it. What is deleted stays, as cancelled."""

    id: str
    status: str = "confirmed"
    summary: str | None = None
    start: dict[str, str] | None = None
    end: dict[str, str] | None = None
    color_id: str | None = None
    extended_properties: dict[str, dict[str, str]] | None = None
    updated: str | None = None


class EventBody(msgspec.Struct, rename="camel"):
    """What an event is made from or changed by; None leaves it."""

    id: str | None = None
    status: str | None = None
    summary: str | None = None
    start: dict[str, str] | None = None
    end: dict[str, str] | None = None
    color_id: str | None = None
    extended_properties: dict[str, dict[str, str]] | None = None


class Store:
    """Each change has a number; a sync token is the number up to which its owner knows everything."""

    def __init__(self, *, calendars: tuple[str, ...], now: Callable[[], datetime], changed: Changed) -> None:
        self._calendars, self._now, self._changed = calendars, now, changed
        self.reset()

    def reset(self) -> None:
        """Empty calendars."""
        self.events: dict[str, dict[str, Event]] = {calendar: {} for calendar in self._calendars}
        self._changes: dict[tuple[str, str], int] = {}
        self._number = 0
        self._oldest = 0
        self._ids = itertools.count(1)

    def calendar(self, key: str) -> dict[str, Event]:
        """The events of a calendar that is shared with us."""
        found = self.events.get(key)
        if found is None:
            raise Refused(404, "notFound", "Not Found")
        return found

    def insert(self, calendar: str, body: EventBody) -> Event:
        """A new event. An id that was used before, if only by a deleted one, is refused."""
        rows = self.calendar(calendar)
        key = body.id or f"ev{next(self._ids):06d}"
        if key in rows:
            raise Refused(409, "duplicate", "The requested identifier already exists.")
        rows[key] = Event(id=key)
        return self._save(calendar, rows[key], body)

    def patch(self, calendar: str, key: str, body: EventBody) -> Event:
        """The event, changed."""
        return self._save(calendar, self.event(calendar, key), body)

    def delete(self, calendar: str, key: str) -> None:
        """It stays as cancelled; the second time it is gone."""
        event = self.event(calendar, key)
        if event.status == "cancelled":
            raise Refused(410, "deleted", "Resource has been deleted")
        self._save(calendar, event, EventBody(status="cancelled"))

    def event(self, calendar: str, key: str) -> Event:
        """By id, one that is cancelled too."""
        found = self.calendar(calendar).get(key)
        if found is None:
            raise Refused(404, "notFound", "Not Found")
        return found

    def listed(self, calendar: str, query: Mapping[str, str]) -> dict[str, object]:
        """A page of events, all or those that changed since a token; the last page has the next token."""
        token = query.get("syncToken")
        since = 0 if token is None else self._known(token)
        rows = [
            event
            for event in self.calendar(calendar).values()
            if self._changes[calendar, event.id] > since and (token or event.status != "cancelled")
        ]
        size, start = _whole(query, "maxResults", 250), _whole(query, "pageToken", 0)
        page: dict[str, object] = {"kind": "calendar#events", "summary": calendar, "items": rows[start : start + size]}
        if len(rows) > start + size:
            return {**page, "nextPageToken": str(start + size)}
        return {**page, "nextSyncToken": f"sync-{self._number}"}

    def expire_tokens(self) -> None:
        """Every sync token given out so far is refused with 410."""
        self._number += 1
        self._oldest = self._number

    def _save(self, calendar: str, event: Event, body: EventBody) -> Event:
        for name, value in msgspec.structs.asdict(body).items():
            if value is not None and name != "id":
                setattr(event, name, value)
        event.updated = self._now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._number += 1
        self._changes[calendar, event.id] = self._number
        self._changed(calendar)
        return event

    def _known(self, token: str) -> int:
        number = token.removeprefix("sync-")
        if not (number.isascii() and number.isdigit()) or int(number) < self._oldest:
            raise Refused(410, "fullSyncRequired", _EXPIRED)
        return int(number)


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit()):
        raise Refused(400, "invalid", f"Invalid value for {name}")
    return int(text)
