"""People who edit through Tresen: between runs and in them, refused or kept as a whole, and as it was told to them."""

from collections.abc import Callable

import attrs
import pytest

from tresen.adapters.memory.clock import NOON
from tresen.adapters.memory.store import Room
from tresen.adapters.simulation.kept_edits import KeptEdit
from tresen.adapters.simulation.player import Player
from tresen.adapters.simulation.script import AccountSpec, Script
from tresen.adapters.simulation.settling import Settling
from tresen.adapters.simulation.steps.decisions import UndoChange
from tresen.adapters.simulation.steps.edits import (
    CreateHere,
    CreateThere,
    DeleteHere,
    DeleteThere,
    EditAtCounter,
    EditHere,
    EditThere,
    Garble,
)
from tresen.adapters.simulation.steps.runs import Fault, Meanwhile, Sync
from tresen.adapters.simulation.steps.settings import PassTime, SetPolicy, SetWrites
from tresen.adapters.simulation.steps.step import Step
from tresen.application.sync.desk import SyncDesk
from tresen.application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from tresen.domain.shared.ids import TenantId
from tresen.domain.staff.task import TaskState
from tresen.domain.sync.edit_fate import Fate
from tresen.domain.sync.journal import LOCAL_EDIT
from tresen.domain.sync.push import PushState
from tresen.domain.sync.schema import Value

SYNC, LATER = Sync(account=0, course="members"), PassTime(minutes=30)
MADE: list[Step] = [
    CreateThere(account=0, kind=MEMBER, who="A", values={"last_name": "Old", "email": "a@example.org"}),
    SYNC,
    LATER,
]
OFF = SetWrites(account=0, on=False)


def edit(behind: int | None = None, **values: Value) -> EditAtCounter:
    return EditAtCounter(tenant=0, kind=MEMBER, who="A", values=values, behind=behind)


def there(**values: Value) -> EditThere:
    return EditThere(account=0, kind=MEMBER, who="A", values=values)


async def played(*steps: Step, spec: AccountSpec | None = None) -> Player:
    courses = ("members", "leads")
    player = Player(Script(accounts=(spec or AccountSpec(),), courses=courses, steps=(*MADE, *steps)))
    await player.play()
    assert player.broken == []
    return player


async def settled(player: Player) -> Player:
    await Settling(player)()
    assert player.broken == []
    return player


def cities(player: Player) -> tuple[Value, Value]:
    """Ours and the provider's."""
    (ours,) = [member.city for member in player.world.room(0).members.rows()]
    (theirs,) = [entry.values["city"] for entry in player.world.gyms[0].shelf(MEMBER).entries()]
    return ours, theirs


def tasks(player: Player) -> list[tuple[TaskState, str | None]]:
    return [(task.state, task.details.get("city")) for task in player.world.room(0).tasks.rows()]


def edits(player: Player) -> list[str]:
    return [line for line in player.log if line.startswith("EditAtCounter")]


# -- they are done -----------------------------------------------------------------------------------------------------


async def test_an_edit_is_journalled_and_on_its_way_and_the_next_run_brings_it_there() -> None:
    player = await played(edit(city="Ulm"))
    assert (edits(player), cities(player)) == (["EditAtCounter: done"], ("Ulm", None))
    (line,) = [line for line in player.world.room(0).changes.rows() if line.rule == LOCAL_EDIT]
    (push,) = player.world.room(0).pushes.rows()
    assert (line.value, push.state, dict(push.values)) == ("Ulm", PushState.WAITING, {"city": "Ulm"})
    assert cities(await settled(await played(edit(city="Ulm"), SYNC))) == ("Ulm", "Ulm")


async def test_what_the_provider_does_not_take_is_with_the_staff_and_not_changed_here() -> None:
    player = await played(OFF, edit(city="Ulm"))
    assert (cities(player), tasks(player)) == ((None, None), [(TaskState.OPEN, "Ulm")])
    await settled(player)


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (edit(behind=1, city="Ulm"), "stale_version"),
        (edit(city="Ulm", email="no address"), "invalid_value"),
        (edit(city="Ulm", born_on="2999-01-01"), "invalid_value"),
        (edit(city="Ulm", born_on="tomorrow"), "invalid_value"),
        (edit(city="Ulm", first_name="", last_name=""), "invalid_value"),
        (edit(city="Ulm", status="paused"), "invalid_value"),
        (edit(), "invalid_value"),
    ],
)
async def test_one_that_is_refused_changes_nothing(step: EditAtCounter, why: str) -> None:
    player = await played(step)
    assert (edits(player), cities(player)) == ([f"EditAtCounter: refused: {why}"], (None, None))
    assert not list(player.world.room(0).pushes.rows())


async def test_nobody_edits_memberships_or_those_who_are_not_here() -> None:
    nobody = attrs.evolve(edit(city="Ulm"), who="B")
    sold = CreateThere(account=0, kind=MEMBERSHIP, who="S", values={"member": "A"})
    other = EditAtCounter(tenant=0, kind=MEMBERSHIP, who="S", values={"kind": "k"})
    assert edits(await played(nobody, sold, SYNC, other)) == ["EditAtCounter: there is nothing to edit"] * 2


async def test_the_version_that_is_here_is_taken_and_two_edits_in_a_row_are_both_kept() -> None:
    player = await played(edit(behind=0, city="Ulm"), edit(behind=1, city="Bonn"), edit(behind=0, city="Kiel"), SYNC)
    assert edits(player) == [f"EditAtCounter: {told}" for told in ("done", "refused: stale_version", "done")]
    assert [push.state for push in player.world.room(0).pushes.rows()] == [PushState.DROPPED, PushState.DONE]
    assert cities(await settled(player)) == ("Kiel", "Kiel")


async def test_a_lead_that_no_provider_has_is_edited_here_alone() -> None:
    made = CreateHere(tenant=0, kind=LEAD, who="L", values={"email": "l@example.org"})
    player = await played(made, EditAtCounter(tenant=0, kind=LEAD, who="L", values={"source": "web", "phone": None}))
    assert [lead.source for lead in player.world.room(0).leads.rows()] == ["web"]
    assert not list(player.world.room(0).changes.rows())
    await settled(player)


@pytest.mark.parametrize("at", range(8))
async def test_somebody_edits_in_the_middle_of_a_run(at: int) -> None:
    within = Meanwhile(at=at, step=edit(city="Ulm"))
    between = attrs.evolve(SYNC, meanwhile=(within,), whole=True)
    colliding = attrs.evolve(SYNC, overtaken=(within,), whole=True)
    for run in (between, colliding):
        player = await settled(await played(there(last_name="New"), run, LATER, SYNC))
        done = edits(player)
        assert cities(player) == (("Ulm", "Ulm") if done else (None, None))
        assert done in ([], ["EditAtCounter: done"])
        assert done or at > 1


# -- and it is seen when they are not ----------------------------------------------------------------------------------


def rules(player: Player) -> list[str]:
    return sorted({broken.rule for broken in player.broken})


def meanwhile(player: Player, happens: Callable[[], object], step: EditAtCounter) -> list[str]:
    """What is broken when something happens within an edit that it should not do."""
    desk = player.world.counter

    def opened() -> SyncDesk:
        happens()
        return desk()

    player.world.counter = opened  # type: ignore[method-assign] # so that it happens in between
    player.counter.edit(step)
    return rules(player)


async def test_it_is_seen_when_one_that_is_refused_wrote_something() -> None:
    player = await played()
    room = player.world.room(0)
    assert meanwhile(player, lambda: None, edit(email="no address")) == []
    assert meanwhile(player, lambda: room.marks.put(("a", "b"), NOON), edit(email="no address")) == ["edits"]


async def test_it_is_seen_when_an_old_version_is_taken_and_when_the_one_that_is_here_is_not() -> None:
    def grow(by: int) -> Callable[[], None]:
        def change() -> None:
            for member in player.world.room(0).members.rows():
                member.version += by

        return change

    player = await played()
    assert meanwhile(player, grow(-1), edit(behind=1, city="Ulm")) == ["edits"]
    player = await played()
    assert meanwhile(player, grow(1), edit(behind=0, city="Ulm")) == ["edits"]


def drop_lines(room: Room) -> None:
    for key in [key for key, line in room.changes.items() if line.rule == LOCAL_EDIT]:
        room.changes.remove(key)


def lose_task(room: Room) -> None:
    for task in room.tasks.rows():
        if task.state is TaskState.OPEN:
            task.complete(by="nobody", now=NOON)


def change_ours(room: Room) -> None:
    for member in room.members.rows():
        member.city = "Kiel"


def change_another_field(room: Room) -> None:
    for member in room.members.rows():
        member.last_name = "Other"


@pytest.mark.parametrize(
    ("first", "spoil", "wrong"),
    [
        ([], None, None),
        ([], drop_lines, "and no line says so"),
        ([], change_ours, "makes its city 'Kiel', not 'Ulm'"),
        ([], change_another_field, "makes its last_name 'Other', not 'Old'"),
        ([], "no push", "sends [] as city, and told of Fate.PUSH"),
        ([OFF], None, None),
        ([OFF], lose_task, "and no open task says 'Ulm'"),
        ([OFF], change_ours, "is left to the staff, and makes its city 'Kiel'"),
    ],
)
async def test_it_is_seen_when_an_edit_is_not_kept_as_a_whole(
    first: list[Step], spoil: Callable[[Room], None] | str | None, wrong: str | None
) -> None:
    player, step = await played(*first), edit(city="Ulm")
    room, world = player.world.room(0), player.world
    ((key, member),) = room.members.items()
    before = world.values(MEMBER, member)
    told = await player.counter._edit(step, key, None)
    if callable(spoil):
        spoil(room)
    pushes = [] if spoil == "no push" else list(room.pushes.rows())
    found = list(KeptEdit(world, room, step, told, before, pushes).wrong())
    assert [each for each in found if wrong is not None and wrong in each] == found
    assert bool(found) == (wrong is not None)


async def test_an_edit_that_was_taken_back_before_it_left_is_pinned_only_where_an_override_says_so() -> None:
    undo = UndoChange(account=0, kind=MEMBER)
    player = await played(edit(city="Ulm"), undo, LATER, there(city="Kiel"), SYNC)
    assert cities(await settled(player)) == ("Kiel", "Kiel")
    sent = await played(edit(city="Ulm"), SYNC, edit(city="Bonn"), SYNC, undo, LATER, there(city="Kiel"), SYNC)
    assert cities(await settled(sent)) == ("Ulm", "Ulm")


async def run_after(player: Player) -> list[str]:
    await player.sync(SYNC)
    return rules(player)


async def test_it_is_seen_when_what_was_on_its_way_is_lost() -> None:
    assert await run_after(await played(edit(city="Ulm"))) == []
    player = await played(edit(city="Ulm"))
    player.world.room(0).pushes.remove(next(key for key, _ in player.world.room(0).pushes.items()))
    assert await run_after(player) == ["outlook"]


async def test_what_was_told_is_over_once_the_staff_are_to_do_something_else() -> None:
    player = await played(edit(last_name=""), OFF, edit(last_name="Name 37"))
    (task,) = player.world.room(0).tasks.rows()
    assert task.details["last_name"] == "Name 37"
    assert await run_after(player) == []


async def test_what_waits_counts_where_it_was_told_that_the_provider_holds_the_same() -> None:
    lost = attrs.evolve(SYNC, faults=tuple(Fault(at=at, what="lost", call="push") for at in range(3)))
    player = await played(edit(city="Ulm"), lost, edit(city="Bonn"), edit(city="Ulm"))
    assert [push.state for push in player.world.room(0).pushes.rows()] == [PushState.WAITING, PushState.DROPPED]
    assert [each.told.fate for each in player.told._told.values()] == [Fate.HERE]
    assert await run_after(player) == []
    assert cities(await settled(player)) == ("Ulm", "Ulm")


@pytest.mark.parametrize(("law", "fate"), [("ask", Fate.HERE), ("ours", Fate.HERE), ("theirs", Fate.HERE)])
async def test_it_is_seen_when_something_else_was_told_than_happens(law: str, fate: Fate) -> None:
    spec = AccountSpec(policies={MEMBER: {"default": law}})
    assert await run_after(await played(edit(city="Ulm"), spec=spec)) == []
    player = await played(edit(city="Ulm"), spec=spec)
    for place, each in player.told._told.items():
        player.told._told[place] = attrs.evolve(each, told=attrs.evolve(each.told, fate=fate), then=each.there)
    assert await run_after(player) == ["outlook"]


@pytest.mark.parametrize(
    "between",
    [
        there(city="Kiel"),
        EditHere(tenant=0, kind=MEMBER, who="A", values={"city": "Kiel"}),
        DeleteHere(tenant=0, kind=MEMBER, who="A"),
        DeleteThere(account=0, kind=MEMBER, who="A"),
        Garble(account=0, kind=MEMBER, who="A"),
        SetPolicy(account=0, kind=MEMBER, document={"default": "ours"}),
        OFF,
    ],
)
async def test_nothing_was_told_of_what_came_between(between: Step) -> None:
    spec = AccountSpec(policies={MEMBER: {"default": "ask"}})
    player = await played(there(city="Rom"), SYNC, LATER, edit(city=None), spec=spec)
    assert len(player.told._told) == 1
    await player._step(0, between)
    player.told.look(0, "members")
    assert not player.told._told


@pytest.mark.parametrize(
    "before",
    [
        (Garble(account=0, kind=MEMBER, who="A"),),
        (there(city="Rom"),),
        (EditHere(tenant=0, kind=MEMBER, who="A", values={"city": "Kiel"}), there(city="Rom"), SYNC),
    ],
)
async def test_what_was_told_counts_only_where_both_sides_are_as_they_were_last_seen(before: tuple[Step, ...]) -> None:
    spec = AccountSpec(policies={MEMBER: {"default": "ask"}})
    player = await played(*before, edit(city="Ulm"), spec=spec)
    assert edits(player) == ["EditAtCounter: done"]
    assert not player.told._told


async def test_what_comes_on_its_way_during_a_run_may_be_carried_out_by_it() -> None:
    player = await played()
    task = player.witness.begin(0, "members")
    player.counter.edit(edit(city="Ulm", last_name="New"))
    assert task.pushes == 2


@pytest.mark.parametrize("fate", [Fate.PUSH, Fate.TASK])
async def test_it_is_seen_when_a_field_of_ours_is_treated_as_the_providers(fate: Fate) -> None:
    spec = AccountSpec(policies={MEMBER: {"default": "ours"}})
    player, step = await played(spec=spec), edit(city="Ulm")
    ((key, _),) = player.world.room(0).members.items()
    told = await player.counter._edit(step, key, None)
    (prospect,) = told.prospects
    assert list(player.told.note(MEMBER, told)) == []
    wrong = attrs.evolve(told, prospects=(attrs.evolve(prospect, fate=fate),))
    assert [broken.rule for broken in player.told.note(MEMBER, wrong)] == ["outlook"]


@pytest.mark.parametrize("is_asked", [True, False])
async def test_it_is_seen_when_the_staff_are_not_asked_for_what_was_refused(is_asked: bool) -> None:
    player = await played(edit(city="Ulm"))
    (told,) = player.told._told.values()
    await player.sync(attrs.evolve(SYNC, faults=(Fault(at=0, what="rejected", call="push"),)))
    assert (tasks(player), rules(player)) == ([(TaskState.OPEN, "Ulm")], [])
    player.told._told[0, MEMBER, "1001", "city"] = told
    if not is_asked:
        lose_task(player.world.room(0))
    assert [broken.rule for broken in player.told.doubt(0, "members")] == ([] if is_asked else ["outlook"])


async def test_what_is_on_its_way_when_writing_is_switched_off_is_with_the_staff() -> None:
    player = await played(edit(city="Ulm"), OFF, SYNC)
    assert (cities(player), tasks(player)) == ((None, None), [(TaskState.OPEN, "Ulm")])
    player = await played(edit(city="Ulm"), OFF)
    await player.sync(attrs.evolve(SYNC, crash=0))
    assert len(player.told._told) == 1
    watch = player.world.units.after

    def after(tenant_id: TenantId) -> None:
        watch(tenant_id)
        lose_task(player.world.store.room(tenant_id))

    player.world.units.after = after
    assert await run_after(player) == ["outlook"]
