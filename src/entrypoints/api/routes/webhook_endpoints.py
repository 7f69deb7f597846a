"""Webhooks that go out: endpoints, their messages, tests and replays."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Router, delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter

from ....application.outgoing.change_endpoint import OVERLAP_HOURS, OVERLAP_HOURS_MAX, EndpointChange
from ....application.outgoing.create_endpoint import NewEndpoint
from ....application.outgoing.send_again import ReplayRange
from ....domain.identity.role import Scope
from ....domain.shared.ids import EndpointId, MessageId
from ....domain.shared.moments import MOMENT_FORMS
from ....domain.shared.page import Listing
from ....domain.shared.unset import UNSET
from ....domain.webhooks.event_filter import EVERYTHING, FILTERS_MAX
from ....domain.webhooks.message import MessageState
from ...ranges import MOMENT_SCHEMA, SINCE_FORMS, UNTIL_FORMS, message_filter, words_of
from ..access import needs
from ..answers.webhook_endpoints import (
    EndpointsAnswer,
    EndpointWithSecretAnswer,
    MessagesAnswer,
    OneEndpointAnswer,
    OneMessageAnswer,
    OneMessageLineAnswer,
    ReplayedAnswer,
    endpoint,
    line_of,
    message,
    message_line,
    with_secret,
)
from ..bodies import Body, Text, leave
from ..dependencies import Asking, Uses
from ..listing import WINDOW, Limit, Offset, Order, is_descending

_READ, _WRITE = Scope.ENDPOINTS_READ, Scope.ENDPOINTS_WRITE
_QUERY = WINDOW | {"status", "type", "since", "until", "order"}

_Url = Annotated[str, msgspec.Meta(max_length=2_000, pattern=r"^[^\x00]*$")]
_Filters = Annotated[list[Text], msgspec.Meta(max_length=FILTERS_MAX)]
_Moment = Annotated[str, msgspec.Meta(max_length=200, description=MOMENT_FORMS)]
_STATES = f"Only those in this state: {words_of(MessageState)}"
_Status = Annotated[str | None, QueryParameter(name="status", description=_STATES)]
_Type = Annotated[str | None, QueryParameter(name="type", max_length=100, description="Only this type of event")]
_Since = Annotated[
    str | None, QueryParameter(name="since", description=f"Created {SINCE_FORMS}", schema_extra=MOMENT_SCHEMA)
]
_Until = Annotated[
    str | None, QueryParameter(name="until", description=f"Created {UNTIL_FORMS}", schema_extra=MOMENT_SCHEMA)
]


class NewEndpointBody(Body):
    """``url`` is https and of the open internet. ``events``: ``*``, ``membership.*`` or whole types; without, all."""

    name: Text
    url: _Url
    events: _Filters = msgspec.field(default_factory=lambda: [EVERYTHING])


class EndpointBody(Body):
    """What is left out stays."""

    name: Text | msgspec.UnsetType = msgspec.UNSET
    url: _Url | msgspec.UnsetType = msgspec.UNSET
    events: _Filters | msgspec.UnsetType = msgspec.UNSET


class RotationBody(Body):
    """For how many hours the former secret signs beside the new one; 0: it ends at once."""

    overlap_hours: Annotated[int, msgspec.Meta(ge=0, le=OVERLAP_HOURS_MAX)] = OVERLAP_HOURS


class ReplayBody(Body):
    """Which messages are sent once more: created from ``since`` until before ``until``, of this ``type``, in this
    ``status`` (without: failed and cancelled, as far as they never arrived before)."""

    since: _Moment | None = None
    until: _Moment | None = None
    type: Text | None = None
    status: Text | None = None


@get("/", summary="List webhook endpoints", opt=needs(_READ))
async def list_endpoints(asking: Asking, uses: Uses) -> EndpointsAnswer:
    """By name. Secrets are not shown."""
    found = await uses.browse_endpoints.all(asking.tenant_id)
    return EndpointsAnswer(webhook_endpoints=[endpoint(one) for one in found], count=len(found))


@post("/", summary="Create a webhook endpoint", opt=needs(_WRITE))
async def create_endpoint(data: JSONBody[NewEndpointBody], asking: Asking, uses: Uses) -> EndpointWithSecretAnswer:
    """The signing secret is shown this once. Names are unique, and there are at most 20 endpoints."""
    new = NewEndpoint(tenant_id=asking.tenant_id, name=data.name, url=data.url, events=tuple(data.events))
    return with_secret(await uses.create_endpoint(new))


@get("/{endpoint_id:uuid}", summary="Show a webhook endpoint", opt=needs(_READ))
async def get_endpoint(endpoint_id: FromPath[UUID], asking: Asking, uses: Uses) -> OneEndpointAnswer:
    """Its secrets are not shown, only when they end."""
    found = await uses.browse_endpoints.one(asking.tenant_id, EndpointId(endpoint_id))
    return OneEndpointAnswer(webhook_endpoint=endpoint(found))


@patch("/{endpoint_id:uuid}", summary="Change a webhook endpoint", opt=needs(_WRITE))
async def update_endpoint(
    endpoint_id: FromPath[UUID], data: JSONBody[EndpointBody], asking: Asking, uses: Uses
) -> OneEndpointAnswer:
    """Messages that wait go to the new address; new filters count for what happens from now on."""
    change = EndpointChange(
        tenant_id=asking.tenant_id,
        endpoint_id=EndpointId(endpoint_id),
        name=leave(data.name),
        url=leave(data.url),
        events=UNSET if isinstance(data.events, msgspec.UnsetType) else tuple(data.events),
    )
    return OneEndpointAnswer(webhook_endpoint=endpoint(await uses.update_endpoint(change)))


@delete("/{endpoint_id:uuid}", summary="Delete a webhook endpoint", opt=needs(_WRITE))
async def delete_endpoint(endpoint_id: FromPath[UUID], asking: Asking, uses: Uses) -> None:
    """Its messages and their attempts go with it."""
    await uses.delete_endpoint(asking.tenant_id, EndpointId(endpoint_id))


@post("/{endpoint_id:uuid}/rotate", summary="Give a webhook endpoint a new secret", status_code=200, opt=needs(_WRITE))
async def rotate_secret(
    endpoint_id: FromPath[UUID], asking: Asking, uses: Uses, data: JSONBody[RotationBody | None] = None
) -> EndpointWithSecretAnswer:
    """The new secret is shown this once; both sign until the overlap ends."""
    hours = (data or RotationBody()).overlap_hours
    made = await uses.rotate_endpoint_secret(asking.tenant_id, EndpointId(endpoint_id), overlap_hours=hours)
    return with_secret(made)


@post("/{endpoint_id:uuid}/disable", summary="Disable a webhook endpoint", status_code=200, opt=needs(_WRITE))
async def disable_endpoint(endpoint_id: FromPath[UUID], asking: Asking, uses: Uses) -> OneEndpointAnswer:
    """Messages that wait are cancelled; what happens while it is disabled is not kept for it."""
    found = await uses.switch_endpoint.disable(asking.tenant_id, EndpointId(endpoint_id))
    return OneEndpointAnswer(webhook_endpoint=endpoint(found))


@post("/{endpoint_id:uuid}/enable", summary="Enable a webhook endpoint", status_code=200, opt=needs(_WRITE))
async def enable_endpoint(endpoint_id: FromPath[UUID], asking: Asking, uses: Uses) -> OneEndpointAnswer:
    """It is told of what happens from now on; replay what was cancelled."""
    found = await uses.switch_endpoint.enable(asking.tenant_id, EndpointId(endpoint_id))
    return OneEndpointAnswer(webhook_endpoint=endpoint(found))


@post("/{endpoint_id:uuid}/test", summary="Send a test to a webhook endpoint", status_code=200, opt=needs(_WRITE))
async def send_test(endpoint_id: FromPath[UUID], asking: Asking, uses: Uses) -> OneMessageLineAnswer:
    """A message of type ``webhook.test``, whatever the filters; a worker sends it."""
    sent = await uses.send_test_message(asking.tenant_id, EndpointId(endpoint_id))
    return OneMessageLineAnswer(message=line_of(sent))


@post("/{endpoint_id:uuid}/replay", summary="Send messages once more", status_code=200, opt=needs(_WRITE))
async def replay_messages(
    endpoint_id: FromPath[UUID], asking: Asking, uses: Uses, data: JSONBody[ReplayBody | None] = None
) -> ReplayedAnswer:
    """Oldest first, under their old ``webhook-id``. 409 for a disabled endpoint."""
    data = data or ReplayBody()
    home = await uses.directory.tenant(asking.tenant_id)
    wanted = message_filter(home, status=data.status, event_type=data.type, since=data.since, until=data.until)
    wish = ReplayRange(tenant_id=asking.tenant_id, endpoint_id=EndpointId(endpoint_id), wanted=wanted)
    return ReplayedAnswer(replayed=await uses.replay_messages.many(wish))


@get("/{endpoint_id:uuid}/messages", summary="List an endpoint's messages", opt=needs(_READ, query=_QUERY))
async def list_messages(
    endpoint_id: FromPath[UUID],
    asking: Asking,
    uses: Uses,
    status: _Status = None,
    type: _Type = None,  # noqa: A002 -- errors name it so
    since: _Since = None,
    until: _Until = None,
    limit: Limit = 50,
    offset: Offset = 0,
    order: Order = "desc",
) -> MessagesAnswer:
    """By creation, newest first unless ``order`` is asc."""
    home = await uses.directory.tenant(asking.tenant_id)
    wanted = message_filter(home, status=status, event_type=type, since=since, until=until)
    window = Listing(limit=limit, offset=offset, descending=is_descending(order))
    page = await uses.browse_endpoints.messages(asking.tenant_id, EndpointId(endpoint_id), wanted, window)
    return MessagesAnswer(messages=[message_line(row) for row in page.items], count=page.count)


@get("/{endpoint_id:uuid}/messages/{message_id:uuid}", summary="Show a message", opt=needs(_READ))
async def get_message(
    endpoint_id: FromPath[UUID], message_id: FromPath[UUID], asking: Asking, uses: Uses
) -> OneMessageAnswer:
    """With its body and the log of its attempts."""
    shown = await uses.browse_endpoints.message(asking.tenant_id, EndpointId(endpoint_id), MessageId(message_id))
    return OneMessageAnswer(message=message(shown))


@post(
    "/{endpoint_id:uuid}/messages/{message_id:uuid}/replay",
    summary="Send a message once more",
    status_code=200,
    opt=needs(_WRITE),
)
async def replay_message(
    endpoint_id: FromPath[UUID], message_id: FromPath[UUID], asking: Asking, uses: Uses
) -> OneMessageLineAnswer:
    """Under its old ``webhook-id``. 409 while it waits, and for a disabled endpoint."""
    again = await uses.replay_messages.one(asking.tenant_id, EndpointId(endpoint_id), MessageId(message_id))
    return OneMessageLineAnswer(message=line_of(again))


webhook_endpoints = Router(
    "/webhook-endpoints",
    route_handlers=[
        list_endpoints,
        create_endpoint,
        get_endpoint,
        update_endpoint,
        delete_endpoint,
        rotate_secret,
        disable_endpoint,
        enable_endpoint,
        send_test,
        replay_messages,
        list_messages,
        get_message,
        replay_message,
    ],
    tags=["webhooks"],
)
