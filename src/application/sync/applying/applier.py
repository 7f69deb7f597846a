"""Applies steps: entities, links, journal, conflicts and pushes, all in the transaction that it is handed.

A step of which anything it was computed from is another by now is left out, and its record is due in the next run.
"""

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar
from uuid import UUID

import attrs

from ....domain.shared.errors import TresenError
from ....domain.shared.ids import EntryId
from ....domain.sync.action import Action
from ....domain.sync.canonical import Values
from ....domain.sync.history import before_next_life
from ....domain.sync.journal import Change, Subject, told
from ....domain.sync.record import MISSING, SyncRecord
from ....domain.sync.run import Counts, SyncError
from ....domain.sync.step import Step, values_of
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..deciding.asking import Asking
from ..deciding.known import Stored, stored
from ..deciding.need import agreed, is_missed
from ..links.doubted import ask_no_more_of
from ..links.forgetting import BOTH_GONE, forget
from ..links.found_again import found_after_all, found_again
from ..pushes.outgoing import Outgoing
from ..records.belongings import stays_for
from ..records.edit_times import edited_by, write
from ..records.record_kind import Belongings, RecordKind, Versioned
from ..records.scope import Scope
from .local_edits import LocalEdits

E = TypeVar("E", bound=Versioned)
_MAKES = frozenset({Action.CREATE_HERE, Action.RESTORE_HERE})
_LEAVES = frozenset({Action.DELETE_HERE, Action.FORGET})


@attrs.define
class _Effects(Generic[E]):
    """What a batch of steps will write. Links are made after entities are stored: that advances their versions."""

    added: list[E] = attrs.field(factory=list)
    saved: list[E] = attrs.field(factory=list)
    removed: list[E] = attrs.field(factory=list)
    new_links: list[tuple[E, Step, Values]] = attrs.field(factory=list)
    links: list[tuple[E, Step, Values, SyncRecord | None]] = attrs.field(factory=list)
    kept: list[SyncRecord] = attrs.field(factory=list)
    forgotten: list[str] = attrs.field(factory=list)
    owners: Mapping[UUID, Belongings] = attrs.field(factory=dict)
    lives: Mapping[UUID, int] = attrs.field(factory=dict)
    told: list[Step] = attrs.field(factory=list)
    errors: list[SyncError] = attrs.field(factory=list)
    taken: set[str | UUID | None] = attrs.field(factory=set)
    due: list[str] = attrs.field(factory=list)
    done: list[str] = attrs.field(factory=list)
    unchanged: int = 0
    conflicts: int = 0
    parted: Counts = attrs.field(factory=Counts)

    def look_again(self, step: Step) -> None:
        """Its record is due. One that the provider does not have is found by the next whole listing."""
        if step.external_id is not None:
            self.due.append(step.external_id)


@attrs.frozen
class Applier(Generic[E]):
    """One kind of record in one scope.

    ``keeps_links``: what is deleted here is so on purpose, and stays away: the link says so, so that the next listing
    does not make it anew, and what was pinned of it holds on for when it comes back.
    """

    _kind: RecordKind[E]
    _scope: Scope
    _ids: IdSource
    _keeps_links: bool = False

    async def __call__(self, uow: UnitOfWork, steps: Sequence[Step]) -> Counts:
        """Write what the steps say; the counts of it."""
        external_ids = [step.external_id for step in steps if step.external_id is not None]
        found = await stored(uow, self._kind, self._scope, external_ids)
        unlinked = await self._unlinked(uow, steps, found)
        await self._kind.prepare(uow, [values for step in steps for values in _all_values(step)])
        going = [s.local_id for s in steps if s.decision.action is Action.DELETE_HERE and s.local_id is not None]
        effects: _Effects[E] = _Effects(
            owners=await self._kind.owners(uow, going) if going else {}, lives=await self._lives(uow, steps, found)
        )
        for step in steps:
            self._take(step, found, unlinked, effects)
        await self._write(uow, effects, found)
        return (
            Counts(
                created=len(effects.added),
                updated=len(effects.saved),
                deleted=len(effects.removed),
                unchanged=effects.unchanged,
                errors=len(effects.errors),
                conflicts=effects.conflicts,
            )
            + effects.parted
        )

    async def _unlinked(self, uow: UnitOfWork, steps: Sequence[Step], found: Stored[E]) -> Mapping[UUID, E]:
        wanted = {s.local_id for s in steps if s.local_id is not None} - found.entities.keys()
        return await self._kind.load(uow, wanted) if wanted else {}

    async def _lives(self, uow: UnitOfWork, steps: Sequence[Step], found: Stored[E]) -> Mapping[UUID, int]:
        """The versions that records have before they come back, so that none of theirs is there twice."""
        lives: dict[UUID, int] = {}
        for step in steps:
            if step.local_id is not None and step.decision.action in _MAKES:
                lines = await uow.journal.of_record(self._kind.schema.kind, step.local_id)
                link = found.links.get(step.external_id or "")
                lives[step.local_id] = before_next_life(lines, 0 if link is None else link.local_version)
        return lives

    def _take(self, step: Step, found: Stored[E], unlinked: Mapping[UUID, E], effects: _Effects[E]) -> None:
        link = found.links.get(step.external_id or "")
        entity = None
        if step.local_id is not None:
            entity = found.entities.get(step.local_id) or unlinked.get(step.local_id)
        record = step.external_id or step.local_id
        is_second = record in effects.taken
        effects.taken.add(record)
        asked = found.conflicts.get(step.external_id or "", ())
        waits = step.inputs.base is None and any(each.waits_for_person for each in asked)
        if is_second or waits or is_stale(step, link, 0 if entity is None else entity.version):
            # Of two steps of one record the second was computed from what the first changes.
            effects.look_again(step)
            return
        try:
            self._apply(step, link, entity, effects)
        except TresenError as error:
            effects.errors.append(self._scope.error(self._kind.schema.kind, step.external_id or "", error))
            effects.look_again(step)
            return
        effects.told.append(step)
        if step.external_id is not None:
            effects.done.append(step.external_id)

    def _apply(self, step: Step, link: SyncRecord | None, entity: E | None, effects: _Effects[E]) -> None:
        action = step.decision.action
        if action in _MAKES:
            self._create(step, effects)
        elif action is Action.MERGE and entity is not None:
            self._merge(step, link, entity, effects)
        elif action is Action.DELETE_HERE and entity is not None:
            self._delete(step, link, entity, effects)
        elif action is Action.FORGET:
            effects.forgotten.append(step.external_id or "")
        elif action is Action.RESTORE_THERE and link is not None:
            # What is made there anew gets another id, and another link once it has it.
            effects.unchanged += 1
            effects.kept.append(attrs.evolve(link, fingerprint=b""))
        else:
            # Asked, apart, to be deleted or to be made there: nothing of ours changes.
            effects.unchanged += 1
            if link is not None and is_missed(step, link):
                effects.kept.append(attrs.evolve(link, local_version=MISSING))

    def _delete(self, step: Step, link: SyncRecord | None, entity: E, effects: _Effects[E]) -> None:
        if entity.id in effects.owners:
            raise stays_for(effects.owners[entity.id])
        self._kind.depart(entity, now=self._scope.now)
        effects.removed.append(entity)
        if self._keeps_links and link is not None:
            effects.kept.append(attrs.evolve(link, local_version=MISSING))
        else:
            effects.forgotten.append(step.external_id or "")

    def _create(self, step: Step, effects: _Effects[E]) -> None:
        values = values_of(step.inputs.theirs)
        restored = step.local_id
        entity = self._kind.create(values, id=restored or self._ids.new(), now=self._scope.now)
        if restored is not None:
            entity.version = effects.lives[restored]
        if self._scope.news:
            self._kind.announce(entity, now=self._scope.now)
        else:
            entity.drain()
        effects.added.append(entity)
        if restored is None:
            effects.new_links.append((entity, step, values))
        else:
            effects.links.append((entity, step, values, None))

    def _merge(self, step: Step, link: SyncRecord | None, entity: E, effects: _Effects[E]) -> None:
        updates = step.decision.updates
        if updates:
            now = self._scope.now
            write(self._kind, entity, updates, now=now, edited_at=edited_by(step, now=now))
            effects.saved.append(entity)
        else:
            effects.unchanged += 1
        effects.links.append((entity, step, agreed(step), link))

    async def _write(self, uow: UnitOfWork, effects: _Effects[E], found: Stored[E]) -> None:
        await self._write_entities(uow, effects)
        await self._write_links(uow, effects)
        await self._tell(uow, effects, found)
        if effects.forgotten:
            await forget(uow, self._scope, self._ids, self._kind.schema.kind, effects.forgotten, BOTH_GONE)
        if effects.errors:
            await uow.runs.add_errors(effects.errors)
        kind, account_id = self._kind.schema.kind, self._scope.account_id
        if effects.done:
            await uow.due.remove(account_id, kind, effects.done)
        if effects.due:
            await uow.due.add(account_id, kind, effects.due)
        going = (step.local_id for step in effects.told if step.decision.action in _LEAVES)
        await ask_no_more_of(uow, kind, [one for one in going if one is not None])

    async def _write_entities(self, uow: UnitOfWork, effects: _Effects[E]) -> None:
        if effects.added:
            await self._kind.add(uow, effects.added)
        if effects.saved:
            await self._kind.save(uow, effects.saved)
        if effects.removed:
            await self._kind.remove(uow, effects.removed)

    async def _write_links(self, uow: UnitOfWork, effects: _Effects[E]) -> None:
        paired = {
            entity.id: step.external_id or ""
            for entity, step, _, link in effects.links
            if link is None and step.inputs.base is None
        }
        before: Mapping[UUID, SyncRecord] = {}
        if paired:
            before, effects.parted = await found_again(uow, self._kind, self._scope, self._ids, paired)
        back = [entity.id for entity, step, _, link in effects.links if link is not None and _is_back(step, link)]
        if back:
            kind = self._kind.schema.kind
            await found_after_all(uow, self._scope.account_id, kind, back, now=self._scope.now)
        if effects.new_links:
            await uow.sync_records.add_many([self._link(*each, None) for each in effects.new_links])
        if effects.links or effects.kept:
            links = [
                self._link(entity, step, base, before.get(entity.id) if link is None else link)
                for entity, step, base, link in effects.links
            ]
            await uow.sync_records.put_many([*links, *effects.kept])

    async def _tell(self, uow: UnitOfWork, effects: _Effects[E], found: Stored[E]) -> None:
        """Journal, conflicts and pushes."""
        versions = {entity.id: entity.version for entity in effects.saved}
        versions.update({entity.id: entity.version for entity in effects.added})
        edits = await LocalEdits(self._kind.schema, self._scope, self._ids)(uow, effects.told, found.links)
        lines = [line for step in effects.told for line in self._lines(step, versions)]
        if edits or lines:
            await uow.journal.append([*edits, *lines])
        effects.conflicts = await Asking(self._kind.schema, self._scope, self._ids)(uow, effects.told, found.conflicts)
        await Outgoing(self._kind.schema, self._scope, self._ids)(uow, effects.told)

    def _lines(self, step: Step, versions: Mapping[UUID, int]) -> Sequence[Change]:
        inputs = step.inputs
        made = told(step.decision, base=inputs.base, ours=inputs.ours, theirs=inputs.theirs)
        if not made or step.local_id is None:
            return ()
        subject = Subject(
            run_id=self._scope.run_id,
            kind=self._kind.schema.kind,
            external_id=step.external_id or "",
            local_id=step.local_id,
            version=versions.get(step.local_id, 0),
            at=self._scope.now,
        )
        return [subject.line(EntryId(self._ids.new()), each) for each in made]

    def _link(self, entity: E, step: Step, base: Values, link: SyncRecord | None) -> SyncRecord:
        """``link``: the one that it had, also under another id. It stays what the run made that made it."""
        return SyncRecord(
            account_id=self._scope.account_id,
            kind=self._kind.schema.kind,
            external_id=step.external_id or "",
            local_id=entity.id,
            base=base,
            fingerprint=step.fingerprint,
            # Read after add and save: they advance it.
            local_version=entity.version,
            synced_at=self._scope.now,
            run_id=self._scope.run_id if link is None else link.run_id,
            own_write=link.own_write if link is not None and link.external_id == step.external_id else None,
        )


def is_stale(step: Step, link: SyncRecord | None, version: int) -> bool:
    """Whether anything that the step was computed from is another by now. ``version``: our record's, 0 without one."""
    if version != step.local_version:
        return True
    if step.inputs.base is None:
        return link is not None
    return link is None or dict(link.base) != dict(step.inputs.base) or link.local_id != step.local_id


def _is_back(step: Step, link: SyncRecord) -> bool:
    """Whether the provider shows again, under its old id, what was to be made there anew."""
    return bool(step.fingerprint) and not link.fingerprint


def _all_values(step: Step) -> Sequence[Values]:
    inputs = step.inputs
    return [values for values in (inputs.base, inputs.ours, inputs.theirs) if isinstance(values, Mapping)]
