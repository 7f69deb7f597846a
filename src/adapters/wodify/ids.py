"""Ids of records: what they may be, and what records go by that have none."""

import re

import msgspec
from msgspec import Raw

from ...domain.shared.errors import GatewayUnavailable
from .envelope import UNREADABLE

# Records begin with their id: seen so in every answer, and five times as fast as decoding. Others are decoded.
_leading_id = re.compile(rb'\{\s*"id"\s*:\s*"?([1-9]\d{0,99})"?\s*[,}]').match
_usable_id = re.compile(r"[\w.:-]{1,100}", re.ASCII).fullmatch
# No id begins so.
_UNKEYED = "?"


class WireId(msgspec.Struct):
    """A record's id alone."""

    id: int | str


def id_of(record: Raw) -> str:
    """A record's id as text, at most 100 plain letters and digits. Raises GatewayUnavailable when it has none such."""
    found = _leading_id(record)
    return found[1].decode() if found else _decoded_id(record)


def unkeyed(fingerprint: bytes) -> str:
    """What a record without an id goes by in errors: the same as long as it stays as it is."""
    return f"{_UNKEYED}{fingerprint[:4].hex()}"


def is_unkeyed(external_id: str) -> bool:
    """Whether this is no id but what a record goes by that has none."""
    return external_id.startswith(_UNKEYED)


def _decoded_id(record: Raw) -> str:
    try:
        found = str(msgspec.json.decode(record, type=WireId).id).strip()
    except UNREADABLE:
        found = ""
    if found == "0" or not _usable_id(found):
        raise GatewayUnavailable("wodify sent a record without a usable id")
    return found
