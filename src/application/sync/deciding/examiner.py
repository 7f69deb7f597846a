"""Looks at what was observed, and decides: observed records become steps of a plan. Writes nothing."""

from collections.abc import Collection, Container, Mapping, Sequence
from typing import Generic, TypeVar
from uuid import UUID

import attrs

from ....domain.shared.errors import InvalidValue, TresenError
from ....domain.sync.action import Action
from ....domain.sync.canonical import Values
from ....domain.sync.decision import Decision
from ....domain.sync.laws import Edited, Law, Laws
from ....domain.sync.override import Override
from ....domain.sync.record import SyncRecord
from ....domain.sync.run import SyncError
from ....domain.sync.side import GONE, Side
from ....domain.sync.step import Inputs, Step, values_of
from ...ports.sources import Observed, Reading
from ...ports.unit_of_work import UnitOfWork
from ..links.awaited import awaited, ends_with_it
from ..links.reviving import waits_to_be_made
from ..policies.overruled import laws_of
from ..records.reading import named, ours, read, told_gone
from ..records.record_kind import RecordKind, Versioned
from ..records.scope import Scope
from .known import Known, known
from .need import needed_pushes, needs_writing
from .newly_paired import edited_since_paired
from .ours_alone import ours_alone
from .partly_shown import hides_edit

E = TypeVar("E", bound=Versioned)
Read = tuple[Observed, Reading]


@attrs.define
class Examined:
    """``steps`` are what must be written; ``fresh`` are readable records that no link knows yet, ``awaited`` the ids of
    those of which a person is to say what they are; ``settled`` are ids of known records that need nothing, ``in_part``
    of those that are shown without what was edited here: they are not compared before they are looked at by themselves.
    """

    steps: list[Step] = attrs.field(factory=list)
    fresh: list[Read] = attrs.field(factory=list)
    awaited: Collection[str] = ()
    errors: list[SyncError] = attrs.field(factory=list)
    settled: list[str] = attrs.field(factory=list)
    in_part: list[str] = attrs.field(factory=list)
    unchanged: int = 0


@attrs.frozen
class Examiner(Generic[E]):
    """One kind of record in one scope. ``laws`` are those by which overrides are read."""

    _kind: RecordKind[E]
    _scope: Scope
    _laws: Laws

    async def observed(
        self,
        uow: UnitOfWork,
        batch: Sequence[Observed],
        *,
        edited: Collection[str],
        listed: bool,
        may_lack: bool = False,
    ) -> Examined:
        """Records that the provider shows; one that is there twice counts once: the later one.

        ``edited``: external ids of those to look at even when the provider's record is as it was. ``listed``: most are;
        otherwise their links are needed anyway, and not only their fingerprints. ``may_lack``: a single record may show
        more of them.
        """
        latest, refused = named(batch, self._scope, self._kind.schema.kind)
        examined = Examined(errors=refused)
        account_id, kind = self._scope.account_id, self._kind.schema.kind
        if listed:
            links, prints = None, await uow.sync_records.fingerprints(account_id, kind, latest.keys())
        else:
            links = await uow.sync_records.by_external_ids(account_id, kind, latest.keys())
            prints = {external_id: link.fingerprint for external_id, link in links.items()}
        fresh, changed = self._sorted(latest, prints, edited, examined)
        examined.fresh = await self._read(uow, fresh, examined)
        examined.awaited = await awaited(uow, self._scope, kind, [one.external_id for one in fresh])
        partly = edited if may_lack else ()
        await self._compare(uow, await self._read(uow, changed, examined), examined, links, partly)
        return examined

    async def gone(
        self, uow: UnitOfWork, external_ids: Sequence[str], proof: str, *, planned: Container[str] = ()
    ) -> Examined:
        """Records that the provider is proved to have no more. Those that no link knows need nothing, unless it is
        asked whose they are, or the plan has a step for them by now: whoever applies that finds it overtaken, and the
        record is due.
        """
        external_ids, unknown = told_gone(external_ids, self._scope, self._kind.schema.kind)
        examined = Examined(errors=unknown)
        found = await known(uow, self._kind, self._scope, external_ids)
        await self._kind.prepare(uow, [link.base for link in found.links.values()], found.entities.values())
        # They wait to be made there anew, or were refused.
        revived = {link.local_id for link in found.links.values() if not link.fingerprint}
        making = await uow.pushes.creations(self._scope.account_id, self._kind.schema.kind, revived)
        for external_id in external_ids:
            link = found.links.get(external_id)
            if link is None:
                if external_id in planned or ends_with_it(found.conflicts.get(external_id, ())):
                    examined.steps.append(self._vanished(external_id, proof))
                else:
                    examined.settled.append(external_id)
                continue
            try:
                step = self._lost(found, link, proof)
            except InvalidValue as error:
                examined.errors.append(self._scope.error(self._kind.schema.kind, external_id, error))
                continue
            making_it = making.get(link.local_id)
            if (
                step.decision.action is Action.RESTORE_THERE
                and making_it is not None
                and making_it.answers(values_of(step.inputs.ours))
            ):
                examined.settled.append(external_id)
                examined.unchanged += 1
            else:
                self._add(examined, found, link, step)
        return examined

    def fresh(self, one: Observed, reading: Reading) -> Step:
        """The step for a record that is on the provider's side alone."""
        inputs = Inputs(base=None, ours=GONE, theirs=reading.values, edited=self._edited(None, reading))
        return Step(
            external_id=one.external_id,
            local_id=None,
            fingerprint=one.fingerprint,
            inputs=inputs,
            decision=inputs.decide(self._kind.schema, self._scope.policy),
        )

    def doubtful(self, one: Observed, reading: Reading, candidates: Sequence[UUID]) -> Step:
        """The step for a record of which nobody can tell which of ours it is, if any."""
        step = self.fresh(one, reading)
        inputs = attrs.evolve(step.inputs, candidates=tuple(map(str, candidates)))
        return attrs.evolve(step, inputs=inputs, decision=self._decide(inputs))

    def lonely(self, entity: E) -> Step:
        """The step for a record that is on our side alone. Raises InvalidValue when it cannot be kept."""
        inputs = Inputs(base=None, ours=ours(self._kind, entity), theirs=GONE, edited=self._edited(entity, None))
        return Step(
            external_id=None,
            local_id=entity.id,
            local_version=entity.version,
            inputs=inputs,
            decision=self._decide(inputs),
        )

    def paired(self, one: Observed, reading: Reading, entity: E, pins: Sequence[Override], sent: Values) -> Step:
        """The step for a record that turned out to be one of ours. ``pins`` are what people said of ours when it had
        another id there; ``sent`` is what we sent to have it made. Raises InvalidValue when ours cannot be kept.
        """
        mine = ours(self._kind, entity)
        later = self._later(sent, mine, reading)
        inputs = Inputs(
            base=None,
            ours=mine,
            theirs=reading.values,
            edited=self._edited(entity, reading),
            overrides=self._overrides(pins),
            in_flight=later,
        )
        step = Step(
            external_id=one.external_id,
            local_id=entity.id,
            local_version=entity.version,
            fingerprint=one.fingerprint,
            inputs=inputs,
            decision=inputs.decide(self._kind.schema, self._scope.policy),
        )
        return attrs.evolve(step, pushes={**needed_pushes(step, self._scope, ()), **later})

    def _later(self, agreed: Values, mine: Values, reading: Reading) -> Values:
        return ours_alone(self._kind.schema, self._scope.writable, agreed=agreed, ours=mine, theirs=reading.values)

    def _sorted(
        self,
        latest: Mapping[str, Observed],
        prints: Mapping[str, bytes],
        edited: Collection[str],
        examined: Examined,
    ) -> tuple[list[Observed], list[Observed]]:
        fresh, changed = [], []
        for external_id, one in latest.items():
            fingerprint = prints.get(external_id)
            if fingerprint is None:
                fresh.append(one)
            elif fingerprint != one.fingerprint or external_id in edited or self._scope.anew:
                changed.append(one)
            else:
                examined.unchanged += 1
        return fresh, changed

    async def _read(self, uow: UnitOfWork, observed: Sequence[Observed], examined: Examined) -> list[Read]:
        readings = []
        for one in observed:
            try:
                readings.append((one, read(one)))
            except TresenError as error:
                examined.errors.append(self._scope.error(self._kind.schema.kind, one.external_id, error))
        shown = [reading.values for _, reading in readings]
        today = await self._kind.as_of_today(uow, shown)
        if today is shown:
            return readings
        return [
            (one, attrs.evolve(reading, values=values)) for (one, reading), values in zip(readings, today, strict=True)
        ]

    async def _compare(
        self,
        uow: UnitOfWork,
        readings: Sequence[Read],
        examined: Examined,
        links: Mapping[str, SyncRecord] | None,
        partly: Collection[str],
    ) -> None:
        if not readings:
            return
        found = await known(uow, self._kind, self._scope, [one.external_id for one, _ in readings], links)
        # Our side still stands as it was last agreed, so what that refers to is needed too.
        agreed = [link.base for link in found.links.values()]
        theirs = [reading.values for _, reading in readings]
        await self._kind.prepare(uow, [*agreed, *theirs], found.entities.values())
        awaited = [link.local_id for link in found.links.values() if waits_to_be_made(link)]
        making = await uow.pushes.creations(self._scope.account_id, self._kind.schema.kind, awaited) if awaited else {}
        edited = await edited_since_paired(uow, found.links.values())
        for one, reading in readings:
            link = found.links[one.external_id]
            try:
                if one.external_id in partly and self._hides_edit(found, link, reading):
                    examined.in_part.append(one.external_id)
                    continue
                since = edited.get(one.external_id, ())
                step = self._both(found, link, one, reading, is_back=link.local_id in making, since_paired=since)
            except InvalidValue as error:
                examined.errors.append(self._scope.error(self._kind.schema.kind, one.external_id, error))
            else:
                self._add(examined, found, link, step)

    def _hides_edit(self, found: Known[E], link: SyncRecord, reading: Reading) -> bool:
        entity = found.entities.get(link.local_id)
        if entity is None or reading.values.keys() >= self._kind.schema.by_name.keys():
            return False
        mine = ours(self._kind, entity)
        return hides_edit(self._kind.schema, self._scope.writable, base=link.base, ours=mine, shown=reading.values)

    def _add(self, examined: Examined, found: Known[E], link: SyncRecord, step: Step) -> None:
        pushes, conflicts = found.pushes.get(link.external_id, ()), found.conflicts.get(link.external_id, ())
        wanted = needed_pushes(step, self._scope, pushes)
        if wanted:
            step = attrs.evolve(step, pushes={**wanted, **step.pushes})
        if needs_writing(self._kind.schema, step, link, conflicts, pushes):
            examined.steps.append(step)
        else:
            examined.settled.append(link.external_id)
            examined.unchanged += 1

    def _both(
        self,
        found: Known[E],
        link: SyncRecord,
        one: Observed,
        reading: Reading,
        *,
        is_back: bool,
        since_paired: Collection[str],
    ) -> Step:
        """``is_back``: the provider had lost it, and all of ours was to be made there anew; ``since_paired``: what was
        edited here since a person said that the two are one.
        """
        entity = found.entities.get(link.local_id)
        mine = GONE if entity is None else ours(self._kind, entity)
        overrides = self._overrides(found.overrides.get(link.external_id, ()))
        later: Values = {}
        if is_back and entity is not None:
            later = self._later(link.base, values_of(mine), reading)
        elif since_paired and not self._edited_there_since(link, reading):
            later = self._offered(since_paired, values_of(mine), reading, overrides)
        inputs = Inputs(
            base=link.base,
            ours=mine,
            theirs=reading.values,
            edited=self._edited(entity, reading, link),
            overrides=overrides,
            in_flight={**found.in_flight(link.external_id, self._kind.schema), **later},
        )
        return attrs.evolve(self._step(link, entity, inputs, fingerprint=one.fingerprint), pushes=later)

    def _edited_there_since(self, link: SyncRecord, reading: Reading) -> bool:
        """Whether the provider says that its record was edited after a person said which of ours it is."""
        edited = attrs.evolve(self._edited(None, reading, link), ours_at=link.synced_at).newer
        return edited is not None and edited.side is Side.THEIRS

    def _offered(self, edited: Collection[str], mine: Values, reading: Reading, overrides: Mapping[str, Law]) -> Values:
        """Of fields that the provider owns: what is edited of these through us goes there. Any other law decides by
        itself.
        """
        policy, fields = self._scope.policy, self._kind.schema.by_name
        return {
            name: mine[name]
            for name in self._kind.schema.names
            if name in edited
            and name in mine
            and name in reading.values
            and name in self._scope.writable
            and overrides.get(name, policy.law(fields[name])).owner is Side.THEIRS
            and not fields[name].same(mine[name], reading.values[name])
        }

    def _lost(self, found: Known[E], link: SyncRecord, proof: str) -> Step:
        entity = found.entities.get(link.local_id)
        inputs = Inputs(
            base=link.base,
            ours=GONE if entity is None else ours(self._kind, entity),
            theirs=GONE,
            edited=self._edited(entity, None),
            overrides=self._overrides(found.overrides.get(link.external_id, ())),
        )
        return self._step(link, entity, inputs, proof=proof)

    def _vanished(self, external_id: str, proof: str) -> Step:
        inputs = Inputs(base=None, ours=GONE, theirs=GONE)
        return Step(external_id=external_id, local_id=None, proof=proof, inputs=inputs, decision=self._decide(inputs))

    def _step(
        self, link: SyncRecord, entity: E | None, inputs: Inputs, *, fingerprint: bytes = b"", proof: str | None = None
    ) -> Step:
        return Step(
            external_id=link.external_id,
            local_id=link.local_id,
            local_version=0 if entity is None else entity.version,
            fingerprint=fingerprint,
            proof=proof,
            inputs=inputs,
            decision=self._decide(inputs),
        )

    def _decide(self, inputs: Inputs) -> Decision:
        return inputs.decide(self._kind.schema, self._scope.policy)

    def _edited(self, entity: E | None, reading: Reading | None, link: SyncRecord | None = None) -> Edited:
        told = None if reading is None else reading.edited_at
        return Edited(
            ours_at=None if entity is None else entity.updated_at,
            theirs_at=told if link is None else link.edited_there_at(told),
            resolution_s=self._scope.resolution_s,
            skew_s=self._scope.policy.clock_skew_s,
        )

    def _overrides(self, overrides: Sequence[Override]) -> Mapping[str, Law]:
        return {
            field: self._laws.named(law) for field, law in laws_of(overrides, self._laws, self._kind.schema).items()
        }
