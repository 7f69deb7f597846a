"""A conflict with the record that it is about: what both sides hold, and whom each candidate means."""

from uuid import UUID

import attrs

from ....domain.shared.errors import InvalidValue
from ....domain.shared.ids import ConflictId, TenantId
from ....domain.sync.canonical import Value, Values
from ....domain.sync.conflict import PAIRING, Conflict, ConflictState
from ....domain.sync.documents import read_step
from ....domain.sync.laws import Laws
from ....domain.sync.side import Side
from ....domain.sync.step import values_of
from ...ports.unit_of_work import UnitOfWork
from ...transactions import Transactions
from ..links.link_at import link_at
from ..runs.by_hand import ByHand, Hand

_AT_ONCE = 1_000
# A plan of more steps is not searched to its end.
_MOST = 20_000


@attrs.frozen(kw_only=True)
class Candidate:
    """One of ours that the provider's record may be; ``values`` None: it is no more."""

    id: str
    values: Values | None


@attrs.frozen(kw_only=True)
class ConflictInFull:
    """Every field of the record, as each side has it: ``ours`` as it is now, ``theirs`` as the provider showed it when
    a run asked last, ``base`` as it was agreed on. None: that side has no such record; of ``theirs`` also that nobody
    kept what it was. ``lost_by`` tells which of them deleted it. ``is_edited``: of an open one about a field, ours
    holds another value by now than the conflict shows.
    """

    conflict: Conflict
    base: Values | None
    ours: Values | None
    theirs: Values | None
    candidates: tuple[Candidate, ...] = ()
    is_edited: bool = False

    @property
    def ours_now(self) -> Value:
        """What ours holds of the field that it is about, or held when we had the record."""
        return self.conflict.ours if self.ours is None else self.ours.get(self.conflict.field)


@attrs.frozen
class ShowConflictInFull:
    """Reads only, and asks no provider. Raises NotFound."""

    _transactions: Transactions
    _by_hand: ByHand
    _laws: Laws

    async def __call__(self, tenant_id: TenantId, conflict_id: ConflictId) -> ConflictInFull:
        """Whatever its state."""

        async def ask(uow: UnitOfWork) -> ConflictInFull:
            conflict = await uow.conflicts.get(conflict_id)
            hand = await self._by_hand.hold(uow, conflict.account_id, conflict.kind, None)
            theirs = None if conflict.lost_by is Side.THEIRS else await self._theirs(uow, conflict)
            if conflict.field == PAIRING:
                candidates = await self._candidates(uow, hand, conflict)
                return ConflictInFull(conflict=conflict, base=None, ours=None, theirs=theirs, candidates=candidates)
            return await self._linked(uow, hand, conflict, theirs)

        return await self._transactions.read(tenant_id, ask)

    async def _linked(self, uow: UnitOfWork, hand: Hand, conflict: Conflict, theirs: Values | None) -> ConflictInFull:
        if conflict.local_id is None:
            return ConflictInFull(conflict=conflict, base=None, ours=None, theirs=theirs)
        link = await link_at(uow, conflict.account_id, conflict.kind, conflict.local_id)
        base = None if link is None else link.base
        entity = (await hand.kind.load(uow, [conflict.local_id])).get(conflict.local_id)
        await hand.kind.prepare(uow, [] if base is None else [base], [] if entity is None else [entity])
        ours = None if entity is None else hand.kind.values(entity)
        full = ConflictInFull(conflict=conflict, base=base, ours=ours, theirs=theirs)
        return attrs.evolve(full, is_edited=await self._is_edited(uow, hand, full))

    async def _is_edited(self, uow: UnitOfWork, hand: Hand, full: ConflictInFull) -> bool:
        conflict = full.conflict
        field = hand.kind.schema.by_name.get(conflict.field)
        if field is None or full.ours is None or conflict.state is not ConflictState.OPEN:
            return False
        (shown,) = await hand.kind.as_of_today(uow, [{field.name: conflict.ours}])
        return not field.same(full.ours_now, shown[field.name])

    async def _candidates(self, uow: UnitOfWork, hand: Hand, conflict: Conflict) -> tuple[Candidate, ...]:
        found = await hand.kind.load(uow, [UUID(one) for one in conflict.candidates])
        await hand.kind.prepare(uow, [], found.values())
        values = {str(key): hand.kind.values(entity) for key, entity in found.items()}
        return tuple(Candidate(id=one, values=values.get(one)) for one in conflict.candidates)

    async def _theirs(self, uow: UnitOfWork, conflict: Conflict) -> Values | None:
        """As the plan of the run that asked has it; the steps of old plans are kept no more."""
        plan_id = (await uow.runs.get(conflict.run_id)).plan_id
        if plan_id is None:
            return None
        for start in range(0, _MOST, _AT_ONCE):
            rows = await uow.plans.steps(plan_id, start=start, limit=_AT_ONCE)
            for _, kind, text in rows:
                if kind == conflict.kind and (values := self._shown(text, conflict.external_id)) is not None:
                    return values
            if len(rows) < _AT_ONCE:
                break
        return None

    def _shown(self, text: str, external_id: str) -> Values | None:
        # Nearly every line is another record's, which needs not be read for that.
        if external_id.isalnum() and f'"{external_id}"' not in text:
            return None
        try:
            step = read_step(text, self._laws)
        except InvalidValue:
            return None
        return (values_of(step.inputs.theirs) or None) if step.external_id == external_id else None
