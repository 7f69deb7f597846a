"""The seeded gym: sizes of a live one, its oddities, and the same bytes for the same seed."""

from collections import Counter
from datetime import date

import httpx
import msgspec
import pytest

from tresen.adapters.emulators.wodify import Sizes, WodifyEmulator
from tresen.adapters.emulators.wodify.data import Gym, seeded_gym
from tresen.adapters.emulators.wodify.shapes import NO_DATE

TODAY = date(2026, 3, 1)
DAY = TODAY.isoformat()


@pytest.fixture(scope="module", params=[1, 2, 99])
def gym(request: pytest.FixtureRequest) -> Gym:
    return seeded_gym(seed=request.param, today=TODAY, sizes=Sizes())


async def every_page(url: str, key: str) -> bytes:
    """All bytes of all lists."""
    pages = b""
    async with httpx.AsyncClient(base_url=url, headers={"x-api-key": key}) as client:
        for kind in ("clients", "memberships", "leads"):
            page, more = 1, True
            while more:
                answer = await client.get(f"/{kind}", params={"page": page})
                pages, page, more = pages + answer.content, page + 1, answer.json()["pagination"]["has_more"]
    return pages


def test_a_gym_has_the_sizes_of_the_live_one(gym: Gym) -> None:
    assert (len(gym.clients), len(gym.memberships), len(gym.leads)) == (957, 2018, 300)
    assert sum(row.is_active for row in gym.memberships) == 273


def test_ids_are_unique_and_some_are_too_large_for_a_double(gym: Gym) -> None:
    for rows in (gym.clients, gym.memberships, gym.leads):
        ids = [row.id for row in rows]
        assert len(set(ids)) == len(ids)
        assert any(int(float(key)) != key for key in ids)


def test_about_a_third_of_the_active_clients_have_no_membership_row(gym: Gym) -> None:
    rows = Counter(row.client_id for row in gym.memberships)
    active = [client for client in gym.clients if client.client_status == "Active"]
    without = sum(not rows[client.id] for client in active)
    assert 0.30 < without / len(active) < 0.36
    assert max(rows.values()) > 3


def test_flags_and_dates_of_memberships_disagree_in_every_way(gym: Gym) -> None:
    active = [row for row in gym.memberships if row.is_active]
    past = [row for row in gym.memberships if not row.is_active]
    assert any(row.expiration_date < DAY for row in active)
    assert any(row.start_date > DAY for row in active)
    assert any(row.scheduled_deactivation_date > DAY for row in active)
    assert any(row.start_date < DAY < row.expiration_date and row.end_date == NO_DATE for row in past)
    assert any(row.start_date > DAY for row in past)
    assert any(row.is_deleted for row in past)
    assert {row.membership_type for row in past} == {"Class Plan", "Class Pack", "Appointment Pack"}


def test_people_have_missing_and_shared_addresses_and_many_spellings_of_numbers(gym: Gym) -> None:
    mails = Counter(client.email for client in gym.clients)
    assert mails.pop("") > 10
    assert max(mails.values()) > 1
    assert {client.phone_number[:2] for client in gym.clients} >= {"+4", "01", "00", "+1", "07", "(0", ""}
    assert any("ü" in client.last_name for client in gym.clients)


def test_statuses_are_an_open_vocabulary(gym: Gym) -> None:
    assert {client.client_status for client in gym.clients} == {
        "Active",
        "Inactive",
        "Suspended",
        "Pending",
        "Drop-In",
    }
    statuses = {lead.lead_status for lead in gym.leads}
    assert statuses >= {"New", "Contacted", "Qualified", "Trial Booked", "Converted", "Lost", "Wiedervorlage"}


def test_every_converted_lead_has_its_client(gym: Gym) -> None:
    clients = {client.lead_id: client for client in gym.clients if client.lead_id}
    converted = {lead.id for lead in gym.leads if lead.is_converted_to_client}
    assert converted
    assert set(clients) == converted


def test_nobody_is_a_member_without_an_active_row(gym: Gym) -> None:
    members = {row.client_id for row in gym.memberships if row.is_active}
    assert {client.id for client in gym.clients if client.has_membership} == members


async def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    sizes = Sizes(clients=120, memberships=150, leads=20)
    seen = []
    for seed, today in ((1, TODAY), (1, TODAY), (2, TODAY), (1, date(2026, 3, 2))):
        emulator = WodifyEmulator(seed=seed, today=today, sizes=sizes)
        async with emulator.serving() as url:
            seen.append(await every_page(url, emulator.options.api_key))
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]
    assert seen[0] != seen[3]


@pytest.mark.parametrize("sizes", [Sizes(clients=1, memberships=5, leads=0), Sizes(clients=0, memberships=0, leads=3)])
def test_small_gyms_can_be_made(sizes: Sizes) -> None:
    gym = seeded_gym(seed=1, today=TODAY, sizes=sizes)
    assert (len(gym.clients), len(gym.memberships)) == (sizes.clients, sizes.memberships)
    assert msgspec.json.encode(gym)


@pytest.mark.parametrize("sizes", [{"clients": 0, "memberships": 1}, {"leads": -1}])
def test_impossible_sizes_are_refused(sizes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"need clients|negative"):
        Sizes(**sizes)
