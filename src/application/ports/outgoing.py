"""Endpoints and their messages, and what sends them."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import attrs

from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import EndpointId, EventId, MessageId
from ...domain.shared.page import Listing, Page
from ...domain.webhooks.endpoint import Endpoint
from ...domain.webhooks.message import Attempt, Message, MessageState
from .repositories import Entities

# The field by which messages are ordered.
MESSAGE_ORDER = ("created_at",)


class Endpoints(Entities[Endpoint, EndpointId], Protocol):
    """The tenant's endpoints, of which there are few. The name is unique within the tenant."""

    @abstractmethod
    async def all(self) -> Sequence[Endpoint]:
        """Every endpoint, by name, whatever its case."""

    @abstractmethod
    async def active(self) -> Sequence[Endpoint]:
        """Those that are not disabled, by id. Every transaction that has events asks this."""

    @abstractmethod
    async def remove(self, endpoint_id: EndpointId) -> None:
        """Forget it with its messages and their attempts. Raises NotFound."""


@attrs.frozen(kw_only=True)
class MessageFilter:
    """Which messages of an endpoint are meant, by state (None: all), type of event and instant of creation.

    ``since`` is inclusive, ``until`` is not. ``never_delivered``: only what has not arrived in any round. Raises
    InvalidValue when it ends before it begins.
    """

    states: frozenset[MessageState] | None = None
    event_type: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    never_delivered: bool = False

    def __attrs_post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise InvalidValue("the range ends before it begins", field="until")


@attrs.frozen(kw_only=True)
class MessageRow:
    """One line of the list: a message without its body, of which ``size`` is the length in bytes.

    ``waits_for`` is the earlier message of its subject that must arrive or end first; the store leaves it None.
    """

    id: MessageId
    event_id: EventId | None
    event_type: str
    subject: str
    state: MessageState
    attempts: int
    next_at: datetime | None
    created_at: datetime
    done_at: datetime | None
    first_delivered_at: datetime | None
    size: int
    waits_for: MessageId | None = None


class Messages(Entities[Message, MessageId], Protocol):
    """The tenant's messages and the log of their attempts."""

    @abstractmethod
    async def add_many(self, messages: Sequence[Message]) -> None:
        """Put new ones in. Raises AlreadyExists, and writes nothing, when one is there."""

    @abstractmethod
    async def page(self, endpoint_id: EndpointId, wanted: MessageFilter, window: Listing) -> Page[MessageRow]:
        """A window of an endpoint's messages by creation, and how many there are in all.

        Of the ``window``, ``status`` and ``q`` are not looked at. Raises InvalidValue outside MESSAGE_ORDER.
        """

    @abstractmethod
    async def matching(
        self, endpoint_id: EndpointId, wanted: MessageFilter, *, after: Message | None, limit: int
    ) -> Sequence[Message]:
        """The next of an endpoint's messages by creation, then id; ``after`` None: the first ones."""

    @abstractmethod
    async def heads(self, endpoint_id: EndpointId, subjects: Collection[str] | None = None) -> Sequence[MessageRow]:
        """Of each of the subjects (None: of all) the pending message that is sent first: the others wait for it."""

    @abstractmethod
    async def counts(self) -> Mapping[MessageState, int]:
        """How many of the tenant's messages are in each state that occurs."""

    @abstractmethod
    async def cancel_pending(self, endpoint_id: EndpointId, *, now: datetime) -> int:
        """Cancel all that wait, and advance their versions. How many."""

    @abstractmethod
    async def log(self, attempt: Attempt) -> None:
        """Keep an attempt. Raises AlreadyExists when the message has one with that number."""

    @abstractmethod
    async def attempts(self, message_id: MessageId) -> Sequence[Attempt]:
        """A message's attempts by number; none for a message that is not there."""


@attrs.frozen(kw_only=True)
class OutgoingFigures:
    """Over all tenants: how many messages are pending, when the oldest of them was made, how many endpoints are
    disabled."""

    pending: int
    oldest_pending_at: datetime | None
    disabled_endpoints: int


class OutgoingReaders(Protocol):
    """Looks at the whole installation."""

    @abstractmethod
    async def figures(self) -> OutgoingFigures:
        """For metrics."""


@attrs.frozen(kw_only=True)
class Answer:
    """How a try to deliver ended. ``status`` is None when no answer came, then ``error`` is a word for why.

    ``excerpt`` is the beginning of the answer (or the failure in words), one line of at most 500 characters.
    ``retry_after_s`` is the wait that a throttling receiver asks for.
    """

    status: int | None = None
    error: str | None = None
    duration_s: float
    excerpt: str = ""
    retry_after_s: float | None = None


class WebhookSender(Protocol):
    """Signs and sends messages."""

    @abstractmethod
    def checked_url(self, url: str) -> str:
        """The address as it is kept. Raises InvalidValue (field ``url``) for one that is never called."""

    @abstractmethod
    async def send(self, message: Message, *, url: str, secrets: Sequence[str]) -> Answer:
        """One try, signed with every secret. Raises nothing for what the receiver does or fails to do, and takes
        no longer than 15 seconds."""


class SigningSecrets(Protocol):
    """Makes secrets to sign with."""

    @abstractmethod
    def new(self) -> str:
        """A new secret of at least 192 random bits, in the form in which receivers are told it."""
