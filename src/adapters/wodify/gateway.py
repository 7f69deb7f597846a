"""One account at Wodify."""

from collections.abc import Mapping, Sequence

from ...application.ports.clock import Clock
from ...application.ports.gym import (
    GymGateway,
    Health,
    LeadPatch,
    MembershipPatch,
    NewMembership,
    NewPerson,
    Operation,
    Support,
)
from ...application.ports.sources import Observed, Source
from ...application.sync.records import kinds
from ...domain.membership.package import Package
from ...domain.shared.errors import GatewayRejected, GatewayUnsupported
from ...domain.shared.unset import UNSET, Unset
from ...domain.sync.schema import Values
from ..http.messages import HttpResponse, Transport
from . import routes
from .changes import Changes
from .collection import Collection
from .conversion import Conversion
from .envelope import ensure_success, record_of
from .people import People
from .probe import probe
from .protocol import Protocol
from .quoting import word
from .records import client_reader, lead_reader, membership_reader
from .routes import Route
from .settings import Options
from .source import WodifySource
from .templates import Templates
from .writing import CLIENT_FIELDS, KEEP_NOTES, LEAD_FIELDS

_ROUTE_OF: Mapping[Operation, Route] = {
    Operation.CREATE_LEAD: routes.CREATE_LEAD,
    Operation.UPDATE_LEAD: routes.UPDATE_LEAD,
    Operation.CONVERT_LEAD: routes.CONVERT_LEAD[0],
    Operation.CREATE_MEMBER: routes.CREATE_CLIENT,
    Operation.UPDATE_MEMBER: routes.UPDATE_CLIENT,
    Operation.CREATE_MEMBERSHIP: routes.CREATE_MEMBERSHIP,
    Operation.UPDATE_MEMBERSHIP: routes.UPDATE_MEMBERSHIP,
    Operation.CANCEL_MEMBERSHIP: routes.END_MEMBERSHIP,
}


class WodifyGateway(GymGateway):
    """Wodify's clients are our members. ``transport`` raises for answers after which trying later may help.

    Writes by routes that were never seen to work raise GatewayUnsupported unless the account allows them.
    """

    def __init__(self, *, protocol: Protocol, transport: Transport, options: Options, clock: Clock) -> None:
        self._protocol = protocol
        self._transport = transport
        self._options = options
        self._clock = clock
        self._clients = _clients(protocol, transport, options)
        self._leads = _leads(protocol, transport, options)
        self._memberships = _memberships(protocol, transport, options)
        self._members = _members(self._clients, options)
        self._prospects = _prospects(self._leads, options)
        self._templates = Templates(options.template_routes, protocol, transport, options)
        self._conversion = Conversion(options.convert_routes, protocol, transport, self._clients, self._leads)

    def support(self, operation: Operation) -> Support:
        """By the evidence for its route, whatever the account allows."""
        return Support.PROVEN if _ROUTE_OF[operation].evidence.is_proof else Support.UNPROVEN

    async def health(self) -> Health:
        """The list of locations, or one client where that list does not exist."""
        return await probe(self._protocol, self._transport)

    def source(self, kind: str) -> Source:
        """Lists tell neither a lead's notes nor a membership's holds and price."""
        match kind:
            case kinds.MEMBER:
                return self._source(kind, self._members, Operation.CREATE_MEMBER, Operation.UPDATE_MEMBER)
            case kinds.LEAD:
                return self._source(kind, self._prospects, Operation.CREATE_LEAD, Operation.UPDATE_LEAD)
            case kinds.MEMBERSHIP:
                memberships = self._memberships
                return WodifySource(
                    kind=kind, collection=memberships, people=None, feed=None, writable=frozenset(), can_create=False
                )
        raise GatewayUnsupported(f"wodify keeps no {kind}")

    async def list_members(self, *, status: str | None, limit: int, offset: int) -> Sequence[Observed]:
        """A state is searched for by Wodify, or by going through the list where its search cannot be relied on."""
        return await self._clients.window(status=status, limit=limit, offset=offset)

    async def list_leads(self, *, status: str | None, limit: int, offset: int) -> Sequence[Observed]:
        """As ``list_members``."""
        return await self._leads.window(status=status, limit=limit, offset=offset)

    async def member(self, external_id: str) -> Observed | None:
        """The client in full."""
        return await self._clients.get(external_id)

    async def lead(self, external_id: str) -> Observed | None:
        """The lead in full, notes included."""
        return await self._leads.get(external_id)

    async def packages(self) -> Sequence[Package]:
        """Wodify's templates of memberships; the route for them is a guess, so they are often unsupported."""
        return await self._templates.packages()

    async def create_lead(self, person: NewPerson) -> Observed:
        """Made at the account's location. Raises NotConfigured without one."""
        self._ensure_allowed(Operation.CREATE_LEAD)
        return await self._prospects.create(_values(person))

    async def create_member(self, person: NewPerson) -> Observed:
        """Made at the account's location, in the state that the gym gives to new clients."""
        self._ensure_allowed(Operation.CREATE_MEMBER)
        return await self._members.create(_values(person))

    async def update_lead(self, external_id: str, patch: LeadPatch) -> Observed:
        """Read, changed and sent back whole; what Wodify then shows is read anew."""
        self._ensure_allowed(Operation.UPDATE_LEAD)
        wanted = {"status": patch.stage, "notes": patch.notes}
        return await self._prospects.change(external_id, {k: v for k, v in wanted.items() if not isinstance(v, Unset)})

    async def convert_lead(self, external_id: str) -> Observed:
        """Asks nothing of Wodify when the lead is marked as converted."""
        self._ensure_allowed(Operation.CONVERT_LEAD)
        return await self._conversion.convert(external_id)

    async def create_membership(self, new: NewMembership) -> Observed:
        """Wodify bills at once. How it is paid is not sent: no field for that is known."""
        self._ensure_allowed(Operation.CREATE_MEMBERSHIP)
        package = await self._package(new.package)
        body = {
            "client_id": _number(new.member, "member"),
            "template_id": _number(package.id, "package"),
            "start_date": new.starts_on.isoformat(),
        }
        response = await self._send(routes.CREATE_MEMBERSHIP, body=body)
        record = record_of(response, routes.CREATE_MEMBERSHIP.operation, "MembershipResponse", "membership")
        return self._memberships.reader.observe(record)

    async def update_membership(self, external_id: str, patch: MembershipPatch) -> Observed:
        """Only the package can be changed here. Raises GatewayUnsupported for a state or a price."""
        self._ensure_allowed(Operation.UPDATE_MEMBERSHIP)
        if patch.status is not UNSET or patch.monthly_price is not UNSET:
            raise GatewayUnsupported("no way to change a membership's state or price at wodify is known")
        membership = await self._memberships.raw(external_id)
        if patch.package is not UNSET:
            package = await self._package(patch.package)
            changes = {"template_id": _number(package.id, "package"), "name": package.name}
            await self._memberships.replace(routes.UPDATE_MEMBERSHIP, external_id, membership, changes)
            membership = await self._memberships.raw(external_id)
        return self._memberships.reader.observe(membership)

    async def cancel_membership(
        self,
        external_id: str,
        *,
        reason: str,  # noqa: ARG002 -- the route takes no body, as far as is known
    ) -> Observed:
        """Deactivated, then read anew. Raises GatewayRejected when Wodify still shows it as running on."""
        self._ensure_allowed(Operation.CANCEL_MEMBERSHIP)
        response = await self._send(routes.END_MEMBERSHIP, key=external_id)
        ensure_success(response, routes.END_MEMBERSHIP.operation)
        membership = self._memberships.reader.observe(await self._memberships.raw(external_id))
        values = membership.read().values
        if values.get("flagged_active") is True and not values.get("cancels_on") and not values.get("deleted"):
            raise GatewayRejected("wodify confirmed the end of the membership but still shows it as running on")
        return membership

    def _source(self, kind: str, people: People, create: Operation, update: Operation) -> Source:
        options = self._options
        return WodifySource(
            kind=kind,
            collection=people.collection,
            people=people,
            feed=self._feed(people.collection),
            writable=people.writable if self._is_allowed(update) else frozenset(),
            can_create=options.location_id is not None and self._is_allowed(create),
        )

    def _feed(self, collection: Collection) -> Changes | None:
        options = self._options
        if not options.changed_since:
            return None
        return Changes(collection, self._clock, options.changes_overlap, options.updated_zone)

    async def _package(self, wanted: str) -> Package:
        """The package of that id or name. Raises GatewayRejected."""
        packages = await self._templates.packages()
        for package in packages:
            if wanted == package.id or wanted.strip().casefold() == package.name.strip().casefold():
                return package
        raise GatewayRejected(f"wodify has no package {wanted!r}", known=[word(package.name) for package in packages])

    async def _send(
        self, route: Route, *, key: str | None = None, body: Mapping[str, object] | None = None
    ) -> HttpResponse:
        return await self._transport.send(self._protocol.request(route, key=key, body=body))

    def _is_allowed(self, operation: Operation) -> bool:
        return self.support(operation) is Support.PROVEN or self._options.allow_unproven

    def _ensure_allowed(self, operation: Operation) -> None:
        if not self._is_allowed(operation):
            raise GatewayUnsupported(
                f"{operation.value} was never seen to work at wodify; set allow_unproven to true to try it"
            )


def _clients(protocol: Protocol, transport: Transport, options: Options) -> Collection:
    return Collection(
        name="clients",
        listing=routes.LIST_CLIENTS,
        search=routes.SEARCH_CLIENTS,
        single=routes.GET_CLIENT,
        reader=client_reader(options.member_words.ours, options.updated_zone),
        protocol=protocol,
        transport=transport,
        page_size=options.page_size,
        max_pages=options.max_pages,
        last_page_first=options.last_page_first,
        status_field="client_status",
        words=options.member_words,
    )


def _leads(protocol: Protocol, transport: Transport, options: Options) -> Collection:
    return Collection(
        name="leads",
        listing=routes.LIST_LEADS,
        search=routes.SEARCH_LEADS,
        single=routes.GET_LEAD,
        reader=lead_reader(options.lead_words.ours, options.updated_zone),
        protocol=protocol,
        transport=transport,
        page_size=options.page_size,
        max_pages=options.max_pages,
        last_page_first=options.last_page_first,
        status_field="lead_status",
        words=options.lead_words,
        computed=frozenset({"converted"}),
    )


def _memberships(protocol: Protocol, transport: Transport, options: Options) -> Collection:
    return Collection(
        name="memberships",
        listing=routes.LIST_MEMBERSHIPS,
        search=None,
        single=routes.GET_MEMBERSHIP,
        reader=membership_reader(),
        protocol=protocol,
        transport=transport,
        page_size=options.page_size,
        max_pages=options.max_pages,
        last_page_first=options.last_page_first,
    )


def _members(clients: Collection, options: Options) -> People:
    return People(
        collection=clients,
        creating=routes.CREATE_CLIENT,
        updating=routes.UPDATE_CLIENT,
        wire=CLIENT_FIELDS,
        always=KEEP_NOTES,
        location_id=options.location_id,
    )


def _prospects(leads: Collection, options: Options) -> People:
    return People(
        collection=leads,
        creating=routes.CREATE_LEAD,
        updating=routes.UPDATE_LEAD,
        wire=LEAD_FIELDS,
        stages=options.lead_words,
        location_id=options.location_id,
    )


def _values(person: NewPerson) -> Values:
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "phone": person.phone,
        "notes": person.notes,
    }


def _number(text: str, what: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise GatewayRejected(f"wodify's ids are numbers, the {what} {text!r} is none")
    return int(text)
