"""The provider answered a push: what it shows is taken over, unless a person decided meanwhile whose that record is."""

from typing import Generic, TypeVar

import attrs

from ....domain.staff.task import TaskReason
from ....domain.sync.conflict import PAIRING
from ....domain.sync.push import Push, PushState
from ....domain.sync.run import Counts
from ...ports.clock import IdSource
from ...ports.sources import Observed
from ...ports.unit_of_work import UnitOfWork
from ..links.doubted import WHOSE, answered_in_doubt
from ..links.lost_there import may_be_another
from ..links.sent import may_be_sent_of_another, may_be_unsent
from ..policies.overruled import none_of_ours
from ..records.record_kind import RecordKind, Versioned
from ..records.scope import Scope
from .confirming import Answer, Confirm
from .ending import Ending
from .not_taken_back import NotTakenBack
from .push_end import DELETED_HERE, NONE_OF_OURS
from .unmet_edits import UnmetEdits
from .waiting import go_on_waiting, waits

E = TypeVar("E", bound=Versioned)


@attrs.frozen
class Answering(Generic[E]):
    """One kind of record in one scope; used inside a transaction of its own, with the account claimed."""

    _kind: RecordKind[E]
    _scope: Scope
    _ids: IdSource

    async def __call__(self, uow: UnitOfWork, push: Push, answer: Answer | None) -> Counts:
        """``answer`` is what the provider shows after the push, None where the record is gone as wanted."""
        if push.external_id is None and answer is not None:
            decided = await self._decided(uow, push, answer.shown)
            if decided is not None:
                return decided
        before = await uow.pushes.get(push.id)
        counts = await Confirm(self._kind, self._scope, self._ids)(uow, push, answer)
        if push.state is PushState.REFUSED and before.state is not PushState.WAITING:
            # Nobody wants any more what the provider did not take.
            await uow.pushes.save(before)
            return Counts()
        if push.state is PushState.REFUSED:
            unmet = UnmetEdits(self._kind, self._scope, self._ids)
            await unmet(uow, push, TaskReason.REJECTED, push.why or "")
        return counts + await NotTakenBack(self._kind, self._scope, self._ids)(uow, push)

    async def _decided(self, uow: UnitOfWork, push: Push, shown: Observed) -> Counts | None:
        """What came of one that is to make a record, where a person said, is asked, or is to be asked by the next run,
        whose the provider's is.
        """
        account_id, kind, made = self._scope.account_id, push.kind, shown.external_id
        if not await waits(uow, push):
            # They said meanwhile which record it is: what was made is looked at by itself.
            await uow.due.add(account_id, kind, [made])
            return Counts()
        if await none_of_ours(uow, account_id, kind, [made]):
            return await Ending(self._kind, self._scope, self._ids)(uow, push, NONE_OF_OURS)
        asked = (await uow.conflicts.open_of(account_id, kind, [made])).get(made, ())
        pairing = next((each for each in asked if each.field == PAIRING), None)
        is_here = bool(await self._kind.load(uow, [push.local_id]))
        if pairing is None:
            if not await self._may_be_anothers(uow, push, shown, is_here=is_here):
                return None
            await uow.due.add(account_id, kind, [made])
        if not is_here:
            return await Ending(self._kind, self._scope, self._ids)(uow, push, DELETED_HERE)
        why = WHOSE if pairing is None else answered_in_doubt(push, pairing)
        await go_on_waiting(uow, push, why, now=self._scope.now)
        return Counts()

    async def _may_be_anothers(self, uow: UnitOfWork, push: Push, shown: Observed, *, is_here: bool) -> bool:
        key = shown.external_id
        links = await uow.sync_records.by_external_ids(self._scope.account_id, push.kind, [key])
        if links:
            # Whose it is, nobody is asked any more.
            return not is_here and links[key].local_id != push.local_id
        if await may_be_another(uow, self._kind, self._scope.account_id, shown, push.local_id):
            return True
        if await may_be_sent_of_another(uow, self._kind, push, shown):
            return True
        return not is_here and await may_be_unsent(uow, self._kind, shown)
