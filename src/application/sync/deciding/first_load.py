"""The first load of an account: everything there is new here, and there is nothing that a guard could protect.

Every step would be a creation, whatever the policy; so none is kept, and each batch is stored as it comes. What may be
one of ours by then, as somebody entered it meanwhile, is left to the next run.
"""

from collections.abc import Collection, Sequence
from typing import Generic, TypeVar
from uuid import UUID

import attrs

from ....domain.shared.errors import TresenError
from ....domain.sync.canonical import Values
from ....domain.sync.pairing import found_by
from ....domain.sync.record import SyncRecord
from ....domain.sync.run import Counts, SyncError
from ...ports.clock import IdSource
from ...ports.sources import Batch, Observed
from ...ports.unit_of_work import UnitOfWork
from ..links.sent import sent
from ..records.reading import due_again, named, read, told_gone
from ..records.record_kind import RecordKind, Versioned
from ..records.scope import Scope

E = TypeVar("E", bound=Versioned)


@attrs.frozen
class FirstLoad(Generic[E]):
    """One kind of record in one scope."""

    _kind: RecordKind[E]
    _scope: Scope
    _ids: IdSource

    async def __call__(self, uow: UnitOfWork, batch: Batch) -> Counts:
        """Store a batch; one that an earlier batch showed already counts as unchanged, and is due if it changed, or is
        told to be gone now. What may be one of ours by then is due, too.
        """
        scope, kind = self._scope, self._kind.schema.kind
        latest, errors = named(batch.observed, scope, kind)
        known = await uow.sync_records.fingerprints(scope.account_id, kind, latest.keys())
        readable: list[tuple[Observed, Values]] = []
        for external_id, one in latest.items():
            if external_id not in known:
                try:
                    readable.append((one, read(one).values))
                except TresenError as error:
                    errors.append(scope.error(kind, external_id, error))
        ours = await self._may_be_ours(uow, readable)
        readable = [each for each in readable if each[0].external_id not in ours]
        created = await self._store(uow, readable, errors)
        gone, unknown = told_gone(batch.gone, scope, kind)
        errors += unknown
        due = [*await uow.sync_records.fingerprints(scope.account_id, kind, gone)] if gone else []
        due += [external_id for external_id, was in known.items() if was != latest[external_id].fingerprint]
        due += ours
        if errors:
            await uow.runs.add_errors(errors)
            due += due_again(errors)
        if due:
            await uow.due.add(scope.account_id, kind, due)
        return Counts(created=created, unchanged=len(known) + len(ours), errors=len(errors))

    async def _may_be_ours(self, uow: UnitOfWork, readable: Sequence[tuple[Observed, Values]]) -> Collection[str]:
        """External ids of those that may be a record that we sent there, or that say what one of ours says that nothing
        is linked to. All of ours need not be asked for that: a first load may be large.
        """
        in_doubt = await sent(uow, self._kind, self._scope.account_id)
        keys = {one.external_id: found_by(self._kind.schema, values) for one, values in readable}
        found = await self._kind.sharing(uow, wanted) if (wanted := set().union(*keys.values())) else {}
        free = {key for key, ids in found.items() if await self._is_any_free(uow, ids)}
        return {
            one.external_id
            for one, values in readable
            if not free.isdisjoint(keys[one.external_id]) or in_doubt.may_be(values)
        }

    async def _is_any_free(self, uow: UnitOfWork, ids: Collection[UUID]) -> bool:
        return any([not await uow.sync_records.of_local(self._kind.schema.kind, one) for one in ids])

    async def _store(
        self, uow: UnitOfWork, readable: Sequence[tuple[Observed, Values]], errors: list[SyncError]
    ) -> int:
        await self._kind.prepare(uow, [values for _, values in readable])
        added: list[E] = []
        links: list[tuple[E, Observed, Values]] = []
        for one, values in readable:
            try:
                entity = self._kind.create(values, id=self._ids.new(), now=self._scope.now)
            except TresenError as error:
                errors.append(self._scope.error(self._kind.schema.kind, one.external_id, error))
                continue
            if self._scope.news:
                self._kind.announce(entity, now=self._scope.now)
            else:
                entity.drain()
            added.append(entity)
            links.append((entity, one, values))
        if added:
            await self._kind.add(uow, added)
            await uow.sync_records.add_many([self._link(*link) for link in links])
        return len(added)

    def _link(self, entity: E, one: Observed, base: Values) -> SyncRecord:
        return SyncRecord(
            account_id=self._scope.account_id,
            kind=self._kind.schema.kind,
            external_id=one.external_id,
            local_id=entity.id,
            base=base,
            fingerprint=one.fingerprint,
            # Read after add: it advances it.
            local_version=entity.version,
            synced_at=self._scope.now,
            run_id=self._scope.run_id,
        )
