"""Reading an emulated Wodify over real sockets."""

from collections.abc import AsyncIterator

import pytest

from tresen.adapters.emulators.wodify import WodifyEmulator
from tresen.application.ports.gym import GymGateway
from tresen.application.ports.sources import Batch, Observed
from tresen.application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from tresen.domain.shared.errors import CredentialsRefused

from .conftest import SIZES, Open


async def everything(batches: AsyncIterator[Batch]) -> list[Observed]:
    return [record async for batch in batches for record in batch.observed]


@pytest.mark.parametrize(
    ("kind", "count"), [(MEMBER, SIZES.clients), (MEMBERSHIP, SIZES.memberships), (LEAD, SIZES.leads)]
)
@pytest.mark.parametrize("page_size", ["100", "37"])
async def test_listings_are_complete_readable_and_in_order(
    connect: Open, kind: str, count: int, page_size: str
) -> None:
    async with connect(page_size=page_size) as gym:
        seen = await everything(gym.source(kind).listing())
    keys = [int(record.external_id) for record in seen]
    assert keys == sorted(set(keys))
    assert len(keys) == count
    assert all(record.read().values for record in seen)


async def test_unchanged_records_keep_their_fingerprints_and_edited_ones_do_not(
    gym: GymGateway, emulator: WodifyEmulator
) -> None:
    before = {record.external_id: record.fingerprint for record in await everything(gym.source(MEMBER).listing())}
    key = next(iter(before))
    emulator.provider.edit("clients", key, b'{"city":"Halle"}')
    after = {record.external_id: record.fingerprint for record in await everything(gym.source(MEMBER).listing())}
    assert {each for each in before if before[each] != after[each]} == {key}


@pytest.mark.parametrize("status", [None, "active", "cancelled", "Drop-In"])
@pytest.mark.parametrize(("limit", "offset"), [(1, 0), (50, 0), (100, 50), (30, 95), (200, 110), (10, 1000)])
async def test_windows_are_slices_of_the_listing(gym: GymGateway, status: str | None, limit: int, offset: int) -> None:
    every = await everything(gym.source(MEMBER).listing())
    wanted = [r.external_id for r in every if status in {None, r.read().values["status"]}]
    found = await gym.list_members(status=status, limit=limit, offset=offset)
    assert [record.external_id for record in found] == wanted[offset : offset + limit]


async def test_lead_windows_go_by_our_stages(gym: GymGateway) -> None:
    every = await everything(gym.source(LEAD).listing())
    for stage in ("new", "qualified", "converted", "Wiedervorlage"):
        wanted = [r.external_id for r in every if r.read().values["status"] == stage]
        found = await gym.list_leads(status=stage, limit=200, offset=0)
        assert [record.external_id for record in found] == wanted


async def test_one_record_in_full(gym: GymGateway) -> None:
    first = (await gym.list_leads(status=None, limit=1, offset=0))[0]
    lead = await gym.lead(first.external_id)
    assert lead is not None
    assert lead.read().values.items() >= first.read().values.items()
    assert "notes" in lead.read().values
    assert await gym.lead("999999999") is None
    assert await gym.member("999999999") is None


async def test_huge_ids_find_their_records(gym: GymGateway) -> None:
    huge = [r for r in await everything(gym.source(MEMBER).listing()) if int(r.external_id) > 2**53]
    assert huge
    found = await gym.member(huge[0].external_id)
    assert found is not None
    assert found.external_id == huge[0].external_id


async def test_packages_and_health(gym: GymGateway) -> None:
    packages = await gym.packages()
    assert {package.name for package in packages} >= {"Unlimited monatlich", "10er-Karte"}
    assert (await gym.health()).status == "healthy"


async def test_a_wrong_key_is_refused_and_not_tried_again(connect: Open, emulator: WodifyEmulator) -> None:
    async with connect(key="wrong") as gym:
        with pytest.raises(CredentialsRefused):
            await everything(gym.source(MEMBER).listing())
        assert emulator.calls["GET /clients"] == 1
        health = await gym.health()
        assert (health.status, health.refused) == ("error", True)
    # A key may be for clients alone: so the probe asks for them as well.
    assert [emulator.calls[f"GET /{name}"] for name in ("customers/locations", "clients")] == [1, 2]


async def test_nobody_at_the_address_is_a_connection_error(connect: Open) -> None:
    async with connect(base_url="http://127.0.0.1:1/v1") as gym:
        assert (await gym.health()).status == "connection_error"


async def test_stopping_early_closes_cleanly(connect: Open) -> None:
    async with connect(page_size="10") as gym:
        async for batch in gym.source(MEMBER).listing():
            assert len(batch.observed) == 10
            break
