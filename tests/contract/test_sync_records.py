"""What the links between provider records and ours promise, and leads that have none (ports/repositories.py)."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest
from tests.builders import IDS, a_lead, a_member, a_membership, a_record, an_account

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from tresen.domain.leads.lead import Lead
from tresen.domain.membership.member import Member
from tresen.domain.membership.membership import Membership
from tresen.domain.shared.errors import StorageConflict
from tresen.domain.shared.ids import RunId, TenantId
from tresen.domain.sync.record import OwnWrite, SyncRecord
from tresen.domain.sync.schema import Value
from tresen.domain.tenancy.provider_account import ProviderAccount

from .kinds import LATER, ODD
from .stores import Backend

VALUES: list[Value] = [None, "", ODD, "1", 1, 0, -(2**53), True, False, (), ("a", ODD), ("True",)]
MANY = 2_500


def same(left: object, right: object) -> bool:
    """Equal with equal types: True is not 1."""
    return repr(left) == repr(right)


@pytest.fixture
async def member(backend: Backend, tenant: TenantId) -> Member:
    one = a_member(tenant)
    await backend.write(tenant, lambda uow: uow.members.add(one))
    return one


async def put(backend: Backend, tenant: TenantId, *records: SyncRecord) -> None:
    await backend.write(tenant, lambda uow: uow.sync_records.put_many(records))


@pytest.mark.parametrize("own_write", [None, OwnWrite(stamped_at=LATER, edited_at=LATER - timedelta(days=1))])
async def test_a_record_comes_back_as_it_was_put(
    own_write: OwnWrite | None, backend: Backend, tenant: TenantId, account: ProviderAccount, member: Member
) -> None:
    base = {f"field {n}": value for n, value in enumerate(VALUES)} | {ODD: ODD}
    record = a_record(account.id, ODD, member, base=base, fingerprint=bytes(range(256)), local_version=2**40)
    record = attrs.evolve(record, synced_at=LATER, own_write=own_write)
    await put(backend, tenant, record)
    found = await backend.read(tenant, lambda uow: uow.sync_records.by_external_ids(account.id, MEMBER, [ODD]))
    assert found == {ODD: record}
    assert all(same(found[ODD].base[name], value) for name, value in base.items())


async def test_a_batch_may_hold_what_is_new_what_stays_and_what_leads_elsewhere(
    backend: Backend, tenant: TenantId, account: ProviderAccount, member: Member
) -> None:
    other, run = a_member(tenant), RunId(IDS.new())
    await backend.write(tenant, lambda uow: uow.members.add(other))
    old = [a_record(account.id, f"{n}", member, base={"n": "old"}) for n in range(3)]
    await put(backend, tenant, *old)
    stays = attrs.evolve(old[0], base={"n": "stays"}, fingerprint=b"stays", synced_at=LATER)
    leads_elsewhere = attrs.evolve(old[1], base={"n": "elsewhere"}, local_id=other.id, run_id=run)
    new = a_record(account.id, "new", member, base={"n": "new"})
    await put(backend, tenant, stays, leads_elsewhere, new)
    keys = ["0", "1", "2", "new"]
    found = await backend.read(tenant, lambda uow: uow.sync_records.by_external_ids(account.id, MEMBER, keys))
    assert found == {"0": stays, "1": leads_elsewhere, "2": old[2], "new": new}
    assert await backend.read(tenant, lambda uow: uow.sync_records.of_local(MEMBER, other.id)) == [leads_elsewhere]
    assert await backend.read(tenant, lambda uow: uow.sync_records.of_run(run, limit=9)) == [leads_elsewhere]


@pytest.mark.parametrize("count", [1, 2, 300])
async def test_what_was_added_is_there_and_cannot_be_added_again(
    backend: Backend, tenant: TenantId, account: ProviderAccount, member: Member, count: int
) -> None:
    new = [a_record(account.id, str(n), member, fingerprint=b"first") for n in range(count)]
    await backend.write(tenant, lambda uow: uow.sync_records.add_many(new))
    again = [a_record(account.id, str(n), member, fingerprint=b"second") for n in range(count - 1, 2 * count)]

    async def add_again(uow: UnitOfWork) -> None:
        with pytest.raises(StorageConflict):
            await uow.sync_records.add_many(again)

    await backend.write(tenant, add_again)
    ids = [str(n) for n in range(2 * count)]
    found = await backend.read(tenant, lambda uow: uow.sync_records.fingerprints(account.id, MEMBER, ids))
    assert found == {str(n): b"first" for n in range(count)}


async def test_putting_again_replaces(
    backend: Backend, tenant: TenantId, account: ProviderAccount, member: Member
) -> None:
    await put(backend, tenant, a_record(account.id, "1", member, base={"a": "old", "b": None}))
    newer = a_record(account.id, "1", member, base={"a": "new"}, fingerprint=b"", local_version=9)
    await put(backend, tenant, newer)
    found = await backend.read(tenant, lambda uow: uow.sync_records.by_external_ids(account.id, MEMBER, ["1"]))
    assert found == {"1": newer}


async def test_a_record_put_twice_at_once_is_the_later_one(
    backend: Backend, tenant: TenantId, account: ProviderAccount, member: Member
) -> None:
    first, second = (a_record(account.id, "1", member, fingerprint=f) for f in (b"first", b"second"))

    async def both(uow: UnitOfWork) -> None:
        await uow.sync_records.put_many([first])
        await uow.sync_records.put_many([second])

    await backend.write(tenant, both)
    found = await backend.read(tenant, lambda uow: uow.sync_records.fingerprints(account.id, MEMBER, ["1"]))
    assert found == {"1": b"second"}


async def test_a_records_base_is_the_callers_own(
    backend: Backend, tenant: TenantId, account: ProviderAccount, member: Member
) -> None:
    base: dict[str, Value] = {"a": "1"}
    await put(backend, tenant, a_record(account.id, "1", member, base=base))
    base["a"] = "2"

    async def look(uow: UnitOfWork) -> Any:
        return (await uow.sync_records.by_external_ids(account.id, MEMBER, ["1"]))["1"].base

    handed_out = await backend.read(tenant, look)
    assert handed_out == {"a": "1"}
    handed_out["a"] = "3"
    assert await backend.read(tenant, look) == {"a": "1"}


async def test_records_are_told_apart_by_tenant_account_kind_and_external_id(
    backend: Backend,
    tenant: TenantId,
    other: TenantId,
    account: ProviderAccount,
    others_account: ProviderAccount,
    member: Member,
) -> None:
    second, foreign = an_account(tenant, "second"), a_member(other)
    await backend.write(tenant, lambda uow: uow.accounts.add(second))
    await backend.write(other, lambda uow: uow.members.add(foreign))
    await put(
        backend,
        tenant,
        a_record(account.id, "1", member, fingerprint=b"mine"),
        a_record(second.id, "1", member, fingerprint=b"second account"),
        a_record(account.id, "1", member, kind=LEAD, fingerprint=b"a lead"),
        a_record(account.id, "01", member, fingerprint=b"another id"),
    )
    await put(backend, other, a_record(others_account.id, "1", foreign, fingerprint=b"foreign"))

    async def ask(uow: UnitOfWork) -> list[dict[str, bytes]]:
        accounts = (account.id, second.id, others_account.id)
        records = uow.sync_records
        return [dict(await records.fingerprints(key, MEMBER, ["1", "2"])) for key in accounts]

    assert await backend.read(tenant, ask) == [{"1": b"mine"}, {"1": b"second account"}, {}]
    assert await backend.read(other, ask) == [{}, {}, {"1": b"foreign"}]


async def test_fingerprints_and_records_agree(
    backend: Backend, tenant: TenantId, account: ProviderAccount, member: Member
) -> None:
    records = [a_record(account.id, str(n), member, fingerprint=str(n).encode()) for n in range(5)]
    await put(backend, tenant, *records)
    asked = ["3", "1", "unknown", "", ODD]

    async def ask(uow: UnitOfWork) -> tuple[Any, Any]:
        links = uow.sync_records
        return (
            await links.by_external_ids(account.id, MEMBER, asked),
            await links.fingerprints(account.id, MEMBER, asked),
        )

    found, prints = await backend.read(tenant, ask)
    assert found == {"1": records[1], "3": records[3]}
    assert prints == {"1": b"1", "3": b"3"}


async def test_nothing_asked_is_nothing_answered(backend: Backend, tenant: TenantId, account: ProviderAccount) -> None:
    async def ask(uow: UnitOfWork) -> None:
        await uow.sync_records.put_many([])
        assert await uow.sync_records.by_external_ids(account.id, MEMBER, []) == {}
        assert await uow.sync_records.fingerprints(account.id, MEMBER, []) == {}

    await backend.write(tenant, ask)


async def test_many_records_at_once(
    backend: Backend, tenant: TenantId, account: ProviderAccount, member: Member
) -> None:
    records = [a_record(account.id, str(n), member, fingerprint=str(n).encode()) for n in range(MANY)]
    await put(backend, tenant, *records)
    asked = [str(n) for n in range(0, 2 * MANY, 2)]
    found = await backend.read(tenant, lambda uow: uow.sync_records.fingerprints(account.id, MEMBER, asked))
    assert found == {str(n): str(n).encode() for n in range(0, MANY, 2)}


async def test_a_local_record_knows_all_its_links(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, member: Member
) -> None:
    second = an_account(tenant, "second")
    await backend.write(tenant, lambda uow: uow.accounts.add(second))
    stranger = a_member(tenant)
    links = [a_record(account.id, "1", member), a_record(second.id, "7", member), a_record(second.id, "8", member)]
    await put(
        backend, tenant, *links, a_record(account.id, "2", stranger), a_record(account.id, "1", member, kind=LEAD)
    )
    found = await backend.read(tenant, lambda uow: uow.sync_records.of_local(MEMBER, member.id))
    assert {(r.account_id, r.external_id) for r in found} == {(r.account_id, r.external_id) for r in links}
    assert len(found) == len(links)
    assert list(await backend.read(other, lambda uow: uow.sync_records.of_local(MEMBER, member.id))) == []
    assert list(await backend.read(tenant, lambda uow: uow.sync_records.of_local(MEMBER, IDS.new()))) == []


async def test_records_that_were_not_committed_do_not_exist(
    backend: Backend, tenant: TenantId, account: ProviderAccount, member: Member
) -> None:
    async with backend.units.open(tenant) as uow:
        await uow.sync_records.put_many([a_record(account.id, "1", member)])
        assert "1" in await uow.sync_records.fingerprints(account.id, MEMBER, ["1"])
    assert await backend.read(tenant, lambda uow: uow.sync_records.fingerprints(account.id, MEMBER, ["1"])) == {}


@pytest.mark.parametrize("kind", [MEMBER, MEMBERSHIP, LEAD])
async def test_edited_are_those_whose_local_version_moved(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, member: Member, kind: str
) -> None:
    makers: dict[str, Callable[[], Member | Membership | Lead]] = {
        MEMBER: lambda: a_member(tenant),
        MEMBERSHIP: lambda: a_membership(tenant, member.id),
        LEAD: lambda: a_lead(tenant),
    }
    quiet, edited, ahead = (makers[kind]() for _ in range(3))

    async def prepare(uow: UnitOfWork) -> None:
        for one in (quiet, edited, ahead):
            await _add(uow, one)
        await uow.sync_records.put_many(
            [
                a_record(account.id, "quiet", quiet, kind=kind),
                a_record(account.id, "edited", edited, kind=kind),
                a_record(account.id, "ahead", ahead, kind=kind, local_version=ahead.version + 1),
            ]
        )

    await backend.write(tenant, prepare)
    assert set(await backend.read(tenant, lambda uow: uow.sync_records.edited(account.id, kind))) == {"ahead"}
    await backend.write(tenant, lambda uow: _save(uow, edited))
    assert set(await backend.read(tenant, lambda uow: uow.sync_records.edited(account.id, kind))) == {"edited", "ahead"}
    await put(backend, tenant, a_record(account.id, "edited", edited, kind=kind))
    assert set(await backend.read(tenant, lambda uow: uow.sync_records.edited(account.id, kind))) == {"ahead"}
    assert set(await backend.read(other, lambda uow: uow.sync_records.edited(account.id, kind))) == set()


async def test_edited_are_only_those_of_the_account_and_kind(
    backend: Backend, tenant: TenantId, account: ProviderAccount, member: Member
) -> None:
    second = an_account(tenant, "second")
    await backend.write(tenant, lambda uow: uow.accounts.add(second))
    await put(backend, tenant, a_record(second.id, "1", member, local_version=0))
    for key, kind in ((account.id, MEMBER), (second.id, LEAD), (second.id, MEMBERSHIP)):
        assert not await backend.read(tenant, lambda uow, k=key, w=kind: uow.sync_records.edited(k, w))  # type: ignore[misc]  # bound now
    assert set(await backend.read(tenant, lambda uow: uow.sync_records.edited(second.id, MEMBER))) == {"1"}


async def test_the_links_of_many_of_ours_at_an_account_are_found(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    second = an_account(tenant, "second")
    ada, bea, cleo = (a_member(tenant) for _ in range(3))
    foreign = a_member(other)

    async def prepare(uow: UnitOfWork) -> None:
        await uow.accounts.add(second)
        await uow.members.add_many([ada, bea, cleo])

    await backend.write(tenant, prepare)
    await backend.write(other, lambda uow: uow.members.add(foreign))
    first, twice, bea_s = (a_record(account.id, key, member) for key, member in (("1", ada), ("2", ada), ("3", bea)))
    await put(
        backend, tenant, twice, first, bea_s, a_record(second.id, "4", ada), a_record(account.id, "5", bea, kind=LEAD)
    )
    await put(backend, tenant, a_record(second.id, "6", cleo))
    await put(backend, other, a_record(others_account.id, "1", foreign))
    wanted = [ada.id, bea.id, cleo.id, foreign.id, *(IDS.new() for _ in range(MANY))]
    found = await backend.read(tenant, lambda uow: uow.sync_records.of_locals(account.id, MEMBER, wanted))
    assert found == {ada.id: first, bea.id: bea_s}
    assert await backend.read(tenant, lambda uow: uow.sync_records.of_locals(account.id, MEMBER, [])) == {}


async def test_unlinked_leads_are_found_by_canonical_email(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount
) -> None:
    second = an_account(tenant, "second")
    twin, upper = a_lead(tenant, email="zoë@example.org"), a_lead(tenant, email=" ZOË@Example.Org ")
    linked, elsewhere = a_lead(tenant, email="linked@example.org"), a_lead(tenant, email="else@example.org")
    nameless = a_lead(tenant)
    foreign = a_lead(other, email="zoë@example.org")

    async def prepare(uow: UnitOfWork) -> None:
        await uow.accounts.add(second)
        await uow.leads.add_many([twin, upper, linked, elsewhere, nameless])
        await uow.sync_records.put_many(
            [
                a_record(account.id, "1", linked, kind=LEAD),
                a_record(second.id, "1", elsewhere, kind=LEAD),
                a_record(account.id, "2", twin, kind=MEMBER),
            ]
        )

    await backend.write(tenant, prepare)
    await backend.write(other, lambda uow: uow.leads.add(foreign))
    found = await backend.read(tenant, lambda uow: uow.leads.unlinked(account.id))
    assert {email: set(ids) for email, ids in found.items()} == {
        "zoë@example.org": {twin.id, upper.id},
        "else@example.org": {elsewhere.id},
    }


async def test_members_are_found_by_their_addresses(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    mum, kid, alone = (a_member(tenant, email=email) for email in ("Zoë@example.org", "zoë@example.org", "a@b.org"))
    await backend.write(tenant, lambda uow: uow.members.add_many([mum, kid, alone, a_member(tenant, email=None)]))
    await backend.write(other, lambda uow: uow.members.add(a_member(other, email="zoë@example.org")))
    found = await backend.read(tenant, lambda uow: uow.members.of_addresses(["zoë@example.org", "nobody@b.org"]))
    assert {email: set(ids) for email, ids in found.items()} == {"zoë@example.org": {mum.id, kid.id}}


async def test_leads_are_found_by_their_addresses_linked_or_not(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount
) -> None:
    mum, kid, alone = (a_lead(tenant, email=email) for email in ("Zoë@example.org", "zoë@example.org", "a@b.org"))
    await backend.write(tenant, lambda uow: uow.leads.add_many([mum, kid, alone, a_lead(tenant)]))
    await put(backend, tenant, a_record(account.id, "1", mum, kind=LEAD))
    await backend.write(other, lambda uow: uow.leads.add(a_lead(other, email="zoë@example.org")))
    found = await backend.read(tenant, lambda uow: uow.leads.of_addresses(["zoë@example.org", "nobody@b.org"]))
    assert {email: set(ids) for email, ids in found.items()} == {"zoë@example.org": {mum.id, kid.id}}
    assert not await backend.read(tenant, lambda uow: uow.leads.of_addresses([]))


async def _add(uow: UnitOfWork, one: Member | Membership | Lead) -> None:
    match one:
        case Member():
            await uow.members.add(one)
        case Membership():
            await uow.memberships.add(one)
        case Lead():
            await uow.leads.add(one)


async def _save(uow: UnitOfWork, one: Member | Membership | Lead) -> None:
    match one:
        case Member():
            await uow.members.save(one)
        case Membership():
            await uow.memberships.save(one)
        case Lead():
            await uow.leads.save(one)


async def linked_anew(backend: Backend, tenant: TenantId, account: ProviderAccount, *, name: str) -> Member:
    """What a sync does with a record that it has not seen before."""
    one = a_member(tenant, first_name=name)

    async def work(uow: UnitOfWork) -> None:
        await uow.members.add(one)
        await uow.sync_records.add_many([a_record(account.id, "7", one)])

    await backend.write(tenant, work)
    return one


async def test_of_many_who_link_a_new_record_at_once_one_wins(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    """The others leave no member behind."""
    fighters = [linked_anew(backend, tenant, account, name=str(n)) for n in range(12)]
    ends = await asyncio.gather(*fighters, return_exceptions=True)
    (winner,) = (end for end in ends if isinstance(end, Member))
    assert all(isinstance(end, StorageConflict) for end in ends if end is not winner)
    links = await backend.read(tenant, lambda uow: uow.sync_records.by_external_ids(account.id, MEMBER, ["7"]))
    assert links["7"].local_id == winner.id
    assert sum((await backend.readers.counts(tenant))["members"].values()) == 1


@pytest.mark.parametrize("commits", [True, False])
async def test_who_links_second_gets_a_record_only_if_the_first_gives_up(
    backend: Backend, tenant: TenantId, account: ProviderAccount, commits: bool
) -> None:
    first = a_member(tenant)
    async with backend.units.open(tenant) as uow:
        await uow.members.add(first)
        await uow.sync_records.add_many([a_record(account.id, "7", first)])
        second = asyncio.create_task(linked_anew(backend, tenant, account, name="second"))
        done, _ = await asyncio.wait([second], timeout=0.05)
        assert not done
        if commits:
            await uow.commit()
    (end,) = await asyncio.gather(second, return_exceptions=True)
    assert isinstance(end, StorageConflict if commits else Member)
    kept = first.id if commits else second.result().id
    links = await backend.read(tenant, lambda uow: uow.sync_records.by_external_ids(account.id, MEMBER, ["7"]))
    assert links["7"].local_id == kept
    assert sum((await backend.readers.counts(tenant))["members"].values()) == 1
