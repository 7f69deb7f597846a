"""What only the gym in memory does: faults on order, views with gaps, records that make no sense."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
from tests.builders import a_package

from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.memory.gym import MemoryGym
from tresen.adapters.memory.gym_books import GymBooks
from tresen.application.ports.gym import LeadPatch, MembershipPatch, NewMembership, NewPerson, Operation, Support
from tresen.application.ports.sources import Batch
from tresen.application.sync.records.kinds import MEMBER
from tresen.domain.shared.errors import (
    GatewayRejected,
    GatewayUnavailable,
    GatewayUnsupported,
    InvalidValue,
)
from tresen.domain.shared.money import Money

DOWN = GatewayUnavailable("down")
ADA = NewPerson(first_name="Ada", last_name="Byron", email="ada@example.org")


@pytest.fixture
def books() -> GymBooks:
    return GymBooks(FixedClock())


@pytest.fixture
def gym(books: GymBooks) -> MemoryGym:
    return MemoryGym(books, FixedClock(), page_size=2)


async def until_it_fails(pages: AsyncIterator[Batch]) -> list[int]:
    """Sizes of the pages that came before the error."""
    sizes: list[int] = []

    async def read() -> None:
        async for page in pages:
            sizes.append(len(page.observed))  # noqa: PERF401 - a comprehension would lose them to the error

    with pytest.raises(GatewayUnavailable):
        await read()
    return sizes


@pytest.mark.parametrize(("after", "sizes"), [(0, []), (1, [2]), (2, [2, 1]), (9, [2, 1])])
async def test_a_listing_breaks_off_where_it_is_told(
    gym: MemoryGym, books: GymBooks, after: int, sizes: list[int]
) -> None:
    for _ in range(3):
        books.members.add({})
    gym.faults.fail_next("members", DOWN, after=after)
    assert await until_it_fails(gym.source(MEMBER).listing()) == sizes
    assert [len(page.observed) async for page in gym.source(MEMBER).listing()] == [2, 1]


async def test_a_write_fails_before_or_after_its_effect(gym: MemoryGym, books: GymBooks) -> None:
    gym.faults.fail_next("create_lead", DOWN)
    gym.faults.fail_next("create_lead", DOWN, after=1)
    for leads in (0, 1):
        with pytest.raises(GatewayUnavailable):
            await gym.create_lead(ADA)
        assert len(books.leads) == leads
    await gym.create_lead(ADA)
    assert gym.faults.calls == ["create_lead"] * 3


async def test_an_outage_ends_when_it_is_ended(gym: MemoryGym) -> None:
    gym.faults.outage = DOWN
    for _ in range(2):
        with pytest.raises(GatewayUnavailable):
            await gym.packages()
    assert (await gym.health()).status == "connection_error"
    gym.faults.outage = None
    assert await gym.packages() == ()


async def test_listings_may_lack_fields_that_a_single_record_has(books: GymBooks) -> None:
    gym = MemoryGym(books, FixedClock(), lists_lack={"notes"})
    lead = books.leads.add({"first_name": "Ada", "notes": "Called"})
    (window,) = await gym.list_leads(status=None, limit=10, offset=0)
    assert "notes" not in window.read().values
    full = await gym.lead(lead)
    assert full is not None
    assert full.read().values["notes"] == "Called"


async def test_a_spoilt_record_is_listed_but_cannot_be_read(gym: MemoryGym, books: GymBooks) -> None:
    spoilt, sound = books.members.add({}), books.members.add({})
    books.members.spoil(spoilt)
    first, second = [one async for page in gym.source(MEMBER).listing() for one in page.observed]
    assert (first.external_id, second.external_id) == (spoilt, sound)
    with pytest.raises(InvalidValue):
        first.read()
    second.read()


async def test_what_the_gym_cannot_do_is_refused_without_a_call(books: GymBooks) -> None:
    gym = MemoryGym(
        books,
        FixedClock(),
        support={Operation.CREATE_LEAD: Support.NONE, Operation.CREATE_MEMBER: Support.UNPROVEN},
    )
    with pytest.raises(GatewayUnsupported):
        await gym.create_lead(ADA)
    assert (gym.faults.calls, len(books.leads)) == ([], 0)
    await gym.create_member(ADA)
    assert gym.support(Operation.CONVERT_LEAD) is Support.PROVEN


async def test_a_gym_may_keep_its_offers_to_itself(gym: MemoryGym, books: GymBooks) -> None:
    books.packages = None
    with pytest.raises(GatewayUnsupported):
        await gym.packages()


async def test_a_converted_lead_joins_the_member_with_its_address(gym: MemoryGym, books: GymBooks) -> None:
    member = books.members.add({"email": "ADA@example.org"})
    lead = books.leads.add({"email": "ada@example.org", "first_name": "Ada"})
    assert (await gym.convert_lead(lead)).external_id == member
    assert books.became == {lead: member}


async def test_a_lead_without_address_is_converted_once(gym: MemoryGym, books: GymBooks) -> None:
    lead = books.leads.add({"first_name": "Ada"})
    first, second = [await gym.convert_lead(lead) for _ in range(2)]
    assert first.external_id == second.external_id
    assert len(books.members) == 1


async def sold(gym: MemoryGym, books: GymBooks) -> str:
    books.packages = [a_package(1, name="Gold", price=Money("49.00", "CHF")), a_package(2, name="Free")]
    new = NewMembership(
        member=books.members.add({}), package="Gold", starts_on=date(2026, 3, 2), payment_method="stripe"
    )
    return (await gym.create_membership(new)).external_id


@pytest.mark.parametrize(
    ("patch", "changes"),
    [
        (MembershipPatch(package="2"), {"name": "Free", "price": None}),
        (MembershipPatch(package="Free", monthly_price="0"), {"name": "Free", "price": "0.00 CHF"}),
        (MembershipPatch(monthly_price=None), {"price": None}),
        (MembershipPatch(status="paused"), {"on_hold": True}),
        (MembershipPatch(status="cancelled"), {"flagged_active": False, "cancels_on": "2026-03-02"}),
        (MembershipPatch(), {}),
    ],
)
async def test_a_patch_changes_these_values_only(
    gym: MemoryGym, books: GymBooks, patch: MembershipPatch, changes: dict[str, object]
) -> None:
    key = await sold(gym, books)
    before = dict(books.memberships.get(key).values)
    assert (before["price"], before["kind"]) == ("49.00 CHF", None)
    assert (await gym.update_membership(key, patch)).read().values == before | changes


@pytest.mark.parametrize(
    "patch",
    [MembershipPatch(status="frozen"), MembershipPatch(monthly_price="1.005"), MembershipPatch(package="Platinum")],
)
async def test_a_patch_that_makes_no_sense_is_rejected(gym: MemoryGym, books: GymBooks, patch: MembershipPatch) -> None:
    key = await sold(gym, books)
    before = dict(books.memberships.get(key).values)
    with pytest.raises(GatewayRejected):
        await gym.update_membership(key, patch)
    assert books.memberships.get(key).values == before


async def test_the_books_keep_why_a_membership_was_cancelled(gym: MemoryGym, books: GymBooks) -> None:
    key = await sold(gym, books)
    await gym.cancel_membership(key, reason="moved away")
    assert books.reasons == {key: "moved away"}


async def test_what_was_observed_does_not_change_with_the_books(gym: MemoryGym, books: GymBooks) -> None:
    lead = books.leads.add({"first_name": "Ada"})
    before = await gym.lead(lead)
    await gym.update_lead(lead, LeadPatch(notes="Called"))
    assert before is not None
    assert before.read().values["notes"] is None
