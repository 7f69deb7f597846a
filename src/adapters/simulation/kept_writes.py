"""Whether what somebody had done at the provider is done as it was told: there and here, or left to the staff."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import attrs

from ...application.leads.convert_lead import Converted
from ...application.sync.records.kinds import MEMBER
from ...domain.shared.errors import AlreadyExists
from ...domain.shared.ids import TaskId
from ...domain.staff.task import StaffTask, TaskReason, TaskState
from ...domain.sync.conflict import ConflictState
from ...domain.sync.schema import Value
from ..memory.store import Room
from .people import here
from .rows import Rows, changed, rows_of
from .steps.counter import AtCounter, CancelMembership, ConvertLead, EnterLead, UpdateLead, UpdateMembership
from .steps.edits import DeleteHere, DeleteThere
from .world import World

END = frozenset({"ends_on", "cancels_on", "flagged_active", "deleted", "on_hold", "auto_renew"})
# Calls to the provider that are enough: a look and a write each.
_ENOUGH: Mapping[type[AtCounter], int] = {ConvertLead: 6}
_A_LOOK_AND_A_WRITE = 2
# What a task calls a field.
_CALLED = {"status": "stage", "message": "notes", "interested_in": "notes"}


@attrs.frozen(kw_only=True)
class KeptWrite:
    """What somebody had done by ``step``: the ``answer`` (None: none came), and what was ``told`` in a word; the
    ``calls`` that it made, how often it ``wrote`` there; the rows ``before``, and which ``tasks`` were open.
    """

    world: World
    number: int
    step: AtCounter
    answer: Any
    told: str
    calls: Sequence[str]
    wrote: int
    before: Rows
    tasks: Collection[TaskId]

    def wrong(self) -> Iterator[str]:
        """What is not as it should be."""
        enough = _ENOUGH.get(type(self.step), _A_LOOK_AND_A_WRITE)
        if len(self.calls) > enough:
            yield f"made {len(self.calls)} calls, and {enough} are enough: {', '.join(self.calls)}"
        if self.told.startswith("refused"):
            yield from self._refused()
        elif self.answer is None:
            yield from self._died()
        elif self.answer.task is None:
            yield from self._done()
        else:
            yield from self._left(self.answer.task)

    def _refused(self) -> Iterator[str]:
        if self.wrote and not self._new_tasks:
            yield f"was {self.told}, and wrote at the provider, and no task asks anybody to look"
        # Of a conversion that was cut off the rest is done, but for what is sold already.
        is_rest = isinstance(self.step, ConvertLead) and self.told.endswith(AlreadyExists.code)
        disturbed = is_rest or self.wrote or self.step.meanwhile or self.step.overtaken
        if not disturbed and (written := changed(self.before, rows_of(self._room))):
            yield f"was {self.told}, and wrote {', '.join(written)}"

    def _died(self) -> Iterator[str]:
        """Whoever is not answered is asked to look, unless everything is done or nothing is."""
        sold = isinstance(self.step, ConvertLead) and self._is_sold()
        if isinstance(self.step, ConvertLead) and self.wrote and not (sold or self._new_tasks):
            yield "died after it wrote at the provider; nothing is sold, and no task asks anybody to look"

    def _done(self) -> Iterator[str]:
        for task in self._new_tasks:
            if task.reason is TaskReason.OUTCOME_UNKNOWN and task.operation == _OPERATION[type(self.step)]:
                yield f"is done, and a task says that nobody knows: {task.title}"
        for name, value in self._asked():
            if not self._is_somewhere(name, value):
                yield f"is done, and {value!r} is its {name} neither here nor there, nor in a conflict or the journal"
        if isinstance(self.step, ConvertLead):
            assert isinstance(self.answer, Converted)  # noqa: S101 - for the type checker
            if self.answer.member is None or self.answer.membership is None:
                yield "is done, and there is no member or no membership"

    def _left(self, task: StaffTask) -> Iterator[str]:
        kept = self._room.tasks.find(task.id)
        if kept is None or kept.state is not TaskState.OPEN:
            yield f"is left to the staff, and no task is open: {task.title}"
        for name, value in self._asked():
            if not (_says(task, name, value) or self._is_somewhere(name, value)):
                yield f"is left to the staff, and the task does not say {value!r} as its {name}"

    @property
    def _room(self) -> Room:
        return self.world.room(self.world.specs[self.number].tenant)

    @property
    def _open_tasks(self) -> list[StaffTask]:
        return [task for task in self._room.tasks.rows() if task.state is TaskState.OPEN]

    @property
    def _new_tasks(self) -> list[StaffTask]:
        return [task for task in self._open_tasks if task.id not in self.tasks]

    def _asked(self) -> Iterator[tuple[str, Value]]:
        """What was typed in, unless somebody wants it otherwise in the middle of that."""
        steps = [each.step for each in (*self.step.meanwhile, *self.step.overtaken)]
        about = [step for step in steps if getattr(step, "who", None) == self.step.who]
        if not any(isinstance(step, DeleteHere | DeleteThere) for step in about):
            otherwise = {name for step in about for name in getattr(step, "values", ())}
            yield from (asked for asked in self._typed() if asked[0] not in otherwise)

    def _typed(self) -> Iterator[tuple[str, Value]]:
        match self.step:
            case EnterLead() | UpdateLead():
                told = self.step.values.items()
                yield from ((n, v) for n, v in told if v or isinstance(self.step, UpdateLead))
            case CancelMembership():
                yield "flagged_active", False
            case UpdateMembership() if self.step.status:
                yield "flagged_active", self.step.status != "cancelled"
                yield from [("on_hold", self.step.status == "paused")] * (self.step.status != "cancelled")
            case _:
                pass
        if isinstance(self.step, UpdateMembership) and self.step.monthly_price:
            yield "price", f"{self.step.monthly_price} EUR"

    def _is_somewhere(self, name: str, value: Value) -> bool:
        room, kind = self._room, self.step.kind
        field = self.world.schema(kind).by_name[name]

        def same(held: Value) -> bool:
            within = isinstance(self.step, EnterLead) and isinstance(held, str) and str(value).strip() in held
            return within or field.same(held, value)

        ours = here(self.world, self.world.specs[self.number].tenant, kind, self.step.who)
        keys = {key for key, _ in ours}
        links = {link.external_id for link in self.world.links(self.number, kind) if link.local_id in keys}
        entries = [e for e in self.world.gyms[self.number].shelf(kind).entries() if e.external_id in links]
        held = [self.world.values(kind, entity).get(name) for _, entity in ours]
        held += [entry.values.get(name) for entry in entries]
        for line in room.changes.rows():
            if line.kind == kind and line.local_id in keys and line.field == name:
                held += [line.base, line.ours, line.theirs, line.value]
        for conflict in room.conflicts.rows():
            if conflict.state is ConflictState.OPEN and conflict.external_id in links and conflict.field == name:
                held += [conflict.ours, conflict.theirs]
        return any(map(same, held)) or any(_says(task, name, value) for task in self._open_tasks)

    def _is_sold(self) -> bool:
        members = [key for key, _ in here(self.world, self.world.specs[self.number].tenant, MEMBER, self.step.who)]
        return any(any(self._room.memberships.among("member", key)) for key in members)


_OPERATION: Mapping[type[AtCounter], str] = {
    EnterLead: "create_lead",
    UpdateLead: "update_lead",
    ConvertLead: "convert_lead",
    CancelMembership: "cancel_membership",
    UpdateMembership: "update_membership",
}


def _says(task: StaffTask, name: str, value: Value) -> bool:
    """Whether a task tells somebody to do that."""
    if task.operation in {"cancel_membership", "convert_lead"}:
        return True
    if task.operation == "update_membership":
        told = task.details.get("monthly_price" if name == "price" else "status")
        return told is not None and (name != "price" or str(value).startswith(told))
    told = task.details.get(_CALLED.get(name, name), task.details.get(name))
    return (told is None and value is None) or (told is not None and str(value).strip() in told)
