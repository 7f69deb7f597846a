"""What the journal of changes promises (ports/repositories.py, Journal)."""

from datetime import timedelta

import attrs
import pytest
from tests.builders import IDS, NOON, a_change, a_lead, a_member, a_run

from tresen.application.sync.kinds import LEAD, MEMBER
from tresen.domain.membership.member import Member
from tresen.domain.shared.ids import TenantId
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


async def test_lines_are_told_oldest_first(backend: Backend, tenant: TenantId, run: Run, member: Member) -> None:
    """Lines of one instant stay in the order in which they were written, over transactions."""
    now = [a_change(run, member, field=f"now {n}") for n in range(12)]
    await append(backend, tenant, a_change(run, member, field="later", at=NOON + timedelta(microseconds=1)), *now[:5])
    await append(backend, tenant, *now[5:])
    await append(backend, tenant, a_change(run, member, field="before", at=NOON - timedelta(microseconds=1)))
    found = await backend.read(tenant, lambda uow: uow.journal.of_record(MEMBER, member.id))
    assert [line.field for line in found] == ["before", *(f"now {n}" for n in range(12)), "later"]


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
