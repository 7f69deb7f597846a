"""Packages on sale. Route and shape are guesses; what does not fit is left out of the package, not invented."""

from collections.abc import Sequence
from contextlib import aclosing
from decimal import Decimal

import attrs
import msgspec
from msgspec import Raw

from ...domain.membership.package import Package
from ...domain.shared.errors import GatewayUnavailable, GatewayUnsupported, RuleViolation
from ...domain.shared.money import Money
from ..http.messages import Transport
from .envelope import UNREADABLE, Page, page_of
from .paging import every_page
from .protocol import Protocol
from .quoting import message, storable
from .routes import Route
from .settings import Options

_NAMES = ("templates", "membership_templates", "memberships")
# They are held in memory and waited for, and no gym has so many.
_MOST_PAGES = 1000
# Packs are sold once, so that their price is none per month.
_MONTHLY_KIND = "class plan"


class Commitment(msgspec.Struct):
    """How long a package binds."""

    length: int = 0
    time_unit: str = ""


class WireTemplate(msgspec.Struct):
    """A package; ``price`` is in major units."""

    id: int | str
    name: str
    membership_type: str | None = None
    price: Decimal | None = None
    currency: str | None = None
    commitment: Commitment | None = None


@attrs.frozen
class Templates:
    """Lists packages by the first route that exists."""

    _routes: Sequence[Route]
    _protocol: Protocol
    _transport: Transport
    _options: Options

    async def packages(self) -> Sequence[Package]:
        """Every package. Raises GatewayUnsupported when none of the routes exists."""
        refusal = GatewayUnsupported("no route for packages")
        for route in self._routes:
            try:
                return [_package(item) for item in await self._items(route)]
            except GatewayUnsupported as error:
                refusal = error
        raise refusal

    async def _items(self, route: Route) -> Sequence[Raw]:
        async def fetch(number: int, size: int) -> Page:
            request = self._protocol.request(route, query={"page": number, "page_size": size})
            return page_of(await self._transport.send(request), _NAMES, route.operation, paged=False)

        items: list[Raw] = []
        async with aclosing(
            every_page(fetch, self._options.page_size, min(_MOST_PAGES, self._options.max_pages))
        ) as pages:
            async for page in pages:
                items.extend(page)
        return items


def _package(item: Raw) -> Package:
    try:
        wire = msgspec.json.decode(item, type=WireTemplate)
    except UNREADABLE as error:
        raise GatewayUnavailable(message(f"wodify's packages have an unknown form: {error}")) from None
    bound = wire.commitment
    return Package(
        id=storable(str(wire.id)),
        name=storable(wire.name),
        kind=storable(wire.membership_type or "") or None,
        price=_monthly_price(wire),
        commitment=storable(f"{bound.length} {bound.time_unit}") if bound and bound.length else None,
    )


def _monthly_price(wire: WireTemplate) -> Money | None:
    if wire.price is None or not wire.currency or (wire.membership_type or "").casefold() != _MONTHLY_KIND:
        return None
    try:
        return Money(wire.price, wire.currency)
    except RuleViolation:
        return None
