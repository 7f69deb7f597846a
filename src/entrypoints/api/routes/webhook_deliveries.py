"""Webhooks that came in: what became of them, and once more."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from ....application.ports.inboxes import DeliveryListing
from ....application.webhooks.replay import MAX_REPLAY, ReplayMany, ReplayOne
from ....domain.identity.role import Scope
from ....domain.shared.ids import DeliveryId
from ....domain.shared.moments import MOMENT_FORMS
from ....domain.shared.page import Listing
from ....domain.webhooks.delivery import DeliveryState
from ...ranges import MOMENT_SCHEMA, SINCE_FORMS, UNTIL_FORMS, delivery_filter, words_of
from ..access import needs
from ..answers.webhook_deliveries import (
    DeliveriesAnswer,
    OneDeliveryAnswer,
    ReplayedDeliveriesAnswer,
    ShownDeliveryAnswer,
    delivery,
    delivery_line,
    shown_delivery,
)
from ..bodies import Body, Text
from ..dependencies import Asking, Uses
from ..listing import WINDOW, Limit, Offset, Order, is_descending

_QUERY = WINDOW | {"status", "provider", "since", "until", "order"}

_Count = Annotated[int, msgspec.Meta(ge=1, le=MAX_REPLAY)]
_Provider = Annotated[str | None, QueryParameter(name="provider", max_length=100, description="Only this provider's")]
_STATES = f"Only those in this state: {words_of(DeliveryState)}"
_Status = Annotated[str | None, QueryParameter(name="status", description=_STATES)]
_Since = Annotated[
    str | None, QueryParameter(name="since", description=f"Received {SINCE_FORMS}", schema_extra=MOMENT_SCHEMA)
]
_Until = Annotated[
    str | None, QueryParameter(name="until", description=f"Received {UNTIL_FORMS}", schema_extra=MOMENT_SCHEMA)
]


_Moment = Annotated[str, msgspec.Meta(max_length=200, description=MOMENT_FORMS)]


class ReplayBody(Body):
    """``force``: also when it took effect already; it then takes it again."""

    force: bool = False


class ReplayRangeBody(Body):
    """Which deliveries are replayed: received from ``since`` until before ``until`` (dates in the tenant's zone, or
    instants with their offset), from this ``provider``, in this ``status``; at least one of them, or ``all``. At most
    ``limit``, the oldest first. Without ``status`` those that came to nothing: dead, unusable, ignored, out_of_date.
    ``dry_run``: only count them."""

    since: _Moment | None = None
    until: _Moment | None = None
    provider: Text | None = None
    status: Text | None = None
    all: bool = False
    limit: _Count = 1_000
    force: bool = False
    dry_run: bool = False


@get("/", summary="List webhooks that came in", opt=needs(Scope.DELIVERIES_READ, query=_QUERY))
async def list_deliveries(
    asking: Asking,
    uses: Uses,
    status: _Status = None,
    provider: _Provider = None,
    since: _Since = None,
    until: _Until = None,
    limit: Limit = 50,
    offset: Offset = 0,
    order: Order = "desc",
) -> DeliveriesAnswer:
    """Newest first unless ``order`` is asc."""
    home = await uses.directory.tenant(asking.tenant_id)
    wanted = delivery_filter(uses.webhook_providers, home, provider=provider, status=status, since=since, until=until)
    window = Listing(limit=limit, offset=offset, descending=is_descending(order))
    page = await uses.inbox_readers.page(asking.tenant_id, DeliveryListing(window=window, filter=wanted))
    return DeliveriesAnswer(webhook_deliveries=[delivery_line(row) for row in page.items], count=page.count)


@get("/{delivery_id:uuid}", summary="Show a webhook that came in", opt=needs(Scope.DELIVERIES_READ))
async def get_delivery(delivery_id: FromPath[UUID], asking: Asking, uses: Uses) -> ShownDeliveryAnswer:
    """With headers and body as they were stored, and the events that it caused."""
    found = await uses.get_delivery(asking.tenant_id, DeliveryId(delivery_id))
    return ShownDeliveryAnswer(webhook_delivery=shown_delivery(found))


@post("/{delivery_id:uuid}/replay", summary="Replay a webhook", status_code=200, opt=needs(Scope.DELIVERIES_WRITE))
async def replay_delivery(
    delivery_id: FromPath[UUID], asking: Asking, uses: Uses, data: JSONBody[ReplayBody | None] = None
) -> OneDeliveryAnswer:
    """It is received anew; a worker processes it. 409 when it waits already, or took effect and there is no force."""
    force = data.force if data else False
    wish = ReplayOne(tenant_id=asking.tenant_id, delivery_id=DeliveryId(delivery_id), by=asking.name, force=force)
    return OneDeliveryAnswer(webhook_delivery=delivery(await uses.replay_deliveries.one(wish)))


@post("/replay", summary="Replay a range of webhooks", status_code=200, opt=needs(Scope.DELIVERIES_WRITE))
async def replay_range(asking: Asking, uses: Uses, data: JSONBody[ReplayRangeBody]) -> ReplayedDeliveriesAnswer:
    """Count them with ``dry_run`` first."""
    home = await uses.directory.tenant(asking.tenant_id)
    wanted = delivery_filter(
        uses.webhook_providers,
        home,
        provider=data.provider,
        status=data.status,
        since=data.since,
        until=data.until,
    )
    wish = ReplayMany(
        tenant_id=asking.tenant_id,
        wanted=wanted,
        by=asking.name,
        limit=data.limit,
        everything=data.all,
        force=data.force,
        dry_run=data.dry_run,
    )
    return ReplayedDeliveriesAnswer(count=await uses.replay_deliveries.many(wish), dry_run=data.dry_run)


webhook_deliveries = Router(
    "/webhook-deliveries",
    route_handlers=[list_deliveries, get_delivery, replay_delivery, replay_range],
    tags=["webhooks in"],
)
