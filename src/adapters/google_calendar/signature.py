"""Who sent a request in Google's name. Nothing is signed: the channel's token must come back, with its channel."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from ...application.ports.webhooks import UnknownChannel, Verified, WebhookRequest
from ..webhooks.documents import word
from ..webhooks.signing import is_one_of
from .channels import read_channel

CHANNEL = "x-goog-channel-id"
NUMBER = "x-goog-message-number"
_TOKEN = "x-goog-channel-token"  # noqa: S105 - a header's name
_RESOURCE = "x-goog-resource-id"
_STATE = "x-goog-resource-state"
# The first message of a channel, which only says that it is open.
_OPENED = "sync"


def verify(
    request: WebhookRequest, secrets: Sequence[str], registrations: Mapping[str, str], *, now: datetime
) -> Verified:
    """Channel, resource and token must be those of one registration; else UnknownChannel, whichever is wrong, so that
    nobody can find out channels."""
    id_ = word(request.headers.get(CHANNEL)) or ""
    channel = read_channel(registrations.get(id_))
    # Both are compared whether or not the channel is known: the time taken must not tell.
    is_proven = is_one_of(request.headers.get(_TOKEN, ""), [secret for secret in secrets if secret.strip()])
    is_resource = is_one_of(request.headers.get(_RESOURCE, ""), [channel.resource_id if channel else ""])
    if channel is None or not (is_proven and is_resource):
        raise UnknownChannel("channel", id_)
    state, number = word(request.headers.get(_STATE)), word(request.headers.get(NUMBER))
    return Verified(
        delivery_key=f"{id_}:{number}" if number else None,
        is_ping=state == _OPENED,
        is_stale=channel.is_stale(now),
        type=state,
    )
