"""Which webhooks are meant, those that came in or those that go out: one rule for the API and the command line."""

import enum
from typing import TypeVar

from ..application.ports.inboxes import DeliveryFilter
from ..application.ports.outgoing import MessageFilter
from ..application.ports.webhooks import WebhookProviders
from ..domain.shared.errors import InvalidValue
from ..domain.shared.moments import MOMENT_FORMS, read_moment
from ..domain.tenancy.tenant import Tenant
from ..domain.webhooks.delivery import DeliveryState
from ..domain.webhooks.message import MessageState

SINCE_FORMS = f"then or later: {MOMENT_FORMS}. A date begins in the tenant's zone."
UNTIL_FORMS = "before then, in the forms of since."
# For descriptions of the API.
MOMENT_SCHEMA = {
    "oneOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}, {"type": "null"}]
}

_E = TypeVar("_E", bound=enum.Enum)


def delivery_filter(
    providers: WebhookProviders,
    home: Tenant,
    *,
    provider: str | None = None,
    status: str | None = None,
    since: str | None = None,
    until: str | None = None,
) -> DeliveryFilter:
    """Deliveries of this provider and in this state, received from ``since`` until before ``until``, as
    ``read_moment`` takes them. Raises InvalidValue, with the words that there are."""
    known = providers.names()
    if provider is not None and provider not in known:
        raise InvalidValue(f"provider is one of {', '.join(known)}, not {provider!r}", field="provider")
    return DeliveryFilter(
        provider=provider,
        states=_states(DeliveryState, status),
        since=None if since is None else read_moment(since, home.zone, "since"),
        until=None if until is None else read_moment(until, home.zone, "until"),
    )


def message_filter(
    home: Tenant,
    *,
    status: str | None = None,
    event_type: str | None = None,
    since: str | None = None,
    until: str | None = None,
) -> MessageFilter:
    """An endpoint's messages of this type of event and in this state, created in that time. Raises InvalidValue."""
    return MessageFilter(
        states=_states(MessageState, status),
        event_type=event_type,
        since=None if since is None else read_moment(since, home.zone, "since"),
        until=None if until is None else read_moment(until, home.zone, "until"),
    )


def words_of(states: type[enum.Enum]) -> str:
    """The states' words, for descriptions."""
    return ", ".join(str(state.value) for state in states)


def _states(states: type[_E], word: str | None) -> frozenset[_E] | None:
    if word is None:
        return None
    try:
        return frozenset({states(word)})
    except ValueError:
        raise InvalidValue(f"status is one of {words_of(states)}, not {word!r}", field="status") from None
