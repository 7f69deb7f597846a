"""``tresen webhook-endpoints messages`` and ``replay``."""

from collections.abc import Sequence
from typing import Annotated

import attrs
from cyclopts import Parameter

from ...application.outgoing.browse_endpoints import MessageWithAttempts
from ...application.outgoing.send_again import ReplayRange
from ...application.ports.outgoing import MessageFilter, MessageRow
from ...domain.shared.errors import InvalidValue, NotFound
from ...domain.shared.ids import MessageId
from ...domain.shared.page import Listing
from ...domain.tenancy.tenant import Tenant
from ...domain.webhooks.endpoint import Endpoint
from ...domain.webhooks.message import Attempt, Message, read_webhook_id, webhook_id
from ..ranges import SINCE_FORMS, UNTIL_FORMS, message_filter
from ..use_cases import UseCases
from .answer import Answer, Table, cell, page_table
from .call import Given, in_tenant
from .documents import fields, listed, plain
from .members import about
from .options import JsonOption, TenantOption

_Which = Annotated[str, Parameter(name="NAME", help="The endpoint's name or id.")]
_Message = Annotated[str | None, Parameter(name="ID", help="One message: its id, or its webhook-id (msg_…).")]


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class RangeOptions:
    """Which of an endpoint's messages are meant."""

    status: Annotated[
        str | None, Parameter(metavar="WORD", help="Only those in this state: pending, delivered, failed, cancelled.")
    ] = None
    type: Annotated[str | None, Parameter(metavar="TYPE", help="Only this type of event.")] = None
    since: Annotated[str | None, Parameter(metavar="TIME", help=f"Created {SINCE_FORMS}")] = None
    until: Annotated[str | None, Parameter(metavar="TIME", help=f"Created {UNTIL_FORMS}")] = None

    @property
    def is_given(self) -> bool:
        """Whether any of them is."""
        return self != RangeOptions()

    def wanted(self, home: Tenant) -> MessageFilter:
        """As the messages take it. Raises InvalidValue."""
        return message_filter(home, status=self.status, event_type=self.type, since=self.since, until=self.until)


async def messages(
    which: _Which,
    message: _Message = None,
    /,
    *,
    options: RangeOptions | None = None,
    limit: Annotated[int, Parameter(help="How many at most, 1 to 200.")] = 50,
    offset: Annotated[int, Parameter(help="How many to pass over first.")] = 0,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """List what an endpoint was told, newest first; with ID, show that message with its attempts."""
    wish = options or RangeOptions()
    async with in_tenant(call, tenant) as (use, home):
        endpoint = await chosen_endpoint(use, home, which)
        if message is not None:
            shown = await use.browse_endpoints.message(home.id, endpoint.id, read_webhook_id(message))
            return _shown(shown, home, as_json=as_json)
        window = Listing(limit=limit, offset=offset, descending=True)
        page = await use.browse_endpoints.messages(home.id, endpoint.id, wish.wanted(home), window)
    table = page_table(
        columns=("webhook-id", "created", "type", "subject", "status", "attempts", "next"),
        rows=[
            (
                *(webhook_id(row.id), cell(row.created_at, home.zone, seconds=True), row.event_type, row.subject),
                *(row.state.value, str(row.attempts), _next(row, home)),
            )
            for row in page.items
        ],
        count=page.count,
        offset=offset,
        empty="no message found: nothing that the endpoint wants has happened" if not wish.is_given else "none found",
    )
    document = listed("messages", [_line_document(row) for row in page.items], page.count)
    return Answer(document=document, parts=[table], as_json=as_json)


async def replay(
    which: _Which,
    message: _Message = None,
    /,
    *,
    options: RangeOptions | None = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Send one message once more, or those of a range: without --status, those that failed or were cancelled and never
    arrived before. Receivers know them by their old webhook-id.
    """
    wish = options or RangeOptions()
    if message is not None and wish.is_given:
        raise InvalidValue("a message is replayed by its ID, or several by a range: not both", field="message_id")
    async with in_tenant(call, tenant) as (use, home):
        endpoint = await chosen_endpoint(use, home, which)
        if message is not None:
            again = await use.replay_messages.one(home.id, endpoint.id, read_webhook_id(message))
            told = [f"message {again.webhook_id} is sent once more by a worker: tresen serve, or tresen worker"]
            return Answer(document={"message": message_document(again)}, parts=told, as_json=as_json)
        wanted = ReplayRange(tenant_id=home.id, endpoint_id=endpoint.id, wanted=wish.wanted(home))
        waiting = await use.browse_endpoints.waiting(home.id, endpoint.id)
        count = await use.replay_messages.many(wanted)
    told = [f"messages to send once more: {count}"]
    if waiting.next_at is not None:
        others = f"{waiting.count} wait and need" if waiting.count > 1 else "1 waits and needs"
        told.append(f"{others} no replay: next try at {cell(waiting.next_at, home.zone, seconds=True)}")
    return Answer(document={"replayed": count}, parts=told, as_json=as_json)


async def chosen_endpoint(use: UseCases, home: Tenant, which: str) -> Endpoint:
    """By name, else by id. Raises NotFound."""
    found = await use.browse_endpoints.all(home.id)
    for one in (*(e for e in found if e.name == which), *(e for e in found if str(e.id) == which.lower())):
        return one
    raise NotFound("webhook endpoint", which)


def message_document(message: Message) -> dict[str, object]:
    """A message as the API shows it, without its body."""
    return {
        "id": str(message.id),
        "webhook_id": message.webhook_id,
        "event_id": plain(message.event_id) if message.event_id else None,
        "type": message.event_type,
        "subject": message.subject,
        "status": message.state.value,
        **fields(message, "attempts", "next_at", "created_at", "done_at", "first_delivered_at"),
        "size": len(message.body),
        "waits_for": None,
    }


def _line_document(row: MessageRow) -> dict[str, object]:
    return {
        "id": str(row.id),
        "webhook_id": webhook_id(row.id),
        "event_id": plain(row.event_id) if row.event_id else None,
        "type": row.event_type,
        "subject": row.subject,
        "status": row.state.value,
        **fields(row, "attempts", "next_at", "created_at", "done_at", "first_delivered_at", "size"),
        "waits_for": _waited_for(row.waits_for),
    }


def _waited_for(message: MessageId | None) -> str | None:
    return None if message is None else webhook_id(message)


def _next(row: MessageRow, home: Tenant) -> str:
    return cell(row.next_at, home.zone, seconds=True) if row.waits_for is None else f"after {webhook_id(row.waits_for)}"


def _shown(shown: MessageWithAttempts, home: Tenant, *, as_json: bool) -> Answer:
    message, body = shown.message, shown.message.body.decode("utf-8", "replace")
    values: dict[str, object] = {
        "message": message.webhook_id,
        "type": message.event_type,
        "subject": message.subject,
        "status": message.state.value,
        "created": message.created_at,
        "next try": message.next_at if shown.waits_for is None else None,
        "waits for": _waited_for(shown.waits_for),
        "ended": message.done_at,
        "first delivered": message.first_delivered_at,
        "body": body,
    }
    document = {**message_document(message), "body": body, "attempt_log": _log_documents(shown.attempts)}
    if shown.waits_for is not None:
        document |= {"next_at": None, "waits_for": _waited_for(shown.waits_for)}
    parts: list[Table | str] = [*about(values, home.zone), _attempts_table(shown.attempts, home)]
    return Answer(document={"message": document}, parts=parts, as_json=as_json)


def _log_documents(log: Sequence[Attempt]) -> list[dict[str, object]]:
    return [fields(one, "number", "at", "status", "error", "duration_ms", "excerpt") for one in log]


def _attempts_table(log: Sequence[Attempt], home: Tenant) -> Table:
    return Table(
        title="attempts:",
        columns=("number", "at", "answer", "ms", "excerpt"),
        rows=[
            (
                *(str(one.number), cell(one.at, home.zone, seconds=True), str(one.status or one.error)),
                *(str(one.duration_ms), one.excerpt),
            )
            for one in log
        ],
        empty="no attempt yet: a worker makes them",
    )
