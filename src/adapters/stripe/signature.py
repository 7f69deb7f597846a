"""Who sent a request in Stripe's name: ``t=<seconds>,v1=<hex>``, HMAC-SHA256 of ``t.body``, keyed with the whole
secret as it is shown, ``whsec_`` included."""

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from ...application.ports.webhooks import BadSignature, Verified, WebhookRequest
from ..webhooks.documents import first_look, word
from ..webhooks.signing import hmac_sha256, is_one_of, not_proven, usable
from ..webhooks.times import milliseconds_of

_HEADER = "stripe-signature"
# Stripe's own libraries refuse what is older; what comes from the future is refused here too.
TOLERANCE_S = 300
_SECONDS = re.compile(r"[0-9]{1,12}")
_MOST_PROOFS = 32


class _Event(msgspec.Struct):
    id: str | None = None
    type: str | None = None


def verify(request: WebhookRequest, secrets: Sequence[str], *, now: datetime) -> Verified:
    """One of the ``v1`` must fit (there are two while a secret is rolled); others do not count. Raises BadSignature."""
    keys = usable(secrets)
    at, proofs = _read(request.headers.get(_HEADER, ""))
    signed = f"{at}.".encode() + request.body
    expected = [hmac_sha256(key, signed).hex() for key in keys]
    # Every one is compared, for the time taken must not tell which of them fits.
    fits = [is_one_of(proof, expected) for proof in proofs]
    if not any(fits):
        raise not_proven()
    if abs(milliseconds_of(now) - int(at) * 1000) > TOLERANCE_S * 1000:
        raise BadSignature("the signature is more than five minutes old, or of the future: check the clock")
    event = first_look(request.body, _Event)
    if event is None:
        return Verified()
    return Verified(delivery_key=word(event.id), type=word(event.type))


def _read(header: str) -> tuple[str, Sequence[str]]:
    pairs = [part.partition("=") for part in header.split(",", _MOST_PROOFS)]
    at = next((value for name, _, value in pairs if name == "t"), "")
    if not _SECONDS.fullmatch(at):
        raise not_proven()
    return at, [value for name, _, value in pairs if name == "v1"]
