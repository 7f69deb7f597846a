"""What a message says."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from ..ports.events import Json, StoredEvent

# The type of what a person sends to try an endpoint out. No event of the log has it, and every endpoint gets it.
TEST_TYPE = "webhook.test"


def event_body(event: StoredEvent, *, tenant: str) -> bytes:
    """An event as JSON, in the three parts that Standard Webhooks recommends; ``tenant`` is the tenant's slug.

    ``data`` holds the event's id, what it is about, its number among the events of that subject (by which receivers
    order what reaches them out of order), and under ``values`` what its type says.
    """
    data: dict[str, Json] = {
        "id": str(event.id),
        "tenant": tenant,
        "subject": {"kind": event.subject_kind, "id": event.subject_id},
        "sequence": event.sequence,
        "values": dict(event.data),
    }
    return body(event.type, event.occurred_at, data)


def body(type_: str, at: datetime, data: Mapping[str, Json]) -> bytes:
    """The bytes that are signed and sent: never encoded anew, for another key order would be another signature."""
    instant = at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return json.dumps({"type": type_, "timestamp": instant, "data": data}, separators=(",", ":")).encode("ascii")
