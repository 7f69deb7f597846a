"""Whether an edit through Tresen is kept as a whole: here, in the journal, on its way, or with the staff."""

from collections.abc import Iterator, Sequence
from uuid import UUID

import attrs

from ...application.sync.edits.edited import EditDone
from ...application.sync.records.task_at_provider import subject_of
from ...domain.leads.lead import Lead
from ...domain.membership.member import Member
from ...domain.staff.task import TaskState
from ...domain.sync.edit_fate import Fate
from ...domain.sync.journal import LOCAL_EDIT
from ...domain.sync.push import Push
from ...domain.sync.schema import Field, Value, Values
from ..memory.store import Room
from .steps.edits import EditAtCounter
from .world import World

Taken = EditDone[Member] | EditDone[Lead]


@attrs.frozen
class KeptEdit:
    """An edit that was just taken. ``before`` is our side before it, ``pushes`` are those that came with it."""

    _world: World
    _room: Room
    _step: EditAtCounter
    _told: Taken
    _before: Values
    pushes: Sequence[Push]

    def wrong(self) -> Iterator[str]:
        """What is not as it should be."""
        entity = self._world.table(self._room, self._step.kind).find(self._told.entity.id)
        if entity is None:
            yield "was taken, and its record is gone"
            return
        fields = self._world.schema(self._step.kind).by_name
        fates = {each.field: each.fate for each in self._told.prospects}
        after = self._world.values(self._step.kind, entity)
        for name, field in fields.items():
            wanted = self._step.values.get(name) if name in self._step.values else self._before.get(name)
            if fates.get(name) is Fate.TASK:
                yield from self._for_the_staff(field, after.get(name))
            elif not field.same(after.get(name), wanted):
                yield f"makes its {name} {after.get(name)!r}, not {wanted!r}"
            elif name in fates:
                yield from self._told_of(field, after.get(name), entity.version)
            sent = [push.values[name] for push in self.pushes if name in push.values]
            if len(sent) != (fates.get(name) is Fate.PUSH) or not all(field.same(value, wanted) for value in sent):
                yield f"sends {sent} as {name}, and told of {fates.get(name)}"

    def _for_the_staff(self, field: Field, now: Value) -> Iterator[str]:
        name, wanted = field.name, self._step.values.get(field.name)
        if not field.same(now, self._before.get(name)):
            yield f"is left to the staff, and makes its {name} {now!r}"
        if not is_asked(self._room, self._step.kind, self._told.entity.id, field, wanted):
            yield f"leaves its {name} to the staff, and no open task says {wanted!r}"

    def _told_of(self, field: Field, now: Value, version: int) -> Iterator[str]:
        """Both values are in the journal."""
        was = self._before.get(field.name)
        if not any(
            line.rule == LOCAL_EDIT and field.same(line.ours, was) and field.same(line.value, now)
            for line in self._room.changes.rows()
            if (line.local_id, line.field, line.version) == (self._told.entity.id, field.name, version)
        ):
            yield f"makes its {field.name} {now!r}, was {was!r}, and no line says so"


def is_asked(room: Room, kind: str, local_id: UUID, field: Field, value: Value) -> bool:
    """Whether the staff are to give the provider this value."""
    return any(
        field.name in task.details and field.same(task.details[field.name], _text(value))
        for task in room.tasks.rows()
        if task.state is TaskState.OPEN and task.subject == subject_of(kind, local_id)
    )


def _text(value: Value) -> str | None:
    return None if value is None else str(value)
