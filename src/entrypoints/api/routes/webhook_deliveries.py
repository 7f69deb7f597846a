"""Webhooks that came in: what became of them, and once more."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from ....application.ports.inboxes import DeliveryFilter, DeliveryListing
from ....application.webhooks.replay import MAX_REPLAY, ReplayMany, ReplayOne
from ....domain.identity.role import Scope
from ....domain.shared.ids import DeliveryId
from ....domain.shared.page import Listing
from ....domain.shared.time_range import as_utc
from ....domain.webhooks.delivery import DeliveryState
from ..access import needs
from ..answers.webhook_deliveries import (
    DeliveriesAnswer,
    OneDeliveryAnswer,
    ReplayedDeliveriesAnswer,
    delivery,
    delivery_line,
)
from ..bodies import Body, Text
from ..dependencies import Asking, Uses
from ..listing import WINDOW, Limit, Offset, Order

_QUERY = WINDOW | {"status", "provider", "since", "until", "order"}

_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_Count = Annotated[int, msgspec.Meta(ge=1, le=MAX_REPLAY)]
_Provider = Annotated[str | None, QueryParameter(name="provider", max_length=100, description="Only this provider's")]
_Status = Annotated[DeliveryState | None, QueryParameter(name="status", description="Only those in this state")]
_Since = Annotated[datetime | None, QueryParameter(name="since", description="Received then or later, with offset")]
_Until = Annotated[datetime | None, QueryParameter(name="until", description="Received before then, with offset")]


class ReplayBody(Body):
    """``force``: also when it took effect already; it then takes it again."""

    force: bool = False


class ReplayRangeBody(Body):
    """Which deliveries are replayed: received from ``since`` until before ``until``, from this ``provider``, in these
    ``states``; at most ``limit``, the oldest first. Without ``states`` those that came to nothing: dead, unusable,
    ignored, out_of_date. ``dry``: only count them."""

    since: _Instant | None = None
    until: _Instant | None = None
    provider: Text | None = None
    states: list[DeliveryState] | None = None
    limit: _Count = 1_000
    force: bool = False
    dry: bool = False


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
    wanted = DeliveryFilter(
        provider=provider,
        states=None if status is None else frozenset({status}),
        since=None if since is None else as_utc(since, "since"),
        until=None if until is None else as_utc(until, "until"),
    )
    window = Listing(limit=limit, offset=offset, descending=order == "desc")
    page = await uses.inbox_readers.page(asking.tenant_id, DeliveryListing(window=window, filter=wanted))
    return DeliveriesAnswer(webhook_deliveries=[delivery_line(row) for row in page.items], count=page.count)


@get("/{delivery_id:uuid}", summary="Show a webhook that came in", opt=needs(Scope.DELIVERIES_READ))
async def get_delivery(delivery_id: FromPath[UUID], asking: Asking, uses: Uses) -> OneDeliveryAnswer:
    """With headers and body as they were stored."""
    found = await uses.get_delivery(asking.tenant_id, DeliveryId(delivery_id))
    return OneDeliveryAnswer(webhook_delivery=delivery(found))


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
    """Count them with ``dry`` first."""
    wanted = DeliveryFilter(
        provider=data.provider,
        states=None if data.states is None else frozenset(data.states),
        since=None if data.since is None else as_utc(data.since, "since"),
        until=None if data.until is None else as_utc(data.until, "until"),
    )
    wish = ReplayMany(
        tenant_id=asking.tenant_id,
        wanted=wanted,
        by=asking.name,
        limit=data.limit,
        force=data.force,
        dry=data.dry,
    )
    return ReplayedDeliveriesAnswer(count=await uses.replay_deliveries.many(wish), dry=data.dry)


webhook_deliveries = Router(
    "/webhook-deliveries",
    route_handlers=[list_deliveries, get_delivery, replay_delivery, replay_range],
    tags=["webhooks in"],
)
