"""Conflicts come and go with the decisions that a run makes."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import attrs

from ....domain.shared.ids import ConflictId
from ....domain.sync.action import Action
from ....domain.sync.conflict import PAIRING, Conflict
from ....domain.sync.decision import WHOLE, FieldDecision
from ....domain.sync.schema import Schema
from ....domain.sync.side import Side
from ....domain.sync.step import Step
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..records.scope import Scope
from .open_questions import is_untold


@attrs.frozen
class Asking:
    """One kind of record in one scope."""

    _schema: Schema
    _scope: Scope
    _ids: IdSource

    async def __call__(
        self, uow: UnitOfWork, steps: Sequence[Step], open_ones: Mapping[str, Sequence[Conflict]]
    ) -> int:
        """Open what is to be asked, bring up to date what is asked already, settle what is not asked any more, as the
        sides show that they agree; how many were opened.
        """
        opened = 0
        for step in steps:
            was = {conflict.field: conflict for conflict in open_ones.get(step.external_id or "", ())}
            for made in _asked(step):
                conflict = was.pop(made.field, None)
                if conflict is None:
                    new = self._conflict(step, made)
                    new.announce()
                    await uow.conflicts.add(new)
                    opened += 1
                elif self._see(conflict, step, made):
                    await uow.conflicts.save(conflict)
            for conflict in was.values():
                if not is_untold(self._schema, step, conflict):
                    conflict.settle(now=self._scope.now)
                    await uow.conflicts.save(conflict)
        return opened

    def _see(self, conflict: Conflict, step: Step, made: FieldDecision) -> bool:
        more = [one for one in step.inputs.candidates if one not in conflict.candidates]
        for one in more:
            conflict.consider(UUID(one), now=self._scope.now)
        seen = conflict.see(
            base=made.base,
            ours=made.ours,
            theirs=made.theirs,
            edited=step.inputs.edited,
            local_version=_seen(step, made),
            run_id=self._scope.run_id,
            now=self._scope.now,
        )
        return seen or bool(more)

    def _conflict(self, step: Step, made: FieldDecision) -> Conflict:
        return Conflict(
            id=ConflictId(self._ids.new()),
            tenant_id=self._scope.tenant_id,
            account_id=self._scope.account_id,
            kind=self._schema.kind,
            external_id=step.external_id or "",
            local_id=step.local_id,
            local_version=_seen(step, made),
            field=made.field,
            base=made.base,
            ours=made.ours,
            theirs=made.theirs,
            edited=step.inputs.edited,
            candidates=step.inputs.candidates,
            rule=made.rule,
            reason=made.reason,
            run_id=self._scope.run_id,
            opened_at=self._scope.now,
            updated_at=self._scope.now,
        )


def _seen(step: Step, made: FieldDecision) -> int:
    return step.local_version if made.field == WHOLE else 0


def _asked(step: Step) -> Sequence[FieldDecision]:
    decision = step.decision
    if decision.action is not Action.ASK:
        return decision.asked
    whole = FieldDecision(
        field=PAIRING if step.inputs.candidates else WHOLE,
        base=None,
        ours=None,
        theirs=None,
        value=None,
        side=Side.NEITHER,
        rule=decision.rule,
        reason=decision.reason,
    )
    return (whole,)
