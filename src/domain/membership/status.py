"""The states of a membership: one transition table, and the rule that computes a state from dates and flags."""

import enum
from datetime import date, timedelta

import attrs

from ..shared.errors import IllegalTransition


class Status(enum.Enum):
    """How a member or a membership stands. ``unknown``: the provider used a word we have no meaning for."""

    ACTIVE = "active"
    PAUSED = "paused"
    PENDING = "pending"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class Step(enum.Enum):
    """What may happen to a membership."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    EXPIRE = "expire"
    RENEW = "renew"
    REINSTATE = "reinstate"


_OVER = frozenset({Status.CANCELLED, Status.EXPIRED})

# Code, tests and the diagram in docs/reference/states.md read this one table.
TRANSITIONS: dict[Status, dict[Step, Status]] = {
    Status.PENDING: {Step.START: Status.ACTIVE, Step.CANCEL: Status.CANCELLED},
    Status.ACTIVE: {
        Step.PAUSE: Status.PAUSED,
        Step.CANCEL: Status.CANCELLED,
        Step.EXPIRE: Status.EXPIRED,
        Step.RENEW: Status.ACTIVE,
    },
    Status.PAUSED: {Step.RESUME: Status.ACTIVE, Step.CANCEL: Status.CANCELLED, Step.EXPIRE: Status.EXPIRED},
    Status.CANCELLED: {Step.REINSTATE: Status.ACTIVE},
    Status.EXPIRED: {Step.RENEW: Status.ACTIVE},
    Status.UNKNOWN: {Step.CANCEL: Status.CANCELLED},
}


def after(status: Status, step: Step) -> Status:
    """The state after a step. Raises IllegalTransition for a step that the table does not have."""
    target = TRANSITIONS[status].get(step)
    if target is None:
        allowed = sorted(s.value for s in TRANSITIONS[status])
        raise IllegalTransition(
            f"a membership that is {status.value} cannot {step.value}", status=status.value, allowed=allowed
        )
    return target


def leads_to(source: Status, target: Status) -> bool:
    """Whether one step of the table leads from one state to the other (staying counts)."""
    return source is target or target in TRANSITIONS[source].values()


@attrs.frozen(kw_only=True)
class Terms:
    """What a provider says about one membership; every field may be unknown (None).

    Dates are civil dates of the gym; ``ends_on`` is the last day in force; from ``cancels_on`` on it no longer is.
    """

    starts_on: date | None = None
    ends_on: date | None = None
    cancels_on: date | None = None
    flagged_active: bool | None = None
    deleted: bool = False
    on_hold: bool = False

    def status_on(self, day: date) -> Status:
        """The state on a civil day.

        Dates outrank the provider's flag, because the flag lags behind them in both directions; a row that is
        flagged inactive while its dates run was ended by hand, so it is cancelled. So is one that ends before it
        starts: nobody sells that.
        """
        if self.deleted or self._never_starts or (self.cancels_on is not None and self.cancels_on <= day):
            return Status.CANCELLED
        if self.ends_on is not None and self.ends_on < day:
            return Status.EXPIRED
        if self.starts_on is not None and self.starts_on > day:
            return Status.PENDING
        if self.flagged_active is None:
            return Status.UNKNOWN
        if not self.flagged_active:
            return Status.CANCELLED
        return Status.PAUSED if self.on_hold else Status.ACTIVE

    def ends_anyway(self, day: date) -> bool:
        """Whether there is nothing to cancel: it is over, or was cancelled for a day to come."""
        return self.cancels_on is not None or self.status_on(day) in _OVER

    def next_change_after(self, day: date) -> date | None:
        """The first later day on which the state differs from that of ``day`` though nobody edits anything."""
        now = self.status_on(day)
        turning = (self.starts_on, self.cancels_on, self._first_day_after)
        later = sorted(d for d in turning if d is not None and d > day)
        return next((d for d in later if self.status_on(d) is not now), None)

    @property
    def _never_starts(self) -> bool:
        if self.starts_on is None:
            return False
        ended = self.ends_on is not None and self.ends_on < self.starts_on
        return ended or (self.cancels_on is not None and self.cancels_on <= self.starts_on)

    @property
    def _first_day_after(self) -> date | None:
        # Providers write "for ever" as 9999-12-31, the calendar's last day.
        if self.ends_on is None or self.ends_on == date.max:
            return None
        return self.ends_on + timedelta(days=1)
