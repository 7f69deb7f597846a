"""Inboxes, deliveries, standings."""

from base64 import b64decode, b64encode
from datetime import datetime

import msgspec

from ....application.ports.inboxes import DeliveryRow
from ....domain.webhooks.delivery import Delivery, DeliveryState
from ....domain.webhooks.inbox import Inbox, InboxSecret
from ....domain.webhooks.standing import Standing
from .values import Row, texts, to_json


class _Secret(msgspec.Struct):
    sealed: str
    created_at: datetime
    expires_at: datetime | None


_secrets = msgspec.json.Decoder(list[_Secret])
_numbers = msgspec.json.Decoder(tuple[int, ...])


def inbox_row(i: Inbox) -> Row:
    """To write."""
    kept = [_Secret(b64encode(s.sealed).decode(), s.created_at, s.expires_at) for s in i.secrets]
    return (
        i.tenant_id,
        i.id,
        i.provider,
        i.key,
        to_json(kept),
        to_json(i.registrations),
        i.disabled_at,
        i.created_at,
        i.version,
    )


def inbox(row: Row) -> Inbox:
    """As read."""
    return Inbox(
        tenant_id=row[0],
        id=row[1],
        provider=row[2],
        key=row[3],
        secrets=tuple(
            InboxSecret(sealed=b64decode(s.sealed), created_at=s.created_at, expires_at=s.expires_at)
            for s in _secrets.decode(row[4])
        ),
        registrations=texts(row[5]),
        disabled_at=row[6],
        created_at=row[7],
        version=row[8],
    )


def delivery_row(d: Delivery) -> Row:
    """To write."""
    return (
        d.tenant_id,
        d.id,
        d.account_id,
        d.provider,
        d.delivery_key,
        d.content_hash,
        d.received_at,
        d.correlation_id,
        d.type,
        d.state.value,
        d.reason,
        d.attempts,
        d.processed_at,
        d.business_key,
        d.subject,
        d.duplicates,
        d.replays,
        d.version,
        len(d.body),
        to_json(d.headers),
        d.body,
    )


def delivery(row: Row) -> Delivery:
    """As read."""
    return Delivery(
        tenant_id=row[0],
        id=row[1],
        account_id=row[2],
        provider=row[3],
        delivery_key=row[4],
        content_hash=row[5],
        received_at=row[6],
        correlation_id=row[7],
        type=row[8],
        state=DeliveryState(row[9]),
        reason=row[10],
        attempts=row[11],
        processed_at=row[12],
        business_key=row[13],
        subject=row[14],
        duplicates=row[15],
        replays=row[16],
        version=row[17],
        headers=texts(row[19]),
        body=row[20],
    )


def delivery_line(row: Row) -> DeliveryRow:
    """A line of the list."""
    return DeliveryRow(
        id=row[0],
        account_id=row[1],
        provider=row[2],
        delivery_key=row[3],
        received_at=row[4],
        correlation_id=row[5],
        type=row[6],
        state=DeliveryState(row[7]),
        reason=row[8],
        attempts=row[9],
        processed_at=row[10],
        subject=row[11],
        duplicates=row[12],
        size=row[13],
    )


def standing_row(s: Standing) -> Row:
    """To write."""
    return (
        s.tenant_id,
        s.account_id,
        s.subject_kind,
        s.subject_id,
        None if s.order is None else to_json(s.order),
        s.content_hash,
        s.delivery_id,
        s.applied_at,
        s.version,
    )


def standing(row: Row) -> Standing:
    """As read."""
    return Standing(
        tenant_id=row[0],
        account_id=row[1],
        subject_kind=row[2],
        subject_id=row[3],
        order=None if row[4] is None else _numbers.decode(row[4]),
        content_hash=row[5],
        delivery_id=row[6],
        applied_at=row[7],
        version=row[8],
    )
