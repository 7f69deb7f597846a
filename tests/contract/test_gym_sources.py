"""What every gateway to a gym promises of its records as a sync reads and writes them (ports/sources.py, Source)."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tresen.application.ports.gym import GymGateway
from tresen.application.ports.sources import Batch, Observed
from tresen.application.sync.kinds import LEAD, MEMBER, MEMBERSHIP
from tresen.domain.shared.errors import (
    CredentialsRefused,
    CursorExpired,
    GatewayNotFound,
    GatewayUnavailable,
    GatewayUnsupported,
)
from tresen.domain.sync.schema import Value, Values

from .gyms import WORLDS, GymWorld, everything, ids, value

UNKNOWN = "987654321"
KINDS = (MEMBER, LEAD, MEMBERSHIP)
NEW: dict[str, Value] = {
    "first_name": "Grace",
    "last_name": "Hopper",
    "email": "grace@example.org",
    "phone": "+4930555123",
    "street": "Hauptstr. 7",
    "postcode": "04109",
    "city": "Leipzig",
    "country": "Germany",
    "email_opt_in": True,
    "sms_opt_in": True,
    "status": "contacted",
    "notes": "Rings back",
}


@pytest.fixture(params=WORLDS)
async def gym_world(request: pytest.FixtureRequest) -> AsyncIterator[GymWorld]:
    """An empty gym."""
    async with WORLDS[request.param]() as world:
        yield world


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


async def full(gym_world: GymWorld, kind: str, external_id: str) -> dict[str, Value]:
    """All values of a record that is there."""
    found = await gym_world.gateway.source(kind).get(external_id)
    assert found is not None
    return dict(found.read().values)


async def somebody(gym_world: GymWorld, kind: str) -> str:
    """A member or lead with every field that can be written."""
    source = gym_world.gateway.source(kind)
    given = {**NEW, "first_name": "Ada", "last_name": "Byron", "email": "ada@example.org", "status": None}
    created = await source.create({name: given[name] for name in source.writable})
    return created.external_id


@pytest.mark.parametrize("kind", KINDS)
def test_a_source_is_of_its_kind(gym_world: GymWorld, kind: str) -> None:
    source = gym_world.gateway.source(kind)
    assert source.kind == kind
    assert source.resolution_s >= 1
    assert (kind == MEMBERSHIP) == (not source.writable) == (not source.can_create)


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


@pytest.mark.parametrize("kind", [MEMBER, LEAD])
async def test_a_push_writes_its_fields_and_leaves_all_others(gym_world: GymWorld, kind: str) -> None:
    source = gym_world.gateway.source(kind)
    key = await somebody(gym_world, kind)
    fields = sorted(source.writable)
    assert {"first_name", "last_name", "email", "phone"} <= set(fields)
    for name in fields:
        before = await full(gym_world, kind, key)
        wanted: Value = not before[name] if isinstance(before[name], bool) else NEW[name]
        if (kind, name) == (MEMBER, "status"):
            wanted = "paused"
        pushed = await source.push(key, {name: wanted})
        after = await full(gym_world, kind, key)
        assert after == {**before, name: wanted}
        assert (pushed.external_id, dict(pushed.read().values)) == (key, after)


@pytest.mark.parametrize("kind", [MEMBER, LEAD])
async def test_several_fields_are_pushed_at_once(gym_world: GymWorld, kind: str) -> None:
    source = gym_world.gateway.source(kind)
    key = await somebody(gym_world, kind)
    before = await full(gym_world, kind, key)
    new = {name: NEW[name] for name in source.writable - {"status"}}
    await source.push(key, new)
    assert await full(gym_world, kind, key) == {**before, **new}


@pytest.mark.parametrize("kind", [MEMBER, LEAD])
async def test_none_clears_a_field(gym_world: GymWorld, kind: str) -> None:
    key = await somebody(gym_world, kind)
    before = await full(gym_world, kind, key)
    pushed = await gym_world.gateway.source(kind).push(key, {"phone": None})
    assert value(pushed, "phone") is None
    assert await full(gym_world, kind, key) == {**before, "phone": None}


@pytest.mark.parametrize("kind", [MEMBER, LEAD])
async def test_a_push_gives_the_gyms_own_spelling(gym_world: GymWorld, kind: str) -> None:
    source = gym_world.gateway.source(kind)
    key = await somebody(gym_world, kind)
    await gym_world.respell()
    source = gym_world.gateway.source(kind)
    pushed = await source.push(key, {"email": "Grace@Example.ORG", "phone": "030 / 555 123"})
    assert [value(pushed, name) for name in ("email", "phone")] == ["grace@example.org", "+4930555123"]
    shown = await source.get(key)
    assert (shown and shown.fingerprint) == pushed.fingerprint


@pytest.mark.parametrize("kind", [MEMBER, LEAD])
async def test_who_is_not_there_cannot_be_pushed(gym_world: GymWorld, kind: str) -> None:
    with pytest.raises(GatewayNotFound):
        await gym_world.gateway.source(kind).push(UNKNOWN, {"first_name": "Grace"})
    assert await everything(gym_world.gateway.source(kind).listing()) == []


@pytest.mark.parametrize("foreign", ["joined_on", "location", "source", "no_such_field"])
@pytest.mark.parametrize("kind", [MEMBER, LEAD])
async def test_a_field_that_cannot_be_written_stops_the_whole_push(
    gym_world: GymWorld, kind: str, foreign: str
) -> None:
    source = gym_world.gateway.source(kind)
    key = await somebody(gym_world, kind)
    before = await full(gym_world, kind, key)
    with pytest.raises(GatewayUnsupported):
        await source.push(key, {"first_name": "Grace", foreign: "x"})
    assert await full(gym_world, kind, key) == before


async def test_memberships_are_only_read(gym_world: GymWorld) -> None:
    sold = await gym_world.add_membership(await gym_world.add_member("Ada"))
    source = gym_world.gateway.source(MEMBERSHIP)
    before = [one.fingerprint for one in await everything(source.listing())]
    with pytest.raises(GatewayUnsupported):
        await source.push(sold, {"name": "Gold"})
    with pytest.raises(GatewayUnsupported):
        await source.create({"name": "Gold"})
    with pytest.raises(GatewayUnsupported):
        await source.delete(sold)
    assert [one.fingerprint for one in await everything(source.listing())] == before


@pytest.mark.parametrize("kind", [MEMBER, LEAD])
async def test_a_push_whose_answer_is_lost_may_be_made_again(gym_world: GymWorld, kind: str) -> None:
    source = gym_world.gateway.source(kind)
    key = await somebody(gym_world, kind)
    await gym_world.lose_next_answer(f"{kind}s.push")
    with pytest.raises(GatewayUnavailable):
        await source.push(key, {"first_name": "Grace"})
    assert (await full(gym_world, kind, key))["first_name"] == "Grace"
    assert value(await source.push(key, {"first_name": "Grace"}), "first_name") == "Grace"


@pytest.mark.parametrize("kind", [MEMBER, LEAD])
async def test_a_created_record_has_what_can_be_written(gym_world: GymWorld, kind: str) -> None:
    source = gym_world.gateway.source(kind)
    given: Values = {name: NEW[name] for name in source.writable - {"status"}}
    created = await source.create({**given, "joined_on": "2020-01-01"})
    values = await full(gym_world, kind, created.external_id)
    assert {name: values[name] for name in given} == given
    assert values["status"] == {MEMBER: "active", LEAD: "new"}[kind]
    assert values.get("joined_on") != "2020-01-01"


async def test_a_lead_is_created_in_its_stage(gym_world: GymWorld) -> None:
    created = await gym_world.gateway.source(LEAD).create({"first_name": "Ada", "last_name": "B", "status": "lost"})
    assert (await full(gym_world, LEAD, created.external_id))["status"] == "lost"


@pytest.mark.parametrize("kind", [MEMBER, LEAD])
async def test_a_known_address_is_no_new_record(gym_world: GymWorld, kind: str) -> None:
    source = gym_world.gateway.source(kind)
    first = await source.create({"first_name": "Ada", "last_name": "B", "email": "ada@example.org"})
    again = await source.create({"first_name": "Grace", "last_name": "H", "email": "ADA@example.org"})
    assert again.external_id == first.external_id
    assert value(again, "first_name") == "Ada"
    assert ids(await everything(source.listing())) == [first.external_id]


@pytest.mark.parametrize("kind", [MEMBER, LEAD])
async def test_a_deleted_record_is_gone_or_deleting_is_unsupported(gym_world: GymWorld, kind: str) -> None:
    source = gym_world.gateway.source(kind)
    key = await somebody(gym_world, kind)
    if not source.can_delete:
        with pytest.raises(GatewayUnsupported):
            await source.delete(key)
        assert await source.get(key) is not None
        return
    for _ in range(2):
        await source.delete(key)
        assert await source.get(key) is None


CALLS: dict[str, Callable[[GymGateway, str], Awaitable[object]]] = {
    "listing": lambda gym, _: everything(gym.source(LEAD).listing()),
    "changes": lambda gym, cursor: everything(gym.source(LEAD).changes(cursor)),
    "get": lambda gym, _: gym.source(LEAD).get(UNKNOWN),
    "push": lambda gym, _: gym.source(LEAD).push(UNKNOWN, {"first_name": "Grace"}),
    "create": lambda gym, _: gym.source(LEAD).create({"first_name": "Grace", "last_name": "Hopper"}),
}


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


async def test_a_listed_record_is_the_one_that_is_fetched(gym_world: GymWorld) -> None:
    """In as far as the listing shows it."""
    await somebody(gym_world, LEAD)
    (shown,) = await everything(gym_world.gateway.source(LEAD).listing())
    assert isinstance(shown, Observed)
    fetched = await full(gym_world, LEAD, shown.external_id)
    assert shown.read().values.items() <= fetched.items()
