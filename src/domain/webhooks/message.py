"""A message: one event on its way to one endpoint, and the log of the attempts to deliver it."""

import enum
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import UUID

import attrs

from ..shared.errors import IllegalTransition, InvalidValue
from ..shared.ids import EndpointId, EventId, MessageId, TenantId

EXCERPT_MAX = 500
_PREFIX = "msg_"
SUCCESS = range(200, 300)


class MessageState(enum.Enum):
    """``pending``: to be sent, perhaps again. ``delivered``: answered with 2xx. ``failed``: the last try failed, or
    the receiver said 410. ``cancelled``: the endpoint was disabled before it arrived.
    """

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


_ENDS = frozenset(MessageState) - {MessageState.PENDING}

# Code, tests and the diagram in docs/reference/states.md read this one table. Every end may be replayed.
TRANSITIONS: dict[MessageState, frozenset[MessageState]] = {
    MessageState.PENDING: _ENDS,
    **{end: frozenset({MessageState.PENDING}) for end in MessageState if end in _ENDS},
}


@attrs.frozen(kw_only=True)
class Attempt:
    """One try to deliver. ``status`` is the answer's, None when none came; then ``error`` is a word for why.

    ``number`` counts a message's tries from 1; ``excerpt`` is the beginning of the answer, cleaned and cut.
    """

    message_id: MessageId
    number: int
    at: datetime
    status: int | None = None
    error: str | None = None
    duration_ms: int
    excerpt: str = ""

    @property
    def delivered(self) -> bool:
        """Only 2xx counts: a redirect is not followed."""
        return self.status in SUCCESS

    @property
    def gone(self) -> bool:
        """The receiver wants nothing any more (410)."""
        return self.status == HTTPStatus.GONE


@attrs.define(eq=False, kw_only=True)
class Message:
    """``body`` is signed and sent as it is, in every attempt. ``event_id`` is None in a test.

    ``subject`` is what the event is about, as ``member:<id>``: messages of one subject arrive in order. ``attempts``
    counts all tries, ``failures`` those since it was last queued, ``round`` how often that was: once, and once more
    with each replay. ``next_at`` is when it is tried next, None when it is not. ``first_delivered_at`` stays whatever
    becomes of later replays.
    """

    id: MessageId = attrs.field(on_setattr=attrs.setters.frozen)
    tenant_id: TenantId = attrs.field(on_setattr=attrs.setters.frozen)
    endpoint_id: EndpointId = attrs.field(on_setattr=attrs.setters.frozen)
    event_id: EventId | None = attrs.field(on_setattr=attrs.setters.frozen)
    event_type: str = attrs.field(on_setattr=attrs.setters.frozen)
    subject: str = attrs.field(on_setattr=attrs.setters.frozen)
    body: bytes = attrs.field(on_setattr=attrs.setters.frozen, repr=False)
    created_at: datetime = attrs.field(on_setattr=attrs.setters.frozen)
    state: MessageState = MessageState.PENDING
    round: int = 1
    attempts: int = 0
    failures: int = 0
    next_at: datetime | None
    done_at: datetime | None = None
    first_delivered_at: datetime | None = None
    version: int = 0

    @property
    def webhook_id(self) -> str:
        """What the receiver knows it by, the same in every attempt and replay."""
        return webhook_id(self.id)

    def awaits(self, round: int) -> bool:  # noqa: A002 -- the field's name
        """Whether it is still to be sent because it was queued for that time: later rounds have jobs of their own."""
        return self.state is MessageState.PENDING and self.round == round

    def note(self, attempt: Attempt, *, again_in_s: float | None) -> None:
        """A try of this round came to an end; should it have failed, the next one is in ``again_in_s`` seconds.

        None: there is none, as after 410. Raises IllegalTransition unless it is pending.
        """
        if attempt.delivered:
            self._end(MessageState.DELIVERED, attempt.at)
            self.first_delivered_at = self.first_delivered_at or attempt.at
        elif attempt.gone or again_in_s is None:
            self._end(MessageState.FAILED, attempt.at)
        else:
            if self.state is not MessageState.PENDING:
                raise self._refused(MessageState.PENDING)
            self.next_at = attempt.at + timedelta(seconds=again_in_s)
        self.failures += not attempt.delivered

    def next_attempt_number(self) -> int:
        """Counts a try that was made, whatever became of the message meanwhile."""
        self.attempts += 1
        return self.attempts

    def cancel(self, *, now: datetime) -> None:
        """It is not sent. Raises IllegalTransition unless it is pending."""
        self._end(MessageState.CANCELLED, now)

    def replay(self, *, now: datetime) -> None:
        """Send it once more, as if it had never been tried. Raises IllegalTransition while it waits to be sent."""
        if self.state is MessageState.PENDING:
            raise IllegalTransition(
                "this message waits and is sent without a replay", status=self.state.value, allowed=_allowed(self.state)
            )
        self._become(MessageState.PENDING)
        self.round += 1
        self.failures, self.next_at, self.done_at = 0, now, None

    def _end(self, state: MessageState, now: datetime) -> None:
        self._become(state)
        self.next_at, self.done_at = None, now

    def _become(self, state: MessageState) -> None:
        if state not in TRANSITIONS[self.state]:
            raise self._refused(state)
        self.state = state

    def _refused(self, wish: MessageState) -> IllegalTransition:
        told = f"a message that is {self.state.value} cannot become {wish.value}"
        return IllegalTransition(told, status=self.state.value, allowed=_allowed(self.state))


def _allowed(state: MessageState) -> list[str]:
    return sorted(s.value for s in TRANSITIONS[state])


def webhook_id(message_id: MessageId) -> str:
    """``msg_`` and 32 hexadecimal digits: without a full stop, which the signature uses to part its pieces."""
    return f"{_PREFIX}{message_id.hex}"


def read_webhook_id(text: str) -> MessageId:
    """The id from what ``webhook_id`` gave, or from a UUID. Raises InvalidValue (field ``message_id``)."""
    try:
        return MessageId(UUID(text.removeprefix(_PREFIX)))
    except ValueError:
        raise InvalidValue(f"{text[:60]!r} is no message's id: they look like msg_0199…", field="message_id") from None


def cleaned_excerpt(text: str) -> str:
    """The beginning of an answer as one line without control characters, at most 500 characters."""
    # Cut first: what follows the cut is never looked at, and may be long.
    printable = "".join(sign if sign.isprintable() else " " for sign in text[: 4 * EXCERPT_MAX])
    return " ".join(printable.split())[:EXCERPT_MAX]
