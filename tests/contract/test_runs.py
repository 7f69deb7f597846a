"""What runs and their errors promise beyond every collection (ports/repositories.py, Runs)."""

from datetime import timedelta

import attrs
import pytest
from tests.builders import NOON, a_run, a_sync_error, an_account, values_of

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.shared.ids import TenantId
from tresen.domain.sync.run import Counts, Run, RunState
from tresen.domain.tenancy.provider_account import ProviderAccount

from .kinds import LATER, ODD
from .stores import Backend

HOUR = timedelta(hours=1)


async def add(backend: Backend, tenant: TenantId, *runs: Run) -> None:
    async def work(uow: UnitOfWork) -> None:
        for run in runs:
            await uow.runs.add(run)

    await backend.write(tenant, work)


async def last(backend: Backend, tenant: TenantId, account: ProviderAccount, *, success: bool) -> Run | None:
    return await backend.read(tenant, lambda uow: uow.runs.last(account.id, "members", success=success))


async def test_before_the_first_run_there_is_no_last(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    assert await last(backend, tenant, account, success=False) is None
    assert await last(backend, tenant, account, success=True) is None


async def test_the_last_run_is_the_latest_by_start(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    new, old = (a_run(account, state=RunState.COMPLETED, started_at=at) for at in (NOON, NOON - HOUR))
    await add(backend, tenant, new, old)
    for success in (True, False):
        found = await last(backend, tenant, account, success=success)
        assert found is not None
        assert values_of(found) == values_of(new)


@pytest.mark.parametrize("state", [s for s in RunState if s is not RunState.COMPLETED])
async def test_only_a_completed_run_is_a_success(
    backend: Backend, tenant: TenantId, account: ProviderAccount, state: RunState
) -> None:
    good = a_run(account, state=RunState.COMPLETED, started_at=NOON - HOUR)
    bad = a_run(account, state=state)
    await add(backend, tenant, good, bad)
    success, any_run = [await last(backend, tenant, account, success=s) for s in (True, False)]
    assert success is not None
    assert any_run is not None
    assert (success.id, any_run.id) == (good.id, bad.id)


async def test_runs_are_told_apart_by_tenant_account_and_kind(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    second = an_account(tenant, "second")
    await backend.write(tenant, lambda uow: uow.accounts.add(second))
    mine = a_run(account, started_at=NOON - HOUR)
    await add(backend, tenant, mine, a_run(account, kind="leads"), a_run(second))
    await add(backend, other, a_run(others_account))
    found = await last(backend, tenant, account, success=False)
    assert found is not None
    assert found.id == mine.id
    assert await last(backend, other, account, success=False) is None


async def test_running_runs_are_interrupted(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    dead = [a_run(account, counts=Counts(created=n)) for n in range(2)]
    bystanders = [a_run(account, kind="leads"), a_run(account, state=RunState.COMPLETED)]
    foreign = a_run(others_account)
    await add(backend, tenant, *dead, *bystanders)
    await add(backend, other, foreign)
    count = await backend.write(tenant, lambda uow: uow.runs.interrupt_running(account.id, "members", now=LATER))
    assert count == 2
    for run in dead:
        found = await backend.read(tenant, lambda uow, key=run.id: uow.runs.get(key))  # type: ignore[misc]  # bound now
        assert (found.state, found.finished_at, found.counts) == (RunState.INTERRUPTED, LATER, run.counts)
    for run in bystanders:
        found = await backend.read(tenant, lambda uow, key=run.id: uow.runs.get(key))  # type: ignore[misc]  # bound now
        assert values_of(found) == values_of(run)
    assert (await backend.read(other, lambda uow: uow.runs.get(foreign.id))).state is RunState.RUNNING


async def test_where_nothing_runs_nothing_is_interrupted(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    count = await backend.write(tenant, lambda uow: uow.runs.interrupt_running(account.id, "members", now=LATER))
    assert count == 0


async def test_errors_are_told_newest_first_and_counted_all(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    """Errors of one instant: the one kept last comes first."""
    run = a_run(account)
    errors = [a_sync_error(run, str(n)) for n in range(12)]
    newest = attrs.evolve(a_sync_error(run, None, at=LATER, message=ODD), code=ODD, kind="lead")
    await add(backend, tenant, run)
    await backend.write(tenant, lambda uow: uow.runs.add_errors([newest, *errors[:6]]))
    await backend.write(tenant, lambda uow: uow.runs.add_errors(errors[6:]))
    found = await backend.read(tenant, lambda uow: uow.runs.recent_errors(10))
    assert list(found) == [newest, *reversed(errors[3:])]
    assert await backend.read(tenant, lambda uow: uow.runs.count_errors()) == 13


async def test_errors_of_one_run_are_told_oldest_first(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount
) -> None:
    run, next_run = a_run(account), a_run(account)
    last, *errors = (a_sync_error(run, str(n), at=LATER if n == 0 else NOON) for n in range(4))
    await add(backend, tenant, run, next_run)
    await backend.write(tenant, lambda uow: uow.runs.add_errors([last, *errors, a_sync_error(next_run)]))
    assert list(await backend.read(tenant, lambda uow: uow.runs.errors_of(run, limit=9))) == [*errors, last]
    assert list(await backend.read(tenant, lambda uow: uow.runs.errors_of(run, limit=2))) == errors[:2]
    assert list(await backend.read(other, lambda uow: uow.runs.errors_of(run, limit=9))) == []


async def test_the_same_error_twice_is_two_errors(backend: Backend, tenant: TenantId, account: ProviderAccount) -> None:
    run = a_run(account)
    await add(backend, tenant, run)
    await backend.write(tenant, lambda uow: uow.runs.add_errors([a_sync_error(run), a_sync_error(run)]))
    assert await backend.read(tenant, lambda uow: uow.runs.count_errors()) == 2


async def test_errors_are_a_tenants_own_and_only_when_committed(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount
) -> None:
    run = a_run(account)
    await add(backend, tenant, run)
    await backend.write(tenant, lambda uow: uow.runs.add_errors([a_sync_error(run)]))
    async with backend.units.open(tenant) as uow:
        await uow.runs.add_errors([])
        await uow.runs.add_errors([a_sync_error(run)])
        assert await uow.runs.count_errors() == 2
    assert await backend.read(tenant, lambda uow: uow.runs.count_errors()) == 1
    assert await backend.read(other, lambda uow: uow.runs.count_errors()) == 0
    assert list(await backend.read(other, lambda uow: uow.runs.recent_errors(10))) == []
