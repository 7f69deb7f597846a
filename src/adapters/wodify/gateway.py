"""One account at Wodify."""

from collections.abc import AsyncIterator, Mapping, Sequence

from msgspec import Raw

from ...application.ports.gym import (
    GymGateway,
    Health,
    LeadPatch,
    MembershipPatch,
    NewMembership,
    NewPerson,
    Observed,
    Operation,
    Support,
)
from ...domain.membership.package import Package
from ...domain.shared.errors import GatewayRejected, GatewayUnsupported, NotConfigured
from ...domain.shared.unset import UNSET
from ..http.messages import HttpResponse, Transport
from . import routes
from .collection import Collection, ensure_same
from .conversion import Conversion
from .envelope import ensure_success, fields_of, page_of, record_of
from .probe import probe
from .protocol import Protocol
from .quoting import word
from .records import client_reader, lead_reader, membership_reader
from .routes import Route
from .settings import Options
from .templates import Templates
from .writing import person_body, replacement_body, status_changes

_ROUTE_OF: Mapping[Operation, Route] = {
    Operation.CREATE_LEAD: routes.CREATE_LEAD,
    Operation.UPDATE_LEAD: routes.UPDATE_LEAD,
    Operation.CONVERT_LEAD: routes.CONVERT_LEAD[0],
    Operation.CREATE_MEMBER: routes.CREATE_CLIENT,
    Operation.CREATE_MEMBERSHIP: routes.CREATE_MEMBERSHIP,
    Operation.UPDATE_MEMBERSHIP: routes.UPDATE_MEMBERSHIP,
    Operation.CANCEL_MEMBERSHIP: routes.END_MEMBERSHIP,
}

# Pages fetched before a listing's reader asks for them: while one batch goes into a store, the next one comes in.
_AHEAD = 10


class WodifyGateway(GymGateway):
    """Wodify's clients are our members. ``transport`` raises for answers after which trying later may help.

    Writes by routes that were never seen to work raise GatewayUnsupported unless the account allows them.
    """

    def __init__(self, *, protocol: Protocol, transport: Transport, options: Options) -> None:
        self._protocol = protocol
        self._transport = transport
        self._options = options
        self._clients = _clients(protocol, transport, options)
        self._leads = _leads(protocol, transport, options)
        self._memberships = _memberships(protocol, transport, options)
        self._templates = Templates(options.template_routes, protocol, transport, options)
        self._conversion = Conversion(options.convert_routes, protocol, transport, self._clients, self._leads)

    def support(self, operation: Operation) -> Support:
        """By the evidence for its route, whatever the account allows."""
        return Support.PROVEN if _ROUTE_OF[operation].evidence.is_proof else Support.UNPROVEN

    async def health(self) -> Health:
        """The list of locations, or one client where that list does not exist."""
        return await probe(self._protocol, self._transport)

    def members(self) -> AsyncIterator[Sequence[Observed]]:
        """By rising ids; pages of the account's page size."""
        return self._clients.pages(ahead=_AHEAD)

    def memberships(self) -> AsyncIterator[Sequence[Observed]]:
        """By rising ids; holds and prices are not told."""
        return self._memberships.pages(ahead=_AHEAD)

    def leads(self) -> AsyncIterator[Sequence[Observed]]:
        """By rising ids; notes are not told here, only by ``lead``."""
        return self._leads.pages(ahead=_AHEAD)

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
        return await self._create_person(self._leads, Operation.CREATE_LEAD, person)

    async def create_member(self, person: NewPerson) -> Observed:
        """Made at the account's location, in the state that the gym gives to new clients."""
        return await self._create_person(self._clients, Operation.CREATE_MEMBER, person)

    async def update_lead(self, external_id: str, patch: LeadPatch) -> Observed:
        """Read, changed and sent back whole; what Wodify then shows is read anew."""
        self._ensure_allowed(Operation.UPDATE_LEAD)
        lead = await self._leads.raw(external_id)
        changes: dict[str, object] = {}
        if patch.stage is not UNSET and patch.stage != self._leads.reader.read(lead).values.get("status"):
            changes |= status_changes(patch.stage, await self._lead_statuses(), self._options.lead_words)
        if patch.notes is not UNSET:
            changes["notes"] = patch.notes or ""
        if changes:
            await self._replace(routes.UPDATE_LEAD, external_id, lead, changes)
            lead = await self._leads.raw(external_id)
        return self._leads.reader.observe(lead)

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
            await self._replace(routes.UPDATE_MEMBERSHIP, external_id, membership, changes)
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

    async def _create_person(self, kind: Collection, operation: Operation, person: NewPerson) -> Observed:
        self._ensure_allowed(operation)
        if self._options.location_id is None:
            raise NotConfigured("set location_id for this account: wodify creates people at a location")
        if person.email:
            known = await kind.with_email(person.email)
            if known:
                return known[0]
        route = _ROUTE_OF[operation]
        response = await self._send(route, body=person_body(person, self._options.location_id))
        return kind.reader.observe(record_of(response, route.operation, "LeadResponse", "ClientResponse"))

    async def _lead_statuses(self) -> list[Raw]:
        route = routes.LEAD_STATUSES
        return list(page_of(await self._send(route), ("statuses",), route.operation, paged=False).items)

    async def _replace(self, route: Route, key: str, record: Raw, changes: Mapping[str, object]) -> None:
        response = await self._send(route, key=key, body=replacement_body(record, changes))
        ensure_success(response, route.operation)
        if "id" in fields_of(Raw(response.body)):
            ensure_same(Raw(response.body), key, route.operation)

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

    def _ensure_allowed(self, operation: Operation) -> None:
        if self.support(operation) is not Support.PROVEN and not self._options.allow_unproven:
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
    )


def _number(text: str, what: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise GatewayRejected(f"wodify's ids are numbers, the {what} {text!r} is none")
    return int(text)
