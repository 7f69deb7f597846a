"""What accounts, sites, staff tasks and users promise beyond every collection (ports/repositories.py)."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.builders import NOON, a_session, a_site, a_task, a_user, an_account, an_api_key, values_of

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.shared.contact import EmailAddress
from tresen.domain.shared.errors import AlreadyExists, NotFound, StaleVersion
from tresen.domain.shared.ids import AccountId, TenantId
from tresen.domain.staff.task import TaskState
from tresen.domain.tenancy.provider_account import ProviderAccount

from .kinds import ODD
from .stores import Backend


async def test_accounts_are_listed_by_provider_and_name(
    backend: Backend, tenant: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    """Names whatever their case."""
    added = [an_account(tenant, name, provider=provider) for provider, name in (("z", "a"), ("b", "Ä"), ("b", "Z"))]
    added.append(an_account(tenant, "y", provider="b"))

    async def add(uow: UnitOfWork) -> None:
        for one in added:
            await uow.accounts.add(one)

    await backend.write(tenant, add)
    found = await backend.read(tenant, lambda uow: uow.accounts.all())
    z, umlaut, big_z, small_y = added
    assert [values_of(a) for a in found] == [values_of(a) for a in (small_y, big_z, umlaut, account, z)]


async def test_mappings_inside_entities_are_the_callers_own_too(backend: Backend, tenant: TenantId) -> None:
    settings, details = {"page_size": "50"}, {"why": "because"}
    account, task = an_account(tenant, settings=settings), a_task(tenant, details=details)

    async def add(uow: UnitOfWork) -> None:
        await uow.accounts.add(account)
        await uow.tasks.add(task)

    async def look(uow: UnitOfWork) -> tuple[Any, Any]:
        return (await uow.accounts.get(account.id)).settings, (await uow.tasks.get(task.id)).details

    await backend.write(tenant, add)
    for kept_settings, kept_details in ((settings, details), await backend.read(tenant, look)):
        kept_settings["page_size"] = kept_details["why"] = "changed"
        assert await backend.read(tenant, look) == ({"page_size": "50"}, {"why": "because"})


async def test_an_accounts_name_is_unique_per_provider_and_tenant(
    backend: Backend, tenant: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    assert account.name == others_account.name
    await backend.write(tenant, lambda uow: uow.accounts.add(an_account(tenant, account.name, provider="another")))
    with pytest.raises(AlreadyExists):
        await backend.write(tenant, lambda uow: uow.accounts.add(an_account(tenant, account.name)))
    assert len(await backend.read(tenant, lambda uow: uow.accounts.all())) == 2


async def test_an_account_cannot_take_anothers_name(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    second = an_account(tenant, "second")
    await backend.write(tenant, lambda uow: uow.accounts.add(second))
    second.name = account.name
    with pytest.raises(AlreadyExists):
        await backend.write(tenant, lambda uow: uow.accounts.save(second))
    assert {a.name for a in await backend.read(tenant, lambda uow: uow.accounts.all())} == {"main", "second"}


async def test_who_claims_an_account_sees_what_the_one_before_wrote(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount
) -> None:
    """Each counts what is due and adds one more: nobody counts what another is about to add."""

    async def count(uow: UnitOfWork) -> None:
        claimed = await uow.accounts.claim(account.id)
        assert values_of(claimed) == values_of(account)
        await asyncio.sleep(0)
        known = await uow.due.all(account.id, "member")
        await uow.due.add(account.id, "member", [str(len(known))])

    await asyncio.gather(*(backend.write(tenant, count) for _ in range(6)))
    assert await backend.read(tenant, lambda uow: uow.due.all(account.id, "member")) == dict.fromkeys("012345", 1)
    for stranger, key in ((other, account.id), (tenant, AccountId(uuid4()))):
        with pytest.raises(NotFound):
            await backend.write(stranger, lambda uow, key=key: uow.accounts.claim(key))  # type: ignore[misc]  # bound now


async def test_sites_are_listed_by_name(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    sites = [a_site(tenant, "zoo", zone="Asia/Kathmandu"), a_site(tenant, ODD), a_site(tenant, "Altstadt")]

    async def add(uow: UnitOfWork) -> None:
        for site in sites:
            await uow.sites.add(site)

    await backend.write(tenant, add)
    await backend.write(other, lambda uow: uow.sites.add(a_site(other, "Altstadt")))
    found = await backend.read(tenant, lambda uow: uow.sites.all())
    assert list(found) == sorted(sites, key=lambda site: site.name.casefold())


async def test_a_sites_name_is_unique_within_the_tenant(backend: Backend, tenant: TenantId) -> None:
    site = a_site(tenant)
    await backend.write(tenant, lambda uow: uow.sites.add(site))
    for again in (site, a_site(tenant, site.name)):
        with pytest.raises(AlreadyExists):
            await backend.write(tenant, lambda uow, one=again: uow.sites.add(one))  # type: ignore[misc]  # bound now
    assert list(await backend.read(tenant, lambda uow: uow.sites.all())) == [site]


async def test_a_site_that_was_not_committed_does_not_exist(backend: Backend, tenant: TenantId) -> None:
    async with backend.units.open(tenant) as uow:
        await uow.sites.add(a_site(tenant))
        assert len(await uow.sites.all()) == 1
    assert list(await backend.read(tenant, lambda uow: uow.sites.all())) == []


async def test_an_open_task_is_found_by_its_work(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    wanted = a_task(tenant, operation="cancel", subject="lead:1", details={"why": ODD})
    others = (
        a_task(tenant, operation="cancel", subject="lead:2"),
        a_task(tenant, operation="convert", subject="lead:1"),
        a_task(tenant, operation="cancel", subject=None),
    )

    async def add(uow: UnitOfWork) -> None:
        for task in (*others, wanted):
            await uow.tasks.add(task)

    await backend.write(tenant, add)
    found = await backend.read(tenant, lambda uow: uow.tasks.open_for("cancel", "lead:1"))
    assert [values_of(task) for task in found] == [values_of(wanted)]
    assert list(await backend.read(tenant, lambda uow: uow.tasks.open_for("convert", "lead:2"))) == []
    assert list(await backend.read(other, lambda uow: uow.tasks.open_for("cancel", "lead:1"))) == []


async def test_open_tasks_for_one_work_come_oldest_first(backend: Backend, tenant: TenantId) -> None:
    times = (NOON + timedelta(hours=1), NOON, NOON + timedelta(hours=2))
    late, early, last = (a_task(tenant, operation="cancel", subject="lead:1", created_at=at) for at in times)

    async def add(uow: UnitOfWork) -> None:
        for task in (late, early, last):
            await uow.tasks.add(task)

    await backend.write(tenant, add)
    found = await backend.read(tenant, lambda uow: uow.tasks.open_for("cancel", "lead:1"))
    assert [task.id for task in found] == [early.id, late.id, last.id]


async def test_what_is_open_at_an_account_comes_oldest_first(
    backend: Backend, tenant: TenantId, other: TenantId
) -> None:
    here, elsewhere = AccountId(UUID(int=1)), AccountId(UUID(int=2))
    late = a_task(tenant, subject="lead:1", account_id=here, created_at=NOON + timedelta(hours=1))
    early = a_task(tenant, subject="lead:2", account_id=here, created_at=NOON)
    closed = a_task(tenant, subject="lead:3", account_id=here)
    others = (a_task(tenant, account_id=elsewhere), a_task(tenant, account_id=None))

    async def add(uow: UnitOfWork) -> None:
        for task in (late, early, closed, *others):
            await uow.tasks.add(task)

    async def close(uow: UnitOfWork) -> None:
        task = await uow.tasks.get(closed.id)
        task.complete(by="Eva", now=NOON)
        await uow.tasks.save(task)

    await backend.write(tenant, add)
    await backend.write(tenant, close)
    found = await backend.read(tenant, lambda uow: uow.tasks.open_at(here))
    assert [values_of(task) for task in found] == [values_of(early), values_of(late)]
    assert list(await backend.read(other, lambda uow: uow.tasks.open_at(here))) == []


async def test_a_task_that_is_gone_is_stale(backend: Backend, tenant: TenantId) -> None:
    task = a_task(tenant)
    await backend.write(tenant, lambda uow: uow.tasks.add(task))
    await backend.write(tenant, lambda uow: uow.tasks.remove(task))
    with pytest.raises(StaleVersion):
        await backend.write(tenant, lambda uow: uow.tasks.save(task))
    with pytest.raises(StaleVersion):
        await backend.write(tenant, lambda uow: uow.tasks.remove(task))


async def test_a_task_that_was_closed_is_neither_opened_again_nor_taken_out(
    backend: Backend, tenant: TenantId, other: TenantId
) -> None:
    task = a_task(tenant, details={"phone": "1", "city": "Bonn"})
    await backend.write(tenant, lambda uow: uow.tasks.add(task))

    async def close(uow: UnitOfWork) -> None:
        closed = await uow.tasks.get(task.id)
        closed.complete(by="Bob", now=NOON, note=ODD)
        await uow.tasks.save(closed)

    await backend.write(tenant, close)
    task.details = {"city": "Bonn"}
    with pytest.raises(StaleVersion):
        await backend.write(tenant, lambda uow: uow.tasks.save(task))
    with pytest.raises(StaleVersion):
        await backend.write(tenant, lambda uow: uow.tasks.remove(task))
    with pytest.raises(NotFound):
        await backend.write(other, lambda uow: uow.tasks.remove(task))
    kept = await backend.read(tenant, lambda uow: uow.tasks.get(task.id))
    assert (kept.state, kept.done_by, kept.note) == (TaskState.DONE, "Bob", ODD)


async def test_a_closed_task_is_not_open(backend: Backend, tenant: TenantId) -> None:
    task = a_task(tenant, operation="cancel", subject="lead:1")
    done = a_task(tenant, operation="cancel", subject="lead:2", state=TaskState.DONE)

    async def add(uow: UnitOfWork) -> None:
        await uow.tasks.add(task)
        await uow.tasks.add(done)
        task.state = TaskState.DONE
        await uow.tasks.save(task)

    await backend.write(tenant, add)
    for subject in ("lead:1", "lead:2"):
        assert not await backend.read(tenant, lambda uow, s=subject: uow.tasks.open_for("cancel", s))  # type: ignore[misc]  # bound now


async def test_an_email_is_unique_over_all_tenants(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    await backend.write(tenant, lambda uow: uow.users.add(a_user(tenant, "Zoë@Example.org")))
    for owner in (tenant, other):
        for same in ("Zoë@Example.org", " ZOË@example.ORG "):
            with pytest.raises(AlreadyExists):
                await backend.write(owner, lambda uow, t=owner, e=same: uow.users.add(a_user(t, e)))  # type: ignore[misc]  # bound now


async def test_an_email_that_was_not_committed_is_free(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    async with backend.units.open(tenant) as uow:
        await uow.users.add(a_user(tenant))
        with pytest.raises(AlreadyExists):
            await uow.users.add(a_user(tenant))
    await backend.write(other, lambda uow: uow.users.add(a_user(other)))


async def test_a_user_cannot_take_anothers_email(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    user, foreign = a_user(tenant, "ada@example.org"), a_user(other, "zoe@example.org")
    await backend.write(tenant, lambda uow: uow.users.add(user))
    await backend.write(other, lambda uow: uow.users.add(foreign))
    user.email = foreign.email
    with pytest.raises(AlreadyExists):
        await backend.write(tenant, lambda uow: uow.users.save(user))


async def test_an_email_that_was_given_up_is_free(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    user = a_user(tenant, "ada@example.org")
    await backend.write(tenant, lambda uow: uow.users.add(user))
    user.email = EmailAddress("new@example.org")
    await backend.write(tenant, lambda uow: uow.users.save(user))
    await backend.write(other, lambda uow: uow.users.add(a_user(other, "ada@example.org")))


async def test_taken_emails_are_those_of_any_tenant(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    await backend.write(tenant, lambda uow: uow.users.add(a_user(tenant, "Mine@example.org")))
    await backend.write(other, lambda uow: uow.users.add(a_user(other, "foreign@example.org")))
    asked = ["mine@example.org", "foreign@example.org", "free@example.org", "Mine@example.org", ODD]
    async with backend.units.open(tenant) as uow:
        await uow.users.add(a_user(tenant, "new@example.org"))
        taken = set(await uow.users.taken([*asked, "new@example.org"]))
    assert taken == {"mine@example.org", "foreign@example.org", "new@example.org"}
    assert set(await backend.read(other, lambda uow: uow.users.taken([]))) == set()


async def test_a_token_belongs_to_one_login_and_a_key_to_one_key(
    backend: Backend, tenant: TenantId, other: TenantId
) -> None:
    mine, foreign = a_user(tenant, "mine@example.org"), a_user(other, "foreign@example.org")

    async def add(uow: UnitOfWork) -> None:
        await uow.users.add(mine if uow.tenant.id == tenant else foreign)

    for owner in (tenant, other):
        await backend.write(owner, add)
    await backend.write(tenant, lambda uow: uow.sessions.add(a_session(mine)))
    await backend.write(tenant, lambda uow: uow.api_keys.add(an_api_key(tenant)))
    for owner, user in ((tenant, mine), (other, foreign)):
        with pytest.raises(AlreadyExists):
            await backend.write(owner, lambda uow, u=user: uow.sessions.add(a_session(u)))  # type: ignore[misc]  # bound now
        with pytest.raises(AlreadyExists):
            await backend.write(owner, lambda uow, t=owner: uow.api_keys.add(an_api_key(t)))  # type: ignore[misc]  # bound now
