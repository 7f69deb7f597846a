"""Every version of a record."""

from collections.abc import Sequence
from uuid import UUID

import attrs

from ...domain.shared.errors import NotFound
from ...domain.shared.ids import TenantId
from ...domain.sync.history import Version, versions
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions
from .by_hand import ByHand


@attrs.frozen
class History:
    """Raises NotFound for a record that is not here, or that no account is tied to."""

    _transactions: Transactions
    _by_hand: ByHand

    async def __call__(self, tenant_id: TenantId, kind: str, local_id: UUID) -> Sequence[Version]:
        """Latest first, read back from the journal."""

        async def ask(uow: UnitOfWork) -> Sequence[Version]:
            links = await uow.sync_records.of_local(kind, local_id)
            if not links:
                raise NotFound(f"link of {kind}", local_id)
            hand = await self._by_hand.hold(uow, links[0].account_id, kind, None)
            await hand.kind.prepare(uow, [link.base for link in links])
            entity = (await hand.kind.load(uow, [local_id])).get(local_id)
            if entity is None:
                raise NotFound(kind, local_id)
            lines = await uow.journal.of_record(kind, local_id)
            return versions(hand.kind.values(entity), entity.version, lines)

        return await self._transactions.read(tenant_id, ask)
