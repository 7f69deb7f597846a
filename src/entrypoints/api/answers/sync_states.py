"""How every sync stands, per account and kind of record."""

from datetime import datetime, timedelta
from uuid import UUID

from ....application.sync.views.overview import SyncOverview
from .values import Answer


class SyncStateAnswer(Answer):
    """One kind of record at one account. ``phase``: idle, observing, applying, pushing, held (a guard stopped the last
    run: somebody must look) or failed; ``run_id`` is the run it is about, ``seen`` how many records that run has seen.
    ``last_success`` and ``lag_s``: when both sides were last in step, and how many seconds ago (null: never);
    ``complete_at``: when everything was last listed; ``cursor_age_s``: how old the mark is from which changes are read
    (null: everything is listed). ``credential_state``: ok, expiring, blocked, revoked, or missing."""

    account_id: UUID
    account: str
    provider: str
    kind: str
    phase: str
    run_id: UUID | None
    seen: int
    linked: int
    open_conflicts: int
    waiting_pushes: int
    last_success: datetime | None
    lag_s: int | None
    complete_at: datetime | None
    cursor_age_s: int | None
    credential_state: str


class SyncStatesAnswer(Answer):
    """Every account at which something is synced, every kind of record."""

    states: list[SyncStateAnswer]
    count: int


def sync_state(view: SyncOverview) -> SyncStateAnswer:
    """A state from what the use case tells."""
    account, state = view.account, view.state
    return SyncStateAnswer(
        account_id=account.id,
        account=account.name,
        provider=account.provider,
        kind=state.kind,
        phase=state.phase.value,
        run_id=state.run_id,
        seen=state.seen,
        linked=view.linked,
        open_conflicts=view.open_conflicts,
        waiting_pushes=view.waiting_pushes,
        last_success=state.succeeded_at,
        lag_s=_seconds(view.lag),
        complete_at=state.complete_at,
        cursor_age_s=_seconds(view.cursor_age),
        credential_state="missing" if account.credentials is None else account.credential_state.value,
    )


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds())
