"""A member whom the provider answers with at the counter may be one of ours already, or may be nobody by now."""

from datetime import date

import pytest

from tresen.application.leads.convert_lead import Conversion
from tresen.application.membership.create_membership import Buyer, Sale, Sold
from tresen.application.sync.records.kinds import MEMBER
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.leads.stage import Stage
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.staff.task import TaskReason, TaskState

from ..studio import A_MINUTE, GOLD, Studio
from ..sync.scene import open_conflicts, set_policy

_DOWN = GatewayUnavailable("no answer")
STARTS = date(2026, 4, 1)


@pytest.fixture(autouse=True)
def _on_sale(studio: Studio) -> None:
    studio.books.packages = [GOLD]


async def sold(studio: Studio, first_name: str = "Ada", email: str = "ada@example.org") -> Sold:
    buyer = Buyer(first_name=first_name, last_name="Byron", email=email)
    return await studio.create_membership(
        Sale(tenant_id=studio.tenant.id, buyer=buyer, package="Gold", starts_on=STARTS)
    )


async def lost(studio: Studio, *, number: int = 1) -> list[str]:
    """So many members of one address, whom the provider lost, and who wait to be made there anew; their ids there."""
    await set_policy(studio, MEMBER, create_there=True, deletes="keep_edited", default="newest")
    ids = [studio.enrol("Ada") for _ in range(number)]
    studio.enrol("Bea")
    await studio.members_synced()
    for one in ids:
        await studio.edit_member(one, city="Ulm")
        studio.books.members.remove(one)
    for _ in range(4):
        studio.gym.faults.fail_next("members.create", _DOWN)
    await studio.members_synced(whole=True)
    return ids


async def test_a_member_who_waits_to_be_made_anew_and_buys_is_one_member(studio: Studio) -> None:
    (ada,) = await lost(studio)
    before = studio.member(ada)
    made = await sold(studio)
    assert made.member is not None
    assert (made.member.id, made.task) == (before.id, None)
    for _ in range(2):
        await studio.members_synced(whole=True)
    assert [member.id for member in studio.members() if member.first_name == "Ada"] == [before.id]
    there = [entry.values for entry in studio.books.members.entries() if entry.values["first_name"] == "Ada"]
    assert [values["city"] for values in there] == ["Ulm"]
    assert open_conflicts(studio) == []


async def test_which_of_several_it_is_a_person_says_and_nothing_is_sold_to_anybody_else(studio: Studio) -> None:
    await lost(studio, number=2)
    made = await sold(studio)
    assert made.task is not None
    assert (made.task.reason, made.membership) == (TaskReason.UNDECIDED, None)
    assert len(studio.members()) == 3
    assert len(studio.books.memberships) == 0
    await studio.members_synced(whole=True)
    assert "?" in {conflict.field for conflict in open_conflicts(studio)}


async def test_nothing_is_sold_to_another_of_a_family_who_has_the_address(studio: Studio) -> None:
    bob = studio.enrol("Bob", email="byron@example.org")
    await studio.members_synced()
    made = await sold(studio, "Ada", "byron@example.org")
    assert made.task is not None
    assert (made.task.reason, made.member, made.membership) == (TaskReason.UNDECIDED, None, None)
    assert f"record {bob}, which is called Bob Byron" in (made.task.details["why"] or "")
    assert [member.first_name for member in studio.members()] == ["Bob"]
    assert len(studio.books.memberships) == 0


@pytest.mark.parametrize("spelt", ["Ada", " ada ", "ADA"])
async def test_who_is_called_so_is_the_member_who_is_known(studio: Studio, spelt: str) -> None:
    """Also by another last name: they may have married."""
    studio.enrol("Ada", last_name="Lovelace")
    await studio.members_synced()
    made = await sold(studio, spelt)
    assert made.membership is not None
    assert [member.id for member in studio.members()] == [made.membership.member_id]


async def taken_away(studio: Studio, first_name: str = "Ada") -> str:
    """A member whom an undo took away here; the id there."""
    studio.enrol("Bea")
    await studio.members_synced()
    ada = studio.enrol(first_name)
    run = await studio.members_synced()
    studio.clock.advance(A_MINUTE)
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Max")
    return ada


async def test_nothing_is_sold_to_a_member_who_was_taken_away_here(studio: Studio) -> None:
    await taken_away(studio)
    made = await sold(studio)
    assert made.task is not None
    assert made.task.reason is TaskReason.UNDECIDED
    assert "was taken away here" in (made.task.details["why"] or "")
    assert len(studio.books.memberships) == 0


async def test_no_lead_becomes_a_member_who_was_taken_away_here(studio: Studio) -> None:
    await taken_away(studio)
    key = studio.attract("Ada")
    await studio.leads_synced()
    wanted = Conversion(tenant_id=studio.tenant.id, lead_id=studio.lead(key).id, package="Gold", starts_on=STARTS)
    done = await studio.convert_lead(wanted)
    assert done.task is not None
    assert (done.task.reason, done.task.subject) == (TaskReason.UNDECIDED, f"lead:{studio.lead(key).id}")
    assert (done.lead.stage, done.lead.member_id, studio.lead(key).member_id) == (Stage.NEW, None, None)
    assert len(studio.books.memberships) == 0
    again = await studio.convert_lead(wanted)
    assert [task.id for task in await studio.tasks() if task.state is TaskState.OPEN] == [again.task and again.task.id]
