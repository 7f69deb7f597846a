"""Requests as the five providers send them."""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tresen.adapters.calcom.webhooks import CalcomWebhooks
from tresen.adapters.google_calendar.channels import Channel
from tresen.adapters.google_calendar.webhooks import GoogleCalendarWebhooks
from tresen.adapters.retell.webhooks import RetellWebhooks
from tresen.adapters.stripe.webhooks import StripeWebhooks
from tresen.adapters.webhooks.registry import WebhookProviderRegistry
from tresen.adapters.woocommerce.webhooks import WooCommerceWebhooks
from tresen.application.ports.webhooks import InboxView, WebhookProvider, WebhookRequest
from tresen.domain.webhooks.fact import Fact, Reading

SAMPLES = Path(__file__).parents[3] / "samples"
VECTORS: Mapping[str, Mapping[str, str]] = json.loads((SAMPLES / "webhook_vectors.json").read_text("utf-8"))
SIGNED_AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
CHANNEL_ID = VECTORS["google_calendar"]["channel"]
CHANNEL = Channel(resource_id="o3hgv1538sdjfh", calendar="desk@example.com", expires_at=SIGNED_AT + timedelta(days=7))

REGISTRY = WebhookProviderRegistry(
    [CalcomWebhooks(), StripeWebhooks(), RetellWebhooks(), WooCommerceWebhooks(), GoogleCalendarWebhooks()]
)
SIGNING = ("calcom", "retell", "stripe", "woocommerce")


def provider(name: str) -> WebhookProvider:
    return REGISTRY.get(name)


def vector(name: str) -> WebhookRequest:
    """The request of the provider's vector."""
    vector = VECTORS[name]
    headers = google_headers("changed") if name == "google_calendar" else {}
    return WebhookRequest(headers={**headers, vector["header"]: vector["value"]}, body=vector["body"].encode())


def inbox(*secrets: str, channel: Channel = CHANNEL, settings: Mapping[str, str] | None = None) -> InboxView:
    return InboxView(secrets=secrets, registrations={CHANNEL_ID: channel.details()}, settings=settings or {})


def secret(name: str) -> str:
    return VECTORS[name]["secret"]


def google_headers(name: str) -> dict[str, str]:
    headers: dict[str, str] = json.loads((SAMPLES / "google_calendar" / f"{name}_headers.json").read_text("utf-8"))
    return headers


def sample(name: str, file: str) -> bytes:
    return (SAMPLES / name / f"{file}.json").read_bytes()


def changed(name: str, file: str, **changes: object) -> bytes:
    """A sample whose payload (Cal.com), object (Stripe) or record has other members."""
    document = json.loads(sample(name, file))
    inner = document
    if name == "calcom":
        inner = document["payload"]
    elif name == "stripe":
        inner = document["data"]["object"]
    inner.update(changes)
    return json.dumps(document).encode()


def read(
    name: str, body: bytes, headers: Mapping[str, str] | None = None, settings: Mapping[str, str] | None = None
) -> Reading:
    request = WebhookRequest(headers=headers or {"content-type": "application/json"}, body=body)
    return provider(name).normalise(request, inbox("s", settings=settings))


def fact(name: str, body: bytes, headers: Mapping[str, str] | None = None) -> Fact:
    reading = read(name, body, headers)
    assert isinstance(reading, Fact), reading
    return reading


def topic(word: str, *, delivery: str = "d1") -> dict[str, str]:
    """The headers of a shop's delivery."""
    return {
        "content-type": "application/json",
        "x-wc-webhook-topic": word,
        "x-wc-webhook-delivery-id": delivery,
    }


def sign(name: str, key: str, body: bytes, *, at: datetime = SIGNED_AT, extra: Sequence[str] = ()) -> dict[str, str]:
    """The signature's header, made here and not by the code that is tested."""

    def digest(message: bytes) -> bytes:
        return hmac.new(key.encode(), message, hashlib.sha256).digest()

    seconds = int(at.timestamp())
    if name == "calcom":
        return {"x-cal-signature-256": digest(body).hex()}
    if name == "woocommerce":
        return {"x-wc-webhook-signature": b64encode(digest(body)).decode()}
    if name == "retell":
        stamp = str(seconds * 1000)
        return {"x-retell-signature": f"v={stamp},d={digest(body + stamp.encode()).hex()}"}
    proof = digest(f"{seconds}.".encode() + body).hex()
    return {"stripe-signature": ",".join((f"t={seconds}", *extra, f"v1={proof}"))}
