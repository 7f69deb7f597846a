"""Links, journal, runs and their errors."""

from ....domain.shared.ids import EntryId, TenantId
from ....domain.sync.journal import Change
from ....domain.sync.laws import Side
from ....domain.sync.record import SyncRecord
from ....domain.sync.run import Counts, Run, RunState, SyncError
from .values import Row, to_json, value, values


def sync_record_row(tenant_id: TenantId, r: SyncRecord) -> Row:
    """To write."""
    return (
        tenant_id,
        r.account_id,
        r.kind,
        r.external_id,
        r.fingerprint,
        r.local_id,
        r.local_version,
        r.synced_at,
        to_json(r.base),
    )


def sync_record(row: Row) -> SyncRecord:
    """As read."""
    return SyncRecord(
        account_id=row[1],
        kind=row[2],
        external_id=row[3],
        fingerprint=row[4],
        local_id=row[5],
        local_version=row[6],
        synced_at=row[7],
        base=values(row[8]),
    )


def change_row(tenant_id: TenantId, key: EntryId, c: Change) -> Row:
    """To write."""
    return (
        tenant_id,
        c.kind,
        c.local_id,
        c.at,
        key,
        c.run_id,
        c.external_id,
        c.field,
        to_json(c.base),
        to_json(c.ours),
        to_json(c.theirs),
        c.side.value,
        c.rule,
        c.reason,
    )


def change(row: Row) -> Change:
    """As read."""
    return Change(
        kind=row[1],
        local_id=row[2],
        at=row[3],
        run_id=row[5],
        external_id=row[6],
        field=row[7],
        base=value(row[8]),
        ours=value(row[9]),
        theirs=value(row[10]),
        side=Side(row[11]),
        rule=row[12],
        reason=row[13],
    )


def run_row(r: Run) -> Row:
    """To write."""
    counts = r.counts
    return (
        r.tenant_id,
        r.id,
        r.account_id,
        r.kind,
        r.forced,
        r.state.value,
        counts.created,
        counts.updated,
        counts.unchanged,
        counts.errors,
        r.reason,
        r.started_at,
        r.finished_at,
    )


def run(row: Row) -> Run:
    """As read."""
    return Run(
        tenant_id=row[0],
        id=row[1],
        account_id=row[2],
        kind=row[3],
        forced=row[4],
        state=RunState(row[5]),
        counts=Counts(created=row[6], updated=row[7], unchanged=row[8], errors=row[9]),
        reason=row[10],
        started_at=row[11],
        finished_at=row[12],
    )


def error_row(tenant_id: TenantId, key: EntryId, e: SyncError) -> Row:
    """To write."""
    return (tenant_id, e.at, key, e.run_id, e.kind, e.external_id, e.code, e.message)


def error(row: Row) -> SyncError:
    """As read."""
    return SyncError(at=row[1], run_id=row[3], kind=row[4], external_id=row[5], code=row[6], message=row[7])
