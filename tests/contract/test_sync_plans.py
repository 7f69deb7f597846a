"""What kept plans, the states of syncs and due records promise (ports/sync_books.py)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from tests.builders import IDS, NOON, an_account
from tests.sync_books import a_plan

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.shared.errors import AlreadyExists, NotFound
from tresen.domain.shared.ids import PlanId, RunId, TenantId
from tresen.domain.sync.kept_plan import KeptPlan, Part, PlanState
from tresen.domain.sync.state import Phase, SyncState
from tresen.domain.tenancy.provider_account import ProviderAccount

from .kinds import LATER, ODD
from .stores import Backend

MANY = 2_500


async def add(backend: Backend, tenant: TenantId, *plans: KeptPlan) -> None:
    async def work(uow: UnitOfWork) -> None:
        for plan in plans:
            await uow.plans.add(plan)

    await backend.write(tenant, work)


async def steps(backend: Backend, tenant: TenantId, plan: KeptPlan, start: int = 0, limit: int = 9_999) -> list[Any]:
    return list(await backend.read(tenant, lambda uow: uow.plans.steps(plan.id, start=start, limit=limit)))


async def test_the_latest_plans_come_first(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    second = an_account(tenant, "second")
    await backend.write(tenant, lambda uow: uow.accounts.add(second))
    old, twin, new = a_plan(account), a_plan(second), a_plan(account, created_at=NOON + timedelta(microseconds=1))
    await add(backend, tenant, new, old, twin)
    await add(backend, other, foreign := a_plan(others_account))

    async def latest(of: TenantId, **wanted: Any) -> list[PlanId]:
        return [plan.id for plan in await backend.read(of, lambda uow: uow.plans.latest(**wanted))]

    assert await latest(tenant, limit=9) == [new.id, twin.id, old.id]
    assert await latest(tenant, limit=2) == [new.id, twin.id]
    assert await latest(tenant, limit=1, offset=1) == [twin.id]
    assert await latest(tenant, limit=9, offset=2) == [old.id]
    assert await latest(tenant, limit=9, offset=3) == await latest(tenant, limit=9, offset=4) == []
    assert await latest(tenant, limit=9, account_id=account.id) == [new.id, old.id]
    assert await latest(tenant, limit=9, offset=1, account_id=account.id) == [old.id]
    assert await latest(tenant, limit=9, account_id=others_account.id) == []
    assert await latest(other, limit=9) == [foreign.id]


async def test_plans_are_found_by_their_state(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    second = an_account(tenant, "second")
    await backend.write(tenant, lambda uow: uow.accounts.add(second))
    held = [a_plan(each, state=PlanState.HELD) for each in (account, second, account)]
    await add(backend, tenant, *held, a_plan(account, state=PlanState.APPLIED))
    await add(backend, other, a_plan(others_account, state=PlanState.HELD))

    async def latest(**wanted: Any) -> set[PlanId]:
        return {plan.id for plan in await backend.read(tenant, lambda uow: uow.plans.latest(**wanted))}

    assert await latest(limit=9, state=PlanState.HELD) == {each.id for each in held}
    assert await latest(limit=9, state=PlanState.HELD, account_id=account.id) == {held[0].id, held[2].id}
    assert await latest(limit=9, state=PlanState.STALE) == set()
    assert len(await latest(limit=1, state=PlanState.HELD)) == 1


async def test_a_plans_parts_are_the_callers_own(backend: Backend, tenant: TenantId, account: ProviderAccount) -> None:
    actions = {"merge": 1}
    await add(backend, tenant, plan := a_plan(account, parts=[Part(kind="member", policy_version=1, actions=actions)]))
    actions["merge"] = 2
    found = await backend.read(tenant, lambda uow: uow.plans.get(plan.id))
    assert found.parts[0].actions == {"merge": 1}


async def test_steps_come_back_in_their_order(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    plan, stranger, foreign = a_plan(account), a_plan(account), a_plan(others_account)
    await add(backend, tenant, plan, stranger)
    await add(backend, other, foreign)
    await backend.write(tenant, lambda uow: uow.plans.add_steps(plan.id, 2, [("lead", "2\n"), (ODD, ODD)]))
    await backend.write(tenant, lambda uow: uow.plans.add_steps(plan.id, 0, [("member", "{}\n"), ("member", "")]))
    await backend.write(tenant, lambda uow: uow.plans.add_steps(stranger.id, 0, [("lead", "stranger")]))
    await backend.write(tenant, lambda uow: uow.plans.add_steps(plan.id, 9, []))
    every = [(0, "member", "{}\n"), (1, "member", ""), (2, "lead", "2\n"), (3, ODD, ODD)]
    assert await steps(backend, tenant, plan) == every
    assert await steps(backend, tenant, plan, 1, 2) == every[1:3]
    assert await steps(backend, tenant, plan, 4) == []
    assert await steps(backend, other, plan) == []
    await backend.write(other, lambda uow: uow.plans.remove_steps(plan.id))
    await backend.write(tenant, lambda uow: uow.plans.remove_steps(plan.id))
    assert await steps(backend, tenant, plan) == []
    assert await steps(backend, tenant, stranger) == [(0, "lead", "stranger")]


async def test_many_steps_at_once(backend: Backend, tenant: TenantId, account: ProviderAccount) -> None:
    await add(backend, tenant, plan := a_plan(account))
    lines = [("member", f"{n}\n") for n in range(MANY)]
    await backend.write(tenant, lambda uow: uow.plans.add_steps(plan.id, 0, lines))
    assert await steps(backend, tenant, plan, MANY - 2) == [(n, *lines[n]) for n in (MANY - 2, MANY - 1)]


async def test_a_step_has_one_number_and_a_plan(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount
) -> None:
    await add(backend, tenant, plan := a_plan(account))
    await backend.write(tenant, lambda uow: uow.plans.add_steps(plan.id, 0, [("member", "kept")]))
    for again in ([("member", "again")], [("member", "again"), ("member", "more")]):
        with pytest.raises(AlreadyExists):
            await backend.write(tenant, lambda uow, s=again: uow.plans.add_steps(plan.id, 0, s))  # type: ignore[misc]  # bound now
    for of, key in ((tenant, PlanId(IDS.new())), (other, plan.id)):
        with pytest.raises(NotFound):
            await backend.write(of, lambda uow, k=key: uow.plans.add_steps(k, 7, [("member", "lost")]))  # type: ignore[misc]  # bound now
    assert await steps(backend, tenant, plan) == [(0, "member", "kept")]


async def test_a_state_is_fresh_until_one_is_kept(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount
) -> None:
    fresh = SyncState(account_id=account.id, kind="member")
    assert await backend.read(tenant, lambda uow: uow.sync_states.get(account.id, "member")) == fresh
    kept = SyncState(
        account_id=account.id,
        kind="member",
        phase=Phase.APPLYING,
        run_id=RunId(IDS.new()),
        seen=2**40,
        cursor=ODD,
        cursor_at=NOON,
        complete_at=LATER,
        succeeded_at=NOON,
        policy_version=7,
        place=ODD,
    )
    await backend.write(tenant, lambda uow: uow.sync_states.put(kept))
    assert await backend.read(tenant, lambda uow: uow.sync_states.get(account.id, "member")) == kept
    assert await backend.read(other, lambda uow: uow.sync_states.get(account.id, "member")) == fresh
    await backend.write(tenant, lambda uow: uow.sync_states.put(fresh))
    assert list(await backend.read(tenant, lambda uow: uow.sync_states.all())) == [fresh]


async def test_all_states_are_told_in_order(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    second = an_account(tenant, "second")
    await backend.write(tenant, lambda uow: uow.accounts.add(second))
    states = [SyncState(account_id=one.id, kind=kind) for one in (account, second) for kind in ("lead", "member")]

    async def put(uow: UnitOfWork) -> None:
        for state in reversed(states):
            await uow.sync_states.put(state)

    await backend.write(tenant, put)
    foreign = SyncState(account_id=others_account.id, kind="lead")
    await backend.write(other, lambda uow: uow.sync_states.put(foreign))
    assert list(await backend.read(tenant, lambda uow: uow.sync_states.all())) == states


async def test_due_records_are_a_set(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    async def due(of: TenantId, key: ProviderAccount, kind: str) -> set[str]:
        return set(await backend.read(of, lambda uow: uow.due.all(key.id, kind)))

    await backend.write(tenant, lambda uow: uow.due.add(account.id, "member", iter(["1", ODD, "1", ""])))
    await backend.write(tenant, lambda uow: uow.due.add(account.id, "member", ["2", "1"]))
    await backend.write(tenant, lambda uow: uow.due.add(account.id, "member", []))
    await backend.write(tenant, lambda uow: uow.due.add(account.id, "lead", ["1"]))
    await backend.write(other, lambda uow: uow.due.add(others_account.id, "member", ["3"]))
    assert await due(tenant, account, "member") == {"1", "2", ODD, ""}
    assert await due(tenant, others_account, "member") == set()
    await backend.write(tenant, lambda uow: uow.due.remove(account.id, "member", ["1", "unknown", ODD]))
    await backend.write(tenant, lambda uow: uow.due.remove(account.id, "member", []))
    await backend.write(tenant, lambda uow: uow.due.remove(others_account.id, "member", ["3"]))
    assert await due(tenant, account, "member") == {"2", ""}
    assert await due(tenant, account, "lead") == {"1"}
    assert await due(other, others_account, "member") == {"3"}


async def test_a_due_record_that_was_renewed_since_stays_due(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    async def seen() -> Mapping[str, int]:
        return await backend.read(tenant, lambda uow: uow.due.all(account.id, "member"))

    await backend.write(tenant, lambda uow: uow.due.add(account.id, "member", ["1", "2", "3", ODD]))
    await backend.write(tenant, lambda uow: uow.due.renew(account.id, "member", "3"))
    before = await seen()
    await backend.write(tenant, lambda uow: uow.due.add(account.id, "member", ["1"]))
    assert await seen() == before, "a run that looks at it again knows nothing new"
    for renewed in ("2", "4"):
        await backend.write(tenant, lambda uow, key=renewed: uow.due.renew(account.id, "member", key))  # type: ignore[misc]  # bound now
    await backend.write(other, lambda uow: uow.due.renew(others_account.id, "member", "1"))
    await backend.write(other, lambda uow: uow.due.settle(account.id, "member", before))
    await backend.write(tenant, lambda uow: uow.due.settle(account.id, "lead", before))
    assert (await seen()).keys() == {"1", "2", "3", "4", ODD}
    await backend.write(tenant, lambda uow: uow.due.settle(account.id, "member", {**before, "5": 1}))
    assert (await seen()).keys() == {"2", "4"}
    await backend.write(tenant, lambda uow: uow.due.settle(account.id, "member", {}))
    await backend.write(tenant, lambda uow: uow.due.remove(account.id, "member", ["2"]))
    assert (await seen()).keys() == {"4"}


async def test_many_due_records_at_once(backend: Backend, tenant: TenantId, account: ProviderAccount) -> None:
    many = [str(n) for n in range(MANY)]
    await backend.write(tenant, lambda uow: uow.due.add(account.id, "member", many[1:]))
    await backend.write(tenant, lambda uow: uow.due.add(account.id, "member", many))
    assert set(await backend.read(tenant, lambda uow: uow.due.all(account.id, "member"))) == set(many)
    await backend.write(tenant, lambda uow: uow.due.remove(account.id, "member", many[:-1]))
    assert list(await backend.read(tenant, lambda uow: uow.due.all(account.id, "member"))) == many[-1:]
