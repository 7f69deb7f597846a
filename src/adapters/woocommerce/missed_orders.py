"""Orders that changed while nobody was told, as the deliveries that did not come."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

import msgspec

from ...application.ports.registrars import Missed
from ...application.ports.webhooks import WebhookRequest
from ..http.messages import Transport
from .protocol import ListedOrder, ShopProtocol, has_more, read, refuses_order
from .signature import verified

# Modifications are told by the second, and written a little later than they happen.
_OVERLAP = timedelta(minutes=2)
_MOST_PAGES = 10_000
# Orders in the trash are in no list but their own; a shop tells them as deleted, with nothing but their number.
_LISTS = (("any", "order.updated"), ("trash", "order.deleted"))


async def missed_orders(
    protocol: ShopProtocol, transport: Transport, since: datetime
) -> AsyncIterator[Sequence[Missed]]:
    """Page by page. An order that is modified meanwhile moves to the end, and is told once more there."""
    for status, topic in _LISTS:
        async for page in _pages(protocol, transport, since - _OVERLAP, status):
            yield [_missed(order, topic) for order in page]


async def _pages(
    protocol: ShopProtocol, transport: Transport, since: datetime, status: str
) -> AsyncIterator[Sequence[msgspec.Raw]]:
    by_modified = True
    for page in range(1, _MOST_PAGES + 1):
        request = protocol.orders_since(since, page, status=status, by_modified=by_modified)
        response = await transport.send(request)
        if by_modified and refuses_order(response):
            by_modified = False
            request = protocol.orders_since(since, page, status=status, by_modified=False)
            response = await transport.send(request)
        orders = read(response, list[msgspec.Raw], request.operation)
        yield orders
        if not has_more(response, page, orders):
            return


def _missed(order: msgspec.Raw, topic: str) -> Missed:
    body = bytes(order)
    headers = {"content-type": "application/json", "x-wc-webhook-topic": topic}
    if topic == "order.deleted":
        row = msgspec.json.decode(order, type=ListedOrder)
        body = msgspec.json.encode({"id": row.id})
        # Told apart from an earlier deletion of the same order by when it was.
        headers["x-wc-webhook-delivery-id"] = f"missed-{row.date_modified_gmt}"
    request = WebhookRequest(headers=headers, body=body)
    return Missed(verified=verified(topic, request), request=request)
