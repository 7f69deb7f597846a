"""Telling Wodify's answers apart: errors in HTTP 200, pages, records in wrappers."""

import re
from collections.abc import Mapping, Sequence

import attrs
import msgspec
from msgspec import Raw

from ...domain.shared.errors import (
    CredentialsRefused,
    GatewayError,
    GatewayNotFound,
    GatewayRejected,
    GatewayUnavailable,
    GatewayUnsupported,
)
from ..http.failures import BadAnswer
from ..http.messages import HttpResponse
from .quoting import message, word

# What decoding raises: not JSON, not of the type, not UTF-8, or nested too deeply.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_OK, _REDIRECTS, _ERRORS = 200, 300, 400
_SMALL = 4096
_TAIL = 256
# A list that ends so is whole; nothing else needs to be looked at before it is taken apart.
_WHOLE_LIST = re.compile(rb'"pagination"\s*:\s*\{[^{}]*\}\s*\}\s*\Z')
# The API gateway in front of Wodify says this of routes that do not exist, whatever the key.
_NO_ROUTE = b"Missing Authentication Token"
_CODE = re.compile(r"[\w.-]{1,40}")

_object = msgspec.json.Decoder(dict[str, Raw])
_any = msgspec.json.Decoder()
_whole = msgspec.json.Decoder(Raw)


def effective_status(response: HttpResponse) -> int:
    """The status that an answer really has. Raises BadAnswer for a 2xx body that breaks off."""
    if not _OK <= response.status < _REDIRECTS or not response.body:
        return response.status
    body = response.body
    if len(body) > _SMALL and _WHOLE_LIST.search(body, len(body) - _TAIL):
        return response.status
    _ensure_whole(body)
    return _error_code(_fields(body)) or response.status


def _ensure_whole(body: bytes) -> None:
    try:
        _whole.decode(body)
    except UNREADABLE:
        raise BadAnswer("wodify's answer is no JSON or breaks off", status=_OK) from None


def _fields(body: bytes | Raw) -> Mapping[str, Raw]:
    """The members of a JSON object, none if it is something else."""
    try:
        return _object.decode(body)
    except UNREADABLE:
        return {}


def _value(raw: Raw | None) -> object:
    """A member's value, None if it is nested too deeply to be one that matters."""
    try:
        return None if raw is None else _any.decode(raw)
    except UNREADABLE:
        return None


def _error_code(fields: Mapping[str, Raw]) -> int | None:
    """The code of an error envelope, whose keys come in any case; None when it is no error."""
    code = next((_value(raw) for name, raw in fields.items() if name.casefold() == "httpcode"), None)
    if isinstance(code, str) and code.isascii() and code.isdigit():
        code = int(code[:4])
    return code if isinstance(code, int) and code >= _ERRORS else None


def body_of(response: HttpResponse, doing: str) -> bytes:
    """The body of an answer that is no error. ``doing`` says what was tried, for the message.

    Raises GatewayNotFound, GatewayUnsupported, CredentialsRefused, GatewayRejected.
    """
    fields = _fields(response.body)
    status = _error_code(fields) or response.status
    if status < _REDIRECTS:
        return response.body
    raise _refusal(status, fields, response.body, doing)


def _refusal(status: int, fields: Mapping[str, Raw], body: bytes, doing: str) -> GatewayError:
    code = next((_value(raw) for name, raw in fields.items() if name.casefold() == "errorcode"), None)
    details = {"status": status}
    known = {"provider_code": code} if isinstance(code, str) and _CODE.fullmatch(code) else {}
    if status == 404:  # noqa: PLR2004 -- HTTP's own numbers, here and below
        return GatewayNotFound(f"{doing}: wodify has no such record", **details, **known)
    if status == 405 or (status == 403 and _NO_ROUTE in body):  # noqa: PLR2004
        return GatewayUnsupported(f"{doing}: wodify's interface has no such route", **details, **known)
    if status in {401, 403}:
        return CredentialsRefused(f"{doing}: wodify refuses the API key", **details, **known)
    if status < _ERRORS:
        return GatewayRejected(f"{doing}: wodify redirects; the base address is wrong", **details)
    return GatewayRejected(f"{doing}: wodify refused it with {status}", **details, **known)


class Pagination(msgspec.Struct):
    """Where a page stands. There is no total."""

    has_more: bool
    page_size: int | None = None


class ClientsPage(msgspec.Struct, forbid_unknown_fields=True, rename={"items": "clients"}):
    """The usual form of a page of clients: nothing else is looked for when it fits."""

    items: list[Raw]
    pagination: Pagination


class LeadsPage(msgspec.Struct, forbid_unknown_fields=True, rename={"items": "leads"}):
    """The usual form of a page of leads."""

    items: list[Raw]
    pagination: Pagination


class MembershipsPage(msgspec.Struct, forbid_unknown_fields=True, rename={"items": "memberships"}):
    """The usual form of a page of memberships."""

    items: list[Raw]
    pagination: Pagination


_USUAL: Mapping[str, msgspec.json.Decoder[ClientsPage | LeadsPage | MembershipsPage]] = {
    "clients": msgspec.json.Decoder(ClientsPage),
    "leads": msgspec.json.Decoder(LeadsPage),
    "memberships": msgspec.json.Decoder(MembershipsPage),
}


@attrs.frozen
class Page:
    """One page: records as received, whether more follow, and the page size that Wodify really used, if told."""

    items: Sequence[Raw]
    has_more: bool = False
    size: int | None = None


def page_of(response: HttpResponse, names: Sequence[str], doing: str, *, paged: bool = True) -> Page:
    """A page from an answer; the array goes by one of ``names``. Raises what ``body_of`` does.

    Raises GatewayUnavailable for an answer of another form. ``paged`` False: a short list need not say whether more
    follow.
    """
    if response.status == _OK and len(names) == 1 and (usual := _USUAL.get(names[0])):
        try:
            page = usual.decode(response.body)
        except UNREADABLE:
            pass  # an error, or a form that deserves a closer look
        else:
            return Page(page.items, page.pagination.has_more, page.pagination.page_size)
    return _closer_look(body_of(response, doing), names, doing, paged=paged)


def _closer_look(body: bytes, names: Sequence[str], doing: str, *, paged: bool) -> Page:
    fields = _fields(body)
    array = next((fields[name] for name in names if name in fields), None)
    if array is None:
        shown = ", ".join(word(name) for name in sorted(fields)[:10]) or "nothing"
        raise GatewayUnavailable(message(f"{doing}: wodify's answer has no {names[0]!r}, only {shown}"))
    try:
        items = msgspec.json.decode(array, type=list[Raw])
        pagination = msgspec.json.decode(fields.get("pagination", b"null"), type=Pagination | None)
    except UNREADABLE:
        raise GatewayUnavailable(f"{doing}: wodify's {names[0]!r} or pagination has an unknown form") from None
    if pagination is None:
        if paged:
            raise GatewayUnavailable(f"{doing}: wodify's answer does not say whether more pages follow")
        return Page(items)
    return Page(items, pagination.has_more, pagination.page_size)


def ensure_success(response: HttpResponse, doing: str) -> None:
    """Raises what ``body_of`` does, and GatewayRejected for ``is_success: false``."""
    if _value(_fields(body_of(response, doing)).get("is_success")) is False:
        raise GatewayRejected(f"{doing}: wodify says that it did not succeed")


def record_of(response: HttpResponse, doing: str, *wrappers: str) -> Raw:
    """The record in an answer, bare or in one of ``wrappers``.

    Raises what ``ensure_success`` does, and GatewayUnavailable when there is no record: then nobody knows what became
    of the call.
    """
    ensure_success(response, doing)
    body = response.body
    fields = _fields(body)
    for wrapper in wrappers:
        if "id" in _fields(fields.get(wrapper, b"null")):
            return fields[wrapper]
    if "id" in fields:
        return Raw(body)
    raise GatewayUnavailable(f"{doing}: wodify's answer holds no record")


def fields_of(record: Raw) -> Mapping[str, Raw]:
    """A record's members as they were received, so that they can be sent back unchanged."""
    return _fields(record)
