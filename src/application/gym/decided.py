"""What a person decided at the counter, and the provider did, goes before whatever was decided about it before."""

from collections.abc import Collection
from typing import Generic

import attrs

from ...domain.sync.laws import Law
from ...domain.sync.policy import Policy
from ...domain.sync.push import PushState
from ...domain.sync.record import SyncRecord
from ..ports.clock import IdSource
from ..ports.unit_of_work import UnitOfWork
from ..sync.links.pinning import Pinning
from ..sync.links.pins import pins_of
from ..sync.records.record_kind import E, RecordKind
from ..sync.records.scope import Scope


@attrs.frozen
class Decided(Generic[E]):
    """``fields`` are those that were to be changed, and ``seen`` is our record as it was then."""

    fields: Collection[str]
    seen: E

    async def make_way(
        self, uow: UnitOfWork, kind: RecordKind[E], scope: Scope, ids: IdSource, external_id: str
    ) -> Policy:
        """By what the provider's answer is taken over. An override of one of these fields ends, and what waits to be
        written to it is not what is wanted any more. One that somebody edited here meanwhile is for its law.
        """
        of = (scope.account_id, kind.schema.kind)
        link = (await uow.sync_records.by_external_ids(*of, [external_id])).get(external_id)
        fields = await self._unedited(uow, kind, link) if link is not None else ()
        if link is None or not fields:
            return scope.policy
        pins = [pin for pin in await pins_of(uow, link) if pin.field in fields]
        await Pinning(scope, ids).let_go(uow, pins, "a change at the counter replaced")
        for push in (await uow.pushes.of_records(*of, [external_id])).get(external_id, ()):
            if push.state is PushState.WAITING and not fields.isdisjoint(push.values):
                push.end(PushState.DROPPED, now=scope.now, why="somebody decided otherwise at the counter")
                await uow.pushes.save(push)
                await uow.due.renew(*of, external_id)
        return attrs.evolve(scope.policy, fields={**scope.policy.fields, **dict.fromkeys(fields, Law.THEIRS)})

    async def _unedited(self, uow: UnitOfWork, kind: RecordKind[E], link: SyncRecord) -> frozenset[str]:
        here = (await kind.load(uow, [self.seen.id])).get(self.seen.id)
        if here is None or link.local_id != here.id:
            return frozenset()
        await kind.prepare(uow, [link.base], [here, self.seen])
        was, now = kind.values(self.seen), kind.values(here)
        return frozenset(name for name in self.fields if was.get(name) == now.get(name))
