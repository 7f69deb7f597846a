"""How the syncs of a tenant stand (W45): last successes, recent errors, all errors, whether anything is set up.

Only accounts at which members and leads are kept count.
"""

from collections.abc import Mapping
from datetime import datetime

import attrs

from ....domain.shared.ids import AccountId, RunId, TenantId
from ....domain.sync.run import Run, SyncError
from ...ports.gym import GymProviders
from ...ports.readers import Readers
from ...ports.unit_of_work import UnitOfWork
from ...transactions import Transactions
from ..courses.leads_course import LEADS
from ..courses.members_course import MEMBERS

_RECENT = 10


@attrs.frozen(kw_only=True)
class Status:
    """Instants in UTC, None where no account ever synced. Over several accounts, the last success is the oldest of
    them; those that never had one are in ``never_synced_members`` and ``never_synced_leads``, as ``provider/name``.

    ``runs`` are syncs only, newest first. ``failed_at``: the accounts of the runs that ``recent_errors`` are of.
    """

    last_sync_members: datetime | None
    last_sync_leads: datetime | None
    never_synced_members: tuple[str, ...]
    never_synced_leads: tuple[str, ...]
    recent_errors: tuple[SyncError, ...]
    failed_at: Mapping[RunId, AccountId]
    total_errors: int
    configured: bool
    runs: tuple[Run, ...]


@attrs.frozen
class SyncStatus:
    """Reads only."""

    _transactions: Transactions
    _readers: Readers
    _gyms: GymProviders

    async def __call__(self, tenant_id: TenantId) -> Status:
        """The status now."""
        runs = await self._readers.runs(tenant_id, limit=_RECENT, pushes=False)

        async def ask(uow: UnitOfWork) -> Status:
            gyms = self._gyms.names()
            accounts = [a for a in await uow.accounts.all() if a.credentials is not None and a.provider in gyms]
            lasts = {
                kind: {f"{a.provider}/{a.name}": await uow.runs.last(a.id, kind, success=True) for a in accounts}
                for kind in (MEMBERS, LEADS)
            }
            errors = tuple(await uow.runs.recent_errors(_RECENT))
            return Status(
                last_sync_members=_oldest(lasts[MEMBERS]),
                last_sync_leads=_oldest(lasts[LEADS]),
                never_synced_members=_never(lasts[MEMBERS]),
                never_synced_leads=_never(lasts[LEADS]),
                recent_errors=errors,
                failed_at={each: (await uow.runs.get(each)).account_id for each in {one.run_id for one in errors}},
                total_errors=await uow.runs.count_errors(),
                configured=bool(accounts),
                runs=tuple(runs),
            )

        return await self._transactions.read(tenant_id, ask)


def _oldest(lasts: Mapping[str, Run | None]) -> datetime | None:
    return min((run.finished_at for run in lasts.values() if run and run.finished_at), default=None)


def _never(lasts: Mapping[str, Run | None]) -> tuple[str, ...]:
    return tuple(name for name, run in lasts.items() if run is None)
