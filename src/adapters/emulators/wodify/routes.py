"""Wodify's routes: which exist, and what each does. ``{id}`` stands for a number in the path."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import attrs
import msgspec

from ..faults import Fault
from ..messages import Answer, Request, json_answer
from . import envelopes
from .bodies import (
    ClientCreate,
    ClientUpdate,
    LeadConvert,
    LeadCreate,
    LeadUpdate,
    MembershipCreate,
    MembershipDeactivate,
    MembershipUpdate,
)
from .envelopes import Refused, refusal
from .habits import Removal
from .shapes import Client, Label, Location, Source, Template
from .store import Store
from .table import Listing, R, Table
from .vocabulary import ACTIVE, CLIENT_STATUSES, INACTIVE, LEAD_SOURCES, LEAD_STATUSES, LOCATIONS, SUSPENDED, TEMPLATES

B = TypeVar("B")
Handler = Callable[[Request, int], Answer]


@attrs.frozen(kw_only=True)
class WodifyOptions:
    """What differs between gyms, or is not known of the real API.

    ``convert_suffix``: ``convert`` or ``convert-to-client``; the other is an unknown route.
    ``membership_writes``: False leaves only the reading routes of memberships.
    """

    api_key: str = "emulated-wodify-key"
    convert_suffix: str = attrs.field(
        default="convert", validator=attrs.validators.in_(("convert", "convert-to-client"))
    )
    membership_writes: bool = True


class WodifyProvider:
    """Wodify as the emulator's shell sees it."""

    base_path = "/v1"

    def __init__(self, store: Store, options: WodifyOptions) -> None:
        self._store = store
        self._options = options
        self._routes = routes(store, options)

    def route_of(self, request: Request) -> str | None:
        """The route's name, as in the route table."""
        name, _ = self._resolve(request)
        return name if name in self._routes else None

    def answer(self, request: Request) -> Answer:
        """Answer as Wodify does; the gateway knows the routes before it looks at the key."""
        name, key = self._resolve(request)
        handler = self._routes.get(name)
        if handler is None:
            return envelopes.UNKNOWN_ROUTE
        if request.headers.get("x-api-key") != self._options.api_key:
            return envelopes.FORBIDDEN
        try:
            return handler(request, key)
        except Refused as refused:
            return refusal(refused)
        finally:
            self._store.answered(name)

    def fault_answer(self, fault: Fault) -> Answer:
        """The gateway's words for trouble at the gateway, Wodify's envelope for its own."""
        match fault:
            case Fault.RATE_LIMITED:
                return envelopes.TOO_MANY
            case Fault.ERROR_ENVELOPE:
                return envelopes.error_envelope(200, 500, "An unexpected error occurred")
            case Fault.MISSING_ROUTE:
                return envelopes.UNKNOWN_ROUTE
            case _:
                return envelopes.BROKEN

    def counts(self) -> Mapping[str, int]:
        """Rows per kind."""
        store = self._store
        return {
            "clients": len(store.clients),
            "memberships": len(store.memberships),
            "leads": len(store.leads),
            "invoices": len(store.invoices),
        }

    def reset(self) -> None:
        """Back to the seeded data."""
        self._store.reset()

    def edit(self, kind: str, key: str, patch: bytes) -> bytes | None:
        """Merge ``patch`` into a client, lead or membership; see the shell's Provider. Also what ``habits`` tells."""
        if kind == "switches":
            return self._store.switches.turn(key, patch)
        if kind == "removals":
            self._store.removals.append((key, msgspec.json.decode(patch, type=Removal)))
            return patch
        try:
            return self._store.edit(kind, _number(key), patch)
        except Refused:
            return None

    def remove(self, kind: str, key: str) -> bool:
        """Take away a client, lead or membership; see the shell's Provider."""
        try:
            self._store.remove(kind, _number(key))
        except Refused:
            return False
        return True

    def _resolve(self, request: Request) -> tuple[str, int]:
        key = 0
        segments = request.path.removeprefix(self.base_path).split("/")
        for place, segment in enumerate(segments):
            if segment.isascii() and segment.isdigit():
                key, segments[place] = int(segment), "{id}"
        inside = request.path.startswith(f"{self.base_path}/")
        return f"{request.method} {'/'.join(segments)}" if inside else "", key


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Refused(404, f"no record {text}")
    return int(text)


def routes(store: Store, options: WodifyOptions) -> Mapping[str, Handler]:
    """The route table of a gym with these options."""
    table: dict[str, Handler] = {
        **_client_routes(store),
        **_lead_routes(store, options.convert_suffix),
        "GET /memberships": lambda request, _: store.memberships.page(request.query),
        "GET /memberships/search": lambda request, _: store.memberships.page(_searching(request, store)),
        "GET /memberships/{id}": lambda _, key: json_answer(200, store.memberships.get(key)),
        "GET /memberships/templates": _fixed(Listing(name="templates", shape=Template), TEMPLATES),
        "GET /financials/invoices": lambda request, _: store.invoices.page(request.query),
        "GET /financials/invoices/{id}": lambda _, key: json_answer(200, store.invoices.get(key)),
        "GET /customers/locations": _fixed(Listing(name="locations", shape=Location), LOCATIONS),
    }
    if options.membership_writes:
        table |= _membership_writes(store)
    return table


def _client_routes(store: Store) -> dict[str, Handler]:
    statuses = [Label(id=key, status=text) for key, text in CLIENT_STATUSES.items()]
    return {
        "GET /clients": lambda request, _: store.clients.page(request.query),
        "GET /clients/search": lambda request, _: store.clients.page(_searching(request, store)),
        "GET /clients/statuses": _fixed(Listing(name="statuses", shape=Label), statuses),
        "GET /clients/{id}": lambda _, key: json_answer(200, store.clients.get(key)),
        "POST /clients": lambda request, _: json_answer(200, store.create_client(_body(request, ClientCreate))),
        "PUT /clients/{id}": lambda request, key: json_answer(
            200, store.update_client(key, _body(request, ClientUpdate))
        ),
        "PUT /clients/{id}/deactivate": lambda _, key: _done(store.set_client_status(key, INACTIVE)),
        "PUT /clients/{id}/reactivate": lambda _, key: _done(store.set_client_status(key, ACTIVE)),
        "PUT /clients/{id}/suspend": lambda _, key: _done(store.set_client_status(key, SUSPENDED)),
        "PUT /clients/{id}/reinstate": lambda _, key: _done(store.set_client_status(key, ACTIVE)),
    }


def _lead_routes(store: Store, convert_suffix: str) -> dict[str, Handler]:
    statuses = [Label(id=key, status=text) for key, text in LEAD_STATUSES.items()]
    sources = [Source(id=key, source=text) for key, text in LEAD_SOURCES.items()]

    def convert(request: Request, key: int) -> Answer:
        client = store.convert_lead(key, _body(request, LeadConvert, optional=True))
        return json_answer(200, {"converted_lead_id": key, "is_success": client is not None, "client_data": client})

    def delete(_request: Request, key: int) -> Answer:
        store.leads.remove(key)
        return json_answer(200, {"lead_id": key, "is_success": True})

    return {
        "GET /leads": lambda request, _: store.leads.page(request.query),
        "GET /leads/search": lambda request, _: store.leads.page(_searching(request, store)),
        "GET /leads/statuses": _fixed(Listing(name="statuses", shape=Label), statuses),
        "GET /leads/sources": _fixed(Listing(name="sources", shape=Source), sources),
        "GET /leads/{id}": lambda _, key: json_answer(200, store.leads.get(key)),
        "POST /leads": lambda request, _: json_answer(200, store.create_lead(_body(request, LeadCreate))),
        "PUT /leads/{id}": lambda request, key: json_answer(200, store.update_lead(key, _body(request, LeadUpdate))),
        "DELETE /leads/{id}": delete,
        f"POST /leads/{{id}}/{convert_suffix}": convert,
    }


def _membership_writes(store: Store) -> dict[str, Handler]:
    def deactivate(request: Request, key: int) -> Answer:
        body = _body(request, MembershipDeactivate, optional=True)
        membership = store.deactivate_membership(key, body)
        return json_answer(200, {"is_success": True, "MembershipResponse": membership})

    return {
        "POST /memberships": lambda request, _: json_answer(
            200, store.create_membership(_body(request, MembershipCreate))
        ),
        "PUT /memberships/{id}": lambda request, key: json_answer(
            200, store.update_membership(key, _body(request, MembershipUpdate))
        ),
        "PUT /memberships/{id}/deactivate": deactivate,
    }


def _fixed(listing: Listing[R], rows: list[R] | tuple[R, ...]) -> Handler:
    table = Table(listing, rows)
    return lambda request, _: table.page(request.query)


def _done(client: Client) -> Answer:
    return json_answer(200, {"is_success": True, "ClientResponse": client})


def _searching(request: Request, store: Store) -> Mapping[str, str]:
    q = request.query.get("q")
    if not q:
        raise Refused(400, "q is missing")
    blind = store.switches.blind_search and "updated_on_datetime" in q
    return {**request.query, "q": f"{q};id|lt|0"} if blind else request.query


def _body(request: Request, shape: type[B], *, optional: bool = False) -> B:
    """The request's body. Refuses what is not of that shape; an ``optional`` one may be empty."""
    try:
        return msgspec.json.decode(b"{}" if optional and not request.body else request.body, type=shape)
    except msgspec.DecodeError as error:
        raise Refused(400, str(error)) from error
