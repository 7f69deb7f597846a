"""What the readers promise beyond lists: memberships of a member, keys, runs, counts (ports/readers.py)."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from tests.builders import (
    IDS,
    NOON,
    a_lead,
    a_member,
    a_membership,
    a_run,
    a_task,
    an_account,
    an_api_key,
    values_of,
)

from tresen.application.ports.readers import MembershipFilter, MembershipRow
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.leads.stage import Stage
from tresen.domain.membership.status import Status, Terms
from tresen.domain.shared.errors import NotFound
from tresen.domain.shared.ids import MemberId, RunId, TenantId
from tresen.domain.shared.money import Money
from tresen.domain.staff.task import TaskState
from tresen.domain.sync.run import PUSH, Counts, RunState
from tresen.domain.tenancy.provider_account import ProviderAccount

from .kinds import LATER, ODD
from .stores import Backend


async def test_a_memberships_row_shows_the_membership(backend: Backend, tenant: TenantId) -> None:
    member = a_member(tenant)
    full = a_membership(tenant, member.id, name=ODD, price=Money("49.90", "EUR"), status=Status.PAUSED)
    full.kind = "Class Plan"
    full.terms = Terms(starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), cancels_on=date(2026, 6, 30))
    bare = a_membership(tenant, member.id)
    free = a_membership(tenant, member.id, starts_on=date(2020, 1, 1), price=Money("0", "JPY"))

    async def add(uow: UnitOfWork) -> None:
        await uow.members.add(member)
        await uow.memberships.add_many([bare, free, full])

    await backend.write(tenant, add)
    rows = await backend.readers.memberships(tenant, member.id)
    assert [row.id for row in rows] == [full.id, free.id, bare.id]
    assert rows[0] == MembershipRow(
        id=full.id,
        member_id=member.id,
        name=ODD,
        kind="Class Plan",
        status="paused",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        cancels_on=date(2026, 6, 30),
        monthly_price="49.90",
        currency="EUR",
    )
    assert [(row.monthly_price, row.currency) for row in rows[1:]] == [("0", "JPY"), (None, None)]


async def test_everybodys_memberships_are_listed_latest_start_first(
    backend: Backend, tenant: TenantId, other: TenantId
) -> None:
    ada, bob, foreign = a_member(tenant, "Ada", "Byron"), a_member(tenant, "Bob", ""), a_member(other)
    first = a_membership(tenant, bob.id, starts_on=date(2026, 1, 1), status=Status.PAUSED)
    same = a_membership(tenant, ada.id, starts_on=date(2026, 1, 1), price=Money("49.90", "EUR"))
    early = a_membership(tenant, ada.id, starts_on=date(2020, 1, 1), status=Status.PAUSED)
    never = a_membership(tenant, ada.id)

    async def add(uow: UnitOfWork) -> None:
        await uow.members.add_many([ada, bob])
        await uow.memberships.add_many([never, early, first, same])

    async def add_foreign(uow: UnitOfWork) -> None:
        await uow.members.add(foreign)
        await uow.memberships.add(a_membership(other, foreign.id))

    await backend.write(tenant, add)
    await backend.write(other, add_foreign)

    async def found(limit: int = 9, offset: int = 0, **wanted: Any) -> tuple[list[object], int]:
        page = await backend.readers.sold_memberships(tenant, MembershipFilter(**wanted), limit=limit, offset=offset)
        return [each.membership.id for each in page.items], page.count

    tied = sorted([first.id, same.id])
    assert await found() == ([*tied, early.id, never.id], 4)
    assert await found(limit=2, offset=1) == ([tied[1], early.id], 4)
    assert await found(limit=2, offset=8) == ([], 4)
    assert await found(status="paused") == ([first.id, early.id], 2)
    assert await found(member_id=ada.id, status="paused") == ([early.id], 1)
    assert await found(status="expired") == ([], 0)
    page = await backend.readers.sold_memberships(tenant, MembershipFilter(), limit=9)
    assert {each.membership.id: each.member for each in page.items} == {
        **dict.fromkeys((same.id, early.id, never.id), "Ada Byron"),
        first.id: "Bob",
    }
    assert [each.membership for each in page.items if each.membership.member_id == ada.id] == list(
        await backend.readers.memberships(tenant, ada.id)
    )
    for unknown in (MemberId(IDS.new()), foreign.id):
        with pytest.raises(NotFound):
            await found(member_id=unknown)


async def test_memberships_of_an_unknown_or_foreign_member_are_not_found(
    backend: Backend, tenant: TenantId, other: TenantId
) -> None:
    foreign = a_member(other)
    await backend.write(other, lambda uow: uow.members.add(foreign))
    for unknown in (MemberId(IDS.new()), foreign.id):
        with pytest.raises(NotFound):
            await backend.readers.memberships(tenant, unknown)


async def test_keys_are_told_newest_first_revoked_ones_too(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    old, new = (an_api_key(tenant, bytes([n]) * 32, created_at=NOON + timedelta(days=n)) for n in range(2))
    old.revoked_at = LATER

    async def add(uow: UnitOfWork) -> None:
        await uow.api_keys.add(new)
        await uow.api_keys.add(old)

    await backend.write(tenant, add)
    await backend.write(other, lambda uow: uow.api_keys.add(an_api_key(other)))
    assert [values_of(key) for key in await backend.readers.api_keys(tenant)] == [values_of(new), values_of(old)]


async def test_runs_of_all_accounts_and_kinds_are_told_newest_first(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    second = an_account(tenant, "second")
    runs = [
        a_run(account, started_at=NOON, state=RunState.COMPLETED, counts=Counts(created=1)),
        a_run(second, kind="leads", started_at=NOON + timedelta(hours=1)),
        a_run(account, kind="leads", started_at=NOON + timedelta(hours=2), state=RunState.SKIPPED),
    ]

    async def add(uow: UnitOfWork) -> None:
        await uow.accounts.add(second)
        for run in (runs[1], runs[0], runs[2]):
            await uow.runs.add(run)

    await backend.write(tenant, add)
    await backend.write(other, lambda uow: uow.runs.add(a_run(others_account, started_at=LATER)))
    found = await backend.readers.runs(tenant, limit=10)
    assert [values_of(run) for run in found] == [values_of(run) for run in reversed(runs)]
    assert [run.id for run in await backend.readers.runs(tenant, limit=2)] == [runs[2].id, runs[1].id]
    for offset, left in ((1, [runs[1].id, runs[0].id]), (2, [runs[0].id]), (3, []), (9, [])):
        assert [run.id for run in await backend.readers.runs(tenant, limit=2, offset=offset)] == left


async def test_writes_to_the_provider_can_be_left_out_of_the_runs(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    runs = [a_run(account, kind=kind, started_at=NOON + timedelta(hours=n)) for n, kind in enumerate(("leads", PUSH))]

    async def add(uow: UnitOfWork) -> None:
        for run in runs:
            await uow.runs.add(run)

    await backend.write(tenant, add)
    assert [run.kind for run in await backend.readers.runs(tenant, limit=1, pushes=False)] == ["leads"]
    assert [run.kind for run in await backend.readers.runs(tenant, limit=2)] == [PUSH, "leads"]


async def test_runs_can_be_told_by_account_kind_and_state(
    backend: Backend, tenant: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    second = an_account(tenant, "second")
    runs = [
        a_run(account, state=RunState.COMPLETED),
        a_run(account, kind="leads", state=RunState.HELD),
        a_run(second, kind="leads", state=RunState.PLANNED),
        a_run(account, kind=PUSH, state=RunState.COMPLETED),
    ]

    async def add(uow: UnitOfWork) -> None:
        await uow.accounts.add(second)
        for run in runs:
            await uow.runs.add(run)

    await backend.write(tenant, add)
    members, leads, seconds, push = [run.id for run in runs]

    async def told(limit: int = 10, **wanted: Any) -> list[RunId]:
        return [run.id for run in await backend.readers.runs(tenant, limit=limit, **wanted)]

    assert await told(account_id=account.id) == [push, leads, members]
    assert await told(account_id=account.id, pushes=False, limit=1) == [leads]
    assert await told(account_id=account.id, limit=1, offset=2) == [members]
    assert await told(account_id=account.id, pushes=False, offset=1) == [members]
    assert await told(account_id=others_account.id) == []
    assert await told(kind="leads") == [seconds, leads]
    assert await told(state=RunState.HELD) == [leads]
    assert await told(account_id=account.id, kind="members", state=RunState.COMPLETED) == [members]


async def test_counts_say_how_many_are_in_which_status(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    member, foreign = a_member(tenant), a_member(other)

    async def add(uow: UnitOfWork) -> None:
        await uow.members.add_many([member, a_member(tenant), a_member(tenant, status=Status.PAUSED)])
        await uow.memberships.add(a_membership(tenant, member.id, status=Status.EXPIRED))
        await uow.leads.add_many([a_lead(tenant), a_lead(tenant, stage=Stage.LOST)])
        await uow.tasks.add(a_task(tenant))
        await uow.tasks.add(a_task(tenant, state=TaskState.DONE))
        await uow.tasks.add(a_task(tenant, state=TaskState.DONE))

    await backend.write(tenant, add)
    await backend.write(other, lambda uow: uow.members.add(foreign))
    assert _that_occur(await backend.readers.counts(tenant)) == {
        "members": {"active": 2, "paused": 1},
        "memberships": {"expired": 1},
        "leads": {"new": 1, "lost": 1},
        "tasks": {"open": 1, "done": 2},
    }
    assert _that_occur(await backend.readers.counts(other)) == {
        "members": {"active": 1},
        "memberships": {},
        "leads": {},
        "tasks": {},
    }


async def test_counts_of_an_empty_tenant_name_every_kind(backend: Backend, tenant: TenantId) -> None:
    empty: dict[str, dict[str, int]] = {"members": {}, "memberships": {}, "leads": {}, "tasks": {}}
    assert _that_occur(await backend.readers.counts(tenant)) == empty


def _that_occur(counts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    return {kind: {word: n for word, n in by_status.items() if n} for kind, by_status in counts.items()}
