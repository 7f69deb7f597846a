"""One execution of a sync: its counters, its errors, and the limit of one an hour."""

import enum
from datetime import datetime, timedelta

import attrs

from ..shared.errors import RuleViolation, TresenError
from ..shared.ids import AccountId, PlanId, RunId, TenantId
from ..shared.text import storable

MIN_INTERVAL = timedelta(hours=1)

# The kind of a run that books what was written to a provider, and those of what people do by hand.
PUSH = "push"
RESOLVE, UNDO, EDIT, RELEASE = "resolve", "undo", "edit", "release"
_NO_SYNCS = frozenset({PUSH, RESOLVE, UNDO, EDIT, RELEASE})


SYNCED_ELSEWHERE = "another process is syncing this account now"


class RunState(enum.Enum):
    """``interrupted``: the process died; ``skipped``: the hourly limit, another process was at it, or the plan that it
    was to apply is stale; ``held``: a guard stopped it before it wrote anything; ``planned``: it only made a plan. None
    of these counts as a success.
    """

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    INTERRUPTED = "interrupted"
    HELD = "held"
    PLANNED = "planned"


class Overtaken(RuleViolation):
    """Another process booked this run as interrupted: the lock that keeps it out was lost."""

    code = "run_overtaken"

    def __init__(self) -> None:
        super().__init__("another process took this sync over, because the lock of this one was lost")


class SyncRunning(TresenError):
    """What was asked for was not done: another process syncs that account. Try again when it is done."""

    code = "sync_running"

    def __init__(self, undone: str, **details: object) -> None:
        super().__init__(f"{SYNCED_ELSEWHERE}: {undone}; try again when it is done", **details)


@attrs.frozen(kw_only=True)
class Counts:
    """Records seen in a run, by what became of them here; and how many were pushed to the provider, and how many wait
    for a person because of it.

    ``refused`` counts the pushes that the provider refused in the run, ``dropped`` those that the run did not write
    after all, because what they were decided on is another by now. What becomes of them later changes neither.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: int = 0
    deleted: int = 0
    pushed: int = 0
    conflicts: int = 0
    refused: int = 0
    dropped: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            created=self.created + other.created,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
            errors=self.errors + other.errors,
            deleted=self.deleted + other.deleted,
            pushed=self.pushed + other.pushed,
            conflicts=self.conflicts + other.conflicts,
            refused=self.refused + other.refused,
            dropped=self.dropped + other.dropped,
        )

    @property
    def seen(self) -> int:
        """All records of the run."""
        return self.created + self.updated + self.unchanged + self.errors + self.deleted


@attrs.frozen(kw_only=True)
class SyncError:
    """What went wrong with one record (``external_id``), or with the whole run (None); None, too, for a record that has
    no id there, or one that cannot be kept: then ``message``, in which nothing is that cannot be kept, names it.
    """

    run_id: RunId
    kind: str
    external_id: str | None
    code: str
    message: str = attrs.field(converter=storable)
    at: datetime


@attrs.define(eq=False, kw_only=True)
class Run:
    """``kind`` is what was asked for: ``members`` (with their memberships) or ``leads``; or ``push``, a write
    to the provider. ``reason``: why it did not do what was asked for; of what a person did, who did what to which
    record. ``plan_id`` is the plan that it made or applied. ``allowed_at``: of one that the hourly limit skipped, and
    that would have run if it had been forced, when the next one may begin that is not. Instants are UTC.
    """

    id: RunId = attrs.field(on_setattr=attrs.setters.frozen)
    tenant_id: TenantId = attrs.field(on_setattr=attrs.setters.frozen)
    account_id: AccountId = attrs.field(on_setattr=attrs.setters.frozen)
    kind: str = attrs.field(on_setattr=attrs.setters.frozen)
    forced: bool = False
    state: RunState = RunState.RUNNING
    counts: Counts = Counts()
    reason: str | None = None
    plan_id: PlanId | None = None
    started_at: datetime
    finished_at: datetime | None = None
    allowed_at: datetime | None = None

    @property
    def duration(self) -> timedelta | None:
        """How long it took, never less than nothing; None as long as it runs, and for one that was interrupted: its end
        is when that was noticed.
        """
        if self.finished_at is None or self.state is RunState.INTERRUPTED:
            return None
        return max(self.finished_at - self.started_at, timedelta(0))

    @property
    def is_first_load(self) -> bool:
        """Whether it is a sync that created records without a plan: only a first load has none."""
        return self.plan_id is None and self.kind not in _NO_SYNCS and self.counts.created > 0

    def finish(self, state: RunState, *, now: datetime, reason: str | None = None) -> None:
        """End it."""
        self.state, self.finished_at = state, now
        self.reason = None if reason is None else storable(reason)

    def skip(self, *, allowed_at: datetime | None, reason: str) -> None:
        """It is not begun."""
        self.allowed_at = allowed_at
        self.finish(RunState.SKIPPED, now=self.started_at, reason=reason)


def next_allowed(last_success: datetime | None, *, now: datetime, force: bool) -> datetime | None:
    """When the next run may begin, None if now (W32: once an hour unless forced; D5: only a success counts).

    A success in the future does not count: the clock was wrong then, or is now.
    """
    if force or last_success is None or not timedelta(0) <= now - last_success < MIN_INTERVAL:
        return None
    return last_success + MIN_INTERVAL
