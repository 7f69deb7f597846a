"""``tresen webhooks``."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import attrs
from cyclopts import Parameter

from ...application.ports.inboxes import DELIVERY_ORDER, DeliveryFilter, DeliveryListing, DeliveryRow
from ...application.webhooks.replay import ReplayMany, ReplayOne
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import DeliveryId
from ...domain.shared.page import Listing
from ...domain.shared.time_range import as_utc
from ...domain.webhooks.delivery import Delivery, DeliveryState
from .answer import Answer, cell, page_table
from .call import Given, in_tenant
from .documents import fields, listed
from .members import about
from .options import JsonOption, TenantOption, command_group, word

group = command_group("webhooks", "Webhooks that came in: list, show, replay.")

_Which = Annotated[UUID, Parameter(name="ID", help="The delivery's id.")]
_Force = Annotated[
    bool, Parameter(negative=(), show_default=False, help="Also what took effect already: it takes it again.")
]
_TOLD = ("id", "account_id", "provider", "delivery_key", "type", "subject")
_COUNTED = ("reason", "attempts", "duplicates")
_WHEN = ("received_at", "processed_at", "correlation_id")


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class RangeOptions:
    """Which deliveries are meant."""

    status: Annotated[str | None, Parameter(metavar="WORD", help="Only those in this state.")] = None
    provider: Annotated[str | None, Parameter(metavar="NAME", help="Only this provider's.")] = None
    since: Annotated[
        str | None, Parameter(metavar="INSTANT", help="Received then or later, as 2026-11-21T09:00+01:00.")
    ] = None
    until: Annotated[str | None, Parameter(metavar="INSTANT", help="Received before then.")] = None

    def filter(self) -> DeliveryFilter:
        """As the use cases take it. Raises InvalidValue."""
        state = None if self.status is None else word(DeliveryState, self.status, "status")
        return DeliveryFilter(
            provider=self.provider,
            states=None if state is None else frozenset({state}),
            since=_instant(self.since, "since"),
            until=_instant(self.until, "until"),
        )


@group.command(name="list")
async def list_(
    *,
    options: RangeOptions | None = None,
    limit: Annotated[int, Parameter(help="How many at most, 1 to 200.")] = 50,
    offset: Annotated[int, Parameter(help="How many to pass over first.")] = 0,
    oldest_first: Annotated[bool, Parameter(negative=(), show_default=False, help="Oldest first.")] = False,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """List webhooks that came in, newest first. States: received, done, duplicate, out_of_date, ignored, unusable,
    dead."""
    wanted = (options or RangeOptions()).filter()
    window = Listing(limit=limit, offset=offset, order_by=DELIVERY_ORDER[0], descending=not oldest_first)
    async with in_tenant(call, tenant) as (use, home):
        page = await use.inbox_readers.page(home.id, DeliveryListing(window=window, filter=wanted))
    table = page_table(
        columns=("id", "received", "provider", "type", "subject", "status", "reason"),
        rows=[
            (
                *(str(row.id), cell(row.received_at, home.zone, seconds=True), row.provider),
                *(cell(row.type), cell(row.subject)),
                *(row.state.value, cell(row.reason)),
            )
            for row in page.items
        ],
        count=page.count,
        offset=offset,
        empty="no such webhook came in; how a provider is told to send them: tresen provider webhooks ensure",
    )
    return Answer(
        document=listed("webhook_deliveries", [line_document(row) for row in page.items], page.count),
        parts=[table],
        as_json=as_json,
    )


@group.command
async def show(which: _Which, /, *, tenant: TenantOption = None, as_json: JsonOption = False, call: Given) -> Answer:
    """Show a webhook with the headers that were kept and its body."""
    async with in_tenant(call, tenant) as (use, home):
        delivery = await use.get_delivery(home.id, DeliveryId(which))
    values: dict[str, object] = {
        "delivery": delivery.id,
        "provider": delivery.provider,
        "type": delivery.type,
        "subject": delivery.subject,
        "status": delivery.state.value,
        "reason": delivery.reason,
        "received": delivery.received_at,
        "processed": delivery.processed_at,
        "failed tries": delivery.attempts,
        "duplicates": delivery.duplicates,
        "delivery key": delivery.delivery_key,
        "correlation id": delivery.correlation_id,
        **{f"header {name}": value for name, value in delivery.headers.items()},
        "body": _text(delivery),
    }
    return Answer(
        document={"webhook_delivery": delivery_document(delivery)}, parts=about(values, home.zone), as_json=as_json
    )


@group.command
async def replay(
    which: Annotated[
        UUID | None, Parameter(name="ID", help="The delivery's id; without it those of the range.")
    ] = None,
    /,
    *,
    options: RangeOptions | None = None,
    limit: Annotated[int, Parameter(help="How many of the range at most, the oldest first.")] = 1_000,
    force: _Force = False,
    dry_run: Annotated[bool, Parameter(negative=(), show_default=False, help="Only count them.")] = False,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Let a webhook, or all of a range that came to nothing, be processed once more; a worker does it."""
    by = call.terminal.login_name
    async with in_tenant(call, tenant) as (use, home):
        if which is not None:
            if options is not None or dry_run:
                raise InvalidValue("give an id or a range, not both", field="ID")
            wish = ReplayOne(tenant_id=home.id, delivery_id=DeliveryId(which), by=by, force=force)
            delivery = await use.replay_deliveries.one(wish)
            return Answer(
                document={"webhook_delivery": delivery_document(delivery)},
                parts=[f"webhook {delivery.id} is received anew; a worker does the rest"],
                as_json=as_json,
            )
        wanted = (options or RangeOptions()).filter()
        many = ReplayMany(tenant_id=home.id, wanted=wanted, by=by, limit=limit, force=force, dry=dry_run)
        count = await use.replay_deliveries.many(many)
    done = "would be received anew" if dry_run else "received anew; a worker does the rest"
    return Answer(document={"count": count, "dry": dry_run}, parts=[f"{count} webhooks {done}"], as_json=as_json)


def line_document(row: DeliveryRow) -> dict[str, object]:
    """A line as the API shows it."""
    return {
        **fields(row, *_TOLD),
        "status": row.state.value,
        **fields(row, *_COUNTED, "size", *_WHEN),
    }


def delivery_document(delivery: Delivery) -> dict[str, object]:
    """A delivery as the API shows it."""
    return {
        **fields(delivery, *_TOLD),
        "status": delivery.state.value,
        **fields(delivery, *_COUNTED),
        "size": len(delivery.body),
        **fields(delivery, *_WHEN, "headers"),
        "body": _text(delivery),
    }


def _text(delivery: Delivery) -> str:
    return delivery.body.decode("utf-8", errors="replace")


def _instant(text: str | None, field: str) -> datetime | None:
    if text is None:
        return None
    try:
        return as_utc(datetime.fromisoformat(text), field)
    except ValueError:
        raise InvalidValue(f"{text!r} is no instant such as 2026-11-21T09:00+01:00", field=field) from None
