"""The books of one run: every batch of work is one transaction that also writes the run's counters."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import attrs

from ....domain.shared.errors import CredentialsRefused, TresenError
from ....domain.shared.ids import AccountId, RunId, TenantId
from ....domain.sync.run import SYNCED_ELSEWHERE, Counts, Overtaken, Run, RunState, SyncError, next_allowed
from ....domain.tenancy.provider_account import ProviderAccount
from ....domain.tenancy.tenant import Tenant
from ...ports.clock import Clock, IdSource
from ...ports.unit_of_work import UnitOfWork
from ...tenancy.credentials import CredentialGuard
from ...transactions import Transactions

T = TypeVar("T")
_log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class Opened:
    """A run and whom it is for."""

    run: Run
    account: ProviderAccount
    tenant: Tenant


@attrs.frozen
class RunBooks:
    """Opens, keeps and closes the books of runs."""

    _transactions: Transactions
    _guard: CredentialGuard
    _clock: Clock
    _ids: IdSource

    async def open(self, tenant_id: TenantId, account_id: AccountId, kind: str, *, force: bool, alone: bool) -> Opened:
        """A running run, or a skipped one that says why. Raises NotFound for the account.

        ``alone``: the caller holds the lock, so a run that is booked as running belongs to a dead process.
        """
        run = Run(
            id=RunId(self._ids.new()),
            tenant_id=tenant_id,
            account_id=account_id,
            kind=kind,
            forced=force,
            started_at=self._clock.now(),
        )

        async def begin(uow: UnitOfWork) -> Opened:
            account = await uow.accounts.get(account_id)
            if not alone:
                run.skip(allowed_at=None, reason=SYNCED_ELSEWHERE)
            elif (allowed_at := await _allowed_at(uow, run)) is not None:
                when = _at(allowed_at, run, ZoneInfo(uow.tenant.zone))
                run.skip(allowed_at=allowed_at, reason=f"synced less than an hour ago; next at {when}")
            await uow.runs.add(run)
            return Opened(run=run, account=account, tenant=uow.tenant)

        return await self._transactions.run(tenant_id, "begin_sync", begin)

    async def write(self, run: Run, name: str, work: Callable[[UnitOfWork], Awaitable[Counts]]) -> Counts:
        """Do a piece of work and add its counts to the run's, in one transaction. Gives the piece's counts.

        Raises Overtaken, and nothing is done, when another process goes on with it by now.
        """
        before = run.counts

        async def write(uow: UnitOfWork) -> Counts:
            if (await uow.runs.get(run.id)).state is RunState.INTERRUPTED:
                raise Overtaken
            counts = await work(uow)
            if attrs.evolve(counts, unchanged=0) != Counts():
                run.counts = before + counts
                await uow.runs.save(run)
            return counts

        counts = await self._transactions.run(run.tenant_id, name, write)
        run.counts = before + counts
        return counts

    async def read(self, run: Run, ask: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Ask the store."""
        return await self._transactions.read(run.tenant_id, ask)

    async def note(self, opened: Opened, error: TresenError, *, kind: str) -> None:
        """Keep an error that concerns no single record; refused credentials block the account."""
        run = opened.run
        # A blocked account is not called at all: what is wrong is still that its credentials were refused.
        code = CredentialsRefused.code if "credential_state" in error.details else error.code
        line = SyncError(
            run_id=run.id, kind=kind, external_id=None, code=code, message=error.message, at=self._clock.now()
        )

        async def keep(uow: UnitOfWork) -> Counts:
            await uow.runs.add_errors([line])
            if isinstance(error, CredentialsRefused):
                await self._guard.refuse(uow, opened.account, error.message)
            return Counts(errors=1)

        await self.write(run, "note_sync_error", keep)

    async def close(self, run: Run, state: RunState, reason: str | None = None) -> None:
        """End the run."""
        run.finish(state, now=self._clock.now(), reason=reason)

        async def save(uow: UnitOfWork) -> None:
            await uow.runs.save(run)

        await self._transactions.run(run.tenant_id, "end_sync", save)
        _log.info(
            "sync %s", state.value, extra={"reason": reason, "run": str(run.id), "counts": attrs.asdict(run.counts)}
        )


async def _allowed_at(uow: UnitOfWork, run: Run) -> datetime | None:
    """When it may begin, None if now."""
    await uow.runs.interrupt_running(run.account_id, run.kind, now=run.started_at)
    last = await uow.runs.last(run.account_id, run.kind, success=True)
    return next_allowed(last.finished_at if last else None, now=run.started_at, force=run.forced)


def _at(moment: datetime, run: Run, zone: ZoneInfo) -> str:
    """As people of the tenant read it, with the day if it is another than the run's."""
    local, today = moment.astimezone(zone), run.started_at.astimezone(zone).date()
    return f"{local:%H:%M %Z}" if local.date() == today else f"{local:%Y-%m-%d %H:%M %Z}"
