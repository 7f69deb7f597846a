"""One execution of a sync: its counters, its errors, and the limit of one an hour."""

import enum
from datetime import datetime, timedelta

import attrs

from ..shared.ids import AccountId, RunId, TenantId

MIN_INTERVAL = timedelta(hours=1)

# The kind of a run that books what was written to a provider.
PUSH = "push"


class RunState(enum.Enum):
    """``interrupted``: the process died; ``skipped``: the hourly limit; neither counts as a success."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    INTERRUPTED = "interrupted"


@attrs.frozen(kw_only=True)
class Counts:
    """Records seen in a run, by what became of them."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            created=self.created + other.created,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
            errors=self.errors + other.errors,
        )

    @property
    def seen(self) -> int:
        """All records of the run."""
        return self.created + self.updated + self.unchanged + self.errors


@attrs.frozen(kw_only=True)
class SyncError:
    """What went wrong with one record (``external_id``), or with the whole run (None)."""

    run_id: RunId
    kind: str
    external_id: str | None
    code: str
    message: str
    at: datetime


@attrs.define(eq=False, kw_only=True)
class Run:
    """``kind`` is what was asked for: ``members`` (with their memberships) or ``leads``; or ``push``, a write
    to the provider. Instants are UTC.
    """

    id: RunId = attrs.field(on_setattr=attrs.setters.frozen)
    tenant_id: TenantId = attrs.field(on_setattr=attrs.setters.frozen)
    account_id: AccountId = attrs.field(on_setattr=attrs.setters.frozen)
    kind: str = attrs.field(on_setattr=attrs.setters.frozen)
    forced: bool = False
    state: RunState = RunState.RUNNING
    counts: Counts = Counts()
    reason: str | None = None
    started_at: datetime
    finished_at: datetime | None = None

    def finish(self, state: RunState, *, now: datetime, reason: str | None = None) -> None:
        """End it."""
        self.state, self.finished_at, self.reason = state, now, reason


def next_allowed(last_success: datetime | None, *, now: datetime, force: bool) -> datetime | None:
    """When the next run may begin, None if now (W32: once an hour unless forced; D5: only a success counts)."""
    if force or last_success is None or now - last_success >= MIN_INTERVAL:
        return None
    return last_success + MIN_INTERVAL
