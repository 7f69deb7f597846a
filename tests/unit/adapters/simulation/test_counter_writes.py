"""People who have something done at the provider through Tresen: done, left to the staff, or in doubt; and it is seen
when it is not kept.
"""

from collections.abc import Callable

import attrs
import pytest

from tresen.adapters.memory.clock import NOON
from tresen.adapters.simulation.asked_twice import asked_twice
from tresen.adapters.simulation.draw import draw
from tresen.adapters.simulation.kept_writes import KeptWrite
from tresen.adapters.simulation.player import Player
from tresen.adapters.simulation.rows import rows_of
from tresen.adapters.simulation.script import AccountSpec, Script
from tresen.adapters.simulation.settling import Settling
from tresen.adapters.simulation.simulate import simulate
from tresen.adapters.simulation.steps.counter import (
    AtCounter,
    CancelMembership,
    ConvertLead,
    EnterLead,
    UpdateLead,
    UpdateMembership,
)
from tresen.adapters.simulation.steps.decisions import Resolve
from tresen.adapters.simulation.steps.edits import CreateHere, CreateThere, DeleteThere, EditAtCounter, EditThere
from tresen.adapters.simulation.steps.runs import Calling, Fault, Meanwhile, Sync
from tresen.adapters.simulation.steps.settings import PassTime, SetWrites
from tresen.adapters.simulation.steps.step import Step
from tresen.application.leads.update_lead import UpdatedLead
from tresen.application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from tresen.domain.staff.task import TaskState
from tresen.domain.sync.schema import Value

LEADS, MEMBERS, LATER = Sync(account=0, course="leads"), Sync(account=0, course="members"), PassTime(minutes=30)
MADE: list[Step] = [
    CreateThere(account=0, kind=LEAD, who="L", values={"email": "l@example.org", "status": "new"}),
    CreateThere(account=0, kind=MEMBER, who="M", values={"email": "m@example.org"}),
    CreateThere(
        account=0, kind=MEMBERSHIP, who="S", values={"member": "M", "starts_on": "2026-01-01", "flagged_active": True}
    ),
    LEADS,
    MEMBERS,
    LATER,
]
ENTERED = EnterLead(account=0, who="E", values={"last_name": "New", "email": "e@example.org", "message": "hello"})
UPDATED = UpdateLead(account=0, who="L", values={"status": "qualified", "notes": "call back"})
CONVERTED = ConvertLead(account=0, who="L")
CANCELLED = CancelMembership(account=0, who="S")
CHANGED = UpdateMembership(account=0, who="S", status="paused", monthly_price="19.50")
ALL: list[AtCounter] = [ENTERED, UPDATED, CONVERTED, CANCELLED, CHANGED]
NO_ANSWER = tuple(Fault(at=0, what="timeout-after-commit", call=call) for call in ("create", "push"))


async def played(*steps: Step, spec: AccountSpec | None = None) -> Player:
    script = Script(accounts=(spec or AccountSpec(),), courses=("members", "leads"), steps=(*MADE, *steps))
    player = Player(script)
    await player.play()
    assert player.broken == []
    return player


async def settled(player: Player) -> Player:
    await Settling(player)()
    assert player.broken == []
    return player


def told(player: Player) -> list[str]:
    """What came of each of them."""
    words = tuple(type(step).__name__ for step in ALL)
    return [line.partition("; ")[0].partition(": ")[2] for line in player.log if line.startswith(words)]


def there(player: Player, kind: str, who: str) -> list[dict[str, Value]]:
    tag = "name" if kind == MEMBERSHIP else "first_name"
    return [entry.values for entry in player.world.gyms[0].shelf(kind).entries() if entry.values[tag] == who]


def open_tasks(player: Player) -> list[str]:
    return [task.operation for task in player.world.room(0).tasks.rows() if task.state is TaskState.OPEN]


# -- they are done -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ALL)
async def test_it_is_done_at_the_provider_and_here_at_once(step: AtCounter) -> None:
    player = await played(step)
    assert (told(player), open_tasks(player)) == (["done"], [])
    room = player.world.room(0)
    if isinstance(step, EnterLead):
        assert [lead.message for lead in room.leads.rows() if lead.first_name == "E"] == ["hello"]
        assert len(there(player, LEAD, "E")) == 1
    elif isinstance(step, UpdateLead):
        (lead,), (theirs,) = room.leads.rows(), there(player, LEAD, "L")
        assert (lead.stage.value, lead.notes) == (theirs["status"], theirs["notes"]) == ("qualified", "call back")
    elif isinstance(step, ConvertLead):
        (sold,) = there(player, MEMBERSHIP, "Gold")
        assert sold["flagged_active"] is True
        assert sorted(member.first_name for member in room.members.rows()) == ["L", "M"]
    else:
        (ours,), (theirs,) = room.memberships.rows(), there(player, MEMBERSHIP, "S")
        paused = isinstance(step, UpdateMembership)
        assert (theirs["on_hold"] is True, theirs["flagged_active"]) == (paused, paused)
        assert ours.status.value == ("paused" if paused else "cancelled")
    await settled(player)


@pytest.mark.parametrize("step", ALL)
@pytest.mark.parametrize("what", ["lost", "timeout-after-commit", "429", "5xx", "rejected"])
async def test_what_the_provider_does_not_answer_is_left_to_the_staff(step: AtCounter, what: str) -> None:
    faults = tuple(attrs.evolve(fault, what=what) for fault in NO_ANSWER)
    player = await played(attrs.evolve(step, faults=faults))
    assert told(player) == [f"a task: {'rejected' if what == 'rejected' else 'outcome_unknown'}"]
    assert len(open_tasks(player)) == 1
    await settled(player)


@pytest.mark.parametrize("step", ALL)
@pytest.mark.parametrize("crash", range(2, 30, 5))
async def test_the_process_may_die_at_any_call_and_whoever_does_it_again_makes_nothing_twice(
    step: AtCounter, crash: int
) -> None:
    # Whom a first try may have entered is only looked for, until a sync looked through everything there.
    then = (attrs.evolve(LEADS, whole=True), step) if isinstance(step, EnterLead) else ()
    player = await settled(await played(attrs.evolve(step, crash=crash), step, *then))
    assert told(player)[0] in {"killed", "done"}
    assert len(there(player, LEAD, "E")) == isinstance(step, EnterLead)


@pytest.mark.parametrize("step", ALL)
@pytest.mark.parametrize("at", range(2))
async def test_a_run_comes_in_the_middle_and_so_it_may_be_in_the_middle_of_a_run(step: AtCounter, at: int) -> None:
    run = MEMBERS if step.kind == MEMBERSHIP else LEADS
    within = attrs.evolve(step, overtaken=(Meanwhile(at=at, step=run),))
    assert len(told(await settled(await played(within)))) == 1
    within = attrs.evolve(step, meanwhile=(Meanwhile(at=at, step=run),))
    assert len(told(await settled(await played(within)))) == 1
    outer = attrs.evolve(run, whole=True, meanwhile=(Meanwhile(at=at, step=step),))
    await settled(await played(outer))


async def test_a_run_does_not_come_in_the_middle_of_another_one() -> None:
    within = attrs.evolve(UPDATED, meanwhile=(Meanwhile(at=0, step=LEADS),))
    player = await played(attrs.evolve(LEADS, meanwhile=(Meanwhile(at=0, step=within),)))
    assert "another run is under way" in player.log


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (attrs.evolve(UPDATED, behind=1), "refused: stale_version"),
        (attrs.evolve(UPDATED, values={"status": "won"}), "refused: invalid_value"),
        (attrs.evolve(UPDATED, values={"status": "converted"}), "refused: illegal_transition"),
        (attrs.evolve(UPDATED, values={}), "refused: invalid_value"),
        (attrs.evolve(ENTERED, values={"email": "no address"}), "refused: invalid_value"),
        (attrs.evolve(CHANGED, status=None, monthly_price=None), "refused: invalid_value"),
        (attrs.evolve(CANCELLED, who="nobody"), "there is nobody"),
    ],
)
async def test_one_that_is_refused_changes_nothing(step: AtCounter, why: str) -> None:
    player = await played(step)
    assert (told(player), open_tasks(player)) == ([why], [])


async def test_where_nothing_may_be_written_all_is_left_to_the_staff() -> None:
    player = await played(SetWrites(account=0, on=False), *ALL)
    assert told(player) == ["a task: writes_disabled"] * len(ALL)
    await settled(player)


async def test_who_is_entered_again_after_a_lost_answer_is_one_lead() -> None:
    player = await settled(await played(attrs.evolve(ENTERED, faults=NO_ANSWER), ENTERED))
    assert len(there(player, LEAD, "E")) == 1
    assert len([lead for lead in player.world.room(0).leads.rows() if lead.first_name == "E"]) == 1


async def test_who_is_entered_in_the_middle_of_being_entered_waits_for_that() -> None:
    within = Meanwhile(at=0, step=attrs.evolve(ENTERED, values={**ENTERED.values, "message": "again"}))
    player = await settled(await played(attrs.evolve(ENTERED, meanwhile=(within,))))
    assert told(player) == ["done", "done"]
    assert [lead.message for lead in player.world.room(0).leads.rows() if lead.first_name == "E"] == ["hello\nagain"]


async def test_who_said_the_same_twice_is_on_one_list_of_the_staff() -> None:
    again = attrs.evolve(ENTERED, values={**ENTERED.values, "last_name": "Other"})
    player = await settled(await played(ENTERED, again, again))
    assert (told(player), len(open_tasks(player))) == (["done", *["a task: undecided"] * 2], 1)


@pytest.mark.parametrize("choice", ["theirs", "ours"])
async def test_a_person_may_say_that_the_one_who_was_made_there_is_another_one(choice: str) -> None:
    here = CreateHere(tenant=0, kind=LEAD, who="E", values={"email": "e@example.org"})
    steps = [here, attrs.evolve(ENTERED, crash=10), LEADS, Resolve(account=0, kind=LEAD, choice=choice)]
    player = await settled(await played(*steps))
    ours = [lead for lead in player.world.room(0).leads.rows() if lead.first_name == "E"]
    assert len(ours) == (3 if choice == "theirs" else 2)


@pytest.mark.parametrize("crash", [7, 8, 9, 10])
async def test_a_run_joins_who_was_known_with_whom_somebody_died_over(crash: int) -> None:
    again = attrs.evolve(ENTERED, values={**ENTERED.values, "message": "again"}, crash=crash)
    player = await settled(await played(ENTERED, again, LATER, attrs.evolve(LEADS, whole=True)))
    assert told(player) == ["done", "killed"]
    assert len([lead for lead in player.world.room(0).leads.rows() if lead.first_name == "E"]) == 1


async def test_somebody_wants_it_otherwise_in_the_middle() -> None:
    otherwise = EditAtCounter(tenant=0, kind=LEAD, who="E", values={"message": "bye"})
    await settled(await played(attrs.evolve(ENTERED, meanwhile=(Meanwhile(at=0, step=otherwise),))))


# -- scripts -----------------------------------------------------------------------------------------------------------


def test_all_of_them_are_drawn_with_what_they_run_into_and_with_runs_in_their_middle() -> None:
    steps = [step for seed in range(60) for step in draw(seed).steps if isinstance(step, AtCounter)]
    assert {type(step) for step in steps} == {type(step) for step in ALL}
    assert {fault.what for step in steps for fault in step.faults} >= {"lost", "timeout-after-commit", "429", "5xx"}
    assert any(step.crash is not None for step in steps)
    assert any(isinstance(each.step, Sync) for step in steps for each in (*step.meanwhile, *step.overtaken))
    runs = [step for seed in range(60) for step in draw(seed).steps if isinstance(step, Sync)]
    assert any(isinstance(each.step, AtCounter) for run in runs for each in (*run.meanwhile, *run.overtaken))


def test_without_failures_they_run_into_none() -> None:
    steps = [step for seed in range(20) for step in draw(seed, faults=()).steps if isinstance(step, Calling)]
    assert steps
    assert not any(step.faults or step.meanwhile or step.overtaken or step.crash for step in steps)


async def test_the_same_script_leaves_the_same_bytes() -> None:
    script = Script(accounts=(AccountSpec(),), courses=("members", "leads"), steps=(*MADE, *ALL))
    assert (await simulate(script)).digest == (await simulate(script)).digest
    other = attrs.evolve(script, steps=(*MADE, *ALL[:-1]))
    assert (await simulate(script)).digest != (await simulate(other)).digest


# -- and it is seen when they are not kept -----------------------------------------------------------------------------


def rules(player: Player) -> list[str]:
    return sorted({broken.rule for broken in player.broken})


async def wrong(step: AtCounter, spoil: Callable[[Player], None], *, calls: int = 2, answer: str = "done") -> list[str]:
    """What is not as it should be when something else happened than was told."""
    player = await played()
    before = rows_of(player.world.room(0))
    await player._step(0, step)
    spoil(player)
    lead = next(iter(player.world.room(0).leads.rows()))
    task = next((task for task in player.world.room(0).tasks.rows()), None)
    kept = KeptWrite(
        world=player.world,
        number=0,
        step=step,
        answer=None if answer in {"killed", "refused"} else UpdatedLead(lead, (), task if answer == "task" else None),
        told=answer,
        calls=["update_lead"] * calls,
        wrote=1,
        before=before,
        tasks=(),
    )
    return list(kept.wrong())


def nothing(player: Player) -> None:
    """It is as it should be."""


def forget_notes(player: Player) -> None:
    for lead in player.world.room(0).leads.rows():
        lead.notes = None
    for entry in player.world.gyms[0].shelf(LEAD).entries():
        entry.values["notes"] = None
    lines = player.world.room(0).changes
    for key in [key for key, line in lines.items() if line.field == "notes"]:
        lines.remove(key)


def forget_tasks(player: Player) -> None:
    for task in player.world.room(0).tasks.rows():
        if task.state is TaskState.OPEN:
            task.complete(by="nobody", now=NOON)


def forget_what_is_asked(player: Player) -> None:
    forget_notes(player)
    for task in player.world.room(0).tasks.rows():
        task.details = {**task.details, "notes": None}


LOST = attrs.evolve(UPDATED, faults=NO_ANSWER[1:])


@pytest.mark.parametrize(
    ("step", "spoil", "answer", "seen"),
    [
        (UPDATED, nothing, "done", None),
        (UPDATED, forget_notes, "done", "'call back' is its notes neither here nor there"),
        (LOST, nothing, "task", None),
        (LOST, forget_tasks, "task", "no task is open"),
        (LOST, forget_what_is_asked, "task", "the task does not say 'call back' as its notes"),
        (LOST, nothing, "done", "is done, and a task says that nobody knows"),
        (UPDATED, nothing, "refused", "wrote at the provider, and no task asks anybody to look"),
        (CONVERTED, nothing, "killed", None),
        (attrs.evolve(CONVERTED, faults=NO_ANSWER), forget_tasks, "killed", "nothing is sold, and no task"),
    ],
)
async def test_it_is_seen_when_one_is_not_kept(
    step: AtCounter, spoil: Callable[[Player], None], answer: str, seen: str | None
) -> None:
    found = await wrong(step, spoil, answer=answer)
    assert [each for each in found if seen is not None and seen in each] == found
    assert bool(found) == (seen is not None)


async def test_it_is_seen_when_more_is_called_than_a_look_and_a_write() -> None:
    (seen,) = await wrong(UPDATED, nothing, calls=3)
    assert "made 3 calls, and 2 are enough" in seen


@pytest.mark.parametrize("status", ["active", "paused"])
async def test_a_second_look_is_one_too_many(status: str) -> None:
    step = attrs.evolve(CHANGED, status=status, monthly_price=None)
    for calls, expected in ((2, []), (3, ["made 3 calls, and 2 are enough"])):
        found = [each for each in await wrong(step, nothing, calls=calls) if each.startswith("made")]
        assert [each.partition(":")[0] for each in found] == expected


async def test_it_is_seen_when_one_that_is_refused_wrote_something_here() -> None:
    player = await played()
    room = player.world.room(0)
    before = rows_of(room)
    room.marks.put(("a", "b"), NOON)
    kept = KeptWrite(
        world=player.world,
        number=0,
        step=UPDATED,
        answer=None,
        told="refused: invalid_value",
        calls=(),
        wrote=0,
        before=before,
        tasks=(),
    )
    assert list(kept.wrong()) == ["was refused: invalid_value, and wrote tenant-0 marks"]


async def test_it_is_seen_when_what_stood_at_the_provider_is_told_nowhere() -> None:
    there = EditThere(account=0, kind=LEAD, who="L", values={"notes": "theirs"})
    player = await settled(await played(there, UPDATED))
    lines = player.world.room(0).changes
    player.witness.owed[0, LEAD, "1001", "notes", "theirs"] = None
    for key in [key for key, line in lines.items() if "theirs" in {line.base, line.ours, line.theirs}]:
        lines.remove(key)
    player.witness.pay()
    assert rules(player) == ["no-loss"]


@pytest.mark.parametrize("is_linked", [True, False])
async def test_it_is_seen_when_ours_is_written_over_without_a_line(is_linked: bool) -> None:
    player = await played()
    room = player.world.room(0)
    ((key, lead),) = room.leads.items()
    if not is_linked:
        room.sync_records.remove((player.world.account_ids[0], LEAD, "1001"))
    with player.writes._watched(0, UPDATED) as task:
        player.witness._told(LEAD, key, attrs.evolve(lead, notes="ours"), lead, [], task)
    assert rules(player) == (["no-loss"] if is_linked else [])


@pytest.mark.parametrize("is_asked", [True, False])
async def test_it_is_seen_when_somebody_is_there_twice_and_nobody_is_asked(is_asked: bool) -> None:
    player = await played(attrs.evolve(ENTERED, faults=NO_ANSWER))
    shelf, room = player.world.gyms[0].shelf(LEAD), player.world.room(0)
    (double,) = there(player, LEAD, "E")
    shelf.add(double)
    if not is_asked:
        forget_tasks(player)
    found = [broken.rule for broken in asked_twice(player.world, player.people.origins)]
    assert found == ([] if is_asked else ["no-double"])
    lead = next(lead for lead in room.leads.rows() if lead.first_name == "E")
    for _ in range(2):
        room.leads.put(player.world.ids.new(), attrs.evolve(lead))
    found = [broken.rule for broken in asked_twice(player.world, player.people.origins)]
    assert found == (["no-double"] if is_asked else ["no-double"] * 2)


async def test_it_is_seen_when_one_who_was_entered_is_gone_and_when_something_is_sold_twice() -> None:
    player = await played(ENTERED, CONVERTED)
    assert list(asked_twice(player.world, player.people.origins)) == []
    room = player.world.room(0)
    for key in [key for key, lead in room.leads.items() if lead.first_name == "E"]:
        room.leads.remove(key)
    player.world.gyms[0].shelf(MEMBERSHIP).add(there(player, MEMBERSHIP, "Gold")[0])
    assert [broken.rule for broken in asked_twice(player.world, player.people.origins)] == ["vanished", "no-double"]
    player.people.act(player.world, DeleteThere(account=0, kind=LEAD, who="E"))
    assert [broken.rule for broken in asked_twice(player.world, player.people.origins)] == ["no-double"]


@pytest.mark.parametrize(
    ("edits", "meant"),
    [
        ([{"email": "new@example.org"}], 1),
        ([{"last_name": "Other"}], 1),
        ([{"email": "new@example.org", "last_name": "Other"}], 2),
        ([{"email": "new@example.org"}, {"last_name": "Other"}], 2),
    ],
)
async def test_who_has_another_address_and_name_there_before_anybody_looks_is_somebody_else(
    edits: list[dict[str, Value]], meant: int
) -> None:
    entered = attrs.evolve(ENTERED, faults=NO_ANSWER)
    steps = [EditThere(account=0, kind=LEAD, who="E", values=values) for values in edits]
    player = await settled(await played(entered, *steps))
    assert player.people.origins.count((0, LEAD, "E")) == meant
    assert len([lead for lead in player.world.room(0).leads.rows() if lead.first_name == "E"]) == meant


async def test_whom_somebody_here_knows_is_nobody_else_whatever_is_edited_there() -> None:
    edited = EditThere(account=0, kind=LEAD, who="E", values={"email": "new@example.org", "last_name": "Other"})
    player = await settled(await played(ENTERED, LEADS, edited))
    assert player.people.origins.count((0, LEAD, "E")) == 1
