"""Which headers of a delivery are kept."""

import re
from collections.abc import Mapping
from functools import lru_cache

_PLAIN = frozenset({"content-encoding", "content-type", "date", "user-agent"})
# Providers tell by such headers what a delivery is, and prove that it is theirs.
_TELLING = frozenset({"channel", "delivery", "event", "message", "resource", "signature", "topic", "webhook"})
_SECRET = frozenset({"auth", "authorization", "cookie", "credential", "key", "password", "secret", "session", "token"})
_WORD = re.compile(r"[a-z0-9]+")


def kept_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Those by whose names nothing secret is to be expected: what is not known to be harmless is left out.

    Signatures are kept, so that a delivery can be verified once more: without the secret nobody can make another.
    """
    return {name: value for name, value in headers.items() if _is_kept(name)}


# Each sender sends the same names over and over.
@lru_cache(maxsize=1024)
def _is_kept(name: str) -> bool:
    if name in _PLAIN:
        return True
    words = frozenset(_WORD.findall(name))
    return not words.isdisjoint(_TELLING) and words.isdisjoint(_SECRET)
