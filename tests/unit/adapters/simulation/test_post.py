"""Webhooks take their way through inbox, queue and reaction, each with one effect; schedules find what got lost."""

from collections.abc import Sequence

import attrs
import pytest

from tresen.adapters.simulation.player import Player
from tresen.adapters.simulation.post import Letter
from tresen.adapters.simulation.programme import Killed
from tresen.adapters.simulation.script import AccountSpec, Script
from tresen.adapters.simulation.settling import Settling
from tresen.adapters.simulation.steps.edits import CreateThere
from tresen.adapters.simulation.steps.runs import Fault, OnTime, Sync, Webhook
from tresen.adapters.simulation.steps.settings import Expire, PassTime, Renew
from tresen.adapters.simulation.steps.step import Step
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.sync.run import RunState
from tresen.domain.webhooks.delivery import DeliveryState

LATER = PassTime(minutes=5)


def made(who: str = "A", account: int = 0) -> CreateThere:
    return CreateThere(account=account, kind=LEAD, who=who, values={"email": f"{who}@example.org"})


async def settled(player: Player) -> Player:
    await Settling(player)()
    assert player.broken == []
    return player


def told(**options: int) -> Webhook:
    return Webhook(account=0, course="leads", **options)  # type: ignore[arg-type] # numbers only


async def played(*steps: Step, accounts: int = 1) -> Player:
    player = Player(Script(accounts=(AccountSpec(),) * accounts, courses=("leads",), steps=steps))
    await player.play()
    assert player.broken == []
    return player


def runs(player: Player) -> Sequence[RunState]:
    return [run.state for run in player.world.room(0).runs.rows()]


def deliveries(player: Player) -> Sequence[DeliveryState]:
    return [delivery.state for delivery in player.world.room(0).deliveries.rows()]


async def test_a_webhook_leads_to_a_sync() -> None:
    player = await played(made(), told())
    assert (len(player.world.room(0).leads), runs(player)) == (1, [RunState.COMPLETED])
    assert deliveries(player) == [DeliveryState.DONE]


async def test_copies_have_one_effect_whether_their_id_or_their_content_tells() -> None:
    player = await played(made(), told(copies=3), LATER, LATER, LATER)
    assert runs(player) == [RunState.COMPLETED]
    assert sorted(deliveries(player), key=str) == [DeliveryState.DONE, DeliveryState.DUPLICATE]


async def test_one_that_was_overtaken_is_out_of_date() -> None:
    player = await played(made(), told(after=3), made("B"), told(), LATER, LATER)
    assert deliveries(player) == [DeliveryState.DONE, DeliveryState.OUT_OF_DATE]
    assert (runs(player), len(player.world.room(0).leads)) == ([RunState.COMPLETED], 2)


async def test_of_those_that_come_together_the_first_covers_the_others() -> None:
    player = await played(made(), told(after=1), told(), LATER)
    assert (len(deliveries(player)), runs(player)) == (2, [RunState.COMPLETED])


async def test_a_run_that_fails_is_tried_again_by_the_worker() -> None:
    fails = Webhook(account=0, course="leads", faults=(Fault(at=0, what="5xx"),))
    player = await played(made(), fails, LATER)
    assert (runs(player), len(player.world.room(0).leads)) == ([RunState.FAILED, RunState.COMPLETED], 1)
    assert len(player.world.room(0).jobs) == 0


async def test_one_that_waits_for_new_credentials_is_done_when_they_are_there() -> None:
    player = await played(made(), Expire(account=0), told(), told(), Renew(account=0), PassTime(minutes=600), LATER)
    assert len(player.world.room(0).leads) == 1
    assert len(player.world.room(0).jobs) == 0


async def test_one_that_is_lost_is_made_good_by_the_schedule() -> None:
    lost = await played(made(), told(copies=0))
    assert (runs(lost), len(lost.world.room(0).leads)) == ([], 0)
    player = await played(made(), made("B", 1), told(copies=0), OnTime(tenant=0, course="leads"), accounts=2)
    assert (runs(player), len(player.world.room(0).leads)) == ([RunState.COMPLETED] * 2, 2)
    soon = await played(made(), told(), OnTime(tenant=0, course="leads"))
    assert runs(soon) == [RunState.COMPLETED, RunState.SKIPPED], "the hour is not over"


@pytest.mark.parametrize("effects", [0, 2])
async def test_none_and_two_effects_of_one_webhook_are_seen(effects: int) -> None:
    player = await played(made())
    await player.post.bring(Letter(number=7, account=0, course="leads"))
    if effects:
        await player.post.work()
        (event,) = player.post._effects[7]
        player.post._effects[7].add(type(event)(int=1))
    else:
        player.world.room(0).jobs.remove(next(key for key, _ in player.world.room(0).jobs.items()))
    assert [broken.rule for broken in player.post.broken()] == ["deliveries"]


# -- the worker dies ---------------------------------------------------------------------------------------------------


async def last_call(step: Webhook | OnTime) -> int:
    """How many calls the worker makes over it."""
    for calls in range(200):
        player = await played(made(), attrs.evolve(step, crash=calls))
        if not any(line.startswith("the worker died") for line in player.log):
            return calls
    raise AssertionError("it never ends")


@pytest.mark.parametrize("step", [told(), OnTime(tenant=0, course="leads")])
async def test_whenever_the_worker_dies_the_job_is_done_again_and_nothing_is_lost_or_doubled(
    step: Webhook | OnTime,
) -> None:
    calls = await last_call(step)
    assert calls > 20
    for at in range(calls):
        dying = attrs.evolve(step, crash=at)
        player = await played(made(), dying, *[PassTime(minutes=2)] * 3)
        assert f"the worker died at its call {at}" in player.log
        assert len(player.world.room(0).leads) == 1
        assert RunState.COMPLETED in runs(player)
        assert RunState.RUNNING not in runs(player)
        assert len(player.world.room(0).jobs) == 0
        await settled(player)


async def test_the_worker_may_die_just_after_it_has_booked_what_it_did() -> None:
    step = told()
    calls = await last_call(step)
    left = [await played(made(), attrs.evolve(step, crash=at)) for at in range(calls - 4, calls)]
    assert [len(player.world.room(0).jobs) for player in left] == [1, 0, 0, 0]


async def test_as_long_as_the_lease_lasts_nobody_else_does_the_job() -> None:
    dies = told(crash=12)
    player = await played(made(), dies)
    assert runs(player) == [RunState.RUNNING]
    assert runs(await played(made(), dies, made("B"), made("C"))) == [RunState.RUNNING]
    player = await played(made(), dies, made("B"), made("C"), made("D"))
    assert (runs(player), len(player.world.room(0).leads)) == ([RunState.INTERRUPTED, RunState.COMPLETED], 4)


async def test_a_dead_worker_begins_no_other_run() -> None:
    player = await played(made())
    player.post._queue.process.dead = True
    with pytest.raises(Killed):
        await player.post.sync(Sync(account=0, course="leads"), force=True)
    assert (runs(player), player.runs) == ([], 0)


async def test_one_of_which_no_job_is_left_is_missed_however_late() -> None:
    """The worker dies before it looked at the delivery: until somebody takes its job over, nothing is wrong."""
    player = await played(made(), told(crash=3))
    assert list(player.post.broken()) == []
    player.world.room(0).jobs.remove(next(key for key, _ in player.world.room(0).jobs.items()))
    await Settling(player)()
    assert [broken.rule for broken in player.broken] == ["deliveries"]
