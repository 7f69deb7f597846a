"""A plan that is kept: to be looked at, and to be applied once."""

import enum
from collections.abc import Mapping
from datetime import datetime, timedelta

import attrs

from ..shared.errors import IllegalTransition, RuleViolation
from ..shared.ids import AccountId, PlanId, RunId, TenantId
from .guards import Trip

# A plan is what a sync would do now. After so long nobody should take it for that, whatever can be asked since.
GOOD_FOR = timedelta(hours=24)


class PlanState(enum.Enum):
    """``planned``: ready; ``held``: a guard holds it until a person lets it through; ``applied``; ``stale``: what it
    was computed from is another by now; ``broken``: it was not finished.
    """

    PLANNED = "planned"
    HELD = "held"
    APPLIED = "applied"
    STALE = "stale"
    BROKEN = "broken"


class PlanHeld(RuleViolation):
    """A guard holds the plan; a person may let it through."""

    code = "plan_held"


class PlanStale(RuleViolation):
    """What the plan was computed from is another by now; make a new one."""

    code = "plan_stale"


@attrs.frozen(kw_only=True)
class Part:
    """What a plan does to one kind of record. ``actions`` counts steps by action, ``shared`` is how many records both
    sides had, ``cursor`` where changes go on once it is applied; ``complete``: it knows all records of the provider;
    ``place``: where the account led when it was made. ``writes``: whether the account allowed writing then, and
    ``permits`` what a plan could have written there: fields, ``create_there``, ``delete_there``; sorted. ``allows``
    are those of the last two that the account would have allowed under whatever policy; empty where it was not kept.
    """

    kind: str
    policy_version: int
    shared: int = 0
    seen: int = 0
    actions: Mapping[str, int] = attrs.field(factory=dict)
    trips: tuple[Trip, ...] = ()
    fingerprint: str = ""
    cursor: str | None = None
    complete: bool = False
    place: str = ""
    writes: bool = False
    permits: tuple[str, ...] = ()
    allows: tuple[str, ...] = ()


@attrs.define(eq=False, kw_only=True)
class KeptPlan:
    """``kind`` is what was asked for, as a run's; ``parts`` are its kinds of record, in order. ``run_id`` is the run
    that made it, ``accepted_by`` who let it through its guards, ``reason`` why it may not be applied any more. Instants
    in UTC.
    """

    id: PlanId
    tenant_id: TenantId
    account_id: AccountId
    kind: str
    run_id: RunId
    state: PlanState = PlanState.BROKEN
    parts: tuple[Part, ...] = ()
    accepted_by: str | None = None
    reason: str | None = None
    created_at: datetime
    applied_at: datetime | None = None

    @property
    def trips(self) -> tuple[Trip, ...]:
        """The guards that it trips."""
        return tuple(trip for part in self.parts for trip in part.trips)

    def finish(self, parts: tuple[Part, ...]) -> None:
        """All steps are there."""
        self.parts = parts
        self.state = PlanState.HELD if self.trips else PlanState.PLANNED

    def accept(self, by: str) -> None:
        """A person lets it through. Raises PlanStale, IllegalTransition unless it is held."""
        if self.state is not PlanState.HELD:
            self.ensure_appliable()
            raise IllegalTransition(f"this plan is {self.state.value}, no guard holds it")
        self.state, self.accepted_by = PlanState.PLANNED, by

    def ensure_whole(self) -> None:
        """Raises IllegalTransition where it was never finished: of some records it does not know what is to be done."""
        if self.state is PlanState.BROKEN:
            raise IllegalTransition(f"this plan is {self.state.value}")

    def ensure_appliable(self) -> None:
        """Raises PlanHeld, PlanStale, IllegalTransition (applied before, or never finished)."""
        if self.state is PlanState.HELD:
            raise PlanHeld(
                f"a guard holds this plan: {'; '.join(trip.message for trip in self.trips)}", plan=str(self.id)
            )
        if self.state is PlanState.STALE:
            raise PlanStale(
                f"this plan is stale: {self.reason or 'make a new plan'}", plan=str(self.id), kind=self.kind
            )
        if self.state is not PlanState.PLANNED:
            raise IllegalTransition(f"this plan is {self.state.value}")

    def is_too_old(self, now: datetime) -> bool:
        """Whether it says what a sync would have done once. ``now`` is an aware instant."""
        return now - self.created_at > GOOD_FOR

    def end(self, state: PlanState, *, now: datetime, reason: str | None = None) -> None:
        """It was applied, or found to be stale, and then why: then nobody let anything through."""
        self.state, self.reason = state, reason
        self.accepted_by = self.accepted_by if state is PlanState.APPLIED else None
        self.applied_at = now if state is PlanState.APPLIED else None
