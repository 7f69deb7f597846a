"""``tresen webhook-endpoints``."""

from typing import Annotated

from cyclopts import Parameter

from ...application.outgoing.change_endpoint import OVERLAP_HOURS, EndpointChange
from ...application.outgoing.create_endpoint import NewEndpoint
from ...domain.shared.unset import UNSET
from ...domain.tenancy.tenant import Tenant
from ...domain.webhooks.endpoint import Endpoint
from ...domain.webhooks.event_filter import EVERYTHING
from .answer import Answer, Table, cell
from .call import Given, in_tenant
from .documents import fields, listed
from .members import about
from .options import JsonOption, TenantOption, command_group
from .webhook_messages import chosen_endpoint, message_document, messages, replay

group = command_group(
    "webhook-endpoints",
    "Who is told by webhooks what happens here: list, show, create, update, rotate, disable, enable, delete, test, "
    "messages, replay.",
)

Which = Annotated[str, Parameter(name="NAME", help="The endpoint's name or id.")]
_Events = Annotated[
    list[str] | None,
    Parameter(name="--events", negative=(), help="A type of event, membership.* or *; may be repeated."),
]
_SHOWN_ONCE = "this is the only time it is shown; the receiver verifies signatures with it"


@group.command(name="list")
async def list_(*, tenant: TenantOption = None, as_json: JsonOption = False, call: Given) -> Answer:
    """List webhook endpoints by name."""
    async with in_tenant(call, tenant) as (use, home):
        found = await use.browse_endpoints.all(home.id)
    table = Table(
        columns=("id", "name", "status", "events", "url", "failing since"),
        rows=[
            (
                *(str(one.id), one.name, _status(one), " ".join(one.events), one.url),
                cell(one.failing_since, home.zone),
            )
            for one in found
        ],
        empty="no webhook endpoint yet; create one: tresen webhook-endpoints create NAME URL",
    )
    document = listed("webhook_endpoints", [endpoint_document(one) for one in found])
    return Answer(document=document, parts=[table], as_json=as_json)


@group.command
async def show(which: Which, /, *, tenant: TenantOption = None, as_json: JsonOption = False, call: Given) -> Answer:
    """Show an endpoint. Its secrets are not shown, only until when they sign."""
    async with in_tenant(call, tenant) as (use, home):
        return _answer(await chosen_endpoint(use, home, which), home, as_json=as_json)


@group.command
async def create(
    name: Annotated[str, Parameter(help="What it is called here.")],
    url: Annotated[str, Parameter(help="Where webhooks are sent: https, and on the open internet.")],
    /,
    *,
    events: _Events = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Create an endpoint, for all events unless --events names some. Its signing secret is shown this once."""
    async with in_tenant(call, tenant) as (use, home):
        new = NewEndpoint(tenant_id=home.id, name=name, url=url, events=tuple(events or [EVERYTHING]))
        made = await use.create_endpoint(new)
    return Answer(
        document={"webhook_endpoint": endpoint_document(made.endpoint), "secret": made.secret},
        parts=[made.secret, f"{_SHOWN_ONCE}; the endpoint's id is {made.endpoint.id}"],
        as_json=as_json,
    )


@group.command
async def update(
    which: Which,
    /,
    *,
    name: Annotated[str | None, Parameter(help="Another name.")] = None,
    url: Annotated[str | None, Parameter(help="Another address; messages that wait go there.")] = None,
    events: _Events = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Change what is given and leave the rest."""
    async with in_tenant(call, tenant) as (use, home):
        change = EndpointChange(
            tenant_id=home.id,
            endpoint_id=(await chosen_endpoint(use, home, which)).id,
            name=UNSET if name is None else name,
            url=UNSET if url is None else url,
            events=UNSET if events is None else tuple(events),
        )
        return _answer(await use.update_endpoint(change), home, as_json=as_json)


@group.command
async def rotate(
    which: Which,
    /,
    *,
    overlap_hours: Annotated[
        int, Parameter(metavar="HOURS", help="How long the former secret signs beside the new one; 0: not at all.")
    ] = OVERLAP_HOURS,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Give an endpoint a new signing secret. It is shown this once."""
    async with in_tenant(call, tenant) as (use, home):
        endpoint = await chosen_endpoint(use, home, which)
        made = await use.rotate_endpoint_secret(home.id, endpoint.id, overlap_hours=overlap_hours)
    told = [made.secret, _SHOWN_ONCE]
    if len(made.endpoint.secrets) > 1:
        told.append(f"the former one signs too until {cell(made.endpoint.secrets[1].expires_at, home.zone)}")
    else:
        told.append("the former one signs no more from now on")
    document = {"webhook_endpoint": endpoint_document(made.endpoint), "secret": made.secret}
    return Answer(document=document, parts=told, as_json=as_json)


@group.command
async def disable(which: Which, /, *, tenant: TenantOption = None, as_json: JsonOption = False, call: Given) -> Answer:
    """Send nothing any more. What waits is cancelled, what happens meanwhile is not kept for it."""
    async with in_tenant(call, tenant) as (use, home):
        endpoint = await chosen_endpoint(use, home, which)
        return _answer(await use.switch_endpoint.disable(home.id, endpoint.id), home, as_json=as_json)


@group.command
async def enable(which: Which, /, *, tenant: TenantOption = None, as_json: JsonOption = False, call: Given) -> Answer:
    """Send what happens from now on; what was cancelled can be replayed."""
    async with in_tenant(call, tenant) as (use, home):
        endpoint = await chosen_endpoint(use, home, which)
        return _answer(await use.switch_endpoint.enable(home.id, endpoint.id), home, as_json=as_json)


@group.command
async def delete(which: Which, /, *, tenant: TenantOption = None, as_json: JsonOption = False, call: Given) -> Answer:
    """Forget an endpoint with its messages and their attempts."""
    async with in_tenant(call, tenant) as (use, home):
        endpoint = await chosen_endpoint(use, home, which)
        await use.delete_endpoint(home.id, endpoint.id)
    document = {"webhook_endpoint": endpoint_document(endpoint)}
    return Answer(document=document, parts=[f"{endpoint.name} is deleted"], as_json=as_json)


@group.command(name="test")
async def send_test(
    which: Which, /, *, tenant: TenantOption = None, as_json: JsonOption = False, call: Given
) -> Answer:
    """Send a message of type webhook.test, whatever the endpoint's filters; a worker sends it."""
    async with in_tenant(call, tenant) as (use, home):
        endpoint = await chosen_endpoint(use, home, which)
        message = await use.send_test_message(home.id, endpoint.id)
    told = f"message {message.webhook_id} waits; a worker sends it: tresen serve, or tresen worker"
    return Answer(document={"message": message_document(message)}, parts=[told], as_json=as_json)


group.command(messages)
group.command(replay)


def endpoint_document(endpoint: Endpoint) -> dict[str, object]:
    """An endpoint as the API shows it."""
    return {
        **fields(endpoint, "id", "name", "url", "events"),
        "status": endpoint.state.value,
        **fields(endpoint, "disabled_reason", "disabled_at", "failed_messages", "failing_since"),
        "secrets": [fields(secret, "created_at", "expires_at") for secret in endpoint.secrets],
        **fields(endpoint, "created_at"),
    }


def _answer(endpoint: Endpoint, home: Tenant, *, as_json: bool) -> Answer:
    values: dict[str, object] = {
        "endpoint": endpoint.name,
        "id": endpoint.id,
        "status": _status(endpoint),
        "url": endpoint.url,
        "events": " ".join(endpoint.events),
        "disabled": endpoint.disabled_at,
        "failing since": endpoint.failing_since,
        "failed in a row": endpoint.failed_messages or None,
        "former secret until": endpoint.secrets[1].expires_at if len(endpoint.secrets) > 1 else None,
        "created": endpoint.created_at,
    }
    document = {"webhook_endpoint": endpoint_document(endpoint)}
    return Answer(document=document, parts=about(values, home.zone), as_json=as_json)


def _status(endpoint: Endpoint) -> str:
    reason = endpoint.disabled_reason
    return f"{endpoint.state.value} ({reason.value})" if reason else endpoint.state.value
