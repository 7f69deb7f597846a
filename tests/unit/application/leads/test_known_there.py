"""Who writes again is known by the address that they have here, though the provider has another one."""

import pytest

from tresen.application.sync.records.kinds import LEAD
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.staff.task import TaskReason
from tresen.domain.sync.push import PushState

from ..studio import A_MINUTE, Studio
from ..sync.scene import edit_lead, open_conflicts, pushes, set_policy
from ..sync.test_editing import lead_edit
from .test_capturing_beside_runs import enter, named, there


async def known(studio: Studio, *, create_there: bool = False) -> str:
    """The provider's Ann, whose address was corrected here just now, and that is on its way; her id there."""
    await set_policy(studio, LEAD, create_there=create_there)
    key = studio.attract("Ann", email="ann@old.org")
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    await studio.desk.edit_lead(lead_edit(studio, studio.lead(key), email="Ann@example.org"))
    return key


@pytest.mark.parametrize("create_there", [False, True])
async def test_who_writes_with_an_address_that_is_on_its_way_is_one_lead(studio: Studio, create_there: bool) -> None:
    key = await known(studio, create_there=create_there)
    again = await enter(studio, message="me again")
    assert (again.created, again.lead.id, again.lead.message) == (False, studio.lead(key).id, "me again")
    for _ in range(2):
        await studio.leads_synced(whole=True)
    assert there(studio) == [key]
    assert len(named(studio)) == 1
    assert studio.books.leads.get(key).values["email"] == "Ann@example.org"
    assert open_conflicts(studio) == []
    assert pushes(studio, PushState.WAITING, PushState.UNSURE) == []


async def test_so_it_is_with_an_address_that_the_next_sync_decides_about(studio: Studio) -> None:
    await set_policy(studio, LEAD, default="ours")
    key = studio.attract("Ann", email="ann@old.org")
    await studio.leads_synced()
    await edit_lead(studio, key, email=studio.lead(key).email.parse("ann@example.org"))  # type: ignore[union-attr] # has one
    again = await enter(studio)
    assert (again.created, again.lead.id) == (False, studio.lead(key).id)
    assert there(studio) == [key]


async def test_who_writes_with_an_address_that_was_changed_there_is_one_lead(studio: Studio) -> None:
    """No sync saw it yet."""
    key = studio.attract("Ann")
    await studio.leads_synced()
    studio.books.leads.edit(key, {"email": "ann@new.org"})
    again = await enter(studio)
    assert (again.created, again.lead.id) == (False, studio.lead(key).id)
    assert again.lead.email is not None
    assert again.lead.email.raw == "ann@new.org", "what was changed there is taken over"
    (task,) = again.tasks
    assert (task.reason, task.details["email"]) == (TaskReason.UNDECIDED, "ann@example.org")
    assert there(studio) == [key]


async def test_somebody_else_of_the_family_is_made(studio: Studio) -> None:
    key = await known(studio)
    bob = await enter(studio, first_name="Bob")
    assert bob.lead.id != studio.lead(key).id
    assert len(studio.books.leads) == 2


async def test_of_two_that_are_linked_the_provider_is_asked(studio: Studio) -> None:
    """Nobody is guessed."""
    first = await known(studio)
    second = studio.attract("Ann")
    await studio.leads_synced(whole=True)
    again = await enter(studio)
    assert there(studio) == [first, second]
    assert again.task is not None
    assert again.task.reason is TaskReason.UNDECIDED


async def test_whom_the_provider_has_no_more_is_looked_for_by_their_address(studio: Studio) -> None:
    key = await known(studio)
    studio.books.leads.remove(key)
    again = await enter(studio)
    assert again.task is not None
    assert (again.created, again.task.reason) == (True, TaskReason.UNDECIDED), "which of ours it is a person says"
    await studio.leads_synced(whole=True)
    (conflict,) = [each for each in open_conflicts(studio) if each.candidates]
    assert str(again.lead.id) in conflict.candidates


async def test_where_the_provider_does_not_answer_it_is_the_one_that_we_know_it_has(studio: Studio) -> None:
    key = await known(studio)
    studio.gym.faults.fail_next("leads.get", GatewayUnavailable("no answer"))
    again = await enter(studio)
    assert (again.created, again.lead.id) == (False, studio.lead(key).id)
    assert [task.operation for task in again.tasks] == ["update_lead"], "of her last name; nobody need enter her"
    assert there(studio) == [key], "nothing was made"
    assert pushes(studio, PushState.UNSURE) == []
