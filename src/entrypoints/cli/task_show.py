"""``tresen tasks show``."""

from ...domain.shared.ids import TaskId
from ...domain.staff.task import StaffTask, TaskState
from .answer import Answer
from .call import Given, account_names, in_tenant
from .members import about
from .options import JsonOption, TenantOption
from .tasks import WhichTask, task_document, task_values, when_done


async def show_task(
    id_: WhichTask, /, *, tenant: TenantOption = None, as_json: JsonOption = False, call: Given
) -> Answer:
    """Show a staff task, open or done, with every value that it needs."""
    async with in_tenant(call, tenant) as (use, home):
        task = await use.get_task(home.id, TaskId(id_))
        names = await account_names(use, home)
    account = None if task.account_id is None else names.get(task.account_id)
    how = [when_done(task)] if task.state is TaskState.OPEN else []
    parts = [*about(_facts(task, account), home.zone), *task_values(task), *how]
    return Answer(document={"task": task_document(task)}, parts=parts, as_json=as_json)


def _facts(task: StaffTask, account: str | None) -> dict[str, object]:
    return {
        "what to do": task.title,
        "id": task.id,
        "status": task.state.value,
        "why": task.reason.value.replace("_", " "),
        "account": account,
        "since": task.created_at,
        "done": task.done_at,
        "done by": task.done_by,
        "note": task.note,
    }
