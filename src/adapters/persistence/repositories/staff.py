"""Staff tasks."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete

from ....application.ports.repositories import Tasks
from ....domain.shared.errors import NotFound
from ....domain.shared.ids import AccountId, TaskId
from ....domain.staff.task import StaffTask, TaskState
from ..mappers import staff
from ..tables import STAFF_TASK
from .entities import Shape, SqlVersioned, rows_of

TASKS = Shape("task", STAFF_TASK, staff.task_row, staff.task)

OPEN_FOR = (
    rows_of(STAFF_TASK)
    .where(
        STAFF_TASK.c.subject == bindparam("subject"),
        STAFF_TASK.c.operation == bindparam("operation"),
        STAFF_TASK.c.state == TaskState.OPEN.value,
    )
    .order_by(STAFF_TASK.c.created_at, STAFF_TASK.c.id)
)
OPEN_AT = (
    rows_of(STAFF_TASK)
    .where(STAFF_TASK.c.state == TaskState.OPEN.value, STAFF_TASK.c.account_id == bindparam("account_id"))
    .order_by(STAFF_TASK.c.created_at, STAFF_TASK.c.id)
)
_REMOVE = delete(STAFF_TASK).where(
    STAFF_TASK.c.tenant_id == bindparam("tenant_id"),
    STAFF_TASK.c.id == bindparam("id"),
    STAFF_TASK.c.version == bindparam("version"),
)


class SqlTasks(SqlVersioned[StaffTask, TaskId], Tasks):
    """The table ``staff_task``."""

    async def open_for(self, operation: str, subject: str) -> Sequence[StaffTask]:
        """By index."""
        return await self._select(OPEN_FOR, operation=operation, subject=subject)

    async def open_at(self, account_id: AccountId) -> Sequence[StaffTask]:
        """By the index of states: what is open is little."""
        return await self._select(OPEN_AT, account_id=account_id)

    async def save(self, entity: StaffTask) -> None:
        """One update, and a look at why when it changes nothing."""
        try:
            await super().save(entity)
        except NotFound as error:
            if not self._own(entity).version:
                raise
            raise self._stale(entity.id) from error

    async def remove(self, task: StaffTask) -> None:
        """By primary key and version."""
        key = {"tenant_id": self._tenant_id, "id": self._own(task).id, "version": task.version}
        if not await self._transaction.execute(_REMOVE, key):
            raise self._stale(task.id)
