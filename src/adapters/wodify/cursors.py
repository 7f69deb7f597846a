"""Cursors into Wodify's changes, in the gym's civil time, which its stamps are in."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import attrs
import msgspec
from msgspec import Raw

from ...domain.shared.errors import CursorExpired, GatewayUnavailable
from .envelope import UNREADABLE
from .ids import id_of
from .records import NONE_STAMPS, Updated

_CLOCKS_PUT_BACK = timedelta(hours=1)


class WireStamp(msgspec.Struct):
    """The part of a record that tells when it was edited."""

    updated: Updated | None = None


@attrs.frozen(order=True)
class Edit:
    """A record's last edit, in the gym's civil time."""

    at: datetime
    external_id: str


@attrs.frozen
class Cursor:
    """A cursor: from when on, and the record that must be found from then on."""

    since: datetime
    witness: str

    @classmethod
    def of(cls, cursor: str) -> "Cursor":
        """Raises CursorExpired for a text that is none."""
        since, _, witness = cursor.partition("~")
        try:
            return cls(datetime.fromisoformat(since).replace(tzinfo=None), witness)
        except ValueError:
            raise CursorExpired("this is no cursor of wodify's") from None

    def __str__(self) -> str:
        return f"{self.since.isoformat(timespec='seconds')}~{self.witness}"


def went_back(at: datetime, overlap: timedelta, zone: ZoneInfo | None) -> datetime:
    """The civil time before which nothing is stamped that is committed from ``overlap`` before ``at`` on.

    Without a zone clocks may have been put back at any time.
    """
    if zone is None:
        return at - overlap - _CLOCKS_PUT_BACK
    first, second = (at.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    put_back = (first.utcoffset() or timedelta()) - (second.utcoffset() or timedelta())
    elapsed = datetime.fromtimestamp(first.timestamp() - overlap.total_seconds(), tz=zone).replace(tzinfo=None)
    return min(at - overlap, elapsed) - max(put_back, timedelta())


def edit_of(record: Raw) -> Edit | None:
    """A record's last edit, to the second; None when it does not tell, or has no id."""
    try:
        updated = msgspec.json.decode(record, type=WireStamp).updated
        text = updated.updated_on_datetime if updated else None
        if not text or text.startswith(NONE_STAMPS):
            return None
        return Edit(datetime.fromisoformat(text).replace(tzinfo=None, microsecond=0), id_of(record))
    except (*UNREADABLE, ValueError, GatewayUnavailable):
        return None
