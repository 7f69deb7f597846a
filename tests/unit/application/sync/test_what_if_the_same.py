"""Under the very policy of a run, what-if finds nothing that would have come out otherwise."""

from collections.abc import Mapping
from typing import Any

import pytest

from tresen.application.sync.records.kinds import LEAD, MEMBER
from tresen.domain.sync.action import Action
from tresen.domain.sync.run import Run

from ..studio import A_MINUTE, Studio
from .scene import captured, edit_lead, set_policy

NO_GUARDS = {"deleted": {"percent": 100}, "blanked": {"percent": 100}, "conflicts": {"percent": 100}}
POLICIES: Mapping[str, Mapping[str, Any]] = {
    "as built in": {},
    "ours": {"default": "ours"},
    "newest": {"default": "newest", "clock_skew_s": 300},
    "union": {"default": "union"},
    "ask": {"default": "ask", "deletes": "ask"},
    "creates there": {"default": "newest", "create_there": True},
    "deletes there": {"delete_there": True, "deletes": "delete"},
    "does everything there": {"default": "ours", "create_there": True, "delete_there": True},
    "deletes nothing here": {"delete_here": False, "create_there": True},
}


async def a_busy_day(studio: Studio) -> list[Run]:
    """Runs of records that were edited, deleted and made, on either side and on both."""
    people = [studio.enrol(f"M{n}", phone=f"030 11{n}") for n in range(7)]
    leads = [studio.attract(f"L{n}", phone=f"030 22{n}") for n in range(7)]
    first = [await studio.members_synced(), await studio.leads_synced()]
    studio.clock.advance(A_MINUTE)
    for ids, book in ((people, studio.books.members), (leads, studio.books.leads)):
        book.edit(ids[0], {"last_name": "There", "phone": book.get(ids[0]).values["phone"].replace("030 ", "+4930")})  # type: ignore[union-attr] # a text
        book.edit(ids[1], {"last_name": "There"})
        book.remove(ids[2])
        book.remove(ids[3])
        book.edit(ids[4], {"last_name": "There"})
    for number in (1, 2, 6):
        await studio.edit_member(people[number], last_name="Here")
        await edit_lead(studio, leads[number], last_name="Here")
    gone_here(studio, people[4:6], leads[4:6])
    await captured(studio, "Nora")
    studio.attract("Nils")
    return [*first, await studio.members_synced(), await studio.leads_synced()]


def gone_here(studio: Studio, people: list[str], leads: list[str]) -> None:
    rows = studio.store.room(studio.tenant.id)
    for one in people:
        rows.members.remove(studio.member(one).id)
    for one in leads:
        rows.leads.remove(studio.lead(one).id)


@pytest.mark.parametrize("writes", [True, False], ids=["may write", "may not write"])
@pytest.mark.parametrize("document", POLICIES.values(), ids=POLICIES.keys())
async def test_nothing_comes_out_otherwise(document: Mapping[str, Any], writes: bool) -> None:
    studio = Studio()
    for kind in (MEMBER, LEAD):
        await set_policy(studio, kind, guards=NO_GUARDS, **document)
    studio.change_account(writes_enabled=writes)
    runs = [run for run in await a_busy_day(studio) if run.plan_id is not None]
    assert len(runs) == 2
    for run in runs:
        report = await studio.desk.what_if(studio.tenant.id, {}, run_id=run.id)
        assert sum(report.steps.values()) > 3
        assert [(each.step.external_id, each.fields) for _, each in report.differences] == []
        assert tuple(trip for _, trip in report.trips) == report.plan.trips


async def test_what_the_account_allowed_may_be_tried_though_the_policy_forbade_it(studio: Studio) -> None:
    """And what it did not allow stays forbidden."""
    actions = {}
    for number, may in enumerate((True, False)):
        lead = studio.attract(f"L{number}")
        await studio.leads_synced()
        studio.change_account(writes_enabled=may)
        studio.books.leads.remove(lead)
        await edit_lead(studio, lead, last_name="Here")
        run = await studio.leads_synced()
        report = await studio.desk.what_if(studio.tenant.id, {LEAD: {"create_there": True}}, run_id=run.id)
        actions[may] = [each.instead.decision.action for _, each in report.differences]
    assert actions == {True: [Action.RESTORE_THERE], False: []}
