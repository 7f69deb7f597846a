"""What was edited since it was last compared, and other questions to links (ports/repositories.py, SyncRecords)."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import attrs
import pytest
from tests.builders import IDS, a_lead, a_member, a_membership, a_record, an_account

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from tresen.domain.membership.member import Member
from tresen.domain.shared.errors import StaleVersion
from tresen.domain.shared.ids import RunId, TenantId
from tresen.domain.sync.record import MISSING
from tresen.domain.tenancy.provider_account import ProviderAccount

from .kinds import ODD
from .stores import Backend

MANY = 2_500


@pytest.fixture
async def second(backend: Backend, tenant: TenantId) -> ProviderAccount:
    one = an_account(tenant, "second")
    await backend.write(tenant, lambda uow: uow.accounts.add(one))
    return one


async def edited(backend: Backend, tenant: TenantId, account: ProviderAccount, kind: str = MEMBER) -> set[str]:
    """By what the store noted of saves and removals; and as it is, which must be the same."""
    noted = set(await backend.read(tenant, lambda uow: uow.sync_records.edited(account.id, kind)))
    assert noted == await anyhow(backend, tenant, account, kind)
    return noted


async def anyhow(backend: Backend, tenant: TenantId, account: ProviderAccount, kind: str = MEMBER) -> set[str]:
    return set(await backend.read(tenant, lambda uow: uow.sync_records.edited_anyhow(account.id, kind)))


async def first_load(
    backend: Backend, tenant: TenantId, *accounts: ProviderAccount, ids: Collection[str] = ("1", "2", "3")
) -> list[Member]:
    members = [a_member(tenant) for _ in ids]

    async def work(uow: UnitOfWork) -> None:
        await uow.members.add_many(members)
        for account in accounts:
            links = zip(ids, members, strict=True)
            await uow.sync_records.add_many([a_record(account.id, key, member) for key, member in links])

    await backend.write(tenant, work)
    return members


async def test_after_a_first_load_nothing_was_edited(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    await first_load(backend, tenant, account)
    assert await edited(backend, tenant, account) == set()


async def test_what_was_done_past_every_unit_of_work_is_found_by_a_look_at_all(
    backend: Backend, tenant: TenantId, account: ProviderAccount, second: ProviderAccount
) -> None:
    """Somebody at the database's own prompt, or a backup of a part."""
    lost, edited_, _ = await first_load(backend, tenant, account, second)
    await backend.past(tenant, edited_.id, edited_.version + 1)
    await backend.past(tenant, lost.id, None)
    for one in (account, second):
        assert await anyhow(backend, tenant, one) == {"1", "2"}
        assert await anyhow(backend, tenant, one, LEAD) == set()
    assert await anyhow(backend, tenant, account, "appointment") == set()

    async def say_so(uow: UnitOfWork) -> None:
        gone = attrs.evolve(a_record(account.id, "1", lost), local_version=MISSING)
        await uow.sync_records.put_many([gone, a_record(account.id, "2", await uow.members.get(edited_.id))])

    await backend.write(tenant, say_so)
    assert await anyhow(backend, tenant, account) == set()
    assert await anyhow(backend, tenant, second) == {"1", "2"}


@pytest.mark.parametrize("in_bulk", [True, False])
async def test_what_is_saved_was_edited(
    backend: Backend, tenant: TenantId, account: ProviderAccount, second: ProviderAccount, in_bulk: bool
) -> None:
    members = await first_load(backend, tenant, account, second)
    linked_once = await first_load(backend, tenant, account, ids=["4"])

    async def save(uow: UnitOfWork) -> None:
        if in_bulk:
            await uow.members.save_many([*members[:2], *linked_once])
        else:
            for member in (*members[:2], *linked_once):
                await uow.members.save(member)
        assert set(await uow.sync_records.edited(account.id, MEMBER)) == {"1", "2", "4"}

    async with backend.units.open(tenant) as uow:
        await save(uow)
    assert await edited(backend, tenant, account) == set()
    for member in (*members[:2], *linked_once):
        member.version = 1
    await backend.write(tenant, save)
    assert await edited(backend, tenant, account) == {"1", "2", "4"}
    assert await edited(backend, tenant, second) == {"1", "2"}


async def test_what_a_sync_saves_and_links_was_not_edited(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    members = await first_load(backend, tenant, account)

    async def sync(uow: UnitOfWork) -> None:
        await uow.members.save_many(members)
        await uow.sync_records.put_many([a_record(account.id, key, m) for key, m in zip("123", members, strict=True)])

    await backend.write(tenant, sync)
    assert await edited(backend, tenant, account) == set()


async def test_what_a_sync_of_one_account_saves_was_edited_for_the_others(
    backend: Backend, tenant: TenantId, account: ProviderAccount, second: ProviderAccount
) -> None:
    (member, *_) = await first_load(backend, tenant, account, second)

    async def sync(uow: UnitOfWork) -> None:
        await uow.members.save(member)
        await uow.sync_records.put_many([a_record(account.id, "1", member)])

    await backend.write(tenant, sync)
    assert await edited(backend, tenant, account) == set()
    assert await edited(backend, tenant, second) == {"1"}
    await backend.write(tenant, lambda uow: uow.sync_records.put_many([a_record(second.id, "1", member)]))
    assert await edited(backend, tenant, second) == set()


async def test_an_edit_is_settled_by_a_sync_that_saves_and_links_the_record(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    """It took one field and pushed another, which a person had edited."""
    synced, waits, _ = members = await first_load(backend, tenant, account)
    await backend.write(tenant, lambda uow: uow.members.save_many(members[:2]))
    assert await edited(backend, tenant, account) == {"1", "2"}

    async def sync(uow: UnitOfWork) -> None:
        await uow.members.save_many([synced, members[2]])
        await uow.sync_records.put_many([a_record(account.id, key, m) for key, m in (("1", synced), ("3", members[2]))])

    await backend.write(tenant, sync)
    assert await edited(backend, tenant, account) == {"2"}
    await backend.write(tenant, lambda uow: uow.sync_records.put_many([a_record(account.id, "2", waits)]))
    assert await edited(backend, tenant, account) == set()


async def test_an_edit_that_a_sync_of_one_account_settles_is_one_for_the_others(
    backend: Backend, tenant: TenantId, account: ProviderAccount, second: ProviderAccount
) -> None:
    (member, *_) = await first_load(backend, tenant, account, second)
    await backend.write(tenant, lambda uow: uow.members.save(member))

    async def sync(uow: UnitOfWork, *accounts: ProviderAccount) -> None:
        await uow.members.save(member)
        await uow.sync_records.put_many([a_record(one.id, "1", member) for one in accounts])

    for one, behind in ((account, second), (second, account)):
        await backend.write(tenant, lambda uow, a=one: sync(uow, a))  # type: ignore[misc]  # bound now
        assert await edited(backend, tenant, one) == set()
        assert await edited(backend, tenant, behind) == {"1"}
    await backend.write(tenant, lambda uow: sync(uow, account, second))
    assert await edited(backend, tenant, account) == await edited(backend, tenant, second) == set()


async def test_linking_a_lead_that_was_saved_just_before_is_no_edit(
    backend: Backend, tenant: TenantId, account: ProviderAccount, second: ProviderAccount
) -> None:
    lead = a_lead(tenant)
    await backend.write(tenant, lambda uow: uow.leads.add(lead))

    async def pair(uow: UnitOfWork) -> None:
        await uow.leads.save(lead)
        await uow.sync_records.add_many([a_record(account.id, "1", lead, kind=LEAD)])

    await backend.write(tenant, pair)
    assert await edited(backend, tenant, account, LEAD) == set()
    await backend.write(tenant, lambda uow: uow.leads.save(lead))
    assert await edited(backend, tenant, account, LEAD) == {"1"}


async def test_a_link_written_with_an_older_version_is_still_behind(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    """A sync that read the record before somebody edited it must not hide the edit."""
    (member, *_) = await first_load(backend, tenant, account)
    before = a_record(account.id, "1", member, fingerprint=b"new")
    await backend.write(tenant, lambda uow: uow.members.save(member))
    await backend.write(tenant, lambda uow: uow.sync_records.put_many([before]))
    assert await edited(backend, tenant, account) == {"1"}


async def test_a_save_and_a_link_at_once_lose_no_edit(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    """A person saves while a sync, which read the version before, links that one: again and again."""
    (member, *_) = await first_load(backend, tenant, account)
    for _ in range(10):
        link = a_record(account.id, "1", member)
        await asyncio.gather(
            backend.write(tenant, lambda uow: uow.members.save(member)),
            backend.write(tenant, lambda uow, link=link: uow.sync_records.put_many([link])),  # type: ignore[misc]  # bound now
        )
        assert await edited(backend, tenant, account) == {"1"}
        await backend.write(tenant, lambda uow: uow.sync_records.put_many([a_record(account.id, "1", member)]))
        assert await edited(backend, tenant, account) == set()


async def test_a_save_between_a_link_and_its_commit_is_an_edit(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    (member, *_) = await first_load(backend, tenant, account)
    await backend.write(tenant, lambda uow: uow.members.save(member))
    async with backend.units.open(tenant) as uow:
        await uow.sync_records.put_many([a_record(account.id, "1", member)])
        person = asyncio.create_task(backend.write(tenant, lambda uow: uow.members.save(member)))
        await asyncio.wait([person], timeout=0.05)
        await uow.commit()
    await person
    assert await edited(backend, tenant, account) == {"1"}


async def test_a_refused_save_is_no_edit(backend: Backend, tenant: TenantId, account: ProviderAccount) -> None:
    members = await first_load(backend, tenant, account)
    members[2].version = 7
    async with backend.units.open(tenant) as uow:
        with pytest.raises(StaleVersion):
            await uow.members.save(members[2])
        await uow.commit()
    assert await edited(backend, tenant, account) == set()


async def test_what_is_gone_was_edited_and_what_is_linked_no_more_was_not(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    gone, unlinked, stays = members = await first_load(backend, tenant, account)
    lead = a_lead(tenant)
    await backend.write(tenant, lambda uow: uow.members.save_many(members))

    async def work(uow: UnitOfWork) -> None:
        await uow.members.save(gone)
        await uow.members.remove_many([gone])
        await uow.sync_records.remove_many(account.id, MEMBER, ["2"])
        await uow.leads.add(lead)
        await uow.sync_records.add_many([a_record(account.id, "1", lead, kind=LEAD)])
        await uow.leads.save(lead)
        await uow.leads.remove(lead.id)

    await backend.write(tenant, work)
    assert await edited(backend, tenant, account) == {"1", "3"}
    assert await edited(backend, tenant, account, LEAD) == {"1"}
    assert unlinked.version == stays.version


async def test_what_is_gone_was_edited_until_its_link_says_so(
    backend: Backend,
    tenant: TenantId,
    other: TenantId,
    account: ProviderAccount,
    second: ProviderAccount,
    others_account: ProviderAccount,
) -> None:
    gone, again, forgotten = members = await first_load(backend, tenant, account, second)
    (theirs, *_) = await first_load(backend, other, others_account)
    await backend.write(tenant, lambda uow: uow.members.remove_many(members))
    assert await edited(backend, tenant, account) == await edited(backend, tenant, second) == {"1", "2", "3"}
    assert await edited(backend, other, others_account) == set()
    back = attrs.evolve(again, version=0)

    async def settle(uow: UnitOfWork) -> None:
        await uow.sync_records.put_many([a_record(account.id, "1", gone, local_version=MISSING)])
        await uow.members.add_many([back])
        await uow.sync_records.put_many([a_record(account.id, "2", back)])
        await uow.sync_records.remove_many(account.id, MEMBER, ["3"])

    await backend.write(tenant, settle)
    assert await edited(backend, tenant, account) == set()
    assert await edited(backend, tenant, second) >= {"1", "3"}
    await backend.write(tenant, lambda uow: uow.members.save(back))
    assert await edited(backend, tenant, account) == {"2"}
    await backend.write(other, lambda uow: uow.members.remove_many([theirs]))
    assert await edited(backend, other, others_account) == {"1"}
    assert forgotten.version == 1


async def test_what_goes_and_comes_back_at_once_was_not_edited(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    (member, *_) = await first_load(backend, tenant, account)
    back = attrs.evolve(member, version=0)

    async def replace(uow: UnitOfWork) -> None:
        await uow.members.remove_many([member])
        await uow.members.add_many([back])
        await uow.sync_records.put_many([a_record(account.id, "1", back)])

    await backend.write(tenant, replace)
    assert await edited(backend, tenant, account) == set()


async def test_what_goes_with_its_link_leaves_nothing(
    backend: Backend, tenant: TenantId, account: ProviderAccount, second: ProviderAccount
) -> None:
    members = await first_load(backend, tenant, account, second)

    async def forget(uow: UnitOfWork) -> None:
        await uow.members.remove_many(members)
        await uow.sync_records.remove_many(account.id, MEMBER, ["1", "2"])
        await uow.sync_records.put_many([a_record(account.id, "3", members[2], local_version=MISSING)])

    await backend.write(tenant, forget)
    assert await edited(backend, tenant, account) == set()
    assert await edited(backend, tenant, second) == {"1", "2", "3"}


async def test_memberships_that_turn_were_edited(backend: Backend, tenant: TenantId, account: ProviderAccount) -> None:
    member = a_member(tenant)
    memberships = [a_membership(tenant, member.id) for _ in range(3)]

    async def load(uow: UnitOfWork) -> None:
        await uow.members.add(member)
        await uow.memberships.add_many(memberships)
        links = enumerate(memberships)
        await uow.sync_records.add_many([a_record(account.id, str(n), one, kind=MEMBERSHIP) for n, one in links])

    await backend.write(tenant, load)
    await backend.write(tenant, lambda uow: uow.memberships.save_many(memberships[1:]))
    assert await edited(backend, tenant, account, MEMBERSHIP) == {"1", "2"}


async def test_edits_are_a_tenants_own(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    (mine, *_) = await first_load(backend, tenant, account)
    (_, theirs, _) = await first_load(backend, other, others_account)
    await backend.write(tenant, lambda uow: uow.members.save(mine))
    await backend.write(other, lambda uow: uow.members.save(theirs))
    assert await edited(backend, tenant, account) == {"1"}
    assert await edited(backend, other, others_account) == {"2"}
    assert await edited(backend, other, account) == set()


async def test_many_edits_at_once(backend: Backend, tenant: TenantId, account: ProviderAccount) -> None:
    ids = [str(n) for n in range(MANY)]
    members = await first_load(backend, tenant, account, ids=ids)
    await backend.write(tenant, lambda uow: uow.members.save_many(members))
    assert await edited(backend, tenant, account) == set(ids)
    links = [a_record(account.id, key, member) for key, member in zip(ids, members, strict=True)]
    await backend.write(tenant, lambda uow: uow.sync_records.put_many(links[1:]))
    assert await edited(backend, tenant, account) == {"0"}


async def test_links_are_counted_and_their_ids_told_in_order(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, second: ProviderAccount
) -> None:
    """By code points: capitals before small letters, umlauts after them, whatever the database's language."""
    ids = ["", "1", "10", "2", "'; --", "B", "a", "Ä", "ä", ODD, "👩"]
    (member,) = await first_load(backend, tenant, second, ids=["other account"])
    links = [a_record(account.id, key, member) for key in reversed(ids)]
    await backend.write(
        tenant, lambda uow: uow.sync_records.put_many([*links, a_record(account.id, "x", member, kind=LEAD)])
    )

    async def ask(uow: UnitOfWork, after: str, limit: int) -> list[str]:
        return list(await uow.sync_records.external_ids(account.id, MEMBER, after=after, limit=limit))

    expected, pages, after = sorted(ids)[1:], [], ""
    while page := await backend.read(tenant, lambda uow, a=after: ask(uow, a, 3)):  # type: ignore[misc]  # bound now
        pages += page
        after = page[-1]
    assert pages == expected
    assert await backend.read(tenant, lambda uow: ask(uow, "b", 1)) == ["Ä"]
    assert await backend.read(other, lambda uow: ask(uow, "", 99)) == []
    for of, of_account, counts in (
        (tenant, account, {MEMBER: len(ids), LEAD: 1, MEMBERSHIP: 0}),
        (tenant, second, {MEMBER: 1}),
        (other, account, {LEAD: 0, MEMBER: 0}),
    ):
        assert await backend.read(of, lambda uow, a=of_account.id, k=[*counts]: uow.sync_records.counts(a, k)) == counts  # type: ignore[misc]  # bound now


async def test_the_links_of_a_run_are_told_in_order(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    run, later = RunId(IDS.new()), RunId(IDS.new())
    second = an_account(tenant, "second")
    member, foreign = a_member(tenant), a_member(other)
    keys = [(account, LEAD, "9"), (account, MEMBER, "1"), (account, MEMBER, ODD), (second, LEAD, "1")]
    links = [a_record(one.id, key, member, kind=kind, run=run) for one, kind, key in keys]

    async def work(uow: UnitOfWork) -> None:
        await uow.accounts.add(second)
        await uow.members.add(member)
        await uow.sync_records.add_many([*reversed(links), a_record(account.id, "2", member, run=later)])

    await backend.write(tenant, work)

    async def foreign_work(uow: UnitOfWork) -> None:
        await uow.members.add(foreign)
        await uow.sync_records.put_many([a_record(others_account.id, "1", foreign, run=run)])

    await backend.write(other, foreign_work)

    async def ask(uow: UnitOfWork, limit: int) -> list[Any]:
        return list(await uow.sync_records.of_run(run, limit=limit))

    assert await backend.read(tenant, lambda uow: ask(uow, 99)) == links
    assert await backend.read(tenant, lambda uow: ask(uow, 2)) == links[:2]
    assert len(await backend.read(other, lambda uow: ask(uow, 99))) == 1


async def test_an_id_that_a_record_had_is_known_when_it_has_another(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount
) -> None:
    ids = [str(n) for n in range(MANY)]
    first, second, theirs = a_member(tenant), a_member(tenant), a_member(other)
    elsewhere = an_account(other)
    await backend.write(other, lambda uow: uow.accounts.add(elsewhere))

    async def part(uow: UnitOfWork) -> None:
        await uow.sync_records.add_many([a_record(account.id, "1", first), a_record(account.id, "2", first)])
        await uow.sync_records.retire(a_record(account.id, "1", first))

    async def part_again(uow: UnitOfWork) -> None:
        for key in ("1", "3", ODD):
            await uow.sync_records.retire(a_record(account.id, key, second))
        await uow.sync_records.retire(a_record(account.id, "4", second, kind=LEAD))
        await uow.sync_records.add_many([a_record(account.id, "3", second)])

    async def former(tenant: TenantId, account: ProviderAccount, *keys: str, kind: str = MEMBER) -> Mapping[str, UUID]:
        return await backend.read(tenant, lambda uow: uow.sync_records.former(account.id, kind, keys))

    await backend.write(other, lambda uow: uow.sync_records.retire(a_record(elsewhere.id, "7", theirs)))
    await backend.write(tenant, part)
    left = await backend.read(tenant, lambda uow: uow.sync_records.external_ids(account.id, MEMBER, after="", limit=9))
    assert list(left) == ["2"]
    assert await former(tenant, account, "1", "2") == {"1": first.id}
    await backend.write(tenant, part_again)
    assert await former(tenant, account, *ids, ODD) == {"1": second.id, ODD: second.id}
    assert await former(tenant, account, "4", kind=LEAD) == {"4": second.id}
    assert await former(tenant, account) == {}
    assert await former(other, elsewhere, "1", "7") == {"7": theirs.id}
    assert await former(tenant, elsewhere, "7") == await former(other, account, "1") == {}


@pytest.mark.parametrize("way", ["add_many", "put_many"])
async def test_an_id_that_another_record_took_is_not_the_former_ones_when_that_is_gone(
    backend: Backend, tenant: TenantId, account: ProviderAccount, second: ProviderAccount, way: str
) -> None:
    ids = [str(n) for n in range(MANY)]
    ada, bea = a_member(tenant), a_member(tenant)

    async def work(uow: UnitOfWork) -> None:
        for key in ("1", "2", "2499", "x"):
            await uow.sync_records.retire(a_record(account.id, key, ada))
        await uow.sync_records.retire(a_record(account.id, "1", ada, kind=LEAD))
        await uow.sync_records.retire(a_record(second.id, "1", ada))
        await getattr(uow.sync_records, way)([a_record(account.id, key, bea) for key in ids])
        await uow.sync_records.remove_many(account.id, MEMBER, ids)

    async def former(account: ProviderAccount, kind: str = MEMBER) -> Mapping[str, UUID]:
        return await backend.read(tenant, lambda uow: uow.sync_records.former(account.id, kind, [*ids, "x"]))

    await backend.write(tenant, work)
    assert await former(account) == {"x": ada.id}
    assert await former(account, LEAD) == await former(second) == {"1": ada.id}


async def test_links_can_be_forgotten(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount
) -> None:
    ids = [str(n) for n in range(MANY)]
    await first_load(backend, tenant, account, ids=[*ids, ODD])
    await backend.write(other, lambda uow: uow.sync_records.remove_many(account.id, MEMBER, ids))
    for kind, gone in ((LEAD, ids), (MEMBER, []), (MEMBER, [*ids[1:], "unknown", ODD])):
        await backend.write(tenant, lambda uow, k=kind, g=gone: uow.sync_records.remove_many(account.id, k, g))  # type: ignore[misc]  # bound now
    found = await backend.read(tenant, lambda uow: uow.sync_records.external_ids(account.id, MEMBER, after="", limit=9))
    assert list(found) == ["0"]
