"""``tresen webhooks``."""

from typing import Annotated
from uuid import UUID

import attrs
from cyclopts import Parameter

from ...application.ports.events import StoredEvent
from ...application.ports.inboxes import DELIVERY_ORDER, DeliveryFilter, DeliveryListing, DeliveryRow
from ...application.webhooks.replay import ReplayMany, ReplayOne
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import DeliveryId
from ...domain.shared.page import Listing
from ...domain.tenancy.tenant import Tenant
from ...domain.webhooks.delivery import Delivery
from ..ranges import SINCE_FORMS, UNTIL_FORMS, delivery_filter
from ..use_cases import UseCases
from .answer import Answer, cell, page_table
from .call import Given, in_tenant
from .documents import fields, listed
from .members import about
from .options import JsonOption, TenantOption, command_group

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
    since: Annotated[str | None, Parameter(metavar="TIME", help=f"Received {SINCE_FORMS}")] = None
    until: Annotated[str | None, Parameter(metavar="TIME", help=f"Received {UNTIL_FORMS}")] = None

    def filter(self, use: UseCases, home: Tenant) -> DeliveryFilter:
        """As the use cases take it. Raises InvalidValue."""
        return delivery_filter(
            use.webhook_providers,
            home,
            provider=self.provider,
            status=self.status,
            since=self.since,
            until=self.until,
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
    window = Listing(limit=limit, offset=offset, order_by=DELIVERY_ORDER[0], descending=not oldest_first)
    async with in_tenant(call, tenant) as (use, home):
        wanted = (options or RangeOptions()).filter(use, home)
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
    """Show a webhook with the headers that were kept and its body, and the events that it caused."""
    async with in_tenant(call, tenant) as (use, home):
        shown = await use.get_delivery(home.id, DeliveryId(which))
    delivery = shown.delivery
    values: dict[str, object] = {
        "delivery": delivery.id,
        "provider": delivery.provider,
        "type": delivery.type,
        "subject": delivery.subject,
        "status": delivery.state.value,
        "reason": delivery.reason,
        "events": ", ".join(f"{event.type} {event.id}" for event in shown.events) or None,
        "received": delivery.received_at,
        "processed": delivery.processed_at,
        "failed tries": delivery.attempts,
        "duplicates": delivery.duplicates,
        "delivery key": delivery.delivery_key,
        "correlation id": delivery.correlation_id,
        **{f"header {name}": value for name, value in delivery.headers.items()},
        "body": _text(delivery),
    }
    document = {**delivery_document(delivery), "events": [_event_document(event) for event in shown.events]}
    return Answer(document={"webhook_delivery": document}, parts=about(values, home.zone), as_json=as_json)


@group.command
async def replay(
    which: Annotated[UUID | None, Parameter(name="ID", help="The delivery's id; without it a range, or --all.")] = None,
    /,
    *,
    options: RangeOptions | None = None,
    limit: Annotated[int, Parameter(help="How many of the range at most, the oldest first.")] = 1_000,
    everything: Annotated[
        bool, Parameter(name="--all", negative=(), show_default=False, help="All that came to nothing, of any time.")
    ] = False,
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
            if options is not None or everything or dry_run:
                raise InvalidValue("give an id, or a range or --all: not both", field="ID")
            wish = ReplayOne(tenant_id=home.id, delivery_id=DeliveryId(which), by=by, force=force)
            delivery = await use.replay_deliveries.one(wish)
            return Answer(
                document={"webhook_delivery": delivery_document(delivery)},
                parts=[f"webhook {delivery.id} is received anew; a worker does the rest"],
                as_json=as_json,
            )
        wanted = (options or RangeOptions()).filter(use, home)
        if wanted == DeliveryFilter() and not everything:
            raise InvalidValue(
                "say which: --since, --until, --provider or --status, or all of them: --all", field="all"
            )
        many = ReplayMany(
            tenant_id=home.id,
            wanted=wanted,
            by=by,
            limit=limit,
            everything=everything,
            force=force,
            dry_run=dry_run,
        )
        count = await use.replay_deliveries.many(many)
    done = "would be received anew" if dry_run else "received anew; a worker does the rest"
    return Answer(document={"count": count, "dry_run": dry_run}, parts=[f"{count} webhooks {done}"], as_json=as_json)


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


def _event_document(event: StoredEvent) -> dict[str, object]:
    return {"id": str(event.id), **fields(event, "type", "recorded_at")}
