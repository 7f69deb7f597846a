"""Webhooks take their way through inbox, queue and reaction, each with one effect; schedules find what got lost."""

from collections.abc import Sequence

import pytest

from tresen.adapters.simulation.player import Player
from tresen.adapters.simulation.post import Letter
from tresen.adapters.simulation.script import (
    AccountSpec,
    CreateThere,
    Expire,
    Fault,
    OnTime,
    PassTime,
    Renew,
    Script,
    Step,
    Webhook,
)
from tresen.application.sync.kinds import LEAD
from tresen.domain.sync.run import RunState
from tresen.domain.webhooks.delivery import DeliveryState

LATER = PassTime(minutes=5)


def made(who: str = "A", account: int = 0) -> CreateThere:
    return CreateThere(account=account, kind=LEAD, who=who, values={"email": f"{who}@example.org"})


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
