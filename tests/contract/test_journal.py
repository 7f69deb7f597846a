"""What the journal of changes promises (ports/repositories.py, Journal)."""

from datetime import timedelta

import attrs
import pytest
from tests.builders import IDS, NOON, a_change, a_lead, a_member, a_run

from tresen.application.sync.records.kinds import LEAD, MEMBER
from tresen.domain.membership.member import Member
from tresen.domain.shared.errors import AlreadyExists, NotFound
from tresen.domain.shared.ids import EntryId, TenantId
from tresen.domain.sync.journal import Change
from tresen.domain.sync.run import Run
from tresen.domain.sync.side import Side
from tresen.domain.tenancy.provider_account import ProviderAccount

from .kinds import LATER, ODD
from .stores import Backend
from .test_sync_records import VALUES, same


@pytest.fixture
def run(account: ProviderAccount) -> Run:
    return a_run(account)


@pytest.fixture
def member(tenant: TenantId) -> Member:
    return a_member(tenant)


async def append(backend: Backend, tenant: TenantId, *changes: Change) -> None:
    await backend.write(tenant, lambda uow: uow.journal.append(changes))


async def test_values_of_every_type_come_back_as_they_were(
    backend: Backend, tenant: TenantId, run: Run, member: Member
) -> None:
    lines = [
        a_change(run, member, field=f"field {n}", base=value, ours=VALUES[-n], theirs=VALUES[n // 2], value=value)
        for n, value in enumerate(VALUES)
    ]
    lines.append(
        attrs.evolve(
            a_change(run, member, value=ODD, version=2**40),
            field=ODD,
            external_id=ODD,
            side=Side.OURS,
            rule="newest",
            reason=ODD,
            at=LATER,
        )
    )
    await append(backend, tenant, *lines)
    found = await backend.read(tenant, lambda uow: uow.journal.of_record(MEMBER, member.id))
    assert list(found) == lines
    for line, kept in zip(lines, found, strict=True):
        assert same((line.base, line.ours, line.theirs, line.value), (kept.base, kept.ours, kept.theirs, kept.value))


async def test_lines_are_told_as_they_were_written(
    backend: Backend, tenant: TenantId, run: Run, member: Member
) -> None:
    """Over transactions, and whatever the instants say: those are when the runs began, and clocks are set back."""
    now = [a_change(run, member, field=f"now {n}") for n in range(12)]
    await append(backend, tenant, a_change(run, member, field="later", at=NOON + timedelta(microseconds=1)), *now[:5])
    await append(backend, tenant, *now[5:])
    await append(backend, tenant, a_change(run, member, field="before", at=NOON - timedelta(microseconds=1)))
    found = await backend.read(tenant, lambda uow: uow.journal.of_record(MEMBER, member.id))
    assert [line.field for line in found] == [*(f"now {n}" for n in range(12)), "later", "before"]


async def test_lines_of_a_process_whose_clock_is_behind_stand_where_their_versions_do(
    backend: Backend, tenant: TenantId, run: Run, member: Member
) -> None:
    third, passed_over = a_change(run, member, field="third", version=3), a_change(run, member, field="passed over")
    second = [a_change(run, member, field=f"second {n}", version=2) for n in range(2)]
    await append(backend, tenant, *second)
    await append(backend, tenant, third, passed_over)
    found = await backend.read(tenant, lambda uow: uow.journal.of_record(MEMBER, member.id))
    assert [line.field for line in found] == ["second 0", "second 1", "third", "passed over"]


async def test_the_same_line_twice_is_two_lines(backend: Backend, tenant: TenantId, run: Run, member: Member) -> None:
    await append(backend, tenant, a_change(run, member), a_change(run, member))
    assert len(await backend.read(tenant, lambda uow: uow.journal.of_record(MEMBER, member.id))) == 2


async def test_a_record_has_only_its_own_lines(
    backend: Backend, tenant: TenantId, other: TenantId, run: Run, member: Member
) -> None:
    lead = a_lead(tenant)
    await append(
        backend,
        tenant,
        a_change(run, member),
        a_change(run, a_member(tenant), field="another member"),
        a_change(run, lead, kind=LEAD, field="a lead"),
        attrs.evolve(a_change(run, member), kind=LEAD, field="the same id, another kind"),
    )
    found = await backend.read(tenant, lambda uow: uow.journal.of_record(MEMBER, member.id))
    assert [line.field for line in found] == ["first_name"]
    assert list(await backend.read(other, lambda uow: uow.journal.of_record(MEMBER, member.id))) == []
    assert list(await backend.read(tenant, lambda uow: uow.journal.of_record(MEMBER, IDS.new()))) == []


async def test_lines_that_were_not_committed_were_not_written(
    backend: Backend, tenant: TenantId, run: Run, member: Member
) -> None:
    async with backend.units.open(tenant) as uow:
        await uow.journal.append(iter([a_change(run, member)]))
        assert len(await uow.journal.of_record(MEMBER, member.id)) == 1
    assert list(await backend.read(tenant, lambda uow: uow.journal.of_record(MEMBER, member.id))) == []


async def test_no_lines_are_no_lines(backend: Backend, tenant: TenantId, member: Member) -> None:
    await append(backend, tenant)
    assert list(await backend.read(tenant, lambda uow: uow.journal.of_record(MEMBER, member.id))) == []


async def test_a_line_is_found_by_its_id(
    backend: Backend, tenant: TenantId, other: TenantId, run: Run, member: Member
) -> None:
    line = a_change(run, member, base=ODD, ours=1, theirs=True, value=("a", ODD), version=7)
    await append(backend, tenant, a_change(run, member), line)
    found = await backend.read(tenant, lambda uow: uow.journal.get(line.id))
    assert same(found, line)
    for of, key in ((other, line.id), (tenant, EntryId(IDS.new()))):
        with pytest.raises(NotFound):
            await backend.read(of, lambda uow, k=key: uow.journal.get(k))  # type: ignore[misc]  # bound now


async def test_no_line_takes_the_place_of_another(backend: Backend, tenant: TenantId, run: Run, member: Member) -> None:
    line, new = a_change(run, member), a_change(run, member)
    await append(backend, tenant, line)
    for again in ([attrs.evolve(line, field="other")], [new, attrs.evolve(line, field="other")]):
        with pytest.raises(AlreadyExists):
            await append(backend, tenant, *again)
    assert list(await backend.read(tenant, lambda uow: uow.journal.of_record(MEMBER, member.id))) == [line]


async def test_a_runs_lines_are_told_page_by_page(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, run: Run, member: Member
) -> None:
    lines = [a_change(run, member if n % 2 else a_member(tenant), field=str(n)) for n in range(7)]
    await append(backend, tenant, *lines[4:], a_change(a_run(account), member))
    await append(backend, tenant, *lines[:4])

    async def page(of: TenantId, after: EntryId | None) -> list[Change]:
        return list(await backend.read(of, lambda uow: uow.journal.of_run(run.id, after=after, limit=3)))

    assert await page(tenant, None) == lines[:3]
    assert await page(tenant, lines[2].id) == lines[3:6]
    assert await page(tenant, lines[5].id) == lines[6:]
    assert await page(tenant, lines[6].id) == []
    assert await page(other, None) == []
