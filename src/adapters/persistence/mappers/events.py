"""Events."""

import msgspec

from ....application.ports.events import Json, StoredEvent
from .values import Row, to_json

_data = msgspec.json.Decoder(dict[str, object])


def event_row(e: StoredEvent, xact: int, number: int) -> Row:
    """To write."""
    return (
        e.tenant_id,
        e.id,
        e.type,
        e.subject_kind,
        e.subject_id,
        e.sequence,
        e.occurred_at,
        e.recorded_at,
        e.correlation_id,
        to_json(e.data),
        xact,
        number,
    )


def event(row: Row) -> StoredEvent:
    """As read."""
    return StoredEvent(
        tenant_id=row[0],
        id=row[1],
        type=row[2],
        subject_kind=row[3],
        subject_id=row[4],
        sequence=row[5],
        occurred_at=row[6],
        recorded_at=row[7],
        correlation_id=row[8],
        data=_json(row[9]),
    )


def _json(stored: str) -> dict[str, Json]:
    return _data.decode(stored)  # type: ignore[return-value] # JSON decodes to Json; msgspec knows no recursive alias
