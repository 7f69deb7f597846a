"""Who sent a request in Cal.com's name: hexadecimal HMAC-SHA256 of the raw body. It carries no time and no id."""

from collections.abc import Sequence

import msgspec

from ...application.ports.webhooks import BadSignature, Verified, WebhookRequest
from ..webhooks.documents import first_look, word
from ..webhooks.signing import hmac_sha256, is_one_of, not_proven, usable

_HEADER = "x-cal-signature-256"
# What Cal.com writes there when its webhook was saved without a secret.
_UNSIGNED = "no-secret-provided"


class _Envelope(msgspec.Struct):
    triggerEvent: str | None = None  # noqa: N815 - Cal.com's name


def verify(request: WebhookRequest, secrets: Sequence[str]) -> Verified:
    """Raises BadSignature."""
    keys = usable(secrets)
    given = request.headers.get(_HEADER, "")
    if given == _UNSIGNED:
        raise BadSignature("the webhook has no secret at Cal.com: enter one there")
    if not is_one_of(given, [hmac_sha256(key, request.body).hex() for key in keys]):
        raise not_proven()
    envelope = first_look(request.body, _Envelope)
    return Verified(type=word(envelope.triggerEvent) if envelope else None)
