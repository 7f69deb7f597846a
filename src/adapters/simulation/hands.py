"""What people do through Tresen itself: they decide conflicts and undo runs."""

from collections.abc import Awaitable

import attrs

from ...application.sync.resolve_conflict import ConflictChoice
from ...application.sync.undo_plan import UndoTarget
from ...domain.shared.errors import TresenError
from ...domain.sync.conflict import Choice, Conflict
from ...domain.sync.run import Run
from .programme import Process
from .script import Resolve, Undo
from .world import World

_SOMEBODY = "somebody"


@attrs.frozen
class Hands:
    """They work on a world, between runs."""

    _world: World

    async def resolve(self, step: Resolve) -> str:
        """What came of it."""
        found = self._conflict(step)
        if found is None:
            return "nothing is asked"
        desk = self._world.desk(Process())
        value = found.candidates[0] if found.candidates and step.choice == Choice.OURS.value else None
        choice = ConflictChoice(
            tenant_id=found.tenant_id, conflict_id=found.id, choice=Choice(step.choice), value=value, by=_SOMEBODY
        )
        return await _told(desk.resolve(choice))

    async def undo(self, step: Undo) -> str:
        """What came of it."""
        run = self._run(step)
        if run is None:
            return "no run wrote anything"
        desk = self._world.desk(Process())
        return await _told(desk.undo(run.tenant_id, UndoTarget(run_id=run.id), by=_SOMEBODY))

    def _conflict(self, step: Resolve) -> Conflict | None:
        side = (self._world.account_ids[step.account], step.kind)
        room = self._world.room(self._world.specs[step.account].tenant)
        found = [row for _, row in room.conflicts.among("open side", side)]
        return min(found, key=lambda conflict: (conflict.external_id, conflict.field), default=None)

    def _run(self, step: Undo) -> Run | None:
        room = self._world.room(self._world.specs[step.account].tenant)
        account = self._world.account_ids[step.account]
        runs = [run for run in room.runs.rows() if run.account_id == account and run.kind in {"members", "leads"}]
        wrote = [run for run in runs if run.counts.created or run.counts.updated or run.counts.deleted]
        return max(wrote, key=lambda run: run.id, default=None)


async def _told(work: Awaitable[object]) -> str:
    """What a person is refused is no failure: there may be good reason."""
    try:
        await work
    except TresenError as error:
        return f"refused: {error.code}"
    return "done"
