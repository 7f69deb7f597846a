"""What policies and overrides promise (ports/sync_books.py)."""

import asyncio
from typing import Any

import attrs
import pytest
from tests.builders import IDS, an_account
from tests.sync_books import a_policy, an_override

from tresen.application.ports.sync_books import PolicyDocument
from tresen.domain.shared.errors import NotFound, StaleVersion, StorageConflict, TresenError
from tresen.domain.shared.ids import EntryId, TenantId
from tresen.domain.sync.override import Override
from tresen.domain.tenancy.provider_account import ProviderAccount

from .kinds import LATER, ODD
from .stores import Backend
from .test_sync_records import same


async def add(backend: Backend, tenant: TenantId, *documents: PolicyDocument) -> None:
    for document in documents:
        await backend.write(tenant, lambda uow, d=document: uow.policies.add(d))  # type: ignore[misc]  # bound now


async def put(backend: Backend, tenant: TenantId, *overrides: Override) -> None:
    await backend.write(tenant, lambda uow: uow.overrides.put_many(overrides))


async def test_a_policy_comes_back_as_it_was_said(backend: Backend, tenant: TenantId) -> None:
    document = {
        "default": ODD,
        "fields": {ODD: "ours"},
        "delete_there": True,
        "guards": {"deleted": {"percent": 1}},
        "n": None,
    }
    said = attrs.evolve(a_policy(ODD, document=document), set_by=ODD, set_at=LATER)
    await add(backend, tenant, said)
    found = await backend.read(tenant, lambda uow: uow.policies.latest(ODD, None))
    assert found == said
    assert same(found.document, document)


async def test_the_latest_of_a_layer_holds_and_its_versions_are_kept(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    tenants = [a_policy(version=n, document={"default": str(n)}) for n in (1, 2, 3)]
    accounts = [a_policy(account_id=account.id, version=1, document={})]
    await add(backend, tenant, *tenants, *accounts)

    async def ask(uow: Any) -> list[Any]:
        policies = uow.policies
        layers = ((kind, key) for kind in ("member", "lead") for key in (None, account.id))
        return [(await policies.latest(*layer), list(await policies.versions(*layer))) for layer in layers]

    assert await backend.read(tenant, ask) == [
        (tenants[2], tenants[::-1]),
        (accounts[0], accounts),
        (None, []),
        (None, []),
    ]


async def test_all_layers_are_told_in_order(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    accounts = sorted(IDS.new() for _ in range(2))
    layers = [(kind, key) for kind in ("lead", "member") for key in (None, *accounts)]
    documents = [a_policy(kind, key, version=version) for version in (1, 2) for kind, key in reversed(layers)]  # type: ignore[arg-type]  # an id
    await add(backend, tenant, *documents)
    await add(backend, other, a_policy("member"))
    found = await backend.read(tenant, lambda uow: uow.policies.all())
    assert [(d.kind, d.account_id, d.version) for d in found] == [(*layer, 2) for layer in layers]
    (foreign,) = await backend.read(other, lambda uow: uow.policies.all())
    assert foreign.version == 1


@pytest.mark.parametrize("version", [0, 2, 4])
async def test_only_the_next_version_can_be_added(
    backend: Backend, tenant: TenantId, other: TenantId, version: int
) -> None:
    await add(backend, tenant, a_policy(version=1), a_policy(version=2))
    with pytest.raises(StaleVersion):
        await add(backend, tenant, a_policy(version=version))
    with pytest.raises(StaleVersion):
        await add(backend, other, a_policy(version=version))
    found = await backend.read(tenant, lambda uow: uow.policies.versions("member", None))
    assert [d.version for d in found] == [2, 1]


async def test_of_many_who_change_a_policy_at_once_one_wins(backend: Backend, tenant: TenantId) -> None:
    documents = [a_policy(document={"n": n}) for n in range(8)]
    ends = await asyncio.gather(*(add(backend, tenant, d) for d in documents), return_exceptions=True)
    assert ends.count(None) == 1
    assert all(isinstance(end, StaleVersion | StorageConflict) for end in ends if end is not None)
    assert await backend.read(tenant, lambda uow: uow.policies.latest("member", None)) == documents[ends.index(None)]


async def test_a_policy_is_the_callers_own(backend: Backend, tenant: TenantId) -> None:
    inner: dict[str, object] = {"email": "ours"}
    await add(backend, tenant, a_policy(document={"fields": inner}))
    inner["email"] = "theirs"
    found = await backend.read(tenant, lambda uow: uow.policies.latest("member", None))
    assert found is not None
    assert found.document == {"fields": {"email": "ours"}}


async def test_policies_that_were_not_committed_do_not_exist(backend: Backend, tenant: TenantId) -> None:
    async with backend.units.open(tenant) as uow:
        await uow.policies.add(a_policy())
        assert await uow.policies.latest("member", None) == a_policy()
    assert list(await backend.read(tenant, lambda uow: uow.policies.all())) == []
    with pytest.raises(TresenError):
        await backend.read(tenant, lambda uow: uow.policies.add(a_policy()))


async def test_an_override_comes_back_as_it_was_put(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    override = attrs.evolve(
        an_override(account, ODD, ODD, kind=ODD, law=ODD),
        because=ODD,
        change_id=EntryId(IDS.new()),
        set_by=ODD,
        set_at=LATER,
    )
    await put(backend, tenant, override)
    found = await backend.read(tenant, lambda uow: uow.overrides.of_records(account.id, ODD, [ODD, "1"]))
    assert found == {ODD: [override]}
    await put(backend, tenant, newer := attrs.evolve(override, law="theirs", change_id=None))
    assert list(await backend.read(tenant, lambda uow: uow.overrides.all(limit=10, offset=0))) == [newer]


async def test_overrides_are_told_apart_and_in_order(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    second = an_account(tenant, "second")
    await backend.write(tenant, lambda uow: uow.accounts.add(second))
    keys = [("lead", "1", "email"), ("member", "1", "email"), ("member", "1", "phone"), ("member", "Ä", "*")]
    mine = [an_override(account, i, f, kind=k) for k, i, f in keys]
    seconds = an_override(second)
    await put(backend, tenant, seconds, *reversed(mine))
    await put(backend, other, foreign := an_override(others_account, "1"))
    found = await backend.read(tenant, lambda uow: uow.overrides.of_records(account.id, "member", ["1", "Ä", "2", "1"]))
    assert found == {"1": mine[1:3], "Ä": [mine[3]]}
    assert await backend.read(tenant, lambda uow: uow.overrides.of_records(others_account.id, "member", ["1"])) == {}
    assert await backend.read(tenant, lambda uow: uow.overrides.of_records(account.id, "member", [])) == {}
    assert list(await backend.read(tenant, lambda uow: uow.overrides.all(limit=9, offset=0))) == [*mine, seconds]
    assert list(await backend.read(tenant, lambda uow: uow.overrides.all(limit=2, offset=1))) == mine[1:3]
    assert list(await backend.read(other, lambda uow: uow.overrides.all(limit=9, offset=0))) == [foreign]


async def test_an_override_can_be_taken_away_once(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount
) -> None:
    await put(backend, tenant, an_override(account), kept := an_override(account, field="phone"))
    await put(backend, tenant)
    key = (account.id, "member", "17", "email")
    with pytest.raises(NotFound):
        await backend.write(other, lambda uow: uow.overrides.remove(*key))
    await backend.write(tenant, lambda uow: uow.overrides.remove(*key))
    with pytest.raises(NotFound):
        await backend.write(tenant, lambda uow: uow.overrides.remove(*key))
    assert list(await backend.read(tenant, lambda uow: uow.overrides.all(limit=9, offset=0))) == [kept]
