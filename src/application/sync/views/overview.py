"""How every sync of a tenant stands: per account and kind, with what waits and what is in the way."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import attrs

from ....domain.shared.ids import AccountId, TenantId
from ....domain.sync.state import SyncState
from ....domain.tenancy.provider_account import ProviderAccount
from ...ports.clock import Clock
from ...ports.gym import GymProviders
from ...ports.unit_of_work import UnitOfWork
from ...transactions import Transactions
from ..runs.sync_course import Courses


@attrs.frozen(kw_only=True)
class SyncOverview:
    """One kind at one account. ``lag`` and ``cursor_age`` are as of now, None: never synced, no cursor."""

    account: ProviderAccount
    state: SyncState
    linked: int
    open_conflicts: int
    waiting_pushes: int
    lag: timedelta | None
    cursor_age: timedelta | None


@attrs.frozen
class ListSyncStates:
    """Reads only."""

    _transactions: Transactions
    _gyms: GymProviders
    _courses: Courses
    _clock: Clock

    async def __call__(self, tenant_id: TenantId) -> Sequence[SyncOverview]:
        """Every account at which something is synced, every kind of record."""
        now = self._clock.now()

        async def ask(uow: UnitOfWork) -> Sequence[SyncOverview]:
            providers = set(self._gyms.names())
            accounts = [account for account in await uow.accounts.all() if account.provider in providers]
            states = {(state.account_id, state.kind): state for state in await uow.sync_states.all()}
            overviews: list[SyncOverview] = []
            for account in accounts:
                linked = await uow.sync_records.counts(account.id, self._courses.kinds)
                overviews += [await _overview(uow, account, kind, states, linked, now) for kind in self._courses.kinds]
            return overviews

        return await self._transactions.read(tenant_id, ask)


async def _overview(
    uow: UnitOfWork,
    account: ProviderAccount,
    kind: str,
    states: Mapping[tuple[AccountId, str], SyncState],
    linked: Mapping[str, int],
    now: datetime,
) -> SyncOverview:
    state = states.get((account.id, kind)) or SyncState(account_id=account.id, kind=kind)
    return SyncOverview(
        account=account,
        state=state,
        linked=linked[kind],
        open_conflicts=await uow.conflicts.count_open(account.id, kind),
        waiting_pushes=await uow.pushes.count_waiting(account.id, kind),
        lag=state.lag(now),
        cursor_age=None if state.cursor_at is None else now - state.cursor_at,
    )
