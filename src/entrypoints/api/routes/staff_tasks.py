"""Work for people."""

from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation

from ....application.ports.readers import TASK_ORDER
from ....application.staff.complete_task import TaskDone
from ....domain.identity.role import Scope
from ....domain.shared.ids import TaskId
from ....domain.shared.page import Listing
from ....domain.staff.task import TaskState
from ..access import needs
from ..answers.staff_tasks import OneTaskAnswer, TasksAnswer, task
from ..bodies import Body, LongText
from ..dependencies import Asking, Uses
from ..listing import LISTING, listing_of, words

_LISTING = {"listing": listing_of(TASK_ORDER, words(TaskState))}


class DoneBody(Body):
    """What there is to say about it."""

    note: LongText | None = None


@get("/", summary="List staff tasks", opt=needs(Scope.TASKS_READ, query=LISTING), dependencies=_LISTING)
async def list_tasks(asking: Asking, uses: Uses, listing: NamedDependency[SkipValidation[Listing]]) -> TasksAnswer:
    """``status``: open or done; ``orderBy``: created_at, title or status."""
    page = await uses.readers.tasks(asking.tenant_id, listing)
    return TasksAnswer(staff_tasks=[task(one) for one in page.items], count=page.count)


@get("/{task_id:uuid}", summary="One staff task", opt=needs(Scope.TASKS_READ))
async def get_task(task_id: FromPath[UUID], asking: Asking, uses: Uses) -> OneTaskAnswer:
    """Open or done."""
    return OneTaskAnswer(task=task(await uses.get_task(asking.tenant_id, TaskId(task_id))))


@post("/{task_id:uuid}/done", summary="Close a staff task", status_code=200, opt=needs(Scope.TASKS_WRITE))
async def complete(
    task_id: FromPath[UUID], asking: Asking, uses: Uses, data: JSONBody[DoneBody | None] = None
) -> OneTaskAnswer:
    """409 when it is done already."""
    note = data.note if data else None
    done = TaskDone(tenant_id=asking.tenant_id, task_id=TaskId(task_id), by=asking.name, note=note)
    return OneTaskAnswer(task=task(await uses.complete_task(done)))


staff_tasks = Router("/staff-tasks", route_handlers=[list_tasks, get_task, complete], tags=["staff"])
