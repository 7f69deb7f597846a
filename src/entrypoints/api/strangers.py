"""Addresses that no route has because what stands where an id belongs is none, or that only look like a route's."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from ...application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from ...domain.shared.errors import NotFound
from ..kinds import meant_kind
from .syncing import KINDS

_KINDS = {
    "members": "member",
    "memberships": "membership",
    "leads": "lead",
    "provider-accounts": "provider account",
    "staff-tasks": "staff task",
    "api-keys": "API key",
    "schedules": "schedule",
    "conflicts": "conflict",
    "sync/plans": "plan",
    "sync/runs": "run",
    "webhook-deliveries": "delivery",
    "webhook-endpoints": "webhook endpoint",
}
_RECORDS = (MEMBER, MEMBERSHIP, LEAD)
_ADDRESS = re.compile(rf"/api/v1/({'|'.join(_KINDS)})/([^/]{{1,100}})(?:/.*)?", re.DOTALL)
_MESSAGE = re.compile(r"/api/v1/webhook-endpoints/[^/]+/messages/([^/]{1,100})(?:/.*)?", re.DOTALL)
_RECORD = re.compile(r"/api/v1/sync/records/([^/]{1,100})/([^/]{1,1000})/(?:explain|history)/?", re.DOTALL)
_SYNC = re.compile(r"/api/v1/sync/([^/]+)(?:/plan)?/?")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class NoSuchId(NotFound):
    """Ids are UUIDs; this is none, so nothing has it."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(kind, key)
        article = "an" if kind[0] in "AEIOU" else "a"
        self.message = f"{key!r} is no id of {article} {kind}: ids are UUIDs"


class NotOurId(NoSuchId):
    """A record is asked for by what is perhaps the provider's id, which several records may have."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(kind, key)
        look_up = f"GET /api/v1/sync/records/{kind}?external_id={quote(key, safe='')}"
        self.message = f"{self.message}; if it is the provider's, {look_up} tells ours (local_id)"


def no_id_in(path: str) -> NoSuchId | None:
    """What to say about ``/api/v1/members/abc``; None where an id is not the trouble."""
    address, message, record = _ADDRESS.fullmatch(path), _MESSAGE.fullmatch(path), _RECORD.fullmatch(path)
    if record is not None and not _UUID.fullmatch(record[2]):
        kind = meant_kind(record[1], _RECORDS)
        return None if kind is None else NotOurId(kind, record[2])
    if address is not None and not _UUID.fullmatch(address[2]):
        kind = _KINDS[address[1]]
        return (NotOurId if kind in _RECORDS else NoSuchId)(kind, address[2])
    if message is not None and not _UUID.fullmatch(message[1]):
        return NoSuchId("message", message[1])
    return None


def is_no_sync(path: str, headers: Mapping[str, str]) -> bool:
    """Whether what stands where a kind of sync belongs is none, such as ``/api/v1/sync/conflicts``.

    The route that syncs takes any word there, so that other methods look as if they were only not allowed. ``headers``
    are the refusal's: what can be read, such as ``/api/v1/sync/runs``, has a route of its own.
    """
    found = _SYNC.fullmatch(path)
    return found is not None and meant_kind(found[1], KINDS) is None and "GET" not in headers.get("allow", "")
