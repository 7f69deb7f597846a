"""Records of both sides that have no link yet meet: pairs are linked, doubts are asked, the rest is new."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Generic, TypeVar
from uuid import UUID

import attrs

from ....domain.shared.errors import InvalidValue
from ....domain.sync.canonical import Values
from ....domain.sync.conflict import PAIRING, Conflict
from ....domain.sync.override import Override
from ....domain.sync.pairing import Pairing, found_by, match_values, pair
from ....domain.sync.record import SyncRecord
from ....domain.sync.run import SyncError
from ....domain.sync.schema import Schema
from ....domain.sync.step import Step, values_of
from ...ports.sources import Observed, Reading
from ...ports.unit_of_work import UnitOfWork
from ..links.awaited import awaited
from ..links.lost_there import known_lost, linked_alike
from ..links.pins import pins_under
from ..links.reviving import reviving, values_of_reviving
from ..links.sent import Sent, sent
from ..policies.overruled import none_of_ours
from ..records.belongings import owning
from ..records.called import called_alike
from ..records.record_kind import MatchValues, RecordKind, Versioned
from ..records.scope import Scope
from .unlinked_steps import UnlinkedSteps
from .whereabouts import Whereabouts

E = TypeVar("E", bound=Versioned)
Fresh = tuple[Observed, Reading]


# Made there, one would be found by what it shares with the other, and the two would be taken for one.
TWINS = "two of ours have one address, so it is not made at the provider; merge them or give one another address"


@attrs.frozen
class Met:
    """What comes of a meeting. ``errors``: ours that are not made at the provider, though they are to be, and records
    that cannot be compared. ``left``: external ids of those that are decided once what was deleted here was looked up.
    """

    steps: Sequence[Step]
    errors: Sequence[SyncError]
    left: Collection[str]


@attrs.frozen
class Meeting(Generic[E]):
    """One kind of record in one scope. Nothing is guessed, and nothing is created that may be here already."""

    _kind: RecordKind[E]
    _scope: Scope
    _steps: UnlinkedSteps[E]

    async def __call__(
        self, uow: UnitOfWork, waiting: Sequence[Fresh], *, create: Collection[MatchValues], where: Whereabouts
    ) -> Met:
        """``waiting``: records of the provider that may be ours. ``create``: by what our records can be found that are
        to be made at the provider unless it has them. ``where``: what else the provider showed, or was seen to lack.
        """
        by_id = {one.external_id: (one, reading) for one, reading in waiting}
        separate = await none_of_ours(uow, self._scope.account_id, self._kind.schema.kind, by_id)
        theirs = {key: reading.values for key, (_, reading) in by_id.items() if key not in separate}
        links = await reviving(uow, self._kind, self._scope)
        revived = await values_of_reviving(uow, self._kind, links)
        free = await self._kind.unlinked(uow, {*self._keys(theirs), *create})
        in_doubt = await sent(uow, self._kind, self._scope.account_id)
        may_be = await self._may_be(uow, in_doubt, theirs)
        ours = {**free, **may_be, **revived}
        pairing = pair(self._kind.schema, ours, theirs, sent=in_doubt.values)
        asked = await self._asked(uow, list(by_id))
        # Whom a match key told already.
        told = {*pairing.pairs, *(one for doubt in pairing.doubts for one in doubt.ours)} & links.keys()
        lost = await self._lost(uow, theirs, where, asked, told)
        apart = self._keys({key: by_id[key][1].values for key in separate})
        shared = {*await self._shared(uow, pairing.pairs, theirs, apart), *_asked_again(pairing.pairs, links, asked)}
        shared |= _called_otherwise(in_doubt, theirs, pairing)
        left = _left(in_doubt, theirs, pairing, ours)
        paired = {one: key for one, key in pairing.pairs.items() if one not in shared and key not in left}
        entities = await self._kind.load(uow, [*paired, *pairing.only_ours])
        pins = {key: await pins_under(uow, links[one], key) for one, key in paired.items() if one in links}
        waits = await awaited(uow, self._scope, self._kind.schema.kind, list(by_id))
        pairs = {key: (by_id[key], entities[one]) for one, key in paired.items() if key not in waits}
        steps, errors = self._paired(pairs, pins, await self._sent(uow, paired))
        untold = {
            key: [one for one in in_doubt.alike(theirs[key]) if one not in pairing.pairs or one in shared]
            for key in pairing.only_theirs
        }
        again = {key: [one] for one, key in pairing.pairs.items() if one in shared}
        found = _joined({key: doubt.ours for doubt in pairing.doubts for key in doubt.theirs}, again, untold, lost)
        doubts = {key: ones for key, ones in found.items() if key not in waits}
        steps += [
            self._steps.doubtful(*by_id[key], candidates)
            for key, candidates in doubts.items()
            if not set(asked.get(key, ())).issuperset(map(str, candidates))
        ]
        left -= {*waits, *doubts}
        new = (key for key in (*pairing.only_theirs, *separate) if key not in {*waits, *doubts, *left})
        steps += [self._steps.fresh(*by_id[key]) for key in new]
        # Those that were there before are decided with their old link; and one may be there: it was sent, or a person
        # says so.
        kept = {*revived, *in_doubt.values, *(UUID(one) for asked in waits.values() for one in asked.candidates)}
        alone = [key for key in pairing.only_ours if key not in kept] if create else []
        twins = alike(self._kind.schema, ours, in_doubt.values)
        errors += [self._ambiguous(key) for key in alone if key in twins]
        lonely, unkept = await self._lonely(uow, [entities[key] for key in alone if key not in twins])
        return Met([*steps, *lonely], [*errors, *unkept], left)

    async def _shared(
        self,
        uow: UnitOfWork,
        pairs: Mapping[UUID, str],
        theirs: Mapping[str, Values],
        apart: Collection[MatchValues],
    ) -> Collection[UUID]:
        """Those of the pairs that are doubtful, as another of ours that the account has says the same, or is about to:
        ``apart`` is what those say of which a person said that each is a new one.
        """
        keys = self._keys({key: theirs[key] for key in pairs.values()})
        others = await self._kind.sharing(uow, keys) if keys else {}
        alike = {other for ids in others.values() for other in ids}
        links = await uow.sync_records.of_locals(self._scope.account_id, self._kind.schema.kind, alike) if alike else {}
        found = set[UUID]()
        for one, key in pairs.items():
            said = self._keys({key: theirs[key]})
            same = {other for values in said for other in others.get(values, ())}
            if not links.keys().isdisjoint(same - {one}) or not said.isdisjoint(apart):
                found.add(one)
        return found

    async def _lost(
        self,
        uow: UnitOfWork,
        theirs: Mapping[str, Values],
        where: Whereabouts,
        asked: Mapping[str, Sequence[str]],
        revived: Collection[UUID],
    ) -> Mapping[str, Sequence[UUID]]:
        """Of each new record those of ours that the provider lost and that say the same. One that is asked about is so
        until the provider is seen to have it; those that are ``revived`` were found as such.
        """
        kind, account_id = self._kind.schema.kind, self._scope.account_id
        alike = await linked_alike(uow, self._kind, account_id, theirs)
        links = {link.external_id: link for each in alike.values() for link in each}
        known = {*await known_lost(uow, account_id, kind, links)}
        known |= {link.external_id for key, each in alike.items() for link in each if _is_asked(link, asked.get(key))}
        # Whether what belongs to one goes before it, nobody knows yet: that kind is walked later.
        gone = where.stay_lost(known, await owning(uow, self._kind, account_id, where.leaving & links.keys()))
        here = await self._kind.load(uow, {link.local_id for link in links.values() if link.external_id in gone})
        return {
            key: [
                link.local_id
                for link in each
                if link.external_id in gone
                and link.local_id in here
                and (link.local_id not in revived or _is_asked(link, asked.get(key)))
            ]
            for key, each in alike.items()
        }

    async def _may_be(self, uow: UnitOfWork, in_doubt: Sent, theirs: Mapping[str, Values]) -> Mapping[UUID, Values]:
        """Our side of those that were sent as one of these is."""
        keys = self._keys(theirs) if in_doubt.values else ()
        entities = await self._kind.load(uow, list(in_doubt.with_keys(keys))) if keys else {}
        return {one: self._kind.values(entity) for one, entity in entities.items()}

    async def _sent(self, uow: UnitOfWork, pairs: Mapping[UUID, str]) -> Mapping[str, Values]:
        """With what values those were sent that may have been made there, though nobody answered."""
        making = await uow.pushes.creations(self._scope.account_id, self._kind.schema.kind, pairs) if pairs else {}
        sent = [push for push in making.values() if push.may_be_there]
        values = await self._kind.as_of_today(uow, [push.values for push in sent])
        return {pairs[push.local_id]: one for push, one in zip(sent, values, strict=True)}

    def _paired(
        self,
        pairs: Mapping[str, tuple[Fresh, E]],
        pins: Mapping[str, Sequence[Override]],
        sent: Mapping[str, Values],
    ) -> tuple[list[Step], list[SyncError]]:
        steps, errors = list[Step](), list[SyncError]()
        for key, (fresh, entity) in pairs.items():
            try:
                steps.append(self._steps.paired(*fresh, entity, pins.get(key, ()), sent.get(key, {})))
            except InvalidValue as error:
                errors.append(self._scope.error(self._kind.schema.kind, key, error))
        return steps, errors

    def _keys(self, records: Mapping[str, Values]) -> AbstractSet[MatchValues]:
        return found_by(self._kind.schema, *records.values())

    async def _asked(self, uow: UnitOfWork, external_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """What is asked already, with its candidates."""
        kind = self._kind.schema.kind
        found = await uow.conflicts.open_of(self._scope.account_id, kind, external_ids)
        return {key: each.candidates for key, conflicts in found.items() if (each := _pairing(conflicts)) is not None}

    def _ambiguous(self, local_id: UUID) -> SyncError:
        return SyncError(
            run_id=self._scope.run_id,
            kind=self._kind.schema.kind,
            external_id=None,
            code="ambiguous_twin",
            message=f"{local_id}: {TWINS}",
            at=self._scope.now,
        )

    async def _lonely(self, uow: UnitOfWork, entities: Sequence[E]) -> tuple[list[Step], list[SyncError]]:
        steps, errors = list[Step](), list[SyncError]()
        if not entities:
            return steps, errors
        kind = self._kind.schema.kind
        ids = [entity.id for entity in entities]
        making = await uow.pushes.creations(self._scope.account_id, kind, ids)
        asked = await uow.conflicts.about(kind, ids)
        for entity in entities:
            if entity.id in asked:
                continue
            try:
                step = self._steps.lonely(entity)
            except InvalidValue as error:
                errors.append(self._scope.error(kind, None, error))
                continue
            push = making.get(entity.id)
            if push is None or not push.answers(values_of(step.inputs.ours)):
                steps.append(step)
        return steps, errors


def alike(schema: Schema, records: Mapping[UUID, Values], as_sent: Mapping[UUID, Values]) -> Collection[UUID]:
    """Those of ours that share the values of a match key with another one, as it is or as it was sent."""
    found: set[UUID] = set()
    for key in schema.match:
        said = [(one, match_values(schema, key, values)) for each in (records, as_sent) for one, values in each.items()]
        times = Counter(values for _, values in set(said))
        found |= {one for one, values in said if values is not None and times[values] > 1}
    return found


def _left(
    in_doubt: Sent, theirs: Mapping[str, Values], pairing: Pairing[UUID, str], ours: Mapping[UUID, Values]
) -> set[str]:
    found = {key for key in pairing.only_theirs if in_doubt.is_left(theirs[key])}
    return found | {key for one, key in pairing.pairs.items() if in_doubt.is_left(theirs[key], ours[one])}


def _called_otherwise(in_doubt: Sent, theirs: Mapping[str, Values], pairing: Pairing[UUID, str]) -> set[UUID]:
    """Of what was sent without an answer those whose address a record has that is called otherwise, beside one that is
    called like them: somebody may have given the address to another one there.
    """
    alike = {one for key in pairing.only_theirs for one in in_doubt.alike(theirs[key])}
    pairs = ((one, pairing.pairs[one]) for one in alike if one in pairing.pairs)
    return {one for one, key in pairs if not called_alike(in_doubt.values[one], theirs[key])}


def _asked_again(
    pairs: Mapping[UUID, str], revived: Collection[UUID], asked: Mapping[str, Sequence[str]]
) -> Collection[UUID]:
    """Of what is to be made there anew: what a person is asked, no match key answers meanwhile."""
    return {one for one, key in pairs.items() if one in revived and str(one) in asked.get(key, ())}


def _is_asked(link: SyncRecord, candidates: Sequence[str] | None) -> bool:
    return str(link.local_id) in (candidates or ())


def _joined(*found: Mapping[str, Sequence[UUID]]) -> Mapping[str, Sequence[UUID]]:
    joined: defaultdict[str, dict[UUID, None]] = defaultdict(dict)
    for each in found:
        for key, ones in each.items():
            joined[key].update(dict.fromkeys(ones))
    return {key: tuple(ones) for key, ones in joined.items() if ones}


def _pairing(conflicts: Sequence[Conflict]) -> Conflict | None:
    return next((conflict for conflict in conflicts if conflict.field == PAIRING), None)
