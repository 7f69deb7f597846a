"""What only the sources of the gym in memory do: habits and faults on order."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial

import attrs
import pytest

from tresen.adapters.memory.clock import NOON, FixedClock
from tresen.adapters.memory.gym import MemoryGym
from tresen.adapters.memory.gym_books import GymBooks
from tresen.adapters.memory.gym_habits import Habits, dialled
from tresen.application.ports.gym import Operation, Support
from tresen.application.ports.sources import Batch, Source
from tresen.application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from tresen.domain.shared.errors import CursorExpired, GatewayRejected, GatewayUnavailable, GatewayUnsupported

DOWN = GatewayUnavailable("down")
EXPIRED = CursorExpired("gone")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def books(clock: FixedClock) -> GymBooks:
    return GymBooks(clock)


@pytest.fixture
def gym(books: GymBooks, clock: FixedClock) -> MemoryGym:
    """Five leads, pages of two, cursors without overlap."""
    for n in range(5):
        books.leads.add({"first_name": f"L{n}"})
    clock.advance(MINUTE)
    return MemoryGym(books, clock, page_size=2, habits=Habits(overlap=timedelta()))


async def batches_of(batches: AsyncIterator[Batch]) -> list[Batch]:
    return [batch async for batch in batches]


def ids(batches: list[Batch]) -> list[str]:
    return [one.external_id for batch in batches for one in batch.observed]


async def listed(source: Source) -> str:
    cursor = (await batches_of(source.listing()))[-1].cursor
    assert cursor is not None
    return cursor


async def until(batches: AsyncIterator[Batch], error: type[Exception]) -> list[Batch]:
    """The batches that came before the error."""
    seen: list[Batch] = []

    async def read() -> None:
        async for batch in batches:
            seen.append(batch)  # noqa: PERF401 - a comprehension would lose them to the error

    with pytest.raises(error):
        await read()
    return seen


async def test_a_listing_is_a_snapshot(gym: MemoryGym, books: GymBooks) -> None:
    listing = gym.source(LEAD).listing()
    first = await anext(listing)
    books.leads.remove("1001")
    assert ids([first, *await batches_of(listing)]) == ["1001", "1002", "1003", "1004", "1005"]


async def test_pages_that_shift_are_listed_again(gym: MemoryGym, books: GymBooks) -> None:
    """From the first one on; changes go on where the first walk began."""
    gym.habits = attrs.evolve(gym.habits, pages_shift=True)
    gym.faults.meanwhile("leads", lambda: books.leads.remove("1001"), page=1)
    source = gym.source(LEAD)
    batches = await batches_of(source.listing())
    assert ids(batches) == ["1001", "1002", "1002", "1003", "1004", "1005"]
    assert [batch.cursor is None for batch in batches] == [True, True, False]
    cursor = batches[-1].cursor
    assert cursor is not None
    assert [list(batch.gone) for batch in await batches_of(source.changes(cursor))] == [["1001"]]


async def test_a_page_that_ran_empty_is_no_end(gym: MemoryGym, books: GymBooks) -> None:
    gym.habits = attrs.evolve(gym.habits, pages_shift=True)
    for gone in ("1001", "1002"):
        books.leads.remove(gone)
    gym.faults.meanwhile("leads", lambda: books.leads.remove("1003"), page=1)
    assert ids(await batches_of(gym.source(LEAD).listing())) == ["1003", "1004", "1004", "1005"]


async def test_who_comes_or_goes_behind_what_was_read_makes_no_second_walk(gym: MemoryGym, books: GymBooks) -> None:
    gym.habits = attrs.evolve(gym.habits, pages_shift=True)
    gym.faults.meanwhile("leads", lambda: books.leads.remove("1004"), page=1)
    gym.faults.meanwhile("leads", lambda: books.leads.add({}), page=1)
    assert ids(await batches_of(gym.source(LEAD).listing())) == ["1001", "1002", "1003", "1005", "1006"]


async def test_pages_that_shift_without_end_are_given_up(gym: MemoryGym, books: GymBooks) -> None:
    gym.habits = attrs.evolve(gym.habits, pages_shift=True)
    for page, gone in enumerate(("1001", "1002", "1003"), start=1):
        gym.faults.meanwhile("leads", partial(books.leads.remove, gone), page=page)
    for _ in range(4):
        books.leads.add({})
    batches = await until(gym.source(LEAD).listing(), GatewayUnavailable)
    assert [batch.cursor for batch in batches] == [None] * 3


async def test_an_empty_shelf_has_a_cursor(gym: MemoryGym, books: GymBooks) -> None:
    source = gym.source(MEMBER)
    cursor = await listed(source)
    books.members.add({})
    assert ids(await batches_of(source.changes(cursor))) == ["1001"]


async def test_changes_come_in_pages_each_with_its_cursor(gym: MemoryGym, books: GymBooks, clock: FixedClock) -> None:
    source = gym.source(LEAD)
    cursor = await listed(source)
    for key in ("1004", "1002", "1001"):
        clock.advance(MINUTE)
        books.leads.edit(key, {"notes": "x"})
    clock.advance(MINUTE)
    books.leads.remove("1003")
    batches = await batches_of(source.changes(cursor))
    assert [(ids([batch]), list(batch.gone)) for batch in batches] == [(["1004", "1002"], []), (["1001"], ["1003"])]
    half = batches[0].cursor
    assert half is not None
    assert ids(await batches_of(source.changes(half))) == ["1002", "1001"]


async def test_a_late_change_is_told_within_the_overlap_only(
    gym: MemoryGym, books: GymBooks, clock: FixedClock
) -> None:
    for overlap, told in ((timedelta(), []), (2 * MINUTE, ["1001"])):
        gym.habits = attrs.evolve(gym.habits, overlap=overlap)
        clock.advance(5 * MINUTE)
        source = gym.source(LEAD)
        cursor = await listed(source)
        books.leads.edit("1001", {"notes": str(overlap)}, late=MINUTE)
        assert ids(await batches_of(source.changes(cursor))) == told


async def test_a_coarse_clock_gives_equal_stamps(clock: FixedClock) -> None:
    books = GymBooks(clock, resolution_s=60)
    source = MemoryGym(books, clock).source(LEAD)
    assert source.resolution_s == 60
    for _ in range(3):
        clock.advance(timedelta(seconds=7))
        books.leads.add({})
    (batch,) = await batches_of(source.listing())
    assert {one.read().edited_at for one in batch.observed} == {NOON}


async def test_a_gym_may_keep_its_deletions_or_all_changes_to_itself(gym: MemoryGym, books: GymBooks) -> None:
    gym.habits = attrs.evolve(gym.habits, tells_gone=False)
    source = gym.source(LEAD)
    cursor = await listed(source)
    books.leads.remove("1001")
    assert [batch.gone for batch in await batches_of(source.changes(cursor))] == [[]]
    gym.habits = attrs.evolve(gym.habits, tells_changes=False)
    silent = gym.source(LEAD)
    assert not silent.tells_changes
    assert {batch.cursor for batch in await batches_of(silent.listing())} == {None}
    with pytest.raises(GatewayUnsupported):
        await batches_of(silent.changes(cursor))


@pytest.mark.parametrize(("after", "seen"), [(0, 0), (1, 1), (2, 2), (3, 3), (9, 3)])
@pytest.mark.parametrize("error", [DOWN, EXPIRED])
async def test_changes_break_off_where_they_are_told(
    gym: MemoryGym, books: GymBooks, error: GatewayUnavailable, after: int, seen: int
) -> None:
    source = gym.source(LEAD)
    cursor = await listed(source)
    for key in ("1001", "1002", "1003", "1004", "1005"):
        books.leads.edit(key, {"notes": "x"})
    gym.faults.fail_next("leads.changes", error, after=after)
    assert len(await until(source.changes(cursor), type(error))) == seen
    assert len(await batches_of(source.changes(cursor))) == 3


async def test_an_outage_begins_in_the_middle_of_a_listing(gym: MemoryGym) -> None:
    def fall_silent() -> None:
        gym.faults.outage = DOWN

    gym.faults.meanwhile("leads", fall_silent, page=1)
    assert len(await until(gym.source(LEAD).listing(), GatewayUnavailable)) == 1


@pytest.mark.parametrize("after", [0, 1])
async def test_writes_fail_before_or_after_their_effect(gym: MemoryGym, books: GymBooks, after: int) -> None:
    source = gym.source(LEAD)
    for call in ("push", "create", "delete"):
        gym.faults.fail_next(f"leads.{call}", DOWN, after=after)
    with pytest.raises(GatewayUnavailable):
        await source.push("1001", {"notes": "x"})
    with pytest.raises(GatewayUnavailable):
        await source.create({"first_name": "New"})
    with pytest.raises(GatewayUnavailable):
        await source.delete("1005")
    assert (books.leads.get("1001").values["notes"], books.leads.find("1005") is None) == (
        ("x", True) if after else (None, False)
    )
    assert books.leads.find("1006") is None or after
    assert gym.faults.calls == ["leads.push", "leads.create", "leads.delete"]


async def test_somebody_there_may_be_faster(gym: MemoryGym, books: GymBooks) -> None:
    gym.faults.meanwhile("leads.push", lambda: books.leads.edit("1001", {"phone": "1", "notes": "theirs"}))
    pushed = await gym.source(LEAD).push("1001", {"notes": "ours"})
    await gym.source(LEAD).push("1001", {"phone": "2"})
    assert books.leads.get("1001").values["phone"] == "2", "it happened once"
    assert [pushed.read().values[name] for name in ("phone", "notes")] == ["1", "ours"]


async def test_a_push_of_what_is_so_already_leaves_the_stamp(
    gym: MemoryGym, books: GymBooks, clock: FixedClock
) -> None:
    books.leads.edit("1001", {"notes": "x"})
    clock.advance(MINUTE)
    pushed = await gym.source(LEAD).push("1001", {"notes": "x"})
    assert pushed.read().edited_at == clock.now() - MINUTE
    pushed = await gym.source(LEAD).push("1001", {"notes": "y"})
    assert pushed.read().edited_at == clock.now()


async def test_what_is_written_is_kept_in_the_gyms_spelling(gym: MemoryGym) -> None:
    gym.habits = Habits(lowers_emails=True, dials_phones=True, trims_names=True)
    source = gym.source(LEAD)
    written = {"first_name": " Ada ", "email": "ADA@example.org", "phone": "(030) 12-34", "notes": " as it is "}
    kept = {"first_name": "Ada", "email": "ada@example.org", "phone": "+49301234", "notes": " as it is "}
    for record in (await source.push("1001", written), await source.create({**written, "email": "B@x.org"})):
        values = record.read().values
        assert {name: values[name] for name in ("first_name", "phone", "notes")} == {
            name: kept[name] for name in ("first_name", "phone", "notes")
        }
        assert str(values["email"]).islower()


@pytest.mark.parametrize(
    ("phone", "e164"),
    [
        ("030/1234567", "+49301234567"),
        ("0049 30 1234567", "+49301234567"),
        ("+49 (0)30 1234567", "+49301234567"),
        ("+1 212 5550100", "+12125550100"),
        ("+49301234567", "+49301234567"),
        ("reception", "reception"),
        ("1234", "1234"),
    ],
)
def test_numbers_are_dialled_internationally(phone: str, e164: str) -> None:
    assert dialled(phone) == e164


def test_what_is_not_supported_cannot_be_written(books: GymBooks, clock: FixedClock) -> None:
    support = {Operation.UPDATE_MEMBER: Support.NONE, Operation.CREATE_LEAD: Support.NONE}
    gym = MemoryGym(books, clock, support=support, habits=Habits(writable={LEAD: frozenset({"notes"})}))
    assert (gym.source(MEMBER).writable, gym.source(MEMBER).can_create) == (frozenset(), True)
    assert (gym.source(LEAD).writable, gym.source(LEAD).can_create) == (frozenset({"notes"}), False)
    assert [gym.source(kind).can_delete for kind in (MEMBER, LEAD, MEMBERSHIP)] == [False, True, False]


async def test_listings_and_changes_may_lack_fields_that_a_push_shows(books: GymBooks, clock: FixedClock) -> None:
    source = MemoryGym(books, clock, lists_lack={"notes"}).source(LEAD)
    cursor = await listed(source)
    key = books.leads.add({"notes": "x"})
    for batches in (source.listing(), source.changes(cursor)):
        (observed,) = [one async for batch in batches for one in batch.observed]
        assert "notes" not in observed.read().values
    assert (await source.push(key, {"first_name": "A"})).read().values["notes"] == "x"


async def test_values_that_are_never_taken_are_refused_on_their_way_in(books: GymBooks, clock: FixedClock) -> None:
    habits = Habits(refuses={"status": frozenset({"frozen"}), "last_name": frozenset({None})})
    source = MemoryGym(books, clock, habits=habits).source(LEAD)
    key = books.leads.add({"first_name": "Ada", "status": "frozen"})
    with pytest.raises(GatewayRejected, match="takes no such status"):
        await source.push(key, {"status": "frozen", "notes": "x"})
    assert books.leads.get(key).values["notes"] is None
    await source.push(key, {"status": "won"})
    with pytest.raises(GatewayRejected):
        await source.create({"first_name": "Bob", "status": "frozen"})
    made = await source.create({"first_name": "Bob", "last_name": None})
    assert books.leads.get(made.external_id).values["last_name"] is None
