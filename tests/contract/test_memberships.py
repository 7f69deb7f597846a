"""What the memberships and packages of a tenant promise beyond every collection (ports/repositories.py)."""

from datetime import date

from tests.builders import IDS, a_member, a_membership, a_package, an_account, values_of

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.membership.membership import Membership
from tresen.domain.shared.ids import AccountId, MemberId, TenantId
from tresen.domain.shared.money import Money
from tresen.domain.tenancy.provider_account import ProviderAccount

from .kinds import ODD
from .stores import Backend

MAY = date(2026, 5, 1)


async def sell(backend: Backend, tenant: TenantId, *days: date | None) -> list[Membership]:
    """A member with a membership per day, which is its start and its next change."""
    member = a_member(tenant)
    sold = [a_membership(tenant, member.id, starts_on=day, changes_on=day) for day in days]

    async def work(uow: UnitOfWork) -> None:
        await uow.members.add(member)
        await uow.memberships.add_many(sold)

    await backend.write(tenant, work)
    return sold


async def test_a_members_memberships_start_with_the_latest(backend: Backend, tenant: TenantId) -> None:
    """Unknown starts come last, equal ones by id."""
    unknown, old, new, same = await sell(backend, tenant, None, date(1999, 12, 31), MAY, MAY)
    await sell(backend, tenant, MAY)
    found = await backend.read(tenant, lambda uow: uow.memberships.of_member(old.member_id))
    assert [values_of(m) for m in found] == [values_of(m) for m in (new, same, old, unknown)]


async def test_memberships_of_nobody_known_are_none(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    (foreign,) = await sell(backend, other, MAY)
    for member in (MemberId(IDS.new()), foreign.member_id):
        found = await backend.read(tenant, lambda uow, key=member: uow.memberships.of_member(key))  # type: ignore[misc]  # bound now
        assert list(found) == []


async def test_turning_memberships_are_those_up_to_the_day_earliest_first(backend: Backend, tenant: TenantId) -> None:
    _, _, on_the_day, early, same = await sell(
        backend, tenant, None, date(2026, 5, 2), MAY, date(2025, 1, 1), date(2025, 1, 1)
    )
    found = await backend.read(tenant, lambda uow: uow.memberships.turning_by(MAY, limit=10))
    assert [values_of(m) for m in found] == [values_of(m) for m in (early, same, on_the_day)]


async def test_turning_memberships_are_cut_at_the_limit(backend: Backend, tenant: TenantId) -> None:
    sold = await sell(backend, tenant, MAY, MAY, MAY)
    found = await backend.read(tenant, lambda uow: uow.memberships.turning_by(MAY, limit=2))
    assert [m.id for m in found] == [m.id for m in sold[:2]]


async def test_only_own_memberships_turn(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    await sell(backend, other, MAY)
    assert list(await backend.read(tenant, lambda uow: uow.memberships.turning_by(MAY, limit=10))) == []


async def test_a_settled_membership_no_longer_turns(backend: Backend, tenant: TenantId) -> None:
    (membership,) = await sell(backend, tenant, MAY)
    membership.status_changes_on = None
    await backend.write(tenant, lambda uow: uow.memberships.save(membership))
    assert list(await backend.read(tenant, lambda uow: uow.memberships.turning_by(MAY, limit=10))) == []


async def test_packages_stay_in_the_order_given(backend: Backend, tenant: TenantId, account: ProviderAccount) -> None:
    offers = [a_package(2, name="Z"), a_package(1, name=ODD, price=Money("0.00", "EUR")), a_package(10, name="Z")]
    await backend.write(tenant, lambda uow: uow.packages.replace(account.id, offers))
    assert list(await backend.read(tenant, lambda uow: uow.packages.of_account(account.id))) == offers


async def test_packages_are_replaced_as_a_whole_per_account(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    second = an_account(tenant, "second")

    async def offer(uow: UnitOfWork) -> None:
        await uow.accounts.add(second)
        await uow.packages.replace(account.id, [a_package(1), a_package(2)])
        await uow.packages.replace(second.id, [a_package(1)])

    async def offer_less(uow: UnitOfWork) -> None:
        await uow.packages.replace(account.id, [a_package(2)])
        await uow.packages.replace(second.id, [])

    await backend.write(tenant, offer)
    await backend.write(tenant, offer_less)
    assert list(await backend.read(tenant, lambda uow: uow.packages.of_account(account.id))) == [a_package(2)]
    assert list(await backend.read(tenant, lambda uow: uow.packages.of_account(second.id))) == []


async def test_packages_that_were_not_committed_were_not_replaced(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    await backend.write(tenant, lambda uow: uow.packages.replace(account.id, [a_package(1)]))
    async with backend.units.open(tenant) as uow:
        await uow.packages.replace(account.id, [])
    assert list(await backend.read(tenant, lambda uow: uow.packages.of_account(account.id))) == [a_package(1)]


async def test_packages_of_another_tenants_account_are_none(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount
) -> None:
    await backend.write(tenant, lambda uow: uow.packages.replace(account.id, [a_package(1)]))
    for key in (account.id, AccountId(IDS.new())):
        found = await backend.read(other, lambda uow, key=key: uow.packages.of_account(key))  # type: ignore[misc]  # bound now
        assert list(found) == []
