"""What if, and a plan: looked at as often as you like, without a trace at the provider, and always the same."""

import pytest

from tresen.application.sync.views.what_if import WhatIfReport
from tresen.domain.shared.errors import IllegalTransition, StorageUnavailable
from tresen.domain.sync.kept_plan import PlanState
from tresen.domain.sync.laws import Law
from tresen.domain.sync.run import Run

from ..studio import A_MINUTE, BOOKS, Studio
from .scene import applied, lines, planned, plans, writes


async def contested() -> tuple[Studio, Run]:
    """A run that decided a field of each of three members, two of which both sides had edited."""
    studio = Studio(default=Law.NEWEST)
    ids = [studio.enrol(name) for name in ("Ada", "Bob", "Cyd")]
    await studio.members_synced()
    studio.clock.advance(A_MINUTE)
    for number, one in enumerate(ids):
        studio.books.members.edit(one, {"last_name": f"There {number}"})
    for one in ids[:2]:
        await studio.edit_member(one, last_name="Here")
    return studio, await studio.members_synced()


async def asked(studio: Studio, run: Run, **document: object) -> WhatIfReport:
    return await studio.desk.what_if(studio.tenant.id, {"member": document}, run_id=run.id)


async def test_what_if_asks_the_provider_nothing_and_writes_nothing() -> None:
    studio, run = await contested()
    calls, rows = list(studio.gym.faults.calls), studio.rows()
    studio.books.members.remove("1001")
    report = await asked(studio, run, default="theirs")
    assert (report.steps, report.different) == ({"member": 3, "membership": 0}, 2)
    assert studio.gym.faults.calls == calls
    assert studio.rows() == rows


async def test_what_if_says_the_same_however_often_and_however_much_later() -> None:
    studio, run = await contested()
    first = await asked(studio, run, default="theirs")
    studio.books.members.edit("1001", {"last_name": "Later"})
    await studio.members_synced()
    again = await asked(studio, run, default="theirs")
    assert first.differences
    assert (again.steps, again.differences, again.trips) == (first.steps, first.differences, first.trips)
    assert (await asked(studio, run)).different == 0, "under the policy that held, nothing comes out otherwise"


async def test_the_same_world_is_planned_in_the_same_bytes_and_nothing_is_written_there() -> None:
    studio = Studio(default=Law.NEWEST)
    ids = [studio.enrol(name) for name in ("Ada", "Bob", "Cyd")]
    await studio.members_synced()
    await studio.edit_member(ids[0], last_name="Here")
    studio.books.members.edit(ids[1], {"last_name": "There"})
    before, made = studio.rows(without=BOOKS), writes(studio)
    first, second = await planned(studio), await planned(studio)
    assert studio.rows(without=BOOKS) == before
    assert writes(studio) == made
    assert lines(studio, first.plan_id)
    assert lines(studio, first.plan_id) == lines(studio, second.plan_id)
    await applied(studio, second.plan_id)
    assert writes(studio) == [*made, "members.push"]


async def test_what_if_says_as_apply_does_that_a_plan_was_never_finished() -> None:
    studio = Studio(page_size=1)
    for name in ("Ada", "Bob", "Cyd"):
        studio.enrol(name)
    await studio.members_synced()
    for entry in studio.books.members.entries():
        studio.books.members.edit(entry.external_id, {"last_name": "There"})
    studio.units.dies_at(3)
    with pytest.raises(StorageUnavailable):
        await planned(studio)
    studio.units.recover()
    plan = plans(studio)[-1]
    assert plan.state is PlanState.BROKEN
    with pytest.raises(IllegalTransition) as applying:
        await applied(studio, plan.id)
    with pytest.raises(IllegalTransition) as asking:
        await studio.desk.what_if(studio.tenant.id, {"member": {"default": "ours"}}, plan_id=plan.id)
    assert str(asking.value) == str(applying.value) == "this plan is broken"
