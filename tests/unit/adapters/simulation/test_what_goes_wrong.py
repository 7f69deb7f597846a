"""What a script may make go wrong does go wrong, where it was aimed, and comes to rest all the same."""

import attrs
import pytest

from tresen.adapters.simulation.player import Player
from tresen.adapters.simulation.script import AccountSpec, Script
from tresen.adapters.simulation.settling import Settling
from tresen.adapters.simulation.steps.edits import CreateHere, CreateThere, DeleteThere, EditHere, Garble, Mend
from tresen.adapters.simulation.steps.runs import Fault, Meanwhile, Sync
from tresen.adapters.simulation.steps.settings import Expire, PassTime, Renew
from tresen.adapters.simulation.steps.step import Step
from tresen.application.sync.records.kinds import LEAD, MEMBER
from tresen.domain.sync.push import PushState

SYNC = Sync(account=0, course="leads")
LATER = PassTime(minutes=30)


def made(*names: str) -> list[Step]:
    return [
        CreateThere(account=0, kind=LEAD, who=who, values={"last_name": "Lead", "email": f"{who}@example.org"})
        for who in names
    ]


def edited(who: str, **values: str | None) -> EditHere:
    return EditHere(tenant=0, kind=LEAD, who=who, values=values)


OURS: dict[str, object] = {"default": "ours"}


async def played(*steps: Step, spec: AccountSpec | None = None) -> Player:
    spec = spec or AccountSpec(page_size=2, policies={LEAD: OURS})
    player = Player(Script(accounts=(spec,), courses=("leads",), steps=steps))
    await player.play()
    assert player.broken == []
    return player


async def settled(player: Player) -> Player:
    await Settling(player)()
    assert player.broken == []
    return player


def entry(player: Player, who: str) -> dict[str, object]:
    (found,) = [e for e in player.world.gyms[0].shelf(LEAD).entries() if e.values["first_name"] == who]
    return dict(found.values)


def states(player: Player) -> list[PushState]:
    return [push.state for push in player.world.room(0).pushes.rows()]


async def test_a_fault_can_be_put_at_a_single_look() -> None:
    run = attrs.evolve(SYNC, faults=(Fault(at=1, what="5xx", call="get"),))
    steps = (*made("A", "B"), SYNC, LATER, SYNC)
    player = await played(*steps, edited("A", notes="a"), edited("B", notes="b"), run)
    assert "errors=1" in player.log[-1]
    assert "ran into ['5xx@leads.get']" in player.log[-1]
    assert player.world.gyms[0].programme.calls[:3] == ["leads.changes", "leads.get", "leads.get"]
    assert entry(await settled(player), "B")["notes"] == "b"


async def test_a_listing_that_is_cut_short_deletes_nobody_and_gives_no_cursor() -> None:
    run = attrs.evolve(SYNC, whole=True, faults=(Fault(at=1, what="short", call="list"),))
    player = await played(*made("A", "B", "C"), SYNC, run)
    state = player.world.room(0).sync_states.find((player.world.account_ids[0], LEAD))
    assert state is not None
    assert (state.cursor, len(player.world.room(0).leads)) == (None, 3)
    assert player.world.gyms[0].programme.calls == ["leads", "leads.get"]


async def test_a_picky_provider_is_asked_once_and_again_for_a_better_value() -> None:
    spec = AccountSpec(habits=("picky",), policies={LEAD: OURS})
    bad = [*made("A"), SYNC, edited("A", status="frozen"), SYNC]
    player = await played(*bad, edited("A", notes="x"), SYNC, SYNC, spec=spec)
    assert states(player) == [PushState.REFUSED, PushState.DONE]
    assert (entry(player, "A")["status"], entry(player, "A")["notes"]) == (None, "x")
    better = await played(*bad, edited("A", status="won"), SYNC, spec=spec)
    assert entry(await settled(better), "A")["status"] == "won"


async def test_a_picky_provider_makes_no_such_record() -> None:
    spec = AccountSpec(habits=("picky",), policies={LEAD: {"create_there": True}})
    bad = CreateHere(tenant=0, kind=LEAD, who="A", values={"email": "a@example.org", "status": "frozen"})
    player = await played(bad, SYNC, attrs.evolve(SYNC, whole=True), spec=spec)
    assert states(player) == [PushState.REFUSED]
    assert len(player.world.gyms[0].shelf(LEAD)) == 0


async def test_expired_credentials_block_the_account_after_one_call_until_they_are_renewed() -> None:
    player = await played(*made("A"), Expire(account=0), SYNC, SYNC)
    assert [line for line in player.log if "1 calls" in line or "failed" in line] == player.log[-2:]
    assert player.calls == 1
    assert not player.world.account(0).may_be_called
    again = await played(*made("A"), Expire(account=0), SYNC, Renew(account=0), SYNC)
    assert again.world.account(0).may_be_called
    assert len(again.world.room(0).leads) == 1


async def test_credentials_are_renewed_before_everything_comes_to_rest() -> None:
    player = await settled(await played(*made("A"), SYNC, Expire(account=0), SYNC))
    assert player.world.account(0).may_be_called


@pytest.mark.parametrize("at", range(1, 7))
async def test_whoever_is_faster_than_a_commit_is_not_overwritten(at: int) -> None:
    faster = Meanwhile(at=at, step=edited("A", notes="mine"))
    run = attrs.evolve(SYNC, overtaken=(faster,))
    player = await played(*made("A"), SYNC, edited("A", notes="first"), LATER, run)
    assert entry(await settled(player), "A")["notes"] == "mine"


async def test_a_record_that_could_not_be_read_comes_back_though_no_stamp_tells() -> None:
    garble, mend = Garble(account=0, kind=LEAD, who="A"), Mend(account=0, kind=LEAD, who="A")
    player = await played(*made("A", "B"), garble, LATER, SYNC, LATER, mend, SYNC)
    assert "errors=1" in player.log[-4]
    assert len(player.world.room(0).leads) == 2


async def test_what_people_do_just_before_a_write_is_not_taken_for_the_write() -> None:
    gone = Meanwhile(at=2, step=DeleteThere(account=0, kind=LEAD, who="A"))
    run = attrs.evolve(SYNC, whole=True, meanwhile=(gone,))
    player = await played(*made("A"), SYNC, edited("A", notes="x"), run)
    assert player.world.gyms[0].programme.calls == ["leads", "leads.get", "leads.push"]
    assert player.witness.writes == 0


async def test_members_can_be_refused_too() -> None:
    spec = AccountSpec(habits=("picky",), policies={MEMBER: OURS})
    values = {"last_name": "Member", "status": "active"}
    steps = (
        CreateThere(account=0, kind=MEMBER, who="M", values=values),
        Sync(account=0, course="members"),
        EditHere(tenant=0, kind=MEMBER, who="M", values={"status": "frozen"}),
        Sync(account=0, course="members"),
    )
    player = Player(Script(accounts=(spec,), courses=("members",), steps=steps))
    await player.play()
    assert (player.broken, states(player)) == ([], [PushState.REFUSED])
