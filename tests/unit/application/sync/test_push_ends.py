"""How a push ends that somebody else drops, or that may not be written, in the middle of a run."""

import logging

import attrs
import pytest

from tresen.domain.shared.errors import GatewayRejected, GatewayUnavailable, StorageConflict
from tresen.domain.staff.task import TaskReason
from tresen.domain.sync.laws import Law
from tresen.domain.sync.push import Push, PushState

from ..stirring import stir
from ..studio import Seen, Studio
from .scene import pushes, there, writes
from .test_deletions import deleted_here, not_taken_back
from .test_editing import edit, synced


async def two_edited() -> tuple[Studio, str, str]:
    """Two members whose city we changed, which waits to be written, in this order."""
    studio, ada = await synced()
    bea = studio.enrol("Bea", city="Berlin")
    await studio.members_synced()
    for one in (ada, bea):
        await edit(studio, one, city="Bonn")
    return studio, ada, bea


def of(studio: Studio, external_id: str) -> Push:
    (push,) = [push for push in pushes(studio) if push.external_id == external_id]
    return push


def drop(studio: Studio, external_id: str) -> None:
    """As somebody does who undoes the edit, straight in the store."""
    push = of(studio, external_id)
    dropped = attrs.evolve(push, state=PushState.DROPPED, why="somebody undid it")
    studio.store.room(studio.tenant.id).pushes.put(push.id, dropped)


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str, str]]:
    """What the log says of pushes: which record, what became of it, why."""
    of_pushes = [record for record in caplog.records if record.getMessage().startswith("push ")]
    return [(record.__dict__["record"], record.getMessage(), record.__dict__["why"]) for record in of_pushes]


async def test_one_that_is_dropped_while_its_beginning_collides_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    studio, ada, bea = await two_edited()

    def collide(_: Seen, name: str, outcome: str, seconds: float) -> None:
        if (name, outcome) == ("confirm_push", "committed"):
            studio.units.commits_fail.append(StorageConflict("busy"))
        if (name, outcome) == ("begin_push", "retried"):
            drop(studio, bea)

    monkeypatch.setattr(Seen, "__call__", collide)
    await studio.members_synced()
    assert (there(studio, ada, "city"), there(studio, bea, "city")) == ("Bonn", "Berlin")


async def test_one_that_somebody_dropped_before_its_turn_is_left_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    studio, _, bea = await two_edited()

    async def dropped() -> None:
        drop(studio, bea)

    stir(studio.gym, "member", dropped, at="writes")
    await studio.members_synced()
    assert writes(studio) == ["members.push"]
    assert of(studio, bea).why == "somebody undid it"
    assert told(caplog) == [], "the run did nothing of this"
    assert list(await studio.tasks()) == []


async def test_one_that_somebody_dropped_while_it_was_tried_is_left_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    studio, ada = await synced()
    await edit(studio, ada, city="Bonn")

    def meanwhile() -> None:
        studio.books.members.edit(ada, {"city": "Kiel"})
        drop(studio, ada)

    studio.gym.faults.meanwhile("members.get", meanwhile)
    await studio.members_synced()
    assert of(studio, ada).why == "somebody undid it"
    assert told(caplog) == []


async def test_when_writing_is_switched_off_in_the_middle_of_a_run_the_rest_is_withdrawn(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    studio, ada, bea = await two_edited()

    async def off() -> None:
        studio.change_account(writes_enabled=False)

    stir(studio.gym, "member", off, at="writes")
    await studio.members_synced()
    assert (there(studio, ada, "city"), there(studio, bea, "city")) == ("Bonn", "Berlin")
    assert (of(studio, bea).state, of(studio, bea).attempts) == (PushState.DROPPED, 0)
    assert told(caplog) == [(bea, "push dropped", "writing was switched off")]
    (task,) = await studio.tasks()
    assert (task.reason, task.details["external_id"]) == (TaskReason.WRITES_DISABLED, bea)


async def test_one_that_somebody_dropped_while_its_answer_got_lost_stays_dropped() -> None:
    studio, ada = await synced()
    await edit(studio, ada, city="Bonn")
    studio.gym.faults.meanwhile("members.push", lambda: drop(studio, ada))
    studio.gym.faults.fail_next("members.push", GatewayUnavailable("503"))
    await studio.members_synced()
    assert (of(studio, ada).state, of(studio, ada).why) == (PushState.DROPPED, "somebody undid it")
    assert writes(studio) == ["members.push"], "it is not tried once more"


async def test_of_one_that_somebody_dropped_while_it_was_refused_no_value_is_sent_by_itself() -> None:
    studio, ada = await synced(Law.OURS)
    await studio.edit_member(ada, city="Bonn", last_name="King")
    studio.gym.faults.meanwhile("members.push", lambda: drop(studio, ada))
    studio.gym.faults.fail_next("members.push", GatewayRejected("no"))
    await studio.members_synced()
    assert of(studio, ada).why == "somebody undid it"
    assert writes(studio) == ["members.push"]


async def test_one_that_was_to_be_made_there_anew_and_is_dropped_is_no_question(studio: Studio) -> None:
    gone = await not_taken_back(studio, GatewayUnavailable("503"))
    await deleted_here(studio, gone)
    await studio.leads_synced()
    assert [push.state for push in pushes(studio)] == [PushState.DROPPED]
    assert studio.conflicts() == [], "it was deleted here: nobody wants it back"
