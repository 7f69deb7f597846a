"""A transaction about a push that collides is run again, and its first try leaves nothing behind."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.transactions import Transactions
from tresen.domain.shared.errors import GatewayRejected, StorageConflict
from tresen.domain.shared.ids import TenantId
from tresen.domain.sync.conflict import PAIRING
from tresen.domain.sync.laws import Law
from tresen.domain.sync.push import PushState

from ..studio import Studio
from .scene import open_conflicts, pushes
from .test_edited_on_the_way import DOWN, settled
from .test_editing import lead_edit
from .test_edits_around_creations import made
from .test_sent_and_edited import edited_there, here, sent, there

T = TypeVar("T")
TIMES = pytest.mark.parametrize("times", [0, 1, 2])


def colliding(monkeypatch: pytest.MonkeyPatch, studio: Studio, called: str, times: int) -> None:
    """Each transaction of that name, so often."""
    once = Transactions.run

    async def run(self: Transactions, tenant_id: TenantId, name: str, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        if name == called:
            studio.units.commits_fail.extend([StorageConflict("busy")] * times)
        return await once(self, tenant_id, name, work)

    monkeypatch.setattr(Transactions, "run", run)


@TIMES
async def test_what_was_edited_since_it_was_sent_goes_after_it(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    studio, ann = await sent(default="theirs")
    await studio.desk.edit_lead(lead_edit(studio, ann, phone="030 2", last_name="King"))
    colliding(monkeypatch, studio, "confirm_push", times)
    await studio.leads_synced(whole=True)
    await settled(studio)
    assert (made(studio).values["phone"], made(studio).values["last_name"]) == ("030 2", "King")
    assert all(push.attempts for push in pushes(studio, PushState.DONE))


@TIMES
async def test_each_value_of_one_that_was_refused_as_a_whole_is_sent_by_itself(
    monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    studio = Studio(default=Law.NEWEST)
    ada = studio.enrol()
    await studio.members_synced(whole=True)
    await studio.edit_member(ada, last_name="King", city="Bonn")
    for said in ("no", "no such name"):
        studio.gym.faults.fail_next("members.push", GatewayRejected(said))
    colliding(monkeypatch, studio, "split_push", times)
    await studio.members_synced()
    assert studio.books.members.get(ada).values["city"] == "Bonn"
    assert [push.state for push in pushes(studio)] == [PushState.DROPPED, PushState.REFUSED, PushState.DONE]


@TIMES
async def test_one_that_was_only_looked_for_counts_as_sent_as_often_as_before(
    monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    studio, ann = await sent()
    edited_there(studio, email="ann.new@example.org")
    colliding(monkeypatch, studio, "end_push", times)
    await studio.leads_synced(whole=True)
    (asked,) = open_conflicts(studio)
    assert (asked.field, asked.candidates) == (PAIRING, (str(ann.id),))
    assert (len(here(studio)), len(there(studio)), [push.attempts for push in pushes(studio)]) == (1, 1, [1])


@TIMES
async def test_why_one_goes_on_waiting_is_told(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    studio, _ = await sent()
    studio.gym.faults.fail_next("leads.find", DOWN)
    studio.gym.faults.fail_next("leads", DOWN)
    colliding(monkeypatch, studio, "fail_push", times)
    await studio.leads_synced(whole=True)
    assert [(push.state, push.why, push.attempts) for push in pushes(studio)] == [(PushState.WAITING, DOWN.message, 2)]
