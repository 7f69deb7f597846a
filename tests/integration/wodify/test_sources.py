"""Changes and pushes over real sockets, with whatever goes wrong on the way."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from tresen.adapters.emulators.faults import Fault, FaultRule
from tresen.adapters.emulators.wodify import WodifyEmulator
from tresen.adapters.emulators.wodify.habits import Removal
from tresen.application.ports.sources import Batch
from tresen.application.sync.records.kinds import LEAD, MEMBER
from tresen.domain.shared.errors import CursorExpired, GatewayUnavailable
from tresen.domain.sync.schema import Values

from .conftest import SIZES, Open

TRANSIENT = (
    Fault.RATE_LIMITED,
    Fault.SERVER_ERROR,
    Fault.ERROR_ENVELOPE,
    Fault.CLOSE_AFTER_EFFECT,
    Fault.TRUNCATED_JSON,
    Fault.CUT_CONNECTION,
)


def rule(kind: Fault, **limits: int | str | None) -> FaultRule:
    return FaultRule(kind=kind, **limits)  # type: ignore[arg-type] # the names are FaultRule's own


async def batches_of(batches: AsyncIterator[Batch]) -> list[Batch]:
    return [batch async for batch in batches]


def ids(batches: list[Batch]) -> list[str]:
    return [one.external_id for batch in batches for one in batch.observed]


def cursor_of(batches: list[Batch]) -> str:
    cursor = batches[-1].cursor
    assert cursor is not None
    return cursor


def edit(emulator: WodifyEmulator, keys: list[str], city: str = "Halle") -> None:
    for key in keys:
        emulator.state.edit("clients", int(key), msgspec.json.encode({"city": city}))


def raw(emulator: WodifyEmulator, key: str) -> dict[str, object]:
    shown: dict[str, object] = msgspec.to_builtins(emulator.state.clients.get(int(key)))
    return shown


async def test_after_a_listing_only_changes_are_read(connect: Open, emulator: WodifyEmulator) -> None:
    async with connect(changed_since="true", page_size="10") as gym:
        source = gym.source(MEMBER)
        batches = await batches_of(source.listing())
        keys = ids(batches)
        emulator.state.pass_time(3 * 3600)
        edited = keys[3:200:7]
        edit(emulator, edited)
        emulator.calls.clear()
        changed = await batches_of(source.changes(cursor_of(batches)))
        assert set(edited) <= set(ids(changed))
        assert len(ids(changed)) < 2 * len(edited)
        assert emulator.calls["GET /clients"] == 1
        assert emulator.calls["GET /clients/search"] == 4
        emulator.state.pass_time(3 * 3600)
        edit(emulator, keys[:1])
        again = await batches_of(source.changes(cursor_of(changed)))
        assert keys[0] in ids(again)
        emulator.calls.clear()
        quiet = await batches_of(source.changes(cursor_of(again)))
        assert ids(quiet) == keys[:1]
        assert dict(emulator.calls) == {"GET /clients/search": 1}


@pytest.mark.parametrize("kind", TRANSIENT)
async def test_passing_faults_cost_no_change(connect: Open, emulator: WodifyEmulator, kind: Fault) -> None:
    async with connect(changed_since="true", page_size="10") as gym:
        source = gym.source(MEMBER)
        batches = await batches_of(source.listing())
        keys = ids(batches)
        edit(emulator, keys[:60])
        emulator.faults.replace((rule(kind, every=3),))
        assert set(keys[:60]) <= set(ids(await batches_of(source.changes(cursor_of(batches)))))


@pytest.mark.parametrize("kind", TRANSIENT)
async def test_changes_that_break_off_give_no_cursor(connect: Open, emulator: WodifyEmulator, kind: Fault) -> None:
    async with connect(changed_since="true", page_size="10") as gym:
        source = gym.source(MEMBER)
        batches = await batches_of(source.listing())
        edit(emulator, ids(batches)[:60])
        changes = source.changes(cursor_of(batches))
        assert (await anext(changes)).cursor is None
        emulator.faults.replace((rule(kind),))
        with pytest.raises(GatewayUnavailable):
            await batches_of(changes)


@pytest.mark.parametrize("answers", [1, 2, 10, 11, 12, 20, 32])
async def test_a_deletion_while_pages_are_read_hides_none(
    connect: Open, emulator: WodifyEmulator, answers: int
) -> None:
    """Before the end is looked for, while it is, and between any two pages."""
    first, *others = [str(client.id) for client in sorted(emulator.state.clients, key=lambda one: one.id)]
    emulator.state.removals.append(("clients", Removal(id=int(first), route="GET /clients", answers=answers)))
    async with connect(page_size="10") as gym:
        listed = ids(await batches_of(gym.source(MEMBER).listing()))
        assert await gym.source(MEMBER).get(first) is None
    assert emulator.state.removals == []
    assert set(others) <= set(listed)


async def test_a_listing_that_nobody_disturbs_is_read_once(connect: Open, emulator: WodifyEmulator) -> None:
    async with connect(page_size="10") as gym:
        listed = ids(await batches_of(gym.source(MEMBER).listing()))
    assert len(listed) == len(set(listed)) == SIZES.clients
    pages = SIZES.clients // 10
    assert emulator.calls["GET /clients"] == pages + 10, "the end of 23 pages is found with ten"
    async with connect(page_size="100") as gym:
        emulator.calls.clear()
        await batches_of(gym.source(MEMBER).listing())
    assert emulator.calls["GET /clients"] == 7


async def test_a_deletion_while_changes_are_read_hides_none(connect: Open, emulator: WodifyEmulator) -> None:
    async with connect(changed_since="true", page_size="10") as gym:
        source = gym.source(MEMBER)
        batches = await batches_of(source.listing())
        keys = ids(batches)
        edit(emulator, keys[:50])
        emulator.state.removals.append(("clients", Removal(id=int(keys[0]), route="GET /clients/search", answers=3)))
        assert set(keys[1:50]) <= set(ids(await batches_of(source.changes(cursor_of(batches)))))


async def test_a_blind_search_is_found_out(connect: Open, emulator: WodifyEmulator) -> None:
    async with connect(changed_since="true") as gym:
        source = gym.source(MEMBER)
        batches = await batches_of(source.listing())
        emulator.state.switches.blind_search = True
        with pytest.raises(CursorExpired):
            await batches_of(source.changes(cursor_of(batches)))


async def test_a_push_changes_nothing_else_of_a_client(connect: Open, emulator: WodifyEmulator) -> None:
    async with connect() as gym:
        source = gym.source(MEMBER)
        for client in list(emulator.state.clients)[:12]:
            key = str(client.id)
            before = raw(emulator, key)
            values: Values = {"first_name": "Grace", "postcode": "01067", "sms_opt_in": True}
            await source.push(key, values)
            expected = {"first_name": "Grace", "zipcode": "01067", "is_sms_subscribed": True}
            assert raw(emulator, key) == {**before, **expected, "updated": raw(emulator, key)["updated"]}


@pytest.mark.parametrize("kind", [Fault.CLOSE_AFTER_EFFECT, Fault.TRUNCATED_JSON, Fault.CUT_CONNECTION])
async def test_a_push_whose_answer_is_lost_is_sent_once(connect: Open, emulator: WodifyEmulator, kind: Fault) -> None:
    key = str(next(iter(emulator.state.clients)).id)
    async with connect() as gym:
        emulator.faults.replace((rule(kind, method="PUT", times=1),))
        with pytest.raises(GatewayUnavailable):
            await gym.source(MEMBER).push(key, {"first_name": "Grace"})
        assert emulator.calls["PUT /clients/{id}"] == 1
        assert raw(emulator, key)["first_name"] == "Grace"
        again = await gym.source(MEMBER).push(key, {"first_name": "Grace"})
        assert again.read().values["first_name"] == "Grace"
        assert emulator.calls["PUT /clients/{id}"] == 1


async def test_a_push_that_breaks_off_before_its_effect_is_not_repeated(
    connect: Open, emulator: WodifyEmulator
) -> None:
    key = str(next(iter(emulator.state.clients)).id)
    async with connect() as gym:
        emulator.faults.replace((rule(Fault.SERVER_ERROR, method="PUT"),))
        with pytest.raises(GatewayUnavailable):
            await gym.source(MEMBER).push(key, {"first_name": "Grace"})
    assert raw(emulator, key)["first_name"] != "Grace"
    assert emulator.calls["PUT /clients/{id}"] == 1


async def test_a_push_that_was_throttled_is_made_once(connect: Open, emulator: WodifyEmulator) -> None:
    key = str(next(iter(emulator.state.leads)).id)
    async with connect() as gym:
        emulator.faults.replace((rule(Fault.RATE_LIMITED, method="PUT", times=2),))
        pushed = await gym.source(LEAD).push(key, {"status": "lost", "notes": "Moved away"})
    assert [pushed.read().values[name] for name in ("status", "notes")] == ["lost", "Moved away"]
    assert emulator.calls["PUT /leads/{id}"] == 3


async def test_the_gyms_spelling_comes_back(connect: Open, emulator: WodifyEmulator) -> None:
    key = str(next(iter(emulator.state.clients)).id)
    emulator.state.switches.respells = True
    async with connect() as gym:
        pushed = await gym.source(MEMBER).push(key, {"email": " Ada@Example.ORG ", "phone": "030 / 12 34 56"})
    assert [pushed.read().values[name] for name in ("email", "phone")] == ["ada@example.org", "+4930123456"]


async def test_a_person_that_is_made_again_after_a_lost_answer_is_found(
    connect: Open, emulator: WodifyEmulator
) -> None:
    async with connect() as gym:
        emulator.faults.replace((rule(Fault.CLOSE_AFTER_EFFECT, method="POST", times=1),))
        values: Values = {"first_name": "Anna", "last_name": "Neu", "email": "anna.neu@example.org", "city": "Jena"}
        with pytest.raises(GatewayUnavailable):
            await gym.source(MEMBER).create(values)
        found = await gym.source(MEMBER).create(values)
    assert found.read().values["city"] == "Jena"
    assert len(emulator.state.clients) == SIZES.clients + 1
