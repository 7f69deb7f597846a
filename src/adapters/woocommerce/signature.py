"""Who sent a request in a shop's name: base64 of the HMAC-SHA256 of the raw body."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence

from ...application.ports.webhooks import Verified, WebhookRequest
from ..webhooks.documents import content_hash, word
from ..webhooks.signing import hmac_sha256, is_one_of, not_proven, usable

_HEADER = "x-wc-webhook-signature"
_TOPIC = "x-wc-webhook-topic"
_FORM = "application/x-www-form-urlencoded"
_PING = re.compile(rb"webhook_id=[0-9]+")
# What WordPress writes for the five signs of HTML, in any of its spellings.
_ENTITY = re.compile(r"&(?:(lt|gt|amp|quot)|#0*(60|62|38|34|39)|#x0*(3c|3e|26|22|27));", re.IGNORECASE)
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


def verify(request: WebhookRequest, secrets: Sequence[str]) -> Verified:
    """A ping, when a webhook is saved, has no signature: it is one by its form alone. Raises BadSignature.

    The shop's own id of a delivery is shared by all of one second, so that topic and content are the key; with a
    deletion, which only tells the number and may come again after the thing was restored, that id is part of it too.
    """
    given = request.headers.get(_HEADER)
    if given is None and _is_ping(request):
        return Verified(is_ping=True, type="ping")
    keys = usable(_spellings(secrets))
    if not is_one_of(given or "", [b64encode(hmac_sha256(key, request.body)).decode() for key in keys]):
        raise not_proven()
    topic = word(request.headers.get(_TOPIC))
    return verified(topic, request)


def verified(topic: str | None, request: WebhookRequest) -> Verified:
    """What is known of it once it is trusted: see ``verify``. Orders and customers are numbered apart, and a deletion
    says its number alone, so that only its headers tell it from others."""
    second = of_deletion(topic, request.headers)
    return Verified(
        delivery_key=":".join((topic or "", content_hash(request.body), *second)),
        type=topic,
        beside_body=":".join((topic, *second)) if topic and is_deletion(topic) else "",
    )


def is_deletion(topic: str) -> bool:
    """Of whatever kind of record."""
    return topic.endswith(".deleted")


def of_deletion(topic: str | None, headers: Mapping[str, str]) -> Sequence[str]:
    """The shop's id of the delivery where it is needed."""
    second = word(headers.get("x-wc-webhook-delivery-id"))
    return (second,) if second and topic and is_deletion(topic) else ()


def _is_ping(request: WebhookRequest) -> bool:
    content_type = request.headers.get("content-type", "").lower()
    return content_type.partition(";")[0].strip() == _FORM and bool(_PING.fullmatch(request.body))


def _spellings(secrets: Sequence[str]) -> Iterator[str]:
    """WooCommerce signs with the secret after WordPress decoded it, which keeps ``&`` as ``&amp;``; whoever copies it
    from there may have either."""
    for secret in secrets:
        yield secret
        decoded = _ENTITY.sub(_sign, secret)
        if decoded != secret:
            yield decoded


def _sign(entity: re.Match[str]) -> str:
    name, decimal, hexadecimal = entity.groups()
    if name:
        return _NAMED[name.lower()]
    return chr(int(decimal) if decimal else int(hexadecimal, 16))
