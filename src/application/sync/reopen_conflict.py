"""A conflict that was decided is decided anew."""

import attrs

from ...domain.shared.ids import ConflictId, TenantId
from ...domain.sync.conflict import Conflict
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions
from .by_hand import ByHand, link_of


@attrs.frozen
class ReopenConflict:
    """Raises NotFound, IllegalTransition (it is open), AlreadyExists (the field is in conflict again by itself)."""

    _transactions: Transactions
    _by_hand: ByHand

    async def __call__(self, tenant_id: TenantId, conflict_id: ConflictId) -> Conflict:
        """Open it again. What was decided stays in the records until it is decided otherwise; the next run brings the
        values up to date, or settles it when the sides agree by now.
        """

        async def work(uow: UnitOfWork) -> Conflict:
            conflict = await uow.conflicts.get(conflict_id)
            conflict.reopen(now=self._by_hand.clock.now())
            await uow.conflicts.save(conflict)
            await self._unsettle(uow, conflict)
            return conflict

        return await self._transactions.run(tenant_id, "reopen_conflict", work)

    async def _unsettle(self, uow: UnitOfWork, conflict: Conflict) -> None:
        """Nothing counts as agreed on that field but what was agreed before the conflict, and the record is due."""
        for override in (
            await uow.overrides.of_records(conflict.account_id, conflict.kind, [conflict.external_id])
        ).get(conflict.external_id, ()):
            if override.field == conflict.field:
                await uow.overrides.remove(conflict.account_id, conflict.kind, conflict.external_id, conflict.field)
        if conflict.is_about_field:
            link = await link_of(uow, conflict.account_id, conflict.kind, conflict.external_id)
            await uow.sync_records.put_many([attrs.evolve(link, base={**link.base, conflict.field: conflict.base})])
        await uow.due.add(conflict.account_id, conflict.kind, [conflict.external_id])
