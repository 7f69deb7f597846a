"""What every gateway to a gym promises of its records as a sync reads and writes them (ports/sources.py, Source)."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tresen.application.ports.gym import GymGateway, NewPerson
from tresen.application.ports.sources import Batch, SeveralThere
from tresen.application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from tresen.domain.shared.errors import (
    CredentialsRefused,
    CursorExpired,
    GatewayUnavailable,
    GatewayUnsupported,
)
from tresen.domain.sync.schema import Value

from .gyms import GymWorld, everything, ids, value

UNKNOWN = "987654321"
KINDS = (MEMBER, LEAD, MEMBERSHIP)


async def batches_of(batches: AsyncIterator[Batch]) -> list[Batch]:
    return [batch async for batch in batches]


def cursor_of(batches: list[Batch]) -> str:
    """The last batch's, which must be there."""
    cursor = batches[-1].cursor
    assert cursor is not None
    return cursor


async def listed(gym_world: GymWorld, kind: str = LEAD) -> str:
    """List everything; where changes go on."""
    return cursor_of(await batches_of(gym_world.gateway.source(kind).listing()))


def names(batches: list[Batch]) -> dict[str, Value]:
    """The first name that each record has when it is told last."""
    return {one.external_id: value(one, "first_name") for batch in batches for one in batch.observed}


@pytest.mark.parametrize("kind", KINDS)
def test_a_source_is_of_its_kind(gym_world: GymWorld, kind: str) -> None:
    source = gym_world.gateway.source(kind)
    assert source.kind == kind
    assert source.resolution_s >= 1
    assert (kind == MEMBERSHIP) == (not source.writable) == (not source.can_create)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_look_shows_what_it_is_said_to_and_no_more(gym_world: GymWorld, kind: str) -> None:
    source = gym_world.gateway.source(kind)
    key = await (gym_world.add_lead if kind == LEAD else gym_world.add_member)("Ada")
    if kind == MEMBERSHIP:
        key = await gym_world.add_membership(key)
    shown = await source.get(key)
    assert shown is not None
    assert source.shows is not None
    assert shown.read().values.keys() == source.shows


def test_what_a_gym_does_not_keep_has_no_source(gym_world: GymWorld) -> None:
    with pytest.raises(GatewayUnsupported):
        gym_world.gateway.source("invoice")


@pytest.mark.parametrize("kind", [MEMBER, LEAD])
async def test_only_the_last_batch_of_a_listing_has_a_cursor(gym_world: GymWorld, kind: str) -> None:
    add = {MEMBER: gym_world.add_member, LEAD: gym_world.add_lead}[kind]
    added = {await add(f"N{n}") for n in range(8)}
    batches = await batches_of(gym_world.gateway.source(kind).listing())
    assert [batch.cursor for batch in batches[:-1]] == [None] * (len(batches) - 1)
    assert cursor_of(batches)
    assert sorted(one.external_id for batch in batches for one in batch.observed) == sorted(added)


@pytest.mark.parametrize("kind", [MEMBER, LEAD])
async def test_changes_contain_every_change_since_the_cursor(gym_world: GymWorld, kind: str) -> None:
    """Chained: each cursor goes on where the last one ended. More than a page changes."""
    add, rename = {
        MEMBER: (gym_world.add_member, gym_world.rename_member),
        LEAD: (gym_world.add_lead, gym_world.rename_lead),
    }[kind]
    known = [await add(f"N{n}") for n in range(9)]
    source = gym_world.gateway.source(kind)
    cursor = await listed(gym_world, kind)
    for turn in range(3):
        await gym_world.hours_pass()
        edited = known[turn::2]
        for external_id in edited:
            await rename(external_id, f"Edit{turn}")
        new = await add(f"New{turn}")
        batches = await batches_of(source.changes(cursor))
        told = names(batches)
        assert told[new] == f"New{turn}"
        assert {told[external_id] for external_id in edited} == {f"Edit{turn}"}
        cursor = cursor_of(batches)


async def test_a_quiet_time_ends_with_few_changes_and_a_cursor(gym_world: GymWorld) -> None:
    leads = [await gym_world.add_lead(f"L{n}") for n in range(8)]
    await gym_world.hours_pass()
    await gym_world.rename_lead(leads[3], "Edited")
    cursor = await listed(gym_world)
    for _ in range(2):
        batches = await batches_of(gym_world.gateway.source(LEAD).changes(cursor))
        assert set(names(batches)) <= {leads[3]}
        cursor = cursor_of(batches)


@pytest.mark.parametrize("page", [0, 1, 2])
async def test_no_edit_falls_between_a_listing_and_its_cursor(gym_world: GymWorld, page: int) -> None:
    """Whichever page is being read: the listing has it, or the changes after it do."""
    leads = [await gym_world.add_lead(f"L{n}") for n in range(9)]
    source = gym_world.gateway.source(LEAD)
    batches: list[Batch] = []
    async for batch in source.listing():
        if len(batches) == page:
            for external_id in leads:
                await gym_world.hours_pass()
                await gym_world.rename_lead(external_id, "Edited")
        batches.append(batch)
    batches += await batches_of(source.changes(cursor_of(batches)))
    assert names(batches) == dict.fromkeys(leads, "Edited")


@pytest.mark.parametrize("answers", range(1, 12))
@pytest.mark.parametrize("gone", [(0,), (2, 5), (0, 1, 2)])
async def test_what_is_deleted_while_a_listing_is_read_hides_nothing(
    gym_world: GymWorld, answers: int, gone: tuple[int, ...]
) -> None:
    """Whenever that is, and though what is behind it moves up to a page that was read."""
    leads = [await gym_world.add_lead(f"L{n}") for n in range(10)]
    for place in gone:
        await gym_world.remove_lead_after(leads[place], answers=answers)
    seen = ids(await everything(gym_world.gateway.source(LEAD).listing()))
    assert set(seen) >= {lead for place, lead in enumerate(leads) if place not in gone}


async def test_no_edit_falls_between_changes_and_their_cursor(gym_world: GymWorld) -> None:
    leads = [await gym_world.add_lead(f"L{n}") for n in range(9)]
    source = gym_world.gateway.source(LEAD)
    cursor = await listed(gym_world)
    for external_id in leads:
        await gym_world.rename_lead(external_id, "Once")
    batches: list[Batch] = []
    async for batch in source.changes(cursor):
        if not batches:
            for external_id in leads:
                await gym_world.hours_pass()
                await gym_world.rename_lead(external_id, "Twice")
        batches.append(batch)
    batches += await batches_of(source.changes(cursor_of(batches)))
    assert names(batches) == dict.fromkeys(leads, "Twice")


async def test_what_is_deleted_while_changes_are_read_hides_nothing(gym_world: GymWorld) -> None:
    leads = [await gym_world.add_lead(f"L{n}") for n in range(9)]
    source = gym_world.gateway.source(LEAD)
    cursor = await listed(gym_world)
    for external_id in leads:
        await gym_world.rename_lead(external_id, "Edited")
    told: dict[str, Value] = {}
    async for batch in source.changes(cursor):
        if not told:
            await gym_world.remove_lead(leads[0])
        told |= names([batch])
    assert told == dict.fromkeys(leads, "Edited")


async def test_equal_stamps_hide_nothing(gym_world: GymWorld) -> None:
    await gym_world.hold_clock()
    leads = [await gym_world.add_lead(f"L{n}") for n in range(7)]
    cursor = await listed(gym_world)
    for external_id in leads:
        await gym_world.rename_lead(external_id, "Edited")
        batches = await batches_of(gym_world.gateway.source(LEAD).changes(cursor))
        assert names(batches)[external_id] == "Edited"
        cursor = cursor_of(batches)


async def test_what_is_committed_late_is_told(gym_world: GymWorld) -> None:
    late, other = await gym_world.add_lead("Late"), await gym_world.add_lead("Other")
    await gym_world.hours_pass()
    await gym_world.rename_lead(other, "Edited")
    cursor = await listed(gym_world)
    for text in ("Once", "Twice"):
        await gym_world.rename_lead(late, text, late=True)
        batches = await batches_of(gym_world.gateway.source(LEAD).changes(cursor))
        assert names(batches)[late] == text
        await gym_world.hours_pass()
        await gym_world.rename_lead(other, text)
        cursor = cursor_of(await batches_of(gym_world.gateway.source(LEAD).changes(cursor_of(batches))))


@pytest.mark.parametrize("cursor", ["", "x", "2026-13-01~1", "7@yesterday"])
async def test_what_is_no_cursor_has_expired(gym_world: GymWorld, cursor: str) -> None:
    with pytest.raises(CursorExpired):
        await everything(gym_world.gateway.source(LEAD).changes(cursor))


async def test_a_cursor_of_changes_that_can_no_longer_be_told_has_expired(gym_world: GymWorld) -> None:
    """It is said, not answered with nothing; a listing helps."""
    lead = await gym_world.add_lead("Ada")
    cursor = await listed(gym_world)
    await gym_world.forget()
    await gym_world.rename_lead(lead, "Edited")
    with pytest.raises(CursorExpired):
        await everything(gym_world.gateway.source(LEAD).changes(cursor))
    assert ids(await everything(gym_world.gateway.source(LEAD).listing())) == [lead]


async def test_what_was_deleted_is_told_or_seen_to_be_gone(gym_world: GymWorld) -> None:
    leads = [await gym_world.add_lead(f"L{n}") for n in range(5)]
    source = gym_world.gateway.source(LEAD)
    cursor = await listed(gym_world)
    for external_id in (leads[1], leads[4]):
        await gym_world.remove_lead(external_id)
    batches = await batches_of(source.changes(cursor))
    gone = {external_id for batch in batches for external_id in batch.gone}
    assert gone == ({leads[1], leads[4]} if gym_world.tells_gone else set())
    assert not names(batches).keys() & {leads[1], leads[4]}
    assert await source.get(leads[1]) is None
    assert ids(await everything(source.listing())) == [leads[0], leads[2], leads[3]]
    assert cursor_of(batches)


async def test_changes_that_are_not_told_are_unsupported(gym_world: GymWorld) -> None:
    member = await gym_world.add_member("Ada")
    sold = await gym_world.add_membership(member)
    source = gym_world.gateway.source(MEMBERSHIP)
    assert ids(await everything(source.listing())) == [sold]
    if not source.tells_changes:
        with pytest.raises(GatewayUnsupported):
            await everything(source.changes("x"))


CALLS: dict[str, Callable[[GymGateway, str], Awaitable[object]]] = {
    "listing": lambda gym, _: everything(gym.source(LEAD).listing()),
    "changes": lambda gym, cursor: everything(gym.source(LEAD).changes(cursor)),
    "get": lambda gym, _: gym.source(LEAD).get(UNKNOWN),
    "push": lambda gym, _: gym.source(LEAD).push(UNKNOWN, {"first_name": "Grace"}),
    "find": lambda gym, _: gym.source(LEAD).find({"email": "grace@example.org"}),
    "create": lambda gym, _: gym.source(LEAD).create({"first_name": "Grace", "last_name": "Hopper"}),
}


@pytest.mark.parametrize("kind", [MEMBER, LEAD])
async def test_who_is_looked_for_is_whom_making_gives(gym_world: GymWorld, kind: str) -> None:
    source = gym_world.gateway.source(kind)
    ada = {"first_name": "Ada", "last_name": "Byron", "email": "Ada@Example.org"}
    assert await source.find(ada) is None
    assert await source.find({**ada, "email": None}) is None
    made = await source.create(ada)
    found = await source.find({"email": "ada@example.org"})
    assert found is not None
    assert found.external_id == made.external_id
    assert len(ids(await everything(source.listing()))) == 1


async def test_of_several_who_may_be_it_nobody_is_guessed_and_nobody_made(gym_world: GymWorld) -> None:
    source = gym_world.gateway.source(LEAD)
    two = [await gym_world.add_lead(name, email="ada@example.org") for name in ("Ada", "Bob")]
    ada = {"first_name": "Ada", "last_name": "Byron", "email": "Ada@Example.org"}
    for call in (source.find, source.create):
        with pytest.raises(SeveralThere) as caught:
            await call(ada)
        assert sorted(caught.value.external_ids) == sorted(two)
    with pytest.raises(SeveralThere):
        await gym_world.gateway.create_lead(NewPerson(first_name="Ada", last_name="Byron", email="ada@example.org"))
    assert sorted(ids(await everything(source.listing()))) == sorted(two)


@pytest.mark.parametrize("call", CALLS)
async def test_a_gym_that_does_not_answer_says_nothing_about_its_records(gym_world: GymWorld, call: str) -> None:
    """Least of all that there are none."""
    await gym_world.add_lead("Ada")
    cursor = await listed(gym_world)
    await gym_world.go_down()
    with pytest.raises(GatewayUnavailable):
        await CALLS[call](gym_world.gateway, cursor)


@pytest.mark.parametrize("call", CALLS)
async def test_a_refused_key_is_told_apart(gym_world: GymWorld, call: str) -> None:
    await gym_world.add_lead("Ada")
    cursor = await listed(gym_world)
    await gym_world.refuse_key()
    with pytest.raises(CredentialsRefused):
        await CALLS[call](gym_world.gateway, cursor)
