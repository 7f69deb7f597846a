"""How much waits for an account: to be written there by a run, or done there by the staff."""

from collections.abc import Sequence

import attrs

from ....domain.shared.ids import AccountId, TenantId
from ...ports.unit_of_work import UnitOfWork
from ...transactions import Transactions


@attrs.frozen(kw_only=True)
class Waiting:
    """Pushes that wait, and open staff tasks."""

    pushes: int
    tasks: int


@attrs.frozen
class WaitingAt:
    """Reads only. Raises NotFound for an account that there is not."""

    _transactions: Transactions
    _kinds: Sequence[str]

    async def __call__(self, tenant_id: TenantId, account_id: AccountId) -> Waiting:
        """Of every kind of record."""

        async def ask(uow: UnitOfWork) -> Waiting:
            await uow.accounts.get(account_id)
            counts = [await uow.pushes.count_waiting(account_id, kind) for kind in self._kinds]
            return Waiting(pushes=sum(counts), tasks=len(await uow.tasks.open_at(account_id)))

        return await self._transactions.read(tenant_id, ask)
