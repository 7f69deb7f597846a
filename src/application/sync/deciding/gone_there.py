"""Looks at records that the provider is proved to have no more, and decides what becomes of ours. Writes nothing."""

from collections.abc import Container, Sequence
from typing import Generic, TypeVar

import attrs

from ....domain.shared.errors import InvalidValue
from ....domain.sync.action import Action
from ....domain.sync.laws import Laws
from ....domain.sync.push import Push
from ....domain.sync.record import SyncRecord
from ....domain.sync.step import Step, values_of
from ...ports.unit_of_work import UnitOfWork
from ..links.awaited import ends_with_it
from ..records.reading import told_gone
from ..records.record_kind import RecordKind, Versioned
from ..records.scope import Scope
from .examined import Examined
from .known import Known, known
from .linked_steps import LinkedSteps
from .need import needed
from .unlinked_steps import UnlinkedSteps
from .untouched import untouched_here

E = TypeVar("E", bound=Versioned)


@attrs.frozen
class GoneThere(Generic[E]):
    """One kind of record in one scope. ``laws`` are those by which overrides are read."""

    _kind: RecordKind[E]
    _scope: Scope
    _laws: Laws

    async def __call__(
        self, uow: UnitOfWork, external_ids: Sequence[str], proof: str, *, planned: Container[str] = ()
    ) -> Examined:
        """``proof``: as in ``Step``. Those that no link knows need nothing, unless it is asked whose they are, or the
        plan has a step for them by now: whoever applies that finds it overtaken, and the record is due.
        """
        schema, scope = self._kind.schema, self._scope
        external_ids, unknown = told_gone(external_ids, scope, schema.kind)
        examined = Examined(errors=unknown)
        found = await known(uow, self._kind, scope, external_ids)
        await self._kind.prepare(uow, [link.base for link in found.links.values()], found.entities.values())
        # They wait to be made there anew, or were refused.
        revived = {link.local_id for link in found.links.values() if not link.fingerprint}
        making = await uow.pushes.creations(scope.account_id, schema.kind, revived)
        unlinked = UnlinkedSteps(self._kind, scope, self._laws)
        for external_id in external_ids:
            link = found.links.get(external_id)
            if link is not None:
                untouched = await untouched_here(uow, self._kind, found, link)
                self._compare(examined, found, link, proof, untouched, making.get(link.local_id))
            elif external_id in planned or ends_with_it(found.conflicts.get(external_id, ())):
                examined.steps.append(unlinked.vanished(external_id, proof))
            else:
                examined.settled.append(external_id)
        return examined

    def _compare(
        self,
        examined: Examined,
        found: Known[E],
        link: SyncRecord,
        proof: str,
        untouched: frozenset[str],
        making: Push | None,
    ) -> None:
        try:
            step = LinkedSteps(self._kind, self._scope, self._laws).lost(found, link, proof, untouched=untouched)
        except InvalidValue as error:
            examined.errors.append(self._scope.error(self._kind.schema.kind, link.external_id, error))
            return
        if _is_under_way(step, making):
            examined.settle(link.external_id)
        else:
            examined.take(link.external_id, needed(self._kind.schema, self._scope, step, link, found))


def _is_under_way(step: Step, making: Push | None) -> bool:
    """Whether ours is to be made there anew, and a push does that already."""
    return (
        step.decision.action is Action.RESTORE_THERE
        and making is not None
        and making.answers(values_of(step.inputs.ours))
    )
