"""A delivery: one webhook as it came in, and what became of it."""

import enum
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

import attrs

from ..shared.errors import IllegalTransition
from ..shared.ids import AccountId, DeliveryId, TenantId

# Beyond that a reason is cut off: it is for a line of a list.
_REASON_MAX = 300


class DeliveryState(enum.Enum):
    """What became of a delivery.

    ``received``: stored, not looked at yet. ``done``: its fact took effect. ``duplicate``: the fact was known already.
    ``out_of_date``: something later of the same subject was applied before. ``ignored``: there is nothing to do.
    ``unusable``: not to be understood. ``dead``: given up after the last try; it waits for a person.
    """

    RECEIVED = "received"
    DONE = "done"
    DUPLICATE = "duplicate"
    OUT_OF_DATE = "out_of_date"
    IGNORED = "ignored"
    UNUSABLE = "unusable"
    DEAD = "dead"


_ENDS = frozenset(DeliveryState) - {DeliveryState.RECEIVED}

# Code, tests and the diagram in docs/reference/states.md read this one table. Every end may be replayed.
TRANSITIONS: dict[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.RECEIVED: _ENDS,
    **{end: frozenset({DeliveryState.RECEIVED}) for end in DeliveryState if end in _ENDS},
}


@attrs.define(eq=False, kw_only=True)
class Delivery:
    """``delivery_key`` is the provider's id of it, or ``content_key(body)`` where there is none: unique per account.

    ``content_hash``: see there. ``type`` is the provider's word for what it is, as far as it is known.
    ``headers`` (names in lower case) hold none that is secret. ``reason`` says why the state is what it is.
    ``attempts`` counts the tries that failed. ``duplicates`` counts the same delivery's further arrivals; the store
    counts, saving does not touch it. ``business_key`` is the mark that this delivery holds while its fact counts;
    ``subject`` is what its fact was about, as ``booking:123``. ``replays`` counts how often it was opened again: a
    job of a former round has nothing more to do.

    What came in does not change; that is not enforced, because it would double the time that making one takes.
    """

    id: DeliveryId
    tenant_id: TenantId
    account_id: AccountId
    provider: str
    delivery_key: str
    content_hash: bytes
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    received_at: datetime
    correlation_id: str
    type: str | None = None
    state: DeliveryState = DeliveryState.RECEIVED
    reason: str | None = None
    attempts: int = 0
    processed_at: datetime | None = None
    business_key: str | None = None
    subject: str | None = None
    duplicates: int = 0
    replays: int = 0
    version: int = 0

    def conclude(self, state: DeliveryState, *, now: datetime, reason: str | None = None) -> None:
        """It ends so. Raises IllegalTransition unless it waits."""
        self._become(state)
        self.reason, self.processed_at = _cut(reason), now

    def fail(self, reason: str) -> None:
        """A try came to nothing; it still waits."""
        self.attempts += 1
        self.reason = _cut(reason)

    def reopen(self, reason: str) -> None:
        """Let it be looked at anew, as if it had just come. Raises IllegalTransition when it waits already."""
        self._become(DeliveryState.RECEIVED)
        self.replays += 1
        self.reason, self.processed_at, self.attempts, self.business_key = _cut(reason), None, 0, None

    def _become(self, state: DeliveryState) -> None:
        if state not in TRANSITIONS[self.state]:
            allowed = sorted(s.value for s in TRANSITIONS[self.state])
            raise IllegalTransition(
                f"a delivery that is {self.state.value} cannot become {state.value}",
                status=self.state.value,
                allowed=allowed,
            )
        self.state = state


def content_hash(body: bytes, beside: str = "") -> bytes:
    """What two deliveries with the same bytes share, unless their headers (``beside``) make them different things."""
    return sha256(beside.encode() + body).digest()


def content_key(hashed: bytes) -> str:
    """The delivery key of what the provider gave no id."""
    return f"sha256:{hashed.hex()}"


def _cut(reason: str | None) -> str | None:
    return reason if reason is None else reason[:_REASON_MAX]
