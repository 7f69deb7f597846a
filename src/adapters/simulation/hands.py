"""What people do through Tresen itself: they decide conflicts, open them again, undo, and let go what was pinned."""

from collections.abc import Awaitable

import attrs

from ...application.sync.conflicts.resolve_conflict import ConflictChoice
from ...application.sync.desk import SyncDesk
from ...application.sync.undo.undo_plan import UndoTarget
from ...domain.shared.errors import TresenError
from ...domain.sync.conflict import PAIRING, Choice, Conflict, ConflictState
from ...domain.sync.journal import Change
from ...domain.sync.run import Run
from ..memory.store import Room
from .people import TAG, Name, here
from .programme import Process
from .steps.decisions import LetGo, Reopen, Resolve, Undo, UndoChange, UndoRecord
from .steps.step import Step, StepAt, StepHere
from .world import World

_SOMEBODY = "somebody"


@attrs.frozen
class Hands:
    """They work on a world, between runs."""

    _world: World

    async def work(self, step: Step) -> str:
        """What came of it."""
        match step:
            case Resolve():
                return await self._resolve(step)
            case Reopen():
                return await self._reopen(step)
            case LetGo():
                return await self._let_go(step)
            case Undo():
                run = self._run(step)
                return "no run wrote anything" if run is None else await self._undo(step, UndoTarget(run_id=run.id))
            case UndoChange():
                line = self._line(step)
                return "there is no line" if line is None else await self._undo(step, UndoTarget(change_id=line.id))
            case UndoRecord():
                return await self._back(step)
            case _:
                raise TypeError(f"nobody can {step}")

    def new(self, step: Step) -> Name | None:
        """Who is to be another one than those who are here, by what a person is about to decide."""
        found = self._conflict(step) if isinstance(step, Resolve) and step.choice == Choice.THEIRS.value else None
        if found is None or found.field != PAIRING or not isinstance(step, Resolve):
            return None
        entry = self._world.gyms[step.account].shelf(step.kind).find(found.external_id)
        return None if entry is None else (self.tenant(step), step.kind, str(entry.values[TAG[step.kind]]))

    def tenant(self, step: Step) -> int:
        """Whom a step is about."""
        return step.tenant if isinstance(step, StepHere) else self._world.specs[_at(step)].tenant

    async def _resolve(self, step: Resolve) -> str:
        found = self._conflict(step)
        if found is None:
            return "nothing is asked"
        choice = Choice(step.choice)
        value = step.values.get(found.field) if choice is Choice.VALUE else None
        if found.candidates and choice is Choice.OURS:
            value = found.candidates[0]
        return await _told(
            self._desk.resolve(
                ConflictChoice(
                    tenant_id=found.tenant_id, conflict_id=found.id, choice=choice, value=value, by=_SOMEBODY
                )
            )
        )

    async def _reopen(self, step: Reopen) -> str:
        account, room = self._world.account_ids[step.account], self._room(step)
        closed = [
            row
            for row in room.conflicts.rows()
            if (row.account_id, row.kind) == (account, step.kind) and row.state is not ConflictState.OPEN
        ]
        if not closed:
            return "nothing was decided"
        latest = max(closed, key=lambda conflict: (conflict.updated_at, conflict.id))
        return await _told(self._desk.reopen(room.tenant.id, latest.id, by=_SOMEBODY))

    async def _let_go(self, step: LetGo) -> str:
        account, room = self._world.account_ids[step.account], self._room(step)
        pinned = [row for row in room.overrides.rows() if (row.account_id, row.kind) == (account, step.kind)]
        if not pinned:
            return "nothing is pinned"
        first = min(pinned, key=lambda row: (row.external_id, row.field))
        return await _told(
            self._desk.remove_override(
                room.tenant.id,
                account_id=account,
                kind=step.kind,
                external_id=first.external_id,
                field=first.field,
                by=_SOMEBODY,
            )
        )

    async def _back(self, step: UndoRecord) -> str:
        found = here(self._world, step.tenant, step.kind, step.who)
        if not found:
            return "it is not here"
        key, entity = found[0]
        version = max(1, entity.version - step.back)
        return await self._undo(step, UndoTarget(kind=step.kind, local_id=key, version=version))

    async def _undo(self, step: Step, target: UndoTarget) -> str:
        return await _told(self._desk.undo(self._world.tenants[self.tenant(step)].id, target, by=_SOMEBODY))

    @property
    def _desk(self) -> SyncDesk:
        return self._world.desk(Process())

    def _room(self, step: Step) -> Room:
        return self._world.room(self.tenant(step))

    def _conflict(self, step: Resolve) -> Conflict | None:
        side = (self._world.account_ids[step.account], step.kind)
        room = self._room(step)
        found = [row for _, row in room.conflicts.among("open side", side)]
        return min(found, key=lambda conflict: (conflict.external_id, conflict.field), default=None)

    def _run(self, step: Undo) -> Run | None:
        wrote = [run for run in self._runs(step) if run.counts.created or run.counts.updated or run.counts.deleted]
        return max((run for run in wrote if run.kind in {"members", "leads"}), key=lambda run: run.id, default=None)

    def _line(self, step: UndoChange) -> Change | None:
        runs = {run.id for run in self._runs(step)}
        lines = [line for line in self._room(step).changes.rows() if line.run_id in runs and line.kind == step.kind]
        lines.sort(key=lambda line: line.id)
        return lines[-1 - step.back] if step.back < len(lines) else None

    def _runs(self, step: StepAt) -> list[Run]:
        account = self._world.account_ids[step.account]
        return [run for run in self._room(step).runs.rows() if run.account_id == account]


def _at(step: Step) -> int:
    assert isinstance(step, StepAt), "people act on a tenant or at an account"  # noqa: S101 - for the type checker
    return step.account


async def _told(work: Awaitable[object]) -> str:
    """What a person is refused is no failure: there may be good reason."""
    try:
        await work
    except TresenError as error:
        return f"refused: {error.code}"
    return "done"
