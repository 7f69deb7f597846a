"""Endpoints, messages, attempts."""

from base64 import b64decode, b64encode
from datetime import datetime

import msgspec

from ....application.ports.outgoing import MessageRow
from ....domain.shared.ids import TenantId
from ....domain.webhooks.endpoint import DisabledReason, Endpoint, EndpointSecret, EndpointState
from ....domain.webhooks.message import Attempt, Message, MessageState
from .values import Row, to_json, words


class _Secret(msgspec.Struct):
    sealed: str
    created_at: datetime
    expires_at: datetime | None


_secrets = msgspec.json.Decoder(list[_Secret])


def endpoint_row(e: Endpoint) -> Row:
    """To write."""
    kept = [_Secret(b64encode(s.sealed).decode(), s.created_at, s.expires_at) for s in e.secrets]
    return (
        e.tenant_id,
        e.id,
        e.name,
        e.url,
        to_json(e.events),
        to_json(kept),
        e.state.value,
        e.disabled_reason.value if e.disabled_reason else None,
        e.disabled_at,
        e.failed_messages,
        e.failing_since,
        e.openings,
        e.created_at,
        e.version,
    )


def endpoint(row: Row) -> Endpoint:
    """As read."""
    return Endpoint(
        tenant_id=row[0],
        id=row[1],
        name=row[2],
        url=row[3],
        events=tuple(words(row[4])),
        secrets=tuple(
            EndpointSecret(sealed=b64decode(s.sealed), created_at=s.created_at, expires_at=s.expires_at)
            for s in _secrets.decode(row[5])
        ),
        state=EndpointState(row[6]),
        disabled_reason=DisabledReason(row[7]) if row[7] else None,
        disabled_at=row[8],
        failed_messages=row[9],
        failing_since=row[10],
        openings=row[11],
        created_at=row[12],
        version=row[13],
    )


def message_row(m: Message) -> Row:
    """To write."""
    return (
        m.tenant_id,
        m.id,
        m.endpoint_id,
        m.event_id,
        m.event_type,
        m.subject,
        m.created_at,
        m.state.value,
        m.round,
        m.attempts,
        m.failures,
        m.next_at,
        m.done_at,
        m.first_delivered_at,
        m.version,
        len(m.body),
        m.body,
    )


def message(row: Row) -> Message:
    """As read."""
    return Message(
        tenant_id=row[0],
        id=row[1],
        endpoint_id=row[2],
        event_id=row[3],
        event_type=row[4],
        subject=row[5],
        created_at=row[6],
        state=MessageState(row[7]),
        round=row[8],
        attempts=row[9],
        failures=row[10],
        next_at=row[11],
        done_at=row[12],
        first_delivered_at=row[13],
        version=row[14],
        body=row[16],
    )


def message_line(row: Row) -> MessageRow:
    """A line of the list."""
    return MessageRow(
        id=row[0],
        event_id=row[1],
        event_type=row[2],
        subject=row[3],
        created_at=row[4],
        state=MessageState(row[5]),
        attempts=row[6],
        next_at=row[7],
        done_at=row[8],
        first_delivered_at=row[9],
        size=row[10],
    )


def attempt_row(tenant_id: TenantId, a: Attempt) -> Row:
    """To write."""
    return (tenant_id, a.message_id, a.number, a.at, a.status, a.error, a.duration_ms, a.excerpt)


def attempt(row: Row) -> Attempt:
    """As read."""
    return Attempt(
        message_id=row[1],
        number=row[2],
        at=row[3],
        status=row[4],
        error=row[5],
        duration_ms=row[6],
        excerpt=row[7],
    )
