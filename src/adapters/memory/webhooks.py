"""A provider of webhooks that is made up, simple and complete: for tests and for first steps."""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

import msgspec

from ...application.ports.inbound_calls import CallAnswers, CallSetup
from ...application.ports.webhooks import (
    BadSignature,
    InboxView,
    SynchronousAnswer,
    Verified,
    WebhookProvider,
    WebhookProviders,
    WebhookRequest,
)
from ...domain.shared.errors import NotFound
from ...domain.webhooks.fact import Fact, Ignored, Reading, Unusable

SIGNATURE, DELIVERY_ID = "x-memory-signature", "x-memory-delivery"


class Told(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A body: what happened to which subject. ``number`` orders the facts of a subject and, with ``type`` and
    ``subject``, is the business key. ``type`` may also be ping, stale or error."""

    type: str = "thing.changed"
    subject: str = "1"
    number: int | None = None
    key: str | None = None
    needs: str | None = None
    coalesces: bool = False
    values: dict[str, str] = {}


def encode(told: Told) -> bytes:
    """The body."""
    return msgspec.json.encode(told)


def signed(body: bytes, secret: str, *, delivery_id: str | None = None) -> Mapping[str, str]:
    """The headers with which the provider sends that body."""
    headers = {SIGNATURE: sign(body, secret), "content-type": "application/json"}
    return headers if delivery_id is None else {**headers, DELIVERY_ID: delivery_id}


def sign(body: bytes, secret: str) -> str:
    """HMAC-SHA256 over the body, in hexadecimal digits."""
    return hmac.digest(secret.encode(), body, sha256).hex() if secret else ""


class MemoryWebhooks(WebhookProvider):
    """Signs ``x-memory-signature``, names deliveries in ``x-memory-delivery`` if at all."""

    name = "memory"
    accepted_status = 202
    signs_with_api_key = False

    def verify(self, request: WebhookRequest, inbox: InboxView, *, now: datetime) -> Verified:  # noqa: ARG002 - no time is signed
        """Raises BadSignature."""
        given = request.headers.get(SIGNATURE, "").encode()
        matches = [hmac.compare_digest(sign(request.body, s).encode(), given) for s in inbox.secrets if s]
        if not any(matches):
            raise BadSignature("the signature is wrong")
        told = _read(request.body)
        word = told.type if told else None
        key = request.headers.get(DELIVERY_ID)
        return Verified(delivery_key=key, is_ping=word == "ping", is_stale=word == "stale", type=word)

    def normalise(self, request: WebhookRequest, inbox: InboxView) -> Reading:  # noqa: ARG002 - nothing is needed of it
        """Ignored for a type without a dot."""
        told = _read(request.body)
        if told is None:
            return Unusable("not JSON")
        if "." not in told.type:
            return Ignored("unknown type", told.type)
        return Fact(
            type=told.type,
            subject_kind="thing",
            subject_id=told.subject,
            business_key=told.key or f"{told.type}:{told.subject}:{told.number}:{told.values}",
            order=None if told.number is None else (told.number,),
            needs=told.needs,
            coalesces=told.coalesces,
            values=dict(told.values),
        )


class MemoryCallAnswers(CallAnswers):
    """What was decided, member by member."""

    def answer(self, setup: CallSetup) -> SynchronousAnswer:
        """Always 200."""
        return SynchronousAnswer(body={"agent": setup.agent, "variables": dict(setup.variables)})


class MemoryWebhookProviders(WebhookProviders):
    """Those that are given."""

    def __init__(self, providers: Iterable[WebhookProvider] = (MemoryWebhooks(),)) -> None:
        self._providers = {provider.name: provider for provider in providers}

    def names(self) -> Sequence[str]:
        """Sorted."""
        return sorted(self._providers)

    def get(self, name: str) -> WebhookProvider:
        """Raises NotFound."""
        if name not in self._providers:
            raise NotFound("webhook provider", name)
        return self._providers[name]


def _read(body: bytes) -> Told | None:
    try:
        return msgspec.json.decode(body, type=Told)
    except ValueError:
        return None
