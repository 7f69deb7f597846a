"""Webhook endpoints and their messages."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from ....application.outgoing.browse_endpoints import MessageWithAttempts
from ....application.outgoing.create_endpoint import WithSecret
from ....application.ports.outgoing import MessageRow
from ....domain.webhooks.endpoint import Endpoint
from ....domain.webhooks.message import Attempt, Message, webhook_id
from .values import Answer


class SecretAnswer(Answer):
    """When a signing secret was made, and when it ends (null: not yet). The secret itself is never shown again."""

    created_at: datetime
    expires_at: datetime | None


class EndpointAnswer(Answer):
    """``status``: active or disabled; ``disabled_reason``: person, gone or failing. ``failed_messages`` counts those
    that failed for the last time since one arrived; ``failing_since`` is the first failed try since then."""

    id: UUID
    name: str
    url: str
    events: list[str]
    status: str
    disabled_reason: str | None
    disabled_at: datetime | None
    failed_messages: int
    failing_since: datetime | None
    secrets: list[SecretAnswer]
    created_at: datetime


class EndpointsAnswer(Answer):
    """Every endpoint, by name."""

    webhook_endpoints: list[EndpointAnswer]
    count: int


class OneEndpointAnswer(Answer):
    """One endpoint."""

    webhook_endpoint: EndpointAnswer


class EndpointWithSecretAnswer(Answer):
    """An endpoint and its new signing secret, which is shown this once."""

    webhook_endpoint: EndpointAnswer
    secret: str


class MessageLineAnswer(Answer):
    """``webhook_id`` is what the receiver knows it by. ``status``: pending, delivered, failed or cancelled;
    ``next_at``: when it is tried next; ``done_at``: when it ended; ``first_delivered_at``: when it first arrived,
    whatever became of later replays. ``waits_for``: the ``webhook_id`` of an earlier message of its subject that goes
    first. ``size`` is that of the body in bytes.
    """

    id: UUID
    webhook_id: str
    event_id: UUID | None
    type: str
    subject: str
    status: str
    attempts: int
    next_at: datetime | None
    created_at: datetime
    done_at: datetime | None
    first_delivered_at: datetime | None
    size: int
    waits_for: str | None


class MessagesAnswer(Answer):
    """A window of the list; ``count`` is everything that the filter matches."""

    messages: list[MessageLineAnswer]
    count: int


class AttemptAnswer(Answer):
    """``status`` is the answer's, null when none came: then ``error`` says why. ``excerpt`` is its beginning."""

    number: int
    at: datetime
    status: int | None
    error: str | None
    duration_ms: int
    excerpt: str


class MessageAnswer(MessageLineAnswer):
    """A message with the body as it is signed and sent, and the log of its attempts."""

    body: str
    attempt_log: list[AttemptAnswer]


class OneMessageAnswer(Answer):
    """One message."""

    message: MessageAnswer


class OneMessageLineAnswer(Answer):
    """One message as it stands; it is sent by a worker."""

    message: MessageLineAnswer


class ReplayedAnswer(Answer):
    """How many messages are sent once more."""

    replayed: int


def endpoint(entity: Endpoint) -> EndpointAnswer:
    """An endpoint as it stands."""
    return EndpointAnswer(
        id=entity.id,
        name=entity.name,
        url=entity.url,
        events=list(entity.events),
        status=entity.state.value,
        disabled_reason=entity.disabled_reason.value if entity.disabled_reason else None,
        disabled_at=entity.disabled_at,
        failed_messages=entity.failed_messages,
        failing_since=entity.failing_since,
        secrets=[SecretAnswer(created_at=s.created_at, expires_at=s.expires_at) for s in entity.secrets],
        created_at=entity.created_at,
    )


def with_secret(made: WithSecret) -> EndpointWithSecretAnswer:
    """An endpoint and its new secret."""
    return EndpointWithSecretAnswer(webhook_endpoint=endpoint(made.endpoint), secret=made.secret)


def message_line(row: MessageRow) -> MessageLineAnswer:
    """A line of the list."""
    return MessageLineAnswer(
        id=row.id,
        webhook_id=webhook_id(row.id),
        event_id=row.event_id,
        type=row.event_type,
        subject=row.subject,
        status=row.state.value,
        attempts=row.attempts,
        next_at=row.next_at,
        created_at=row.created_at,
        done_at=row.done_at,
        first_delivered_at=row.first_delivered_at,
        size=row.size,
        waits_for=None if row.waits_for is None else webhook_id(row.waits_for),
    )


def line_of(message: Message) -> MessageLineAnswer:
    """A message without its body."""
    return MessageLineAnswer(
        id=message.id,
        webhook_id=message.webhook_id,
        event_id=message.event_id,
        type=message.event_type,
        subject=message.subject,
        status=message.state.value,
        attempts=message.attempts,
        next_at=message.next_at,
        created_at=message.created_at,
        done_at=message.done_at,
        first_delivered_at=message.first_delivered_at,
        size=len(message.body),
        waits_for=None,
    )


def message(shown: MessageWithAttempts) -> MessageAnswer:
    """A message and what became of it."""
    line = line_of(shown.message)
    if shown.waits_for is not None:
        line = msgspec.structs.replace(line, next_at=None, waits_for=webhook_id(shown.waits_for))
    return MessageAnswer(
        **{name: getattr(line, name) for name in line.__struct_fields__},
        body=shown.message.body.decode("utf-8", "replace"),
        attempt_log=_attempts(shown.attempts),
    )


def _attempts(log: Iterable[Attempt]) -> list[AttemptAnswer]:
    return [
        AttemptAnswer(
            number=one.number,
            at=one.at,
            status=one.status,
            error=one.error,
            duration_ms=one.duration_ms,
            excerpt=one.excerpt,
        )
        for one in log
    ]
