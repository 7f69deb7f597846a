"""What people do through Tresen in a script is done, and holds afterwards as it is meant to."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

import attrs
import pytest

from tresen.adapters.memory.clock import NOON
from tresen.adapters.simulation.newest import out_of_time
from tresen.adapters.simulation.pins import laws
from tresen.adapters.simulation.player import Player
from tresen.adapters.simulation.script import AccountSpec, Script
from tresen.adapters.simulation.settling import Settling
from tresen.adapters.simulation.steps.decisions import LetGo, Reopen, Resolve, Undo, UndoChange, UndoRecord
from tresen.adapters.simulation.steps.edits import CreateThere, DeleteThere, EditHere, EditThere
from tresen.adapters.simulation.steps.runs import Accept, ApplyPlan, Fault, MakePlan, Sync
from tresen.adapters.simulation.steps.settings import PassTime, SetTenantPolicy
from tresen.adapters.simulation.steps.step import Step
from tresen.application.sync.records.kinds import LEAD
from tresen.application.sync.records.run_books import Opened
from tresen.application.sync.runs.strand import AnyStrand, Strand
from tresen.domain.shared.ids import EntryId, RunId
from tresen.domain.sync.conflict import ConflictState
from tresen.domain.sync.journal import Change
from tresen.domain.sync.side import Side

SYNC = Sync(account=0, course="leads")
LATER = PassTime(minutes=30)
ASK = AccountSpec(policies={LEAD: {"default": "ask"}})
NEWEST: dict[str, object] = {"default": "newest"}


def made(who: str = "A") -> list[Step]:
    values = {"last_name": "Lead", "email": f"{who}@example.org", "notes": "first"}
    return [CreateThere(account=0, kind=LEAD, who=who, values=values), SYNC, LATER]


def here(**values: str | None) -> EditHere:
    return EditHere(tenant=0, kind=LEAD, who="A", values=values)


def there(**values: str | None) -> EditThere:
    return EditThere(account=0, kind=LEAD, who="A", values=values)


async def played(*steps: Step, spec: AccountSpec | None = None) -> Player:
    player = Player(Script(accounts=(spec or AccountSpec(),), courses=("leads",), steps=steps))
    await player.play()
    assert player.broken == []
    return player


async def settled(player: Player) -> Player:
    await Settling(player)()
    assert player.broken == []
    return player


def notes(player: Player) -> tuple[object, object]:
    """Ours and the provider's."""
    (ours,) = [lead.notes for lead in player.world.room(0).leads.rows()]
    (theirs,) = [entry.values["notes"] for entry in player.world.gyms[0].shelf(LEAD).entries()]
    return ours, theirs


QUARREL = (*made(), here(notes="ours"), there(notes="theirs"), SYNC)


async def test_a_person_types_a_value_in_and_both_sides_have_it() -> None:
    typed = Resolve(account=0, kind=LEAD, choice="value", values={"notes": "typed", "status": "won"})
    player = await played(*QUARREL, typed, SYNC, spec=ASK)
    assert player.log[-2] == "Resolve: done"
    assert notes(await settled(player)) == ("typed", "typed")


async def test_what_was_decided_is_opened_again_and_decided_anew() -> None:
    first = Resolve(account=0, kind=LEAD, choice="theirs")
    second = Resolve(account=0, kind=LEAD, choice="value", values={"notes": "second"})
    player = await played(*QUARREL, first, Reopen(account=0, kind=LEAD), spec=ASK)
    (conflict,) = player.world.room(0).conflicts.rows()
    assert conflict.state is ConflictState.OPEN
    again = await played(*QUARREL, first, SYNC, Reopen(account=0, kind=LEAD), second, SYNC, spec=ASK)
    assert [line for line in again.log if "done" in line] == ["Resolve: done", "Reopen: done", "Resolve: done"]
    assert notes(await settled(again)) == ("second", "second")


async def test_one_change_is_undone_and_stays_undone_until_it_is_let_go() -> None:
    undone = (*made(), there(notes="second"), SYNC, UndoChange(account=0, kind=LEAD), LATER, there(notes="third"), SYNC)
    assert notes(await settled(await played(*undone))) == ("first", "first")
    free = await played(*undone, LetGo(account=0, kind=LEAD), LATER, there(notes="fourth"), SYNC)
    assert free.log[-4:-2] == ["LetGo: done", "PassTime"]
    assert notes(await settled(free)) == ("fourth", "fourth")


async def test_one_record_goes_back_by_versions() -> None:
    edits = [step for number in range(3) for step in (there(notes=f"n{number}"), SYNC, LATER)]
    player = await played(*made(), *edits, UndoRecord(tenant=0, kind=LEAD, who="A", back=2), SYNC)
    assert notes(await settled(player)) == ("n0", "n0")


async def test_what_a_run_writes_over_an_undo_is_seen() -> None:
    player = await played(*made(), there(notes="second"), SYNC, UndoChange(account=0, kind=LEAD))
    player.world.room(0).overrides.remove(next(key for key, _ in player.world.room(0).overrides.items()))
    for step in (LATER, there(notes="third")):
        player.people.act(player.world, step)
    await player.sync(SYNC)
    assert {broken.rule for broken in player.broken} == {"undone"}


async def pinned() -> tuple[Player, UUID]:
    """A lead of which an undo put the notes back; ours."""
    player = await played(*made(), there(notes="second"), SYNC, UndoChange(account=0, kind=LEAD), SYNC, LATER)
    (lead,) = player.world.room(0).leads.rows()
    return player, lead.id


async def test_a_pin_of_a_record_that_has_another_id_or_none_is_seen() -> None:
    player, _ = await pinned()
    room = player.world.room(0)
    ((key, pin),) = room.overrides.items()
    room.overrides.put(key, attrs.evolve(pin, local_id=UUID(int=1)))
    await player.sync(SYNC)
    assert {broken.rule for broken in player.broken} == {"pins"}


async def test_a_run_may_let_go_of_what_was_pinned_of_a_record_that_is_gone_and_of_nothing_else() -> None:
    player, lead = await pinned()
    pins, room = player.witness.pins, player.world.room(0)
    before = laws(room)
    ((key, pin),) = room.overrides.items()
    room.overrides.remove(key)
    pins.end(before, room)
    assert [broken.rule for broken in pins.broken(LEAD, lead, "notes", was="first", now="third")] == ["undone"]
    room.overrides.put(key, pin)
    player.people.act(player.world, DeleteThere(account=0, kind=LEAD, who="A"))
    await player.sync(SYNC)
    assert (list(room.leads.rows()), list(room.overrides.rows()), player.broken) == ([], [], [])
    assert list(pins.broken(LEAD, lead, "notes", was="first", now="third")) == []


async def test_a_plan_is_applied_later_as_it_was_made() -> None:
    plan, apply = MakePlan(account=0, course="leads"), ApplyPlan(account=0, course="leads")
    player = await played(*made(), there(notes="second"), plan)
    assert (notes(player)[0], "planned" in player.log[-1]) == ("first", True)
    applied = await played(*made(), there(notes="second"), plan, PassTime(minutes=600), apply)
    assert notes(await settled(applied)) == ("second", "second")
    late = await played(*made(), there(notes="second"), plan, PassTime(minutes=1500), apply)
    assert (notes(late)[0], "refused: plan_stale" in late.log[-1]) == ("first", True)
    stale = await played(*made(), there(notes="second"), plan, here(notes="ours"), apply)
    assert (notes(stale)[0], "refused: plan_stale" in stale.log[-1]) == ("ours", True)
    await settled(stale)


@pytest.mark.parametrize("further", [(), ("1001",), ("1003",)])
async def test_what_a_listing_lacked_is_asked_for_before_a_plan_is_let_through(
    further: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Strand.doubted

    async def doubted(self: AnyStrand, opened: Opened, external_ids: Sequence[str]) -> Collection[str]:
        return await asked(self, opened, [*external_ids, *further])

    monkeypatch.setattr(Strand, "doubted", doubted)
    leads = [CreateThere(account=0, kind=LEAD, who=who, values={"last_name": who}) for who in "ABC"]
    short = Sync(account=0, course="leads", whole=True, faults=(Fault(at=1, what="short", call="list"),))
    spec = AccountSpec(page_size=2, policies={LEAD: {"guards": {"deleted": {"percent": 10, "at_least": 0}}}})
    steps = (*leads, SYNC, SYNC, short, Accept(account=0, course="leads"))
    player = Player(Script(accounts=(spec,), courses=("leads",), steps=steps))
    await player.play()
    assert player.world.gyms[0].programme.trail.looks == Counter((LEAD, one) for one in ("1003", *further))
    assert [broken.rule for broken in player.broken] == ["calls" for _ in further]


async def test_what_a_tenant_says_holds_where_its_account_says_nothing_else() -> None:
    ours = SetTenantPolicy(tenant=0, kind=LEAD, document={"default": "ours"})
    player = await played(ours, *QUARREL)
    assert player.world.policy(0, LEAD).default.name == "ours"
    assert notes(player) == ("ours", "ours")
    said = await played(ours, *QUARREL, spec=AccountSpec(policies={LEAD: {"default": "theirs"}}))
    assert notes(said) == ("theirs", "theirs")


async def test_a_deletion_that_was_undone_is_let_go_and_happens() -> None:
    gone = (*made(), DeleteThere(account=0, kind=LEAD, who="A"), SYNC, Undo(account=0), SYNC)
    kept = await played(*gone)
    assert len(kept.world.room(0).leads) == 1
    player = await played(*gone, LetGo(account=0, kind=LEAD), SYNC)
    assert len((await settled(player)).world.room(0).leads) == 0


# -- clocks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ahead_s", "skew_s", "winner"), [(0, 0, "ours"), (240, 0, "theirs"), (240, 300, "zz")])
async def test_a_providers_clock_is_ahead(ahead_s: int, skew_s: int, winner: str) -> None:
    """Theirs is edited first, ours a minute later; where both clocks may be off the greater value wins."""
    document = {**NEWEST, "clock_skew_s": skew_s}
    spec = AccountSpec(ahead_s=ahead_s, policies={LEAD: document})
    first = there(notes="zz" if skew_s else "theirs")
    player = await played(*made(), first, PassTime(minutes=1), here(notes="ours"), SYNC, spec=spec)
    assert notes(await settled(player)) == (winner, winner)


def line(side: Side, reason: str, rule: str = "newest") -> Change:
    return Change(
        id=EntryId(UUID(int=1)),
        run_id=RunId(UUID(int=2)),
        kind=LEAD,
        external_id="1001",
        local_id=UUID(int=3),
        field="notes",
        base=None,
        ours="a",
        theirs="b",
        value=None,
        side=side,
        rule=rule,
        reason=reason,
        at=NOON,
    )


OURS, THEIRS = line(Side.OURS, "ours is newer"), line(Side.THEIRS, "theirs is newer")
TIE = line(Side.OURS, "tie: the greater value")


@pytest.mark.parametrize(
    ("told", "theirs_after_s", "spec", "skew_s", "is_wrong"),
    [
        (OURS, -5, AccountSpec(), 0, False),
        (OURS, 5, AccountSpec(), 0, True),
        (THEIRS, 5, AccountSpec(), 0, False),
        (THEIRS, -5, AccountSpec(), 0, True),
        (OURS, 0, AccountSpec(), 0, True),
        (TIE, 0, AccountSpec(), 0, False),
        (TIE, 5, AccountSpec(), 0, True),
        # Their clock is two minutes ahead, and the policy allows for five.
        (THEIRS, 60, AccountSpec(ahead_s=120), 300, True),
        (THEIRS, 400, AccountSpec(ahead_s=120), 300, False),
        (OURS, -60, AccountSpec(ahead_s=-120), 300, True),
        (TIE, 60, AccountSpec(ahead_s=120), 300, False),
        # Further than the policy allows for: nobody can tell.
        (THEIRS, 60, AccountSpec(ahead_s=120), 60, False),
        # Within one minute of a clock that tells whole minutes.
        (OURS, 0, AccountSpec(resolution_s=60), 0, True),
        (line(Side.THEIRS, "ours is newer", "theirs"), -5, AccountSpec(), 0, False),
    ],
)
def test_the_newer_one_is_told_as_far_as_clocks_can_tell(
    told: Change, theirs_after_s: int, spec: AccountSpec, skew_s: int, is_wrong: bool
) -> None:
    theirs = NOON + timedelta(seconds=theirs_after_s)
    assert bool(out_of_time(told, ours_at=NOON, theirs_at=theirs, spec=spec, skew_s=skew_s)) == is_wrong
