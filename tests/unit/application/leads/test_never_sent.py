"""Somebody writes again whose lead is here, and certainly was never sent to the provider."""

import pytest

from tresen.application.ports.gym import Operation
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.leads.lead import Lead
from tresen.domain.shared.errors import GatewayRejected, GatewayUnavailable, StorageConflict
from tresen.domain.staff.task import TaskReason, TaskState
from tresen.domain.sync.push import PushState

from ..studio import Studio
from ..sync.scene import captured, pushes
from ..sync.test_editing import lead_edit
from .test_capturing_beside_runs import enter, named, synced, there


async def never_sent(studio: Studio, *, phone: str = "", message: str = "") -> Lead:
    """Whoever enters Ann does not get their turn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tresen.application.gym.provider_writes._PAUSE_S", 61.0)
        async with studio.writes.turn(studio.tenant.id, "person:ann@example.org"):
            with pytest.raises(StorageConflict):
                await enter(studio, phone=phone, message=message)
    return named(studio)[-1]


async def test_who_writes_again_after_nothing_was_sent_is_one_lead(studio: Studio) -> None:
    await synced(studio)
    first = await never_sent(studio, phone="030 1", message="first")
    again = await enter(studio, message="second")
    assert (again.created, again.lead.id) == (False, first.id)
    assert again.lead.message == "first\nsecond"
    await studio.leads_synced(whole=True)
    assert [lead.id for lead in named(studio)] == [first.id] == [studio.lead("1002").id]
    assert there(studio) == ["1002"]
    phone = studio.lead("1002").phone
    assert (phone and phone.raw, studio.books.leads.get("1002").values["phone"]) == ("030 1", "030 1")
    assert pushes(studio, PushState.WAITING, PushState.UNSURE) == []
    (task,) = [task for task in await studio.tasks() if task.operation == Operation.CREATE_LEAD.value]
    assert task.state is TaskState.DONE


async def test_who_was_kept_while_nothing_was_written_and_writes_again_is_one_lead(studio: Studio) -> None:
    await synced(studio)
    first = await captured(studio, "Ann")
    again = await enter(studio)
    assert (again.created, again.lead.id) == (False, first.id) == (False, studio.lead("1002").id)
    assert [lead.id for lead in named(studio)] == [first.id]


async def test_who_was_refused_and_writes_again_is_one_lead(studio: Studio) -> None:
    await synced(studio)
    studio.gym.faults.fail_next("create_lead", GatewayRejected("no"))
    first = await enter(studio)
    again = await enter(studio)
    assert (again.created, again.lead.id) == (False, first.lead.id) == (False, studio.lead("1002").id)


async def test_somebody_else_of_the_address_who_was_never_sent_stays_a_lead_of_their_own(studio: Studio) -> None:
    await synced(studio)
    first = await never_sent(studio)
    bob = await enter(studio, first_name="Bob")
    assert (bob.created, bob.lead.id) == (True, studio.lead("1002").id)
    assert [lead.id for lead in named(studio)] == [first.id]


async def test_somebody_else_who_was_sent_does_not_stand_between_the_two(studio: Studio) -> None:
    await synced(studio)
    studio.gym.faults.fail_next("create_lead", GatewayUnavailable("no answer"))
    await enter(studio, first_name="Bob")
    first = await never_sent(studio)
    again = await enter(studio)
    assert (again.created, again.lead.id) == (False, first.id) == (False, studio.lead("1002").id)


async def test_of_several_that_were_never_sent_it_is_the_first(studio: Studio) -> None:
    """As of several that wait for their turn."""
    await synced(studio)
    first, second = await never_sent(studio), await never_sent(studio)
    again = await enter(studio)
    assert (again.created, again.lead.id) == (False, first.id) == (False, studio.lead("1002").id)
    assert [lead.id for lead in named(studio)] == [first.id, second.id], "the task of the second asks to look"


async def test_who_is_asked_about_is_not_tied_before_it_is_said(studio: Studio) -> None:
    """Whether Ann is the provider's record of her address before, a person is asked."""
    await synced(studio)
    await captured(studio, "Ann", email="old@example.org")
    first = await captured(studio, "Ann", email="old@example.org")
    studio.attract("Ann", email="old@example.org")
    await studio.leads_synced()
    await studio.desk.edit_lead(lead_edit(studio, first, email="ann@example.org"))
    again = await enter(studio)
    assert again.task is not None
    assert again.task.reason is TaskReason.UNDECIDED

    async def links(uow: UnitOfWork) -> int:
        return len(await uow.sync_records.of_local(LEAD, first.id))

    assert await studio.read(links) == 0
