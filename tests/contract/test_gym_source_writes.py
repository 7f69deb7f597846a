"""What every gateway to a gym promises of writing through its sources (ports/sources.py, Source)."""

import pytest

from tresen.application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from tresen.domain.shared.errors import GatewayNotFound, GatewayUnavailable, GatewayUnsupported
from tresen.domain.sync.schema import Value, Values

from .gyms import GymWorld, everything, ids, value

UNKNOWN = "987654321"
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


@pytest.mark.parametrize(
    ("known", "given"),
    [
        ("ada@example.org", "ADA@example.org"),
        ("ad\u00e4@example.org", "ada\u0308@example.org"),
        ("ada\u0308@example.org", "ad\u00e4@example.org"),
    ],
)
@pytest.mark.parametrize("kind", [MEMBER, LEAD])
async def test_a_known_address_is_no_new_record(gym_world: GymWorld, kind: str, known: str, given: str) -> None:
    source = gym_world.gateway.source(kind)
    first = await source.create({"first_name": "Ada", "last_name": "B", "email": known})
    again = await source.create({"first_name": "Grace", "last_name": "H", "email": given})
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


async def test_a_listed_record_is_the_one_that_is_fetched(gym_world: GymWorld) -> None:
    """In as far as the listing shows it."""
    await somebody(gym_world, LEAD)
    (shown,) = await everything(gym_world.gateway.source(LEAD).listing())
    fetched = await full(gym_world, LEAD, shown.external_id)
    assert shown.read().values.items() <= fetched.items()
