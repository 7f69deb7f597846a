"""Staff tasks and the audit log."""

from ....application.ports.readers import AuditEntry
from ....application.search import search_text
from ....domain.shared.ids import EntryId, TenantId
from ....domain.staff.task import StaffTask, TaskReason, TaskState
from .values import Row, optional_texts, to_json


def task_row(t: StaffTask) -> Row:
    """To write."""
    return (
        t.tenant_id,
        t.id,
        t.account_id,
        t.operation,
        t.title,
        t.reason.value,
        t.subject,
        to_json(t.details),
        t.state.value,
        t.created_at,
        t.done_at,
        t.done_by,
        t.note,
        t.version,
        t.title.casefold(),
        search_text(t.title),
    )


def task(row: Row) -> StaffTask:
    """As read."""
    return StaffTask(
        tenant_id=row[0],
        id=row[1],
        account_id=row[2],
        operation=row[3],
        title=row[4],
        reason=TaskReason(row[5]),
        subject=row[6],
        details=optional_texts(row[7]),
        state=TaskState(row[8]),
        created_at=row[9],
        done_at=row[10],
        done_by=row[11],
        note=row[12],
        version=row[13],
    )


def audit_row(tenant_id: TenantId, key: EntryId, e: AuditEntry) -> Row:
    """To write."""
    return (tenant_id, e.at, key, e.principal, e.name, e.action, e.status, e.correlation_id, e.address)


def audit_entry(row: Row) -> AuditEntry:
    """As read."""
    return AuditEntry(
        at=row[1],
        principal=row[3],
        name=row[4],
        action=row[5],
        status=row[6],
        correlation_id=row[7],
        address=row[8],
    )
