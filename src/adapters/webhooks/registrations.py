"""What registrars keep of a subscription."""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from ...application.ports.registrars import Missed

S = TypeVar("S", bound=msgspec.Struct)
_SHOWN = 16


class Subscription(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Details of a registration: its ``topics``, those that the provider does not know (``refused``), a fingerprint of
    the secret that it signs with, and when it was last seen in working order (UTC). ``modified``: the provider's word
    for when it was last changed, as it was then."""

    topics: tuple[str, ...]
    refused: tuple[str, ...] = ()
    secret: str
    seen_at: datetime
    modified: str | None = None

    def details(self) -> str:
        """As JSON text."""
        return msgspec.json.encode(self).decode()


def read_details(known: Mapping[str, str], key: str, shape: type[S]) -> S | None:
    """What is kept of the registration with that id; None for none, and for whatever is of another form."""
    try:
        return msgspec.json.decode(known[key], type=shape)
    except (KeyError, ValueError):
        return None


def leads_here(url: str, address: str) -> bool:
    """Whether a subscription is ours: its URL ends with the inbox's key, which nobody else knows, whatever name this
    installation had when it was made."""
    return url.rstrip("/").rpartition("/")[2] == address.rpartition("/")[2]


def fingerprint(secret: str) -> str:
    """By which a secret is recognised without being kept. Secrets are long and random, so that nobody can guess it from
    this."""
    return hashlib.sha256(secret.encode()).hexdigest()[:_SHOWN]


async def nothing_missed() -> AsyncIterator[Sequence[Missed]]:
    """For providers that cannot tell."""
    pages: Sequence[Sequence[Missed]] = ()
    for page in pages:
        yield page
