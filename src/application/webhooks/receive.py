"""The one way in for webhooks: who sent it is proved, what came is stored, then it is answered."""

import enum
import logging
from collections.abc import Mapping
from hashlib import sha256

import attrs

from ...domain.shared.errors import NotAuthenticated, NotFound, TresenError
from ...domain.shared.ids import DeliveryId
from ...domain.webhooks.delivery import Delivery, content_hash, content_key
from ..log_context import current
from ..ports.clock import Clock, IdSource
from ..ports.webhooks import Verified, WebhookRequest
from .doors import Doors, OpenDoor, unknown_address
from .intake import Intake
from .kept_headers import kept_headers

_log = logging.getLogger(__name__)

MAX_BODY = 5 * 1_048_576
_MAX_KEY = 300
_MAX_TYPE = 200
_MAX_WORD = 50


class InboxDisabled(TresenError):
    """The inbox was switched off: the provider shall give up."""

    code = "inbox_disabled"


class EncodedBody(TresenError):
    """The body is packed in a way that is not taken apart here."""

    code = "encoded_body"


_REFUSALS = (NotFound, InboxDisabled, NotAuthenticated, EncodedBody)


class Outcome(enum.Enum):
    """What became of a request that was accepted."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    PING = "ping"
    STALE = "stale"


@attrs.frozen(kw_only=True)
class IncomingWebhook:
    """A request as the door has it; its size was looked at there. ``key`` is the account key in the address."""

    provider: str
    key: str = attrs.field(repr=False)
    request: WebhookRequest


@attrs.frozen(kw_only=True)
class Receipt:
    """``status`` is what the provider wants to see. ``delivery_id`` None: nothing new was stored."""

    outcome: Outcome
    status: int
    delivery_id: DeliveryId | None = None


class ReceiveWebhook:
    """Raises, in this order: NotFound for an unknown address, InboxDisabled, BadSignature (or NotFound for an unknown
    channel), EncodedBody; StorageUnavailable when it could not be stored: then the provider shall send it again.

    What is refused is logged with the reason: the provider keeps its side of it to itself.
    """

    def __init__(self, doors: Doors, intake: Intake, clock: Clock, ids: IdSource) -> None:
        self._doors = doors
        self._intake = intake
        self._clock = clock
        self._ids = ids

    async def ensure_open(self, provider: str, key: str) -> None:
        """Before the body is read: that somebody waits for it. Raises NotFound, InboxDisabled, StorageUnavailable."""
        door = self._doors.remembered(key)
        try:
            if door is None or door.is_disabled:
                door = await self._doors.look_up(key)
            _ensure_open(door, provider)
        except _REFUSALS as error:
            _note(error, provider, door)
            raise

    async def __call__(self, incoming: IncomingWebhook) -> Receipt:
        """It is on the disk when this returns."""
        door, verified = await self.admit(incoming)
        status = door.provider.accepted_status
        if verified.is_ping:
            return Receipt(outcome=Outcome.PING, status=status)
        if verified.is_stale:
            return Receipt(outcome=Outcome.STALE, status=status)
        delivery = self.delivery(door, verified, incoming.request)
        if await self._intake.store(delivery):
            return Receipt(outcome=Outcome.STORED, status=status, delivery_id=delivery.id)
        return Receipt(outcome=Outcome.DUPLICATE, status=status)

    async def admit(self, incoming: IncomingWebhook) -> tuple[OpenDoor, Verified]:
        """The inbox that it is for, and the proof that its provider sent it. Nothing is stored."""
        door = self._doors.remembered(incoming.key)
        if door is not None:
            try:
                return door, self._verified(door, incoming)
            except _REFUSALS:
                pass  # Something may have changed within the last second: a secret that was just rotated counts.
        try:
            door = await self._doors.look_up(incoming.key)
            return door, self._verified(door, incoming)
        except _REFUSALS as error:
            _note(error, incoming.provider, door)
            raise

    def delivery(self, door: OpenDoor, verified: Verified, request: WebhookRequest) -> Delivery:
        """What is stored of it."""
        key, hashed = DeliveryId(self._ids.new()), content_hash(request.body, verified.beside_body)
        return Delivery(
            id=key,
            tenant_id=door.tenant_id,
            account_id=door.account_id,
            provider=door.provider.name,
            delivery_key=_bounded(verified.delivery_key) if verified.delivery_key else content_key(hashed),
            content_hash=hashed,
            headers=kept_headers(request.headers),
            body=request.body,
            received_at=self._clock.now(),
            correlation_id=current().get("correlation_id") or str(key),
            type=_type(verified.type),
        )

    def _verified(self, door: OpenDoor, incoming: IncomingWebhook) -> Verified:
        _ensure_open(door, incoming.provider)
        verified = door.provider.verify(incoming.request, door.view, now=self._clock.now())
        _ensure_plain(incoming.request.headers)
        return verified


def _ensure_open(door: OpenDoor, provider: str) -> None:
    if door.provider.name != provider:
        raise unknown_address()
    if door.is_disabled:
        raise InboxDisabled("this webhook was switched off")


def _note(error: TresenError, provider: str, door: OpenDoor | None) -> None:
    """``provider`` is what the address says, which may be anything when nothing was found there."""
    extra = {
        "code": error.code,
        "reason": error.message,
        "provider": provider if len(provider) <= _MAX_WORD and provider.isidentifier() else "unknown",
        "account_id": None if door is None else str(door.account_id),
    }
    _log.warning("a webhook was refused", extra=extra)


def _ensure_plain(headers: Mapping[str, str]) -> None:
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity"}:
        raise EncodedBody("send the body as it is: no content encoding is understood here")


def _bounded(key: str) -> str:
    """As it is, or hashed when no database should be asked to index it."""
    return key if len(key) <= _MAX_KEY and key.isprintable() else f"key:{sha256(key.encode()).hexdigest()}"


def _type(word: str | None) -> str | None:
    return word[:_MAX_TYPE] if word and word.isprintable() else None
