"""What watches a run sees what it is there for: each rule has a case that breaks it, and one that does not."""

from collections.abc import Mapping
from uuid import UUID

import attrs
import pytest
from tests.sync_books import a_conflict

from tresen.adapters.memory.clock import NOON, FixedClock
from tresen.adapters.memory.store import MemoryStore, Room
from tresen.adapters.simulation.entered_anew import unasked
from tresen.adapters.simulation.judge import Before, before, judged
from tresen.adapters.simulation.people import Anew, People
from tresen.adapters.simulation.player import Player
from tresen.adapters.simulation.refusals import asked_again
from tresen.adapters.simulation.script import AccountSpec, Script
from tresen.adapters.simulation.steps.edits import CreateThere, DeleteThere, EnterAnew
from tresen.adapters.simulation.steps.runs import Sync
from tresen.adapters.simulation.steps.step import Step
from tresen.adapters.simulation.task import Applied, Task
from tresen.adapters.simulation.trail import Trail
from tresen.adapters.simulation.unsettled import Unsettled
from tresen.adapters.simulation.vanished import still_due, vanished
from tresen.application.sync.records.kinds import LEAD, MEMBER
from tresen.domain.shared.contact import EmailAddress
from tresen.domain.shared.ids import AccountId, LeadId, PushId, RunId, TenantId
from tresen.domain.sync.conflict import PAIRING, ConflictState
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.push import Push, PushState
from tresen.domain.sync.run import EDIT, PUSH, UNDO, Counts, Run, RunState
from tresen.domain.sync.schema import Value
from tresen.domain.tenancy.tenant import Tenant

ADA = (LEAD, "1001")


# -- records that were given up --------------------------------------------------------------------------------------


def ended(unsettled: Unsettled, trail: Trail, *, completed: bool = True) -> list[str]:
    return [broken.rule for broken in unsettled.end(trail, completed=completed)]


def given_up() -> Unsettled:
    unsettled, trail = Unsettled(), Trail()
    unsettled.begin("leads")
    trail.show(LEAD, ["1001"])
    unsettled.note([ADA], trail)
    assert ended(unsettled, trail) == []
    unsettled.begin("leads")
    return unsettled


def test_a_record_that_was_given_up_must_be_looked_at_by_the_next_run_that_completes() -> None:
    unsettled = given_up()
    assert ended(unsettled, Trail(), completed=False) == []
    unsettled.begin("leads")
    assert ended(unsettled, Trail()) == ["comes-back"]


def test_a_run_of_other_kinds_has_nothing_to_do_with_it() -> None:
    unsettled = given_up()
    unsettled.begin("members")
    assert ended(unsettled, Trail()) == []


@pytest.mark.parametrize("way", ["shown", "listed", "asked"])
def test_it_is_looked_at_when_it_is_shown_lacks_in_a_listing_or_is_asked_for(way: str) -> None:
    unsettled, trail = given_up(), Trail()
    if way == "shown":
        trail.show(LEAD, ["1001"])
    elif way == "listed":
        trail.list(LEAD)
    else:
        trail.ask(*ADA)
    assert ended(unsettled, trail) == []
    unsettled.begin("leads")
    # Asked for without an answer, it is still owed.
    assert ended(unsettled, Trail()) == (["comes-back"] if way == "asked" else [])


def test_a_listing_of_another_kind_shows_nothing() -> None:
    unsettled, trail = given_up(), Trail()
    trail.list(MEMBER)
    assert ended(unsettled, trail) == ["comes-back"]


def test_what_a_person_settles_is_owed_no_more() -> None:
    unsettled = given_up()
    unsettled.forget(ADA)
    unsettled.begin("leads")
    assert ended(unsettled, Trail()) == []


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def room() -> Room:
    store = MemoryStore(FixedClock())
    gym = TenantId(UUID(int=1))
    store.add_room(Tenant(id=gym, slug="gym", name="Gym", region="DE", created_at=NOON))
    return store.room(gym)


def push(
    number: int, values: Mapping[str, Value], expected: Mapping[str, Value], *, key: str | None = "1001", who: int = 7
) -> Push:
    return Push(
        id=PushId(UUID(int=number)),
        tenant_id=TenantId(UUID(int=1)),
        account_id=AccountId(UUID(int=2)),
        kind=LEAD,
        external_id=key,
        local_id=UUID(int=who),
        values=values,
        expected=expected,
        run_id=RunId(UUID(int=3)),
        created_at=NOON,
        updated_at=NOON,
    )


def again(room: Room, refused: Push, new: Push, state: PushState = PushState.REFUSED) -> list[str]:
    refused.end(state, now=NOON)
    for each in (refused, new):
        room.pushes.put(each.id, each)
    return [broken.rule for broken in asked_again(room, [new])]


def test_the_same_value_over_the_same_value_is_not_asked_again(room: Room) -> None:
    bad = push(1, {"status": "frozen"}, {"status": "new"})
    more = push(2, {"status": "frozen", "notes": "x"}, {"status": "new", "notes": None})
    assert again(room, bad, more) == ["refusals"]


def test_a_part_of_what_was_refused_may_be_asked(room: Room) -> None:
    bad = push(1, {"status": "frozen", "notes": "x"}, {"status": "new", "notes": None})
    assert again(room, bad, push(2, {"notes": "x"}, {"notes": None})) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"status": "won"}, {"status": "new"}),
        ({"status": "frozen"}, {"status": "lost"}),
        ({"notes": "x"}, {"notes": None}),
    ],
)
def test_another_question_may_be_asked(room: Room, values: dict[str, Value], expected: dict[str, Value]) -> None:
    bad = push(1, {"status": "frozen"}, {"status": "new"})
    assert again(room, bad, push(2, values, expected)) == []


def test_only_refusals_count(room: Room) -> None:
    value, was = {"status": "frozen"}, {"status": "new"}
    assert again(room, push(1, value, was), push(2, value, was), PushState.DROPPED) == []


def run_of(room: Room, kind: str) -> None:
    """The run of every push."""
    run = Run(
        id=RunId(UUID(int=3)),
        tenant_id=TenantId(UUID(int=1)),
        account_id=AccountId(UUID(int=2)),
        kind=kind,
        forced=True,
        started_at=NOON,
    )
    room.runs.put(run.id, run)


@pytest.mark.parametrize(("kind", "broken"), [(UNDO, []), (EDIT, []), (PUSH, ["refusals"]), ("leads", ["refusals"])])
def test_the_parts_of_what_a_person_decided_are_that_persons(room: Room, kind: str, broken: list[str]) -> None:
    run_of(room, kind)
    value, was = {"status": "frozen"}, {"status": "new"}
    assert again(room, push(1, value, was), push(2, value, was)) == broken


@pytest.mark.parametrize(("kind", "broken"), [(PUSH, []), ("leads", ["refusals"])])
def test_somebody_may_have_made_at_the_counter_what_was_refused(room: Room, kind: str, broken: list[str]) -> None:
    run_of(room, kind)
    bad = push(1, {"status": "frozen"}, {}, key=None)
    assert again(room, bad, push(2, {"status": "frozen"}, {}, key=None)) == broken


def test_a_record_that_was_not_made_is_not_to_be_made_again_as_it_was(room: Room) -> None:
    bad = push(1, {"status": "frozen"}, {}, key=None)
    assert again(room, bad, push(2, {"status": "frozen"}, {}, key=None)) == ["refusals"]
    assert again(room, bad, push(3, {"status": "won"}, {}, key=None)) == []
    assert again(room, bad, push(4, {"status": "frozen"}, {}, key=None, who=8)) == []


# -- runs --------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def player() -> Player:
    """An account of three leads, in step."""
    steps: list[Step] = [CreateThere(account=0, kind=LEAD, who=who, values={"last_name": who}) for who in "ABC"]
    player = Player(
        Script(accounts=(AccountSpec(),), courses=("leads",), steps=(*steps, *[Sync(account=0, course="leads")] * 2))
    )
    await player.play()
    player.world.gyms[0].programme.begin(player.world.units.process)
    return player


def of(player: Player) -> Before:
    return before(player.world, 0, "leads", disturbed=0)


def rules(
    player: Player, was: Before, *, state: RunState = RunState.COMPLETED, counts: Counts | None = None
) -> set[str]:
    run = Run(
        id=RunId(UUID(int=1)),
        tenant_id=player.world.tenants[0].id,
        account_id=player.world.account_ids[0],
        kind="leads",
        state=state,
        counts=counts or Counts(),
        started_at=NOON,
    )
    task = Task(account=0, course="leads", plan=None, policies={}, shared={})
    return {broken.rule for broken in judged(player.world, was, run, task)}


async def test_a_quiet_run_breaks_nothing(player: Player) -> None:
    assert rules(player, of(player)) == set()


async def test_where_nothing_is_due_nothing_is_looked_at_singly(player: Player) -> None:
    was = of(player)
    assert was.allowed.looks == 0
    player.world.gyms[0].programme.trail.ask(*ADA)
    assert rules(player, was) == {"calls"}
    player.world.gyms[0].programme.hit.append("short@leads")
    assert rules(player, was) == set()


@pytest.mark.parametrize(("disturbed", "times"), [(0, 0), (1, 1), (2, 2), (9, 2)])
async def test_a_listing_is_repeated_only_where_somebody_did_something_meanwhile(
    player: Player, disturbed: int, times: int
) -> None:
    was, programme = before(player.world, 0, "leads", disturbed=disturbed), player.world.gyms[0].programme
    moved = 2 * disturbed
    programme.made = was.allowed.calls + moved + times * was.allowed.listing
    assert rules(player, was) == set()
    programme.made += 1
    assert rules(player, was) == {"calls"}


async def test_there_is_reason_to_ask_for_what_is_due_edited_or_gone(player: Player) -> None:
    room, gym = player.world.room(0), player.world.gyms[0]
    due = (player.world.account_ids[0], LEAD, "1001")
    room.due.put(due, (*due, 1))
    gym.shelf(LEAD).remove("1002")
    assert of(player).allowed.looks == 2


async def test_what_a_plan_that_was_held_takes_for_gone_is_asked_for_once(player: Player) -> None:
    plan = Applied(accepted=True, unlisted=frozenset({ADA, (MEMBER, "1001")}))
    was, trail = before(player.world, 0, "leads", disturbed=0, plan=plan), player.world.gyms[0].programme.trail
    trail.ask(*ADA)
    assert rules(player, was) == set()
    trail.ask(*ADA)
    assert rules(player, was) == {"calls"}


async def test_a_walk_that_broke_off_counts_for_nothing(player: Player) -> None:
    gym, room = player.world.gyms[0], player.world.room(0)
    was, key = of(player), (player.world.account_ids[0], LEAD)
    gym.programme.trail.broken.add(LEAD)
    assert rules(player, was, state=RunState.FAILED) == set()
    assert rules(player, was) == {"walks"}
    state = room.sync_states.find(key)
    assert state is not None
    room.sync_states.put(key, attrs.evolve(state, cursor="further"))
    assert rules(player, was, state=RunState.FAILED) == {"walks"}


async def test_refused_credentials_are_used_no_more(player: Player) -> None:
    programme, account = player.world.gyms[0].programme, player.world.account(0)
    programme.refusals = 1
    assert rules(player, of(player), state=RunState.FAILED) == {"credentials"}
    account.block("refused", now=NOON)
    assert rules(player, attrs.evolve(of(player), callable=True), state=RunState.FAILED) == set()
    programme.refusals = 2
    assert rules(player, attrs.evolve(of(player), callable=True), state=RunState.FAILED) == {"credentials"}
    programme.refusals, programme.made = 0, 1
    assert rules(player, of(player), state=RunState.FAILED) == {"credentials"}


async def test_books_say_what_was_made_and_deleted(player: Player) -> None:
    assert rules(player, of(player), counts=Counts(created=1)) == {"counts"}
    assert rules(player, of(player), counts=Counts(deleted=1)) == {"counts"}
    assert rules(player, of(player), counts=Counts(refused=1)) == {"counts"}
    assert rules(player, of(player), counts=Counts(unchanged=3)) == set()


# -- at rest -----------------------------------------------------------------------------------------------------------


async def test_what_nobody_deleted_must_be_where_it_was_made(player: Player) -> None:
    people: People = player.people
    assert list(vanished(player.world, people.origins)) == []
    player.world.gyms[0].shelf(LEAD).remove("1001")
    assert [broken.rule for broken in vanished(player.world, people.origins)] == ["vanished"]
    people.act(player.world, DeleteThere(account=0, kind=LEAD, who="B"))
    assert len(list(vanished(player.world, people.origins))) == 1


def entered_anew(player: Player) -> Anew:
    """B was lost at the gym, is entered there again, and is here twice after that."""
    world, room = player.world, player.world.room(0)
    (link,) = (link for link in room.sync_records.rows() if link.external_id == "1002")
    ours = room.leads.find(link.local_id)
    assert ours is not None
    room.leads.put(ours.id, attrs.evolve(ours, email=EmailAddress("b@example.org")))
    player.people.act(world, DeleteThere(account=0, kind=LEAD, who="B"))
    player.people.act(world, EnterAnew(account=0, kind=LEAD, who="B", values={"last_name": "B"}))
    (anew,) = player.people.origins.anew
    assert list(unasked(world, player.people.origins)) == []
    made = attrs.evolve(ours, id=LeadId(world.ids.new()), email=EmailAddress("B@Example.org"))
    room.leads.put(made.id, made)
    tied = attrs.evolve(link, external_id=anew.made, local_id=made.id)
    room.sync_records.put((tied.account_id, LEAD, anew.made), tied)
    return anew


async def test_of_who_was_lost_and_is_entered_anew_a_person_must_have_been_asked(player: Player) -> None:
    entered_anew(player)
    assert [broken.rule for broken in unasked(player.world, player.people.origins)] == ["asked-anew"]
    player.people.origins.undone.add(0)
    assert list(unasked(player.world, player.people.origins)) == []


@pytest.mark.parametrize(
    ("is_new", "field", "state", "counts"),
    [
        (True, PAIRING, ConflictState.OPEN, True),
        (True, PAIRING, ConflictState.RESOLVED, True),
        (True, "email", ConflictState.OPEN, False),
        (False, WHOLE, ConflictState.OPEN, True),
        (False, WHOLE, ConflictState.SETTLED, False),
        (False, PAIRING, ConflictState.OPEN, False),
    ],
)
async def test_they_were_asked_which_it_is_or_are_asked_what_becomes_of_the_lost_one(
    player: Player, is_new: bool, field: str, state: ConflictState, counts: bool
) -> None:
    anew, account = entered_anew(player), player.world.account(0)
    asked = a_conflict(account, anew.made if is_new else anew.lost, field, kind=LEAD, state=state)
    player.world.room(0).conflicts.put(asked.id, asked)
    assert (list(unasked(player.world, player.people.origins)) == []) is counts


async def test_who_has_another_address_by_now_is_not_looked_at(player: Player) -> None:
    entered_anew(player)
    leads = player.world.room(0).leads
    for lead in [lead for lead in leads.rows() if lead.email is not None]:
        leads.put(lead.id, attrs.evolve(lead, email=EmailAddress(f"{lead.id}@example.org")))
    assert list(unasked(player.world, player.people.origins)) == []


async def test_nothing_may_be_due_at_rest(player: Player) -> None:
    assert list(still_due(player.world, ("leads",))) == []
    due = (player.world.account_ids[0], LEAD, "1001")
    player.world.room(0).due.put(due, (*due, 1))
    assert [broken.rule for broken in still_due(player.world, ("leads",))] == ["due"]
    assert list(still_due(player.world, ("members",))) == []
