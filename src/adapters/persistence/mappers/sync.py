"""Links, journal, runs and their errors."""

from ....domain.shared.ids import EntryId, TenantId
from ....domain.sync.journal import Change
from ....domain.sync.record import OwnWrite, SyncRecord
from ....domain.sync.run import Counts, Run, RunState, SyncError
from ....domain.sync.side import Side
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
        r.run_id,
        None if r.own_write is None else r.own_write.stamped_at,
        None if r.own_write is None else r.own_write.edited_at,
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
        run_id=row[8],
        own_write=None if row[9] is None else OwnWrite(stamped_at=row[9], edited_at=row[10]),
        base=values(row[11]),
    )


def change_row(tenant_id: TenantId, c: Change) -> Row:
    """To write."""
    return (
        tenant_id,
        c.kind,
        c.local_id,
        c.at,
        c.id,
        c.run_id,
        c.external_id,
        c.field,
        to_json(c.base),
        to_json(c.ours),
        to_json(c.theirs),
        to_json(c.value),
        c.side.value,
        c.rule,
        c.reason,
        c.version,
    )


def change(row: Row) -> Change:
    """As read."""
    return Change(
        kind=row[1],
        local_id=row[2],
        at=row[3],
        id=row[4],
        run_id=row[5],
        external_id=row[6],
        field=row[7],
        base=value(row[8]),
        ours=value(row[9]),
        theirs=value(row[10]),
        value=value(row[11]),
        side=Side(row[12]),
        rule=row[13],
        reason=row[14],
        version=row[15],
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
        counts.deleted,
        counts.pushed,
        counts.conflicts,
        counts.refused,
        counts.dropped,
        r.reason,
        r.plan_id,
        r.started_at,
        r.finished_at,
        r.allowed_at,
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
        counts=Counts(
            created=row[6],
            updated=row[7],
            unchanged=row[8],
            errors=row[9],
            deleted=row[10],
            pushed=row[11],
            conflicts=row[12],
            refused=row[13],
            dropped=row[14],
        ),
        reason=row[15],
        plan_id=row[16],
        started_at=row[17],
        finished_at=row[18],
        allowed_at=row[19],
    )


def error_row(tenant_id: TenantId, key: EntryId, e: SyncError) -> Row:
    """To write."""
    return (tenant_id, e.at, key, e.run_id, e.kind, e.external_id, e.code, e.message)


def error(row: Row) -> SyncError:
    """As read."""
    return SyncError(at=row[1], run_id=row[3], kind=row[4], external_id=row[5], code=row[6], message=row[7])
