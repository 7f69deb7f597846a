"""Making a client of a lead: the one write whose outcome can be looked up afterwards."""

from collections.abc import Sequence
from typing import TypeVar

import attrs
import msgspec
from msgspec import Raw

from ...application.ports.sources import Observed
from ...domain.shared.errors import GatewayRejected, GatewayUnavailable, GatewayUnsupported
from ..http.messages import Transport
from .collection import Collection
from .envelope import UNREADABLE, record_of
from .protocol import Protocol
from .routes import Route
from .writing import conversion_body

_MOST_CANDIDATES = 20
Shape = TypeVar("Shape", bound=msgspec.Struct)


class LeadState(msgspec.Struct):
    """What decides about a conversion."""

    id: int | str
    is_converted_to_client: bool | None = None
    email: str | None = None


class Origin(msgspec.Struct):
    """The lead that a client came from; 0 for none."""

    lead_id: int | str | None = None


@attrs.frozen
class Conversion:
    """Tries the routes in turn until one exists."""

    _routes: Sequence[Route]
    _protocol: Protocol
    _transport: Transport
    _clients: Collection
    _leads: Collection

    async def convert(self, key: str) -> Observed:
        """The client that the lead is or becomes. Raises GatewayNotFound for the lead, GatewayRejected."""
        lead = await self._leads.raw(key)
        state = _state(lead)
        if state.is_converted_to_client:
            return await self._client_of(state)
        try:
            return self._clients.reader.observe(await self._post(key, lead))
        except GatewayRejected:
            # Somebody else may have been faster.
            state = _state(await self._leads.raw(key))
            if not state.is_converted_to_client:
                raise
        return await self._client_of(state)

    async def _post(self, key: str, lead: Raw) -> Raw:
        refusal = GatewayUnsupported("no route for converting leads")
        for route in self._routes:
            request = self._protocol.request(route, key=key, body=conversion_body(lead))
            try:
                return record_of(
                    await self._transport.send(request), route.operation, "client_data", "ClientResponse", "client"
                )
            except GatewayUnsupported as error:
                refusal = error
        raise refusal

    async def _client_of(self, lead: LeadState) -> Observed:
        """The client with the lead's address that names the lead, or the only one that names none."""
        found = await self._clients.with_email(lead.email) if lead.email else []
        unnamed: list[Observed] = []
        for candidate in found[:_MOST_CANDIDATES]:
            client = await self._clients.raw(candidate.external_id)
            origin = str(_decoded(client, Origin).lead_id or "")
            if origin == str(lead.id):
                return self._clients.reader.observe(client)
            if origin in {"", "0"}:
                unnamed.append(self._clients.reader.observe(client))
        if len(unnamed) == 1:
            return unnamed[0]
        raise GatewayRejected("the lead was converted already, but which client it became cannot be told")


def _state(lead: Raw) -> LeadState:
    return _decoded(lead, LeadState)


def _decoded(record: Raw, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(record, type=shape)
    except UNREADABLE:
        raise GatewayUnavailable("a record of wodify's has an unknown form") from None
