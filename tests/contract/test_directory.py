"""What the installation's lists promise (ports/directory.py), and the audit log (ports/readers.py)."""

import asyncio
from datetime import timedelta

import attrs
import pytest
from tests.builders import IDS, NOON, a_session, a_tenant, a_user, an_api_key, an_audit_entry, values_of

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.shared.errors import AlreadyExists, NotFound
from tresen.domain.shared.ids import TenantId
from tresen.domain.tenancy.tenant import Tenant

from .kinds import LATER, ODD
from .stores import Backend


async def test_a_tenant_is_found_by_id_and_slug(backend: Backend) -> None:
    tenant = attrs.evolve(a_tenant("studio-1"), name=ODD, locale="de-DE", region="AT", currency="CHF", created_at=LATER)
    await backend.directory.add_tenant(tenant)
    assert await backend.directory.tenant(tenant.id) == tenant
    assert await backend.directory.tenant("studio-1") == tenant


async def test_an_unknown_tenant_is_not_found(backend: Backend, tenant: TenantId) -> None:
    for unknown in (TenantId(IDS.new()), "nobody", "STUDIO", "", "stud%", str(tenant)):
        with pytest.raises(NotFound):
            await backend.directory.tenant(unknown)


async def test_tenants_are_listed_by_slug(backend: Backend) -> None:
    assert list(await backend.directory.tenants()) == []
    tenants = {slug: a_tenant(slug) for slug in ("b", "a-z", "a", "a0")}
    for tenant in tenants.values():
        await backend.directory.add_tenant(tenant)
    assert [t.slug for t in await backend.directory.tenants()] == ["a", "a-z", "a0", "b"]


async def test_id_and_slug_are_each_unique(backend: Backend, tenant: TenantId) -> None:
    same_id = Tenant(id=tenant, slug="another", name="Another", created_at=NOON)
    for taken in (a_tenant("studio"), same_id):
        with pytest.raises(AlreadyExists):
            await backend.directory.add_tenant(taken)
    assert [t.slug for t in await backend.directory.tenants()] == ["studio"]


async def test_of_many_who_take_the_same_slug_one_wins(backend: Backend) -> None:
    candidates = [a_tenant("same") for _ in range(8)]
    ends = await asyncio.gather(*map(backend.directory.add_tenant, candidates), return_exceptions=True)
    assert ends.count(None) == 1
    assert await backend.directory.tenant("same") == candidates[ends.index(None)]


async def test_a_user_is_found_by_canonical_email_whatever_the_tenant(
    backend: Backend, tenant: TenantId, other: TenantId
) -> None:
    mine, foreign = a_user(tenant, "ZOË@example.org"), a_user(other, "ada@example.org", active=False)
    await backend.write(tenant, lambda uow: uow.users.add(mine))
    await backend.write(other, lambda uow: uow.users.add(foreign))
    for user, canonical in ((mine, "zoë@example.org"), (foreign, "ada@example.org")):
        found = await backend.directory.user_by_email(canonical)
        assert found is not None
        assert values_of(found) == values_of(user)
    for unknown in ("nobody@example.org", "%@example.org", ""):
        assert await backend.directory.user_by_email(unknown) is None


async def test_logins_and_keys_are_found_by_their_hash(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    user, foreign = a_user(tenant), a_user(other, "foreign@example.org")
    session, key = a_session(user, b"s" * 32), an_api_key(tenant, b"k" * 32)

    async def add(uow: UnitOfWork) -> None:
        await uow.users.add(user)
        await uow.sessions.add(session)
        await uow.api_keys.add(key)

    async def add_foreign(uow: UnitOfWork) -> None:
        await uow.users.add(foreign)
        await uow.sessions.add(a_session(foreign, b"t" * 32))

    await backend.write(tenant, add)
    await backend.write(other, add_foreign)
    found = await backend.directory.session_by_hash(b"s" * 32)
    assert found is not None
    assert [values_of(one) for one in found] == [values_of(session), values_of(user)]
    found_key = await backend.directory.api_key_by_hash(b"k" * 32)
    assert found_key is not None
    assert values_of(found_key) == values_of(key)
    for unknown in (b"", b"k" * 31, b"\x00" * 32):
        assert await backend.directory.session_by_hash(unknown) is None
        assert await backend.directory.api_key_by_hash(unknown) is None


async def test_what_the_directory_hands_out_is_the_callers_own(backend: Backend, tenant: TenantId) -> None:
    await backend.write(tenant, lambda uow: uow.users.add(a_user(tenant)))
    first = await backend.directory.user_by_email("ada@example.org")
    assert first is not None
    first.name = "changed"
    second = await backend.directory.user_by_email("ada@example.org")
    assert second is not None
    assert second.name == "Ada"


async def test_only_what_is_committed_is_in_the_directory(backend: Backend, tenant: TenantId) -> None:
    async with backend.units.open(tenant) as uow:
        await uow.users.add(a_user(tenant))
        assert await backend.directory.user_by_email("ada@example.org") is None


async def test_a_revoked_login_is_shown_as_revoked(backend: Backend, tenant: TenantId) -> None:
    user = a_user(tenant)
    session = a_session(user)

    async def add(uow: UnitOfWork) -> None:
        await uow.users.add(user)
        await uow.sessions.add(session)

    await backend.write(tenant, add)
    session.revoked_at = LATER
    await backend.write(tenant, lambda uow: uow.sessions.save(session))
    found = await backend.directory.session_by_hash(session.token_hash)
    assert found is not None
    assert not found[0].is_valid(NOON)


async def test_a_store_that_is_there_answers(backend: Backend) -> None:
    await backend.directory.ping()


async def test_audit_lines_are_told_newest_first(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    """Lines of one instant: the one added last comes first."""
    lines = [an_audit_entry(f"{n} {ODD}", address=None) for n in range(5)]
    newest = an_audit_entry("newest", at=LATER)
    for line in (newest, *lines):
        await backend.audit.append(tenant, line)
    await backend.audit.append(other, an_audit_entry("foreign", at=NOON + timedelta(days=1)))
    assert list(await backend.audit.latest(tenant, limit=10)) == [newest, *reversed(lines)]
    assert list(await backend.audit.latest(tenant, limit=2)) == [newest, lines[-1]]


async def test_audit_lines_are_told_by_the_window(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    for number in range(5):
        await backend.audit.append(tenant, an_audit_entry(f"{number}"))
        await backend.audit.append(other, an_audit_entry(f"foreign {number}"))

    async def told(tenant_id: TenantId, limit: int, offset: int) -> list[str]:
        return [line.action for line in await backend.audit.latest(tenant_id, limit=limit, offset=offset)]

    assert [await told(tenant, 2, offset) for offset in (0, 2, 4, 5)] == [["4", "3"], ["2", "1"], ["0"], []]
    assert await told(other, 3, 3) == ["foreign 1", "foreign 0"]
