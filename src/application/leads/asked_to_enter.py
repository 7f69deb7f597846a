"""What staff are asked to enter of a lead is what is known of it today."""

from ...domain.leads.lead import Lead
from ...domain.staff.task import StaffTask
from ..gym.settled import IN_DOUBT
from ..gym.wanted import Wanted
from ..ports.gym import Operation
from ..ports.unit_of_work import UnitOfWork
from ..sync.courses.lead_records import values_of
from ..sync.records.kinds import LEAD
from ..sync.records.task_at_provider import NO_LONGER, in_words, subject_of
from .entering import person, to_enter


async def ask_to_enter_as_known(uow: UnitOfWork, lead: Lead) -> None:
    """The open tasks to enter it say what it holds now; used in the transaction that changed it. Of what nobody knows
    whether it was entered, they tell on what was sent: by that a person finds it.
    """
    waiting = await uow.tasks.open_for(Operation.CREATE_LEAD.value, subject_of(LEAD, lead.id))
    for task in waiting:
        if _ask(task, to_enter(lead, person(values_of(lead)))):
            await uow.tasks.save(task)


def _ask(task: StaffTask, wanted: Wanted) -> bool:
    """Whether it is another by that."""
    before = {name: task.details.get(name) for name, value in wanted.details.items() if task.details.get(name) != value}
    if not before and task.title == wanted.title:
        return False
    if task.reason in IN_DOUBT:
        told = "; ".join(text for text in (task.details.get(NO_LONGER), in_words(before)) if text)
        task.details = {**task.details, NO_LONGER: told} if told else task.details
    task.title, task.details = wanted.title, {**task.details, **wanted.details}
    return True
