"""``tresen tasks``."""

from typing import Annotated
from uuid import UUID

from cyclopts import Parameter

from ...application.ports.readers import TASK_ORDER
from ...application.staff.complete_task import TaskDone
from ...domain.shared.ids import TaskId
from ...domain.staff.task import StaffTask, TaskState
from .answer import Answer, cell, page_table
from .call import Given, in_tenant
from .documents import fields, listed
from .options import JsonOption, ListOptions, TenantOption, command_group

group = command_group("tasks", "Staff tasks, which no machine may or can do: list, show, done.")

WhichTask = Annotated[UUID, Parameter(name="ID", help="The task's id.")]


@group.command(name="list")
async def list_(
    *, options: ListOptions | None = None, tenant: TenantOption = None, as_json: JsonOption = False, call: Given
) -> Answer:
    """List staff tasks, oldest first, and the values that the open ones need. Statuses: open, done."""
    listing = (options or ListOptions()).listing(TaskState, TASK_ORDER)
    async with in_tenant(call, tenant) as (use, home):
        page = await use.readers.tasks(home.id, listing)
    table = page_table(
        columns=("id", "status", "what to do", "why", "since", "done by", "to enter"),
        rows=[
            (
                *(str(t.id), t.state.value, t.title, t.reason.value.replace("_", " ")),
                *(cell(t.created_at, home.zone), cell(t.done_by), _to_enter(t)),
            )
            for t in page.items
        ],
        count=page.count,
        offset=listing.offset,
        filtered=listing.is_filtered,
        empty="no task found: nothing to do by hand",
    )
    return Answer(
        document=listed("staff_tasks", [task_document(t) for t in page.items], page.count),
        parts=[table],
        as_json=as_json,
    )


group.command(
    f"{__package__}.task_show:show_task",
    name="show",
    help="Show a staff task, open or done, with every value that it needs.",
)


@group.command
async def done(
    id_: WhichTask,
    /,
    *,
    note: Annotated[str | None, Parameter(help="What was done, for the record.")] = None,
    by: Annotated[
        str | None, Parameter(metavar="NAME", help="Who did it; without it the name of the login here.")
    ] = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Close a task that a person has done."""
    async with in_tenant(call, tenant) as (use, home):
        closed = TaskDone(tenant_id=home.id, task_id=TaskId(id_), by=by or call.terminal.login_name, note=note)
        task = await use.complete_task(closed)
    return Answer(
        document={"task": task_document(task)}, parts=[f"done by {task.done_by}: {task.title}"], as_json=as_json
    )


def task_document(task: StaffTask) -> dict[str, object]:
    """A task as the API shows it."""
    return {
        **fields(task, "id", "operation", "title", "reason", "subject", "details", "account_id"),
        "status": task.state.value,
        **fields(task, "created_at", "done_at", "done_by", "note"),
    }


def task_lines(task: StaffTask | None) -> list[str]:
    """What is said when the provider could not be written to: a person has to do it."""
    if task is None:
        return []
    why = task.reason.value.replace("_", " ")
    return [
        f"a person must do it ({why}): {task.title}",
        *task_values(task),
        when_done(task),
    ]


def when_done(task: StaffTask) -> str:
    """How a person says that it is done."""
    return f"when it is done: tresen tasks done {task.id}"


def _to_enter(task: StaffTask) -> str:
    """The values that somebody still has to enter, in one cell."""
    return "; ".join(f"{name}: {value}" for name, value in _known(task)) if task.state is TaskState.OPEN else ""


def _known(task: StaffTask) -> list[tuple[str, str]]:
    """What somebody needs for it; what is not known is left out."""
    return [(name.replace("_", " "), value) for name, value in task.details.items() if value]


def task_values(task: StaffTask) -> list[str]:
    """The values that somebody needs for it, a line each."""
    known = _known(task)
    width = max((len(name) for name, _ in known), default=0)
    return [f"  {name:<{width}}  {value}" for name, value in known]
