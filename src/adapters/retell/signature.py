"""Who sent a request in Retell's name: ``v=<milliseconds>,d=<hex>``, HMAC-SHA256 of the raw body followed by the
milliseconds, keyed with the API key."""

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from ...application.ports.webhooks import BadSignature, Verified, WebhookRequest
from ..webhooks.documents import first_look, word
from ..webhooks.signing import hmac_sha256, is_one_of, not_proven, usable
from ..webhooks.times import milliseconds_of

_HEADER = "x-retell-signature"
# Retell's own libraries: exactly this form, and five minutes to either side.
_FORM = re.compile(r"v=([0-9]{1,16}),d=([0-9a-f]{64})")
TOLERANCE_MS = 300_000


class _Event(msgspec.Struct):
    event: str | None = None


def verify(request: WebhookRequest, secrets: Sequence[str], *, now: datetime) -> Verified:
    """Raises BadSignature."""
    keys = usable(secrets)
    found = _FORM.fullmatch(request.headers.get(_HEADER, ""))
    if found is None:
        raise not_proven()
    at, digest = found.groups()
    signed = request.body + at.encode()
    if not is_one_of(digest, [hmac_sha256(key, signed).hex() for key in keys]):
        raise not_proven()
    if abs(milliseconds_of(now) - int(at)) > TOLERANCE_MS:
        raise BadSignature("the signature is more than five minutes old, or of the future: check the clock")
    event = first_look(request.body, _Event)
    return Verified(type=word(event.event) if event else None)
