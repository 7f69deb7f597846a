"""People at Wodify, clients or leads, as they are written: made once, and changed by sending them back whole."""

from collections.abc import Mapping

import attrs
from msgspec import Raw

from ...application.ports.sources import Observed, SeveralThere
from ...domain.shared.errors import GatewayRejected, GatewayUnsupported, InvalidValue, NotConfigured
from ...domain.sync.schema import Values
from ..http.messages import HttpResponse
from .collection import Collection
from .envelope import page_of, record_of
from .routes import LEAD_STATUSES, Route
from .words import Words
from .writing import status_changes, wire_values

_AT_FIRST = "new"


@attrs.frozen(kw_only=True)
class People:
    """``wire`` names what can be written by our field, ``always`` goes with every change.

    ``stages`` are the words of lead statuses, None for clients, whose state no change carries. ``location_id`` is the
    site where people are made.
    """

    collection: Collection
    creating: Route
    updating: Route
    wire: Mapping[str, str]
    always: Mapping[str, object] = attrs.field(factory=dict)
    stages: Words | None = None
    location_id: int | None = None

    @property
    def writable(self) -> frozenset[str]:
        """Our names of the fields that can be written."""
        return frozenset(self.wire) | ({"status"} if self.stages is not None else set())

    async def create(self, values: Values) -> Observed:
        """Made at the account's location, or who has this e-mail address, in full. What cannot be written is left out.

        Raises NotConfigured without a location; SeveralThere as ``find`` does.
        """
        if self.location_id is None:
            raise NotConfigured("set location_id for this account: wodify creates people at a location")
        known = await self.find(values)
        if known is not None:
            return known
        given = {name: value for name, value in values.items() if value is not None}
        written = wire_values(given, {**self.wire, "notes": "notes"})
        body = {"location_id": self.location_id, **written, **await self._first_stage(given)}
        response = await self._send(self.creating, body=body)
        return self.collection.reader.observe(
            record_of(response, self.creating.operation, "LeadResponse", "ClientResponse")
        )

    async def find(self, values: Values) -> Observed | None:
        """Who has this e-mail address, in full. Raises SeveralThere where it is not one alone."""
        email = values.get("email")
        known = await self.collection.with_email(email) if isinstance(email, str) and email.strip() else []
        if not known:
            return None
        if len(known) > 1:
            raise SeveralThere([one.external_id for one in known])
        # A search shows less than the record in full, and less than the answer to having made it.
        return await self.collection.get(known[0].external_id) or known[0]

    async def change(self, external_id: str, values: Values) -> Observed:
        """Read, changed and sent back whole; what Wodify then shows is read anew. Nothing is sent for no change.

        Raises GatewayNotFound; GatewayUnsupported for what cannot be written, before anything is asked of Wodify.
        """
        if foreign := sorted(values.keys() - self.writable):
            raise GatewayUnsupported(
                f"no way to write {', '.join(foreign)} of wodify's {self.collection.name} is known"
            )
        record = await self.collection.raw(external_id)
        new = self._new(record, values)
        changes = {**wire_values(new, self.wire), **await self._stage(new)}
        if changes:
            await self.collection.replace(self.updating, external_id, record, {**self.always, **changes})
            record = await self.collection.raw(external_id)
        return self.collection.reader.observe(record)

    def _new(self, record: Raw, values: Values) -> Values:
        try:
            shown = self.collection.reader.read(record).values
        except InvalidValue:
            return values
        return {name: value for name, value in values.items() if (shown.get(name) or None) != (value or None)}

    async def _first_stage(self, values: Values) -> Mapping[str, object]:
        """New leads are new without being told so; only a list of statuses tells the ids of others."""
        stage = await self._stage(values) if values.get("status") != _AT_FIRST else {}
        return {name: value for name, value in stage.items() if name == "lead_status_id"}

    async def _stage(self, values: Values) -> Mapping[str, object]:
        if self.stages is None or "status" not in values:
            return {}
        stage = values["status"]
        if not isinstance(stage, str):
            raise GatewayRejected("a lead at wodify is always in some status")
        response = await self._send(LEAD_STATUSES)
        statuses = page_of(response, ("statuses",), LEAD_STATUSES.operation, paged=False).items
        return status_changes(stage, list(statuses), self.stages)

    async def _send(self, route: Route, *, body: Mapping[str, object] | None = None) -> HttpResponse:
        return await self.collection.transport.send(self.collection.protocol.request(route, body=body))
