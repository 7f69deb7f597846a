"""An account that leads elsewhere: what was agreed on was agreed on with somebody else."""

from collections.abc import Sequence

import attrs

from ....domain.staff.task import TaskReason
from ....domain.sync.push import Push, PushState
from ....domain.sync.run import Counts
from ....domain.sync.state import SyncState
from ...ports.unit_of_work import UnitOfWork
from ..pushes.unmet_edits import UnmetEdits
from ..records.run_books import Opened
from .strand import AnyStrand

_WHY = "the account leads elsewhere since; it is decided anew"
_AT_ONCE = 1000


async def moved_in(opened: Opened, strand: AnyStrand) -> AnyStrand:
    """The strand as it is where the account leads now. After a move everything is listed before anything is written
    there: the cursor is forgotten, and what waited to be written, or was refused, is dropped.
    """
    if strand.state.place in {"", strand.place}:
        return strand

    async def move(uow: UnitOfWork) -> Counts:
        dropped = await _drop_pushes(uow, strand)
        await uow.sync_states.put(_forgotten(await uow.sync_states.get(strand.scope.account_id, strand.name), strand))
        return Counts(dropped=dropped)

    await strand.books.write(opened.run, "move_account", move)
    return attrs.evolve(strand, state=_forgotten(strand.state, strand))


def _forgotten(state: SyncState, strand: AnyStrand) -> SyncState:
    return attrs.evolve(state, place=strand.place, cursor=None, cursor_at=None, complete_at=None)


async def _drop_pushes(uow: UnitOfWork, strand: AnyStrand) -> int:
    """How many of them waited."""
    account_id, kind, dropped = strand.scope.account_id, strand.name, 0
    while waiting := await uow.pushes.waiting(account_id, kind, limit=_AT_ONCE):
        for push in waiting:
            await _drop(uow, strand, push)
        dropped += len(waiting)
        await uow.due.add(account_id, kind, [push.external_id for push in waiting if push.external_id is not None])
    refused = await uow.pushes.creations(account_id, kind, await uow.pushes.creating(account_id, kind))
    for push in (*refused.values(), *await _refused_values(uow, strand)):
        _end(strand, push)
        await uow.pushes.save(push)
    return dropped


async def _refused_values(uow: UnitOfWork, strand: AnyStrand) -> Sequence[Push]:
    """What one gym refused the other may take: it is offered there, too."""
    account_id, kind, found, after = strand.scope.account_id, strand.name, list[Push](), ""
    while linked := await uow.sync_records.external_ids(account_id, kind, after=after, limit=_AT_ONCE):
        pushes = (push for each in (await uow.pushes.of_records(account_id, kind, linked)).values() for push in each)
        refused = [push for push in pushes if push.state is PushState.REFUSED]
        await uow.due.add(account_id, kind, sorted({str(push.external_id) for push in refused}))
        found += refused
        after = linked[-1]
    return found


async def _drop(uow: UnitOfWork, strand: AnyStrand, push: Push) -> None:
    """What a person edited, and the field's owner will take back, is asked of the staff."""
    _end(strand, push)
    await uow.pushes.save(push)
    await UnmetEdits(strand.kind, strand.scope, strand.ids)(uow, push, TaskReason.OUTCOME_UNKNOWN, _WHY)


def _end(strand: AnyStrand, push: Push) -> None:
    push.end(PushState.DROPPED, now=strand.scope.now, why=_WHY)
