"""A record that was to be made at the provider anew, as that had lost it, and is not made there."""

from typing import Any

import attrs

from ....domain.shared.ids import ConflictId
from ....domain.sync.conflict import REFUSED, Conflict
from ....domain.sync.decision import WHOLE
from ....domain.sync.push import Push, PushState
from ....domain.sync.record import SyncRecord
from ....domain.sync.run import Counts
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..links.link_at import link_at
from ..records.record_kind import RecordKind
from ..records.scope import Scope

_NOT_DONE = {PushState.REFUSED, PushState.UNSURE, PushState.DROPPED}


@attrs.frozen
class NotTakenBack:
    """One kind of record in one scope; used inside the transaction in which the push ends."""

    _kind: RecordKind[Any]
    _scope: Scope
    _ids: IdSource

    async def __call__(self, uow: UnitOfWork, push: Push) -> Counts:
        """It has its old link still: a person is asked, or the next run decides. Of any other push nothing is done."""
        account_id = self._scope.account_id
        link = await link_at(uow, account_id, push.kind, push.local_id) if push.external_id is None else None
        if link is None or link.fingerprint or push.state not in _NOT_DONE:
            return Counts()
        key = link.external_id
        await uow.due.add(account_id, push.kind, [key])
        asked = (await uow.conflicts.open_of(account_id, push.kind, [key])).get(key, ())
        if push.state is PushState.DROPPED or any(each.field == WHOLE for each in asked):
            return Counts()
        here = (await self._kind.load(uow, [push.local_id])).get(push.local_id)
        asks = self._conflict(push, link, version=here.version if here is not None else 0)
        asks.announce()
        await uow.conflicts.add(asks)
        return Counts(conflicts=1)

    def _conflict(self, push: Push, link: SyncRecord, *, version: int) -> Conflict:
        scope = self._scope
        return Conflict(
            id=ConflictId(self._ids.new()),
            tenant_id=scope.tenant_id,
            account_id=scope.account_id,
            kind=push.kind,
            external_id=link.external_id,
            local_id=push.local_id,
            local_version=version,
            field=WHOLE,
            rule=REFUSED,
            reason=f"the provider deleted what we edited, and does not take it back: {push.why}",
            run_id=scope.run_id,
            opened_at=scope.now,
            updated_at=scope.now,
        )
