"""Brings a batch of observed records into the store: new ones are created, changed ones decided field by field."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

import attrs

from ...domain.shared.errors import NotFound, TresenError
from ...domain.shared.ids import AccountId, RunId
from ...domain.sync.decision import Decision, Policy, decide
from ...domain.sync.journal import Change, journal
from ...domain.sync.laws import Edited
from ...domain.sync.record import SyncRecord
from ...domain.sync.run import Counts, SyncError
from ...domain.sync.schema import Values
from ..ports.clock import IdSource
from ..ports.sources import Observed, Reading
from ..ports.unit_of_work import UnitOfWork
from .records import RecordKind, Versioned

E = TypeVar("E", bound=Versioned)


@attrs.frozen(kw_only=True)
class RunScope:
    """For whom and by which rules. ``edited``: external ids of the records that were edited here since the last run.

    ``news``: what is new to us has just happened. Not so in an account's first run, which finds what was there long
    before: hundreds of leads would be greeted who wrote years ago.
    """

    run_id: RunId
    account_id: AccountId
    policy: Policy
    edited: Collection[str] = frozenset()
    news: bool = True
    now: datetime


@attrs.define
class _Effects(Generic[E]):
    """What a batch will write."""

    added: list[E] = attrs.field(factory=list)
    saved: list[E] = attrs.field(factory=list)
    records: list[SyncRecord] = attrs.field(factory=list)
    changes: list[Change] = attrs.field(factory=list)
    errors: list[SyncError] = attrs.field(factory=list)
    new_links: list[tuple[E, str, bytes, Values]] = attrs.field(factory=list)
    links: list[tuple[E, str, bytes, Values]] = attrs.field(factory=list)
    unchanged: int = 0


@attrs.frozen
class Reconciler(Generic[E]):
    """One kind of record in one scope. An unusable record becomes a SyncError and stops nothing."""

    _kind: RecordKind[E]
    _scope: RunScope
    _ids: IdSource

    async def __call__(self, uow: UnitOfWork, batch: Sequence[Observed]) -> Counts:
        """Write what the batch changes; the counts of it. A record listed twice counts once: the later one."""
        observed = {o.external_id: o for o in batch}
        effects: _Effects[E] = _Effects()
        fresh, changed = await self._sort(uow, observed, effects)
        await self._create(uow, self._read(fresh, effects), effects)
        await self._compare(uow, self._read(changed, effects), effects)
        await self._write(uow, effects)
        return Counts(
            created=len(effects.added),
            updated=len(effects.saved),
            unchanged=effects.unchanged,
            errors=len(effects.errors),
        )

    async def _sort(
        self, uow: UnitOfWork, observed: Mapping[str, Observed], effects: _Effects[E]
    ) -> tuple[list[Observed], list[Observed]]:
        scope = self._scope
        known = await uow.sync_records.fingerprints(scope.account_id, self._kind.schema.kind, observed.keys())
        fresh, changed = [], []
        for external_id, one in observed.items():
            fingerprint = known.get(external_id)
            if fingerprint is None:
                fresh.append(one)
            elif fingerprint != one.fingerprint or external_id in scope.edited:
                changed.append(one)
            else:
                effects.unchanged += 1
        return fresh, changed

    def _read(self, observed: Sequence[Observed], effects: _Effects[E]) -> list[tuple[Observed, Reading]]:
        readings = []
        for one in observed:
            try:
                readings.append((one, one.read()))
            except TresenError as error:
                effects.errors.append(self._error(one.external_id, error))
        return readings

    async def _create(
        self, uow: UnitOfWork, readings: Sequence[tuple[Observed, Reading]], effects: _Effects[E]
    ) -> None:
        if not readings:
            return
        await self._kind.prepare(uow, [reading.values for _, reading in readings])
        twins: dict[UUID, tuple[Observed, Reading]] = {}
        for one, reading in readings:
            try:
                twin = self._kind.twin(reading.values)
                if twin is not None and twin not in twins:
                    twins[twin] = (one, reading)
                    continue
                entity = self._kind.create(reading.values, id=self._ids.new(), now=self._scope.now)
            except TresenError as error:
                effects.errors.append(self._error(one.external_id, error))
                continue
            self._announce(entity)
            effects.added.append(entity)
            effects.new_links.append((entity, one.external_id, one.fingerprint, reading.values))
        locals_ = await self._kind.load(uow, twins.keys()) if twins else {}
        for twin, (one, reading) in twins.items():
            self._settle(one, reading, locals_[twin], {}, effects, must_link=True)

    async def _compare(
        self, uow: UnitOfWork, readings: Sequence[tuple[Observed, Reading]], effects: _Effects[E]
    ) -> None:
        if not readings:
            return
        kind, ids = self._kind.schema.kind, [one.external_id for one, _ in readings]
        records = await uow.sync_records.by_external_ids(self._scope.account_id, kind, ids)
        # Our side still stands as it was last agreed, so what that refers to is needed too.
        agreed = [record.base for record in records.values()]
        await self._kind.prepare(uow, [*agreed, *(reading.values for _, reading in readings)])
        locals_ = await self._kind.load(uow, [record.local_id for record in records.values()])
        for one, reading in readings:
            record = records[one.external_id]
            entity = locals_.get(record.local_id)
            if entity is None:
                effects.errors.append(self._error(one.external_id, NotFound(kind, record.local_id)))
                continue
            edited = entity.version != record.local_version
            self._settle(one, reading, entity, record.base, effects, must_link=edited)

    def _settle(
        self, one: Observed, reading: Reading, entity: E, base: Values, effects: _Effects[E], *, must_link: bool
    ) -> None:
        decision = self._decide(reading, entity, base)
        agreed = decision.next_base(base, reading.values)
        try:
            if decision.updates:
                self._kind.update(entity, decision.updates, now=self._scope.now)
        except TresenError as error:
            effects.errors.append(self._error(one.external_id, error))
            return
        if decision.updates:
            effects.saved.append(entity)
        else:
            effects.unchanged += 1
        if decision.updates or must_link or self._moved(base, agreed):
            effects.links.append((entity, one.external_id, one.fingerprint, agreed))
        effects.changes.extend(self._journal(decision, one.external_id, entity.id))

    def _decide(self, reading: Reading, entity: E, base: Values) -> Decision:
        return decide(
            self._kind.schema,
            self._scope.policy,
            base=base,
            ours=self._kind.values(entity),
            theirs=reading.values,
            edited=Edited(ours_at=entity.updated_at, theirs_at=reading.edited_at),
        )

    def _moved(self, base: Values, agreed: Values) -> bool:
        fields = (f for f in self._kind.schema.fields if f.name in agreed)
        return any(f.name not in base or not f.same(base[f.name], agreed[f.name]) for f in fields)

    def _journal(self, decision: Decision, external_id: str, local_id: UUID) -> Sequence[Change]:
        return tuple(
            journal(
                decision,
                run_id=self._scope.run_id,
                kind=self._kind.schema.kind,
                external_id=external_id,
                local_id=local_id,
                at=self._scope.now,
            )
        )

    def _announce(self, entity: E) -> None:
        if self._scope.news:
            self._kind.announce(entity, now=self._scope.now)
        else:
            entity.drain()

    async def _write(self, uow: UnitOfWork, effects: _Effects[E]) -> None:
        if effects.added:
            await self._kind.add(uow, effects.added)
        if effects.saved:
            await self._kind.save(uow, effects.saved)
        if effects.new_links:
            await uow.sync_records.add_many([self._record(*link) for link in effects.new_links])
        if effects.links:
            await uow.sync_records.put_many([self._record(*link) for link in effects.links])
        if effects.changes:
            await uow.journal.append(effects.changes)
        if effects.errors:
            await uow.runs.add_errors(effects.errors)

    def _record(self, entity: E, external_id: str, fingerprint: bytes, base: Values) -> SyncRecord:
        return SyncRecord(
            account_id=self._scope.account_id,
            kind=self._kind.schema.kind,
            external_id=external_id,
            local_id=entity.id,
            base=base,
            fingerprint=fingerprint,
            # Read after add and save: they advance it.
            local_version=entity.version,
            synced_at=self._scope.now,
        )

    def _error(self, external_id: str, error: TresenError) -> SyncError:
        return SyncError(
            run_id=self._scope.run_id,
            kind=self._kind.schema.kind,
            external_id=external_id,
            code=error.code,
            message=error.message,
            at=self._scope.now,
        )
