"""What conflicts and pushes promise beyond every collection (ports/sync_books.py, ports/readers.py)."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import attrs
import pytest
from tests.builders import NOON, an_account, values_of
from tests.sync_books import a_conflict, a_push

from tresen.application.ports.readers import ConflictFilter
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.shared.errors import AlreadyExists, NotFound, StaleVersion, StorageConflict
from tresen.domain.shared.ids import PushId, TenantId
from tresen.domain.sync.conflict import PAIRING, Choice, Conflict, ConflictState, Resolution
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.push import Push, PushState
from tresen.domain.tenancy.provider_account import ProviderAccount

from .kinds import LATER, ODD
from .stores import Backend
from .test_sync_records import VALUES, same

SECOND = timedelta(seconds=1)


async def add(backend: Backend, tenant: TenantId, *entities: Conflict | Push) -> None:
    async def work(uow: UnitOfWork) -> None:
        for one in entities:
            await (uow.conflicts.add(one) if isinstance(one, Conflict) else uow.pushes.add(one))

    await backend.write(tenant, work)


def ids(entities: Any) -> list[Any]:
    return [one.id for one in entities]


def resolved(conflict: Conflict) -> Conflict:
    conflict.resolve(Resolution(choice=Choice.OURS, by="Ada", at=LATER))
    return conflict


async def test_values_of_every_type_are_settled_as_they_were(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    for n, value in enumerate(VALUES):
        conflict = a_conflict(account, str(n), base=value, ours=VALUES[-n], theirs=VALUES[n // 2])
        conflict.resolve(Resolution(choice=Choice.VALUE, value=value, by=ODD, at=LATER))
        push = a_push(account, str(n), values={"a": value}, expected={ODD: VALUES[-n]})
        await add(backend, tenant, conflict, push)
        kept = await backend.read(tenant, lambda uow, k=conflict.id: uow.conflicts.get(k))  # type: ignore[misc]  # bound now
        assert same(values_of(kept), values_of(conflict))
        sent = await backend.read(tenant, lambda uow, k=push.id: uow.pushes.get(k))  # type: ignore[misc]  # bound now
        assert same((dict(sent.values), dict(sent.expected)), (push.values, push.expected))


async def test_a_field_of_a_record_is_in_conflict_once(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    second = an_account(tenant, "second")
    await backend.write(tenant, lambda uow: uow.accounts.add(second))
    first, again = a_conflict(account), a_conflict(account)
    await add(backend, tenant, first)
    async with backend.units.open(tenant) as uow:
        with pytest.raises(AlreadyExists):
            await uow.conflicts.add(again)
        assert again.version == 0
        await uow.commit()
    # Others are not the same question.
    await add(
        backend,
        tenant,
        a_conflict(second),
        a_conflict(account, "18"),
        a_conflict(account, field="phone"),
        a_conflict(account, kind="lead"),
        resolved(a_conflict(account)),
        resolved(a_conflict(account)),
    )
    await add(backend, other, a_conflict(others_account))
    # Once it is settled, it may come up again.
    await backend.write(tenant, lambda uow: uow.conflicts.save(resolved(first)))
    await add(backend, tenant, again)


async def test_what_happened_to_a_conflict_is_told_with_the_commit(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    conflict = a_conflict(account, "1")
    conflict.announce()
    await add(backend, tenant, conflict)

    async def decide(uow: UnitOfWork) -> None:
        await uow.conflicts.save(resolved(await uow.conflicts.get(conflict.id)))

    await backend.write(tenant, decide)
    told = await backend.read(tenant, lambda uow: uow.events.of_subject("conflict", str(conflict.id)))
    assert [event.type for event in told] == ["conflict.opened", "conflict.resolved"]
    assert [event.data["external_id"] for event in told] == ["1", "1"]


async def test_a_conflict_cannot_be_opened_beside_an_open_one(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    done, pending = resolved(a_conflict(account)), a_conflict(account)
    await add(backend, tenant, done, pending)
    done.reopen(by="ada", now=LATER)
    async with backend.units.open(tenant) as uow:
        with pytest.raises(AlreadyExists):
            await uow.conflicts.save(done)
        assert done.version == 1
        await uow.conflicts.save(resolved(pending))
        await uow.conflicts.save(done)
        await uow.commit()
    found = await backend.read(tenant, lambda uow: uow.conflicts.open_of(account.id, "member", ["17"]))
    assert ids(found["17"]) == [done.id]


async def test_what_was_decided_before_one_was_opened_again_is_kept(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    done = resolved(a_conflict(account))
    await add(backend, tenant, done)
    made = done.resolution

    async def change(uow: UnitOfWork) -> None:
        found = await uow.conflicts.get(done.id)
        assert (found.resolution, found.former) == (made, None)
        found.reopen(by="ada", now=LATER)
        await uow.conflicts.save(found)

    await backend.write(tenant, change)
    again = await backend.read(tenant, lambda uow: uow.conflicts.get(done.id))
    assert made is not None
    assert again.former is not None
    assert (again.state, again.resolution) == (ConflictState.OPEN, None)
    assert (again.former.choice, again.former.by, again.former.at) == (made.choice, made.by, made.at)

    async def settle(uow: UnitOfWork) -> None:
        found = await uow.conflicts.get(done.id)
        found.settle(now=LATER)
        await uow.conflicts.save(found)

    await backend.write(tenant, settle)
    settled = await backend.read(tenant, lambda uow: uow.conflicts.get(done.id))
    assert (settled.state, settled.resolution, settled.former) == (ConflictState.SETTLED, None, again.former)


async def test_of_many_who_find_the_same_conflict_at_once_one_wins(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    rivals = [a_conflict(account) for _ in range(8)]
    ends = await asyncio.gather(*(add(backend, tenant, one) for one in rivals), return_exceptions=True)
    assert ends.count(None) == 1
    assert all(isinstance(end, AlreadyExists | StorageConflict) for end in ends if end is not None)
    assert await backend.read(tenant, lambda uow: uow.conflicts.count_open(account.id, "member")) == 1


async def test_two_people_do_not_decide_over_each_other(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    await add(backend, tenant, conflict := a_conflict(account))
    mine, theirs = [await backend.read(tenant, lambda uow: uow.conflicts.get(conflict.id)) for _ in range(2)]
    await backend.write(tenant, lambda uow: uow.conflicts.save(resolved(mine)))
    with pytest.raises(StaleVersion):
        await backend.write(tenant, lambda uow: uow.conflicts.save(resolved(theirs)))


async def test_the_open_conflicts_of_records_are_found(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    phone, email, umlaut = a_conflict(account, field="phone"), a_conflict(account), a_conflict(account, ODD)
    lead = a_conflict(account, kind="lead")
    await add(backend, tenant, phone, email, umlaut, lead, resolved(a_conflict(account, field="notes")))
    await add(backend, other, foreign := a_conflict(others_account))

    async def ask(uow: UnitOfWork, key: ProviderAccount, kind: str) -> tuple[Any, int]:
        found = await uow.conflicts.open_of(key.id, kind, ["17", ODD, "17", "18"])
        return {k: ids(v) for k, v in found.items()}, await uow.conflicts.count_open(key.id, kind)

    expected = {"17": [email.id, phone.id], ODD: [umlaut.id]}
    assert await backend.read(tenant, lambda uow: ask(uow, account, "member")) == (expected, 3)
    assert await backend.read(tenant, lambda uow: ask(uow, account, "lead")) == ({"17": [lead.id]}, 1)
    assert await backend.read(tenant, lambda uow: ask(uow, others_account, "member")) == ({}, 0)
    assert await backend.read(other, lambda uow: ask(uow, others_account, "member")) == ({"17": [foreign.id]}, 1)
    assert await backend.read(tenant, lambda uow: uow.conflicts.open_of(account.id, "member", [])) == {}


async def test_the_records_of_which_it_is_asked_whose_they_are_are_found(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    second = an_account(tenant, "second")
    await backend.write(tenant, lambda uow: uow.accounts.add(second))
    await add(
        backend,
        tenant,
        a_conflict(account, "1", field=PAIRING),
        a_conflict(account, ODD, field=PAIRING),
        a_conflict(account, "2", field=WHOLE),
        resolved(a_conflict(account, "3", field=PAIRING)),
        a_conflict(account, "4", field=PAIRING, kind="lead"),
        a_conflict(second, "5", field=PAIRING),
    )
    found = await backend.read(tenant, lambda uow: uow.conflicts.in_doubt(account.id, "member"))
    assert set(found) == {"1", ODD}


async def test_what_is_asked_about_one_of_ours_as_a_whole_is_found(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    second = an_account(tenant, "second")
    await backend.write(tenant, lambda uow: uow.accounts.add(second))
    ours, other, third = uuid4(), uuid4(), uuid4()

    def asked(key: str, local_id: UUID, *, account: ProviderAccount = account, **values: Any) -> Conflict:
        return attrs.evolve(a_conflict(account, key, **{"field": WHOLE, **values}), local_id=local_id)

    def doubt(key: str, *candidates: UUID) -> Conflict:
        made = a_conflict(account, key, field=PAIRING)
        return attrs.evolve(made, local_id=None, candidates=tuple(map(str, candidates)))

    whole = asked("1", ours)
    whose, elsewhere = doubt("2", other, ours, third), asked("7", ours, account=second)
    await add(
        backend,
        tenant,
        whole,
        whose,
        asked("1", ours, field="email"),
        resolved(asked("3", ours)),
        asked("4", other),
        doubt("5", other),
        asked("6", ours, kind="lead"),
        elsewhere,
    )
    found = await backend.read(tenant, lambda uow: uow.conflicts.about("member", [ours, uuid4(), third]))
    assert {key: ids(each) for key, each in found.items()} == {
        ours: [whole.id, whose.id, elsewhere.id],
        third: [whose.id],
    }
    assert await backend.read(tenant, lambda uow: uow.conflicts.about("member", [])) == {}


async def test_conflicts_are_listed_newest_first_and_counted(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    second = an_account(tenant, "second")
    await backend.write(tenant, lambda uow: uow.accounts.add(second))
    rows = [
        a_conflict(account, opened_at=NOON),
        a_conflict(account, kind="lead", opened_at=NOON),
        a_conflict(second, field="phone", opened_at=NOON - SECOND),
        resolved(a_conflict(account, field="phone", opened_at=NOON + SECOND)),
    ]
    await add(backend, tenant, *rows)
    await add(backend, other, a_conflict(others_account))
    email, lead, seconds, done = ids(rows)

    async def listed(limit: int = 10, offset: int = 0, **wanted: Any) -> tuple[list[Any], int]:
        page = await backend.readers.conflicts(tenant, ConflictFilter(**wanted), limit=limit, offset=offset)
        return ids(page.items), page.count

    assert await listed() == ([done, lead, email, seconds], 4)
    assert await listed(limit=2, offset=1) == ([lead, email], 4)
    assert await listed(limit=2, offset=9) == ([], 4)
    assert await listed(state=ConflictState.OPEN) == ([lead, email, seconds], 3)
    assert await listed(state=ConflictState.OPEN, limit=1) == ([lead], 3)
    assert await listed(state=ConflictState.SETTLED) == ([], 0)
    assert await listed(account_id=second.id) == ([seconds], 1)
    assert await listed(account_id=others_account.id) == ([], 0)
    assert await listed(kind="lead") == ([lead], 1)
    assert await listed(field="phone", limit=1) == ([done], 2)
    assert await listed(field="phone", state=ConflictState.OPEN, account_id=second.id, kind="member") == ([seconds], 1)
    assert await listed(field=ODD) == ([], 0)
    assert await listed(external_id="17", account_id=second.id) == ([seconds], 1)
    first = (await backend.readers.conflicts(tenant, ConflictFilter(), limit=1)).items[0]
    assert values_of(first) == values_of(rows[3])


async def test_the_conflicts_of_one_record_are_listed(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    email, phone = a_conflict(account), a_conflict(account, field="phone")
    ours = uuid4()
    email.local_id = phone.local_id = ours
    lead, neighbour, odd = a_conflict(account, kind="lead"), a_conflict(account, "170"), a_conflict(account, ODD)
    pairing = a_conflict(account, "18", "?", kind="lead")
    pairing.local_id = None
    await add(backend, tenant, email, resolved(phone), lead, neighbour, odd, pairing)
    foreign = a_conflict(others_account)
    foreign.local_id = ours
    await add(backend, other, foreign)

    async def listed(of: TenantId = tenant, **wanted: Any) -> tuple[set[Any], int]:
        page = await backend.readers.conflicts(of, ConflictFilter(**wanted), limit=9)
        return set(ids(page.items)), page.count

    assert await listed(external_id="17") == ({email.id, phone.id, lead.id}, 3)
    assert await listed(external_id="17", kind="member") == ({email.id, phone.id}, 2)
    assert await listed(external_id="17", kind="member", state=ConflictState.OPEN) == ({email.id}, 1)
    assert await listed(external_id=ODD) == ({odd.id}, 1)
    assert await listed(external_id="18") == ({pairing.id}, 1)
    assert await listed(local_id=ours) == ({email.id, phone.id}, 2)
    assert await listed(local_id=ours, state=ConflictState.RESOLVED) == ({phone.id}, 1)
    assert await listed(local_id=ours, external_id="18") == (set(), 0)
    assert await listed(external_id="1") == await listed(external_id="") == await listed(local_id=uuid4()) == (set(), 0)
    assert await listed(other, external_id="17") == await listed(other, local_id=ours) == ({foreign.id}, 1)
    assert await listed(other, external_id=ODD) == (set(), 0)


async def test_what_waits_is_told_oldest_first(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    second = an_account(tenant, "second")
    await backend.write(tenant, lambda uow: uow.accounts.add(second))
    newer, old, twin = (a_push(account, None, created_at=at) for at in (NOON + SECOND, NOON, NOON))
    strangers = [a_push(second), a_push(account, kind="lead")]
    ended = [a_push(account, state=state) for state in PushState if state is not PushState.WAITING]
    await add(backend, tenant, newer, old, twin, *strangers, *ended)
    await add(backend, other, a_push(others_account))

    async def ask(uow: UnitOfWork, key: ProviderAccount, limit: int) -> tuple[Any, int]:
        waiting = await uow.pushes.waiting(key.id, "member", limit=limit)
        return ids(waiting), await uow.pushes.count_waiting(key.id, "member")

    assert await backend.read(tenant, lambda uow: ask(uow, account, 9)) == ([old.id, twin.id, newer.id], 3)
    assert await backend.read(tenant, lambda uow: ask(uow, account, 2)) == ([old.id, twin.id], 3)
    assert await backend.read(tenant, lambda uow: ask(uow, others_account, 9)) == ([], 0)


async def test_unanswered_pushes_of_records_are_found(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount
) -> None:
    waiting, refused = a_push(account, created_at=LATER), a_push(account, state=PushState.REFUSED)
    umlaut, new = a_push(account, ODD), a_push(account, None)
    answered = [a_push(account, state=state) for state in (PushState.DONE, PushState.DROPPED)]
    await add(backend, tenant, waiting, refused, umlaut, new, a_push(account, kind="lead"), *answered)
    asked = ["17", ODD, "18", "17"]
    found = await backend.read(tenant, lambda uow: uow.pushes.of_records(account.id, "member", asked))
    assert {key: ids(pushes) for key, pushes in found.items()} == {"17": [refused.id, waiting.id], ODD: [umlaut.id]}
    assert await backend.read(other, lambda uow: uow.pushes.of_records(account.id, "member", asked)) == {}
    assert await backend.read(tenant, lambda uow: uow.pushes.of_records(account.id, "member", [])) == {}


async def test_what_was_tried_and_dropped_of_a_record_is_found(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount
) -> None:
    def dropped(external_id: str | None = "17", at: datetime = NOON, kind: str = "member") -> Push:
        push = a_push(account, external_id, kind=kind, state=PushState.DROPPED, created_at=at)
        return attrs.evolve(push, attempts=1, updated_at=LATER)

    younger, old = dropped(at=LATER), dropped()
    untried, before = attrs.evolve(dropped(), attempts=0), attrs.evolve(dropped(), updated_at=NOON)
    others = [dropped(ODD), dropped(None), dropped(kind="lead")]
    ended = [attrs.evolve(dropped(), state=state) for state in PushState if state is not PushState.DROPPED]
    await add(backend, tenant, younger, old, untried, before, *others, *ended)

    async def ask(uow: UnitOfWork) -> Sequence[object]:
        return ids(await uow.pushes.tried_in_vain(account.id, "member", "17", since=LATER))

    assert await backend.read(tenant, ask) == [old.id, younger.id]
    assert await backend.read(other, ask) == []


async def test_records_that_are_to_be_made_there_are_told(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    waiting, refused, unsure = (
        a_push(account, None, state=state) for state in (PushState.WAITING, PushState.REFUSED, PushState.UNSURE)
    )
    others = [a_push(account), a_push(account, None, kind="lead"), a_push(account, None, state=PushState.DONE)]
    await add(backend, tenant, waiting, refused, unsure, *others)
    await add(backend, other, a_push(others_account, None))
    found = await backend.read(tenant, lambda uow: uow.pushes.creating(account.id, "member"))
    assert set(found) == {waiting.local_id, refused.local_id, unsure.local_id}
    assert not await backend.read(other, lambda uow: uow.pushes.creating(account.id, "member"))


async def test_records_that_may_have_been_made_there_are_found_with_what_was_sent(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    def sent(state: PushState, external_id: str | None = None, kind: str = "member", at: datetime = NOON) -> Push:
        return attrs.evolve(a_push(account, external_id, kind=kind, state=state, created_at=at), attempts=1)

    unsure, waiting = sent(PushState.UNSURE, at=LATER), sent(PushState.WAITING)
    ended = [sent(state) for state in (PushState.REFUSED, PushState.DONE, PushState.DROPPED)]
    others = [a_push(account, None), sent(PushState.WAITING, "17"), sent(PushState.WAITING, kind="lead")]
    await add(backend, tenant, unsure, waiting, *ended, *others)
    await add(backend, other, attrs.evolve(a_push(others_account, None), attempts=1))
    found = await backend.read(tenant, lambda uow: uow.pushes.sent_unanswered(account.id, "member"))
    assert ids(found) == [waiting.id, unsure.id]
    assert dict(found[0].values) == dict(waiting.values)
    assert not await backend.read(other, lambda uow: uow.pushes.sent_unanswered(account.id, "member"))


@pytest.mark.parametrize("state", [PushState.WAITING, PushState.UNSURE])
async def test_no_two_accounts_make_one_record(
    backend: Backend,
    tenant: TenantId,
    other: TenantId,
    account: ProviderAccount,
    others_account: ProviderAccount,
    state: PushState,
) -> None:
    second = an_account(tenant, "second")
    await backend.write(tenant, lambda uow: uow.accounts.add(second))
    first = a_push(account, None, state=state)
    there = attrs.evolve(a_push(second, None), local_id=first.local_id)
    await add(backend, tenant, first)
    with pytest.raises(AlreadyExists):
        await add(backend, tenant, there)
    for nothing in ({"external_id": "17"}, {"kind": "lead"}, {"state": PushState.REFUSED}):
        await add(backend, tenant, attrs.evolve(there, id=PushId(uuid4()), **nothing))
    await add(backend, other, attrs.evolve(a_push(others_account, None), local_id=first.local_id))
    first.end(PushState.DROPPED, now=LATER)
    await backend.write(tenant, lambda uow: uow.pushes.save(first))
    await add(backend, tenant, there)


async def test_of_two_accounts_at_the_same_moment_one_makes_a_record(
    backend: Backend, tenant: TenantId, account: ProviderAccount
) -> None:
    second = an_account(tenant, "second")
    await backend.write(tenant, lambda uow: uow.accounts.add(second))
    first = a_push(account, None)
    both = [first, attrs.evolve(a_push(second, None), local_id=first.local_id)]
    came = await asyncio.gather(*(add(backend, tenant, push) for push in both), return_exceptions=True)
    assert [type(one) for one in came].count(type(None)) == 1, came
    assert all(isinstance(one, AlreadyExists | StorageConflict | None) for one in came)
    page = await backend.readers.pushes(tenant, limit=9)
    assert page.count == 1


async def test_the_latest_push_that_makes_each_of_some_records_is_found(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    first = a_push(account, None, state=PushState.REFUSED, created_at=NOON)
    again = attrs.evolve(a_push(account, None, state=PushState.REFUSED, created_at=LATER), local_id=first.local_id)
    waiting, unasked = a_push(account, None), a_push(account, None)
    ended = [a_push(account, None, state=state) for state in (PushState.DONE, PushState.DROPPED)]
    others = [*ended, a_push(account), a_push(account, None, kind="lead")]
    await add(backend, tenant, again, first, waiting, unasked, *others)
    await add(backend, other, attrs.evolve(a_push(others_account, None), local_id=waiting.local_id))
    asked = [first.local_id, waiting.local_id, *(each.local_id for each in others)]
    found = await backend.read(tenant, lambda uow: uow.pushes.creations(account.id, "member", asked))
    assert {key: push.id for key, push in found.items()} == {first.local_id: again.id, waiting.local_id: waiting.id}
    assert dict(found[waiting.local_id].values) == dict(waiting.values)
    assert await backend.read(tenant, lambda uow: uow.pushes.creations(account.id, "member", [])) == {}
    assert await backend.read(other, lambda uow: uow.pushes.creations(account.id, "member", asked)) == {}


async def test_pushes_are_listed_newest_first_and_counted(
    backend: Backend, tenant: TenantId, other: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    old, twin, new = (a_push(account, created_at=at) for at in (NOON, NOON, LATER))
    new.end(PushState.DONE, now=LATER)
    await add(backend, tenant, new, old, twin)
    await add(backend, other, a_push(others_account))

    async def listed(limit: int = 10, offset: int = 0, **wanted: Any) -> tuple[list[Any], int]:
        page = await backend.readers.pushes(tenant, limit=limit, offset=offset, **wanted)
        return ids(page.items), page.count

    assert await listed() == ([new.id, twin.id, old.id], 3)
    assert await listed(limit=1, offset=1) == ([twin.id], 3)
    assert await listed(state=PushState.WAITING, limit=1) == ([twin.id], 2)
    assert await listed(state=PushState.REFUSED) == ([], 0)


async def test_nothing_is_kept_about_another_tenants_account(
    backend: Backend, tenant: TenantId, others_account: ProviderAccount
) -> None:
    for foreign in (a_conflict(others_account), a_push(others_account)):
        with pytest.raises(NotFound):
            await add(backend, tenant, foreign)
