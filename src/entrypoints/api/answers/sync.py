"""Runs, and how the syncs stand (W45)."""

from datetime import datetime
from uuid import UUID

from ....application.sync.views.show_run import ShownRun
from ....application.sync.views.sync_status import Status
from ....domain.sync.run import Run, SyncError
from .sync_plans import PlanAnswer, plan
from .values import Answer


class CountsAnswer(Answer):
    """Records by what became of them here (W31); ``pushed`` were written to the provider, ``conflicts`` wait for a
    person. ``refused`` counts the pushes that the provider refused in the run: `GET /sync/pushes?state=refused`;
    ``dropped`` those that the run did not write after all, because what they were decided on is another by now:
    `GET /sync/pushes?state=dropped` says why. What becomes of them later changes neither."""

    created: int
    updated: int
    unchanged: int
    errors: int
    deleted: int
    pushed: int
    conflicts: int
    refused: int
    dropped: int


class RunAnswer(Answer):
    """One execution. ``kind``: members, leads, push (a write to the provider), resolve, undo, edit or release (of an
    override). ``state``: running, completed, failed, skipped, interrupted, held (a guard stopped it before it wrote
    anything) or planned (it only made a plan); ``reason`` says why not, and of resolve, edit
    and release who did it to which record. ``plan_id``: the plan that it made or applied, null where nothing was to be
    done. ``allowed_at``: of one that the hourly limit skipped, when the next may begin that is not forced.
    ``duration_s``: how many seconds it took, null as long as it runs, and for one that was interrupted: its end is when
    that was noticed."""

    id: UUID
    account_id: UUID
    kind: str
    state: str
    forced: bool
    counts: CountsAnswer
    reason: str | None
    plan_id: UUID | None
    started_at: datetime
    finished_at: datetime | None
    allowed_at: datetime | None
    duration_s: float | None


class OneRunAnswer(Answer):
    """One run."""

    run: RunAnswer


class RunsAnswer(Answer):
    """The runs that a request began, in their order."""

    runs: list[RunAnswer]
    count: int


class LatestRunsAnswer(Answer):
    """A window of the runs, newest first; ``has_more``: there are older ones. Nobody counts them all."""

    runs: list[RunAnswer]
    has_more: bool


class SyncErrorAnswer(Answer):
    """What went wrong with one record, or with a whole run (``external_id`` null)."""

    run_id: UUID
    kind: str
    external_id: str | None
    code: str
    message: str
    at: datetime


class ShownRunAnswer(Answer):
    """One run. ``errors`` are its first 100, oldest first, ``counts`` has their number. ``plan`` is what it made or
    applied, with what its guards say; null for a run that needed none."""

    run: RunAnswer
    errors: list[SyncErrorAnswer]
    plan: PlanAnswer | None


class SyncStatusAnswer(Answer):
    """W45's keys as the seed spells them. ``last_sync_members`` and ``last_sync_leads`` are the oldest of the accounts'
    last successes, null where no account had one; the accounts without one, as ``provider/name``, are in
    ``never_synced_members`` and ``never_synced_leads``. ``recent_errors`` are the last 10, newest first."""

    last_sync_members: datetime | None
    last_sync_leads: datetime | None
    never_synced_members: list[str]
    never_synced_leads: list[str]
    recent_errors: list[SyncErrorAnswer]
    total_errors: int
    wodify_configured: bool


def run(entity: Run) -> RunAnswer:
    """A run from its entity."""
    counts = entity.counts
    return RunAnswer(
        id=entity.id,
        account_id=entity.account_id,
        kind=entity.kind,
        state=entity.state.value,
        forced=entity.forced,
        counts=CountsAnswer(
            created=counts.created,
            updated=counts.updated,
            unchanged=counts.unchanged,
            errors=counts.errors,
            deleted=counts.deleted,
            pushed=counts.pushed,
            conflicts=counts.conflicts,
            refused=counts.refused,
            dropped=counts.dropped,
        ),
        reason=entity.reason,
        plan_id=entity.plan_id,
        started_at=entity.started_at,
        finished_at=entity.finished_at,
        allowed_at=entity.allowed_at,
        duration_s=None if entity.duration is None else round(entity.duration.total_seconds(), 3),
    )


def shown_run(shown: ShownRun) -> ShownRunAnswer:
    """A run with what it left behind."""
    return ShownRunAnswer(
        run=run(shown.run),
        errors=[_error(error) for error in shown.errors],
        plan=None if shown.plan is None else plan(shown.plan),
    )


def sync_status(status: Status) -> SyncStatusAnswer:
    """The status from what the use case tells."""
    return SyncStatusAnswer(
        last_sync_members=status.last_sync_members,
        last_sync_leads=status.last_sync_leads,
        never_synced_members=list(status.never_synced_members),
        never_synced_leads=list(status.never_synced_leads),
        recent_errors=[_error(error) for error in status.recent_errors],
        total_errors=status.total_errors,
        wodify_configured=status.configured,
    )


def _error(error: SyncError) -> SyncErrorAnswer:
    return SyncErrorAnswer(
        run_id=error.run_id,
        kind=error.kind,
        external_id=error.external_id,
        code=error.code,
        message=error.message,
        at=error.at,
    )
