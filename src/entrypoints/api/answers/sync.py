"""Runs, and how the syncs stand (W45)."""

from datetime import datetime
from uuid import UUID

from ....application.sync.sync_status import Status
from ....domain.sync.run import Run, SyncError
from .values import Answer


class CountsAnswer(Answer):
    """Records by what became of them (W31)."""

    created: int
    updated: int
    unchanged: int
    errors: int


class RunAnswer(Answer):
    """One execution. ``state``: running, completed, failed, skipped or interrupted; ``reason`` says why not."""

    id: UUID
    account_id: UUID
    kind: str
    state: str
    forced: bool
    counts: CountsAnswer
    reason: str | None
    started_at: datetime
    finished_at: datetime | None


class RunsAnswer(Answer):
    """The runs that a request began, in their order."""

    runs: list[RunAnswer]
    count: int


class LatestRunsAnswer(Answer):
    """The latest runs, newest first; ``has_more``: there are older ones. Nobody counts them all."""

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


class SyncStatusAnswer(Answer):
    """W45's keys as the seed spells them; null is never. ``recent_errors`` are the last 10, newest first."""

    last_sync_members: datetime | None
    last_sync_leads: datetime | None
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
            created=counts.created, updated=counts.updated, unchanged=counts.unchanged, errors=counts.errors
        ),
        reason=entity.reason,
        started_at=entity.started_at,
        finished_at=entity.finished_at,
    )


def sync_status(status: Status) -> SyncStatusAnswer:
    """The status from what the use case tells."""
    return SyncStatusAnswer(
        last_sync_members=status.last_sync_members,
        last_sync_leads=status.last_sync_leads,
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
