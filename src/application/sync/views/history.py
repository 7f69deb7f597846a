"""Every version of a record."""

from collections.abc import Sequence
from uuid import UUID

import attrs

from ....domain.shared.errors import NotFound
from ....domain.shared.ids import TenantId
from ....domain.sync.history import Version, versions, versions_of_gone
from ....domain.sync.journal import Change
from ....domain.sync.record import not_in_step
from ...ports.unit_of_work import UnitOfWork
from ...transactions import Transactions
from ..runs.by_hand import ByHand


@attrs.frozen
class History:
    """Raises NotFound for a record that was never here, or that no account was ever tied to."""

    _transactions: Transactions
    _by_hand: ByHand

    async def __call__(self, tenant_id: TenantId, kind: str, local_id: UUID) -> Sequence[Version]:
        """Latest first, read back from the journal."""

        async def ask(uow: UnitOfWork) -> Sequence[Version]:
            lines = await uow.journal.of_record(kind, local_id)
            links = await uow.sync_records.of_local(kind, local_id)
            if not links and not lines:
                raise not_in_step(kind, local_id)
            account_id = links[0].account_id if links else (await uow.runs.get(lines[-1].run_id)).account_id
            hand = await self._by_hand.hold(uow, account_id, kind, None)
            here = await hand.kind.load(uow, [local_id])
            await hand.kind.prepare(uow, [link.base for link in links], here.values())
            entity = here.get(local_id)
            if entity is None:
                return self._gone(kind, local_id, lines)
            return versions(hand.kind.values(entity), entity.version, lines)

        return await self._transactions.read(tenant_id, ask)

    def _gone(self, kind: str, local_id: UUID, lines: Sequence[Change]) -> Sequence[Version]:
        found = versions_of_gone(lines)
        if not found:
            raise NotFound(kind, local_id)
        return found
