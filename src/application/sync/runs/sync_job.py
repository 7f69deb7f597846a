"""A tenant's accounts are synced side by side, as a job (W20, W21)."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

import attrs

from ....domain.jobs.job import Job
from ....domain.resilience.retry import RetryPolicy
from ....domain.shared.errors import GatewayUnavailable, StorageUnavailable
from ....domain.shared.ids import AccountId, TenantId
from ....domain.sync.run import Counts, Run, RunState
from ....domain.tenancy.provider_account import ProviderAccount
from ...jobs.kinds import JobKind
from ...ports.clock import Clock
from ...ports.gym import GymProviders
from ...ports.unit_of_work import UnitOfWork
from ...transactions import Transactions
from .side_by_side import side_by_side

_log = logging.getLogger(__name__)

_TRIES, _AT_A_TIME = 3, 4
# The next tick comes anyway: a few tries bridge what passes in minutes.
_RETRY = RetryPolicy(attempts=_TRIES, first_s=120.0, longest_s=900.0, longest_wait_s=900.0)


class Syncs(Protocol):
    """SyncMembers, SyncLeads."""

    async def __call__(self, tenant_id: TenantId, account_id: AccountId) -> Run:
        """One account."""


@attrs.frozen
class SyncJob:
    """``what`` is synced, in a word for the log.

    An account that fails does not keep the others from being synced; the job is then run again, and those that
    succeeded are skipped by the hourly limit. After the last try it is left to the next tick: the runs' books have
    the errors, and a dead job would only say it again.
    """

    _what: str
    _sync: Syncs
    _gyms: GymProviders
    _transactions: Transactions
    _clock: Clock

    async def __call__(self, job: Job) -> None:
        """Raises GatewayUnavailable when some failed and another try is worth it."""
        started = self._clock.now()
        accounts = await self._transactions.read(job.tenant_id, self._accounts)
        _log.info("%s sync started: %d accounts", self._what, len(accounts))
        total, failed = Counts(), list[str]()
        for account, counts in zip(accounts, await side_by_side(accounts, self._one), strict=True):
            if counts is None:
                failed.append(account.name)
            else:
                total += counts
        self._sum_up(total, len(accounts), self._clock.now() - started)
        if failed:
            _log.warning("%s sync failed for %s", self._what, ", ".join(failed))
            if job.attempts + 1 < _TRIES:
                raise GatewayUnavailable(f"{self._what} sync failed for {', '.join(failed)}", accounts=failed)

    async def _accounts(self, uow: UnitOfWork) -> Sequence[ProviderAccount]:
        providers = set(self._gyms.names())
        return [a for a in await uow.accounts.all() if a.provider in providers and a.may_be_called]

    async def _one(self, account: ProviderAccount) -> Counts | None:
        """What was done; None: it failed."""
        try:
            run = await self._sync(account.tenant_id, account.id)
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - logged; it is no matter of the other accounts
            _log.exception("%s (%s): failed", account.name, account.id)
            return None
        if run.state is RunState.FAILED:
            _log.error("%s (%s): failed: %s", account.name, account.id, run.reason)
            return None
        if run.state is RunState.HELD:
            # No error that another try could cure: a person must look.
            _log.warning("%s (%s): held: %s", account.name, account.id, run.reason)
            return run.counts
        counts = run.counts
        told = f"{counts.seen} processed ({counts.created} created, {counts.updated} updated)"
        if run.state is RunState.SKIPPED:
            told = f"skipped: {run.reason}"
        _log.info("%s (%s): %s", account.name, account.id, told)
        return counts

    def _sum_up(self, total: Counts, accounts: int, duration: timedelta) -> None:
        _log.info(
            "%s sync finished in %.1f s: %d accounts, %d processed, %d created, %d updated, %d errors",
            self._what,
            duration.total_seconds(),
            accounts,
            total.seen,
            total.created,
            total.updated,
            total.errors,
        )


def sync_job_kind(what: str, sync: Syncs, gyms: GymProviders, transactions: Transactions, clock: Clock) -> JobKind:
    """The kind ``sync_<what>``."""
    job = SyncJob(what, sync, gyms, transactions, clock)
    return JobKind(name=f"sync_{what}", run=job, retry=_RETRY, concurrency=_AT_A_TIME)
