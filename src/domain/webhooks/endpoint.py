"""An endpoint: where a tenant's events are sent as webhooks."""

import enum
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar

import attrs

from ..shared.errors import IllegalTransition, InvalidValue
from ..shared.events import DomainEvent, Recorder
from ..shared.ids import EndpointId, TenantId
from .event_filter import checked_filters, is_wanted

NAME_MAX = 100
# Standard Webhooks 1.0.0 leaves the figures to the sender: it asks to give up after a longer time, and to tell.
FAILED_MESSAGES_MAX = 5
FAILING_MAX = timedelta(days=5)


class EndpointState(enum.Enum):
    """A disabled endpoint is sent nothing, and what happens meanwhile is not kept for it."""

    ACTIVE = "active"
    DISABLED = "disabled"


class DisabledReason(enum.Enum):
    """Who or what disabled an endpoint: a person; the receiver, with 410 Gone; too many failures in a row."""

    PERSON = "person"
    GONE = "gone"
    FAILING = "failing"


# Code, tests and the diagram in docs/reference/states.md read this one table.
TRANSITIONS: dict[EndpointState, frozenset[EndpointState]] = {
    EndpointState.ACTIVE: frozenset({EndpointState.DISABLED}),
    EndpointState.DISABLED: frozenset({EndpointState.ACTIVE}),
}


@attrs.frozen(kw_only=True)
class EndpointDisabled(DomainEvent):
    """An endpoint is sent nothing any more; ``reason`` says why."""

    type: ClassVar[str] = "endpoint.disabled"
    subject_kind: ClassVar[str] = "endpoint"
    name: str
    reason: DisabledReason


@attrs.frozen(kw_only=True)
class EndpointSecret:
    """A sealed signing secret. ``expires_at`` None: until it is replaced."""

    sealed: bytes = attrs.field(repr=False)
    created_at: datetime
    expires_at: datetime | None = None


@attrs.define(eq=False, kw_only=True)
class Endpoint(Recorder):
    """``events`` are filters (``event_filter.py``); ``url`` is checked by whoever sets it, and may hold a secret.

    ``failed_messages`` counts the messages that failed for the last time since one arrived, ``failing_since`` is the
    first try that failed since then. ``openings`` counts how often the endpoint was made active.
    """

    id: EndpointId = attrs.field(on_setattr=attrs.setters.frozen)
    tenant_id: TenantId = attrs.field(on_setattr=attrs.setters.frozen)
    name: str
    url: str = attrs.field(repr=False)
    events: tuple[str, ...]
    secrets: tuple[EndpointSecret, ...] = ()
    state: EndpointState = EndpointState.ACTIVE
    disabled_reason: DisabledReason | None = None
    disabled_at: datetime | None = None
    failed_messages: int = 0
    failing_since: datetime | None = None
    openings: int = 1
    created_at: datetime
    version: int = 0

    def wants(self, event_type: str) -> bool:
        """Whether an event of that type is sent here: by its filters, while it is active."""
        return self.state is EndpointState.ACTIVE and is_wanted(self.events, event_type)

    def rename(self, name: str) -> None:
        """Raises InvalidValue (field ``name``)."""
        self.name = checked_name(name)

    def filter_by(self, events: Iterable[str]) -> None:
        """From now on these events. Raises InvalidValue (field ``events``)."""
        self.events = checked_filters(events)

    def live_secrets(self, now: datetime) -> tuple[EndpointSecret, ...]:
        """Those that messages are signed with: the newest first, and during a rotation the one before it."""
        live = [secret for secret in self.secrets if secret.expires_at is None or secret.expires_at > now]
        return tuple(sorted(live, key=lambda secret: secret.created_at, reverse=True))

    def rotate(self, sealed: bytes, *, now: datetime, overlap: timedelta) -> None:
        """A new secret; the newest of the former ones signs too until ``overlap`` has passed, older ones end now.

        Raises InvalidValue (field ``overlap_hours``) for a negative overlap.
        """
        if overlap < timedelta(0):
            raise InvalidValue("the overlap cannot be negative", field="overlap_hours")
        ends = now + overlap
        former = [attrs.evolve(s, expires_at=min(s.expires_at or ends, ends)) for s in self.live_secrets(now)[:1]]
        kept = [secret for secret in former if secret.expires_at is not None and secret.expires_at > now]
        self.secrets = (EndpointSecret(sealed=sealed, created_at=now), *kept)

    def disable(self, reason: DisabledReason, *, now: datetime) -> None:
        """Send nothing any more. Raises IllegalTransition when it is disabled already."""
        self._become(EndpointState.DISABLED)
        self.disabled_reason, self.disabled_at = reason, now
        self.record(EndpointDisabled(subject_id=self.id, occurred_at=now, name=self.name, reason=reason))

    def enable(self) -> None:
        """Send again what happens from now on; former failures are forgotten. Raises IllegalTransition when active."""
        self._become(EndpointState.ACTIVE)
        self.disabled_reason = self.disabled_at = None
        self.failed_messages, self.failing_since = 0, None
        self.openings += 1

    def note_success(self) -> bool:
        """A message arrived. Whether that changes anything."""
        if self.failing_since is None and not self.failed_messages:
            return False
        self.failed_messages, self.failing_since = 0, None
        return True

    def note_failure(self, *, final: bool, now: datetime) -> bool:
        """A try failed, ``final``: the message's last one. Whether that changes anything."""
        first = self.failing_since is None
        if first:
            self.failing_since = now
        self.failed_messages += final
        return first or final

    def is_lost(self, now: datetime) -> bool:
        """Whether it failed so often or so long that it should be disabled."""
        since = self.failing_since
        return self.failed_messages >= FAILED_MESSAGES_MAX or (since is not None and now - since >= FAILING_MAX)

    def _become(self, state: EndpointState) -> None:
        if state not in TRANSITIONS[self.state]:
            allowed = sorted(s.value for s in TRANSITIONS[self.state])
            raise IllegalTransition(
                f"the endpoint is {self.state.value} already", status=self.state.value, allowed=allowed
            )
        self.state = state


def checked_name(name: str) -> str:
    """The name without blanks around it. Raises InvalidValue (field ``name``)."""
    name = name.strip()
    if not name or len(name) > NAME_MAX or not name.isprintable():
        raise InvalidValue(f"an endpoint needs a name of 1 to {NAME_MAX} characters", field="name")
    return name
