"""Somebody who is known already, or who may be, enters themselves again."""

from tresen.application.leads.create_lead import CreatedLead
from tresen.application.sync.kinds import LEAD
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.staff.task import TaskReason
from tresen.domain.sync.push import PushState

from ..stirring import stir
from ..studio import Studio
from ..sync.scene import captured, pushes
from ..sync.test_edited_on_the_way import once
from .test_capturing_beside_runs import enter, named, synced, there

_DOWN = GatewayUnavailable("no answer")


async def entered_in_vain(studio: Studio, message: str = "") -> CreatedLead:
    studio.gym.faults.fail_next("create_lead", _DOWN, after=1)
    return await enter(studio, message=message)


async def test_who_writes_again_after_an_answer_was_lost_is_one_lead(studio: Studio) -> None:
    await synced(studio)
    first = await entered_in_vain(studio, message="first")
    again = await enter(studio, message="second")
    assert (again.created, again.lead.id) == (False, first.lead.id)
    await studio.leads_synced(whole=True)
    assert [lead.id for lead in named(studio)] == [first.lead.id] == [studio.lead("1002").id]
    assert there(studio) == ["1002"]
    assert pushes(studio, PushState.WAITING, PushState.UNSURE) == []


async def test_who_writes_again_is_found_by_what_was_sent_though_the_address_is_another_here(studio: Studio) -> None:
    await synced(studio)
    first = await entered_in_vain(studio)
    await studio.desk.edit_lead(lead_edit(studio, first.lead, email="new@example.org"))
    again = await enter(studio)
    assert (again.created, again.lead.id) == (False, first.lead.id)
    await studio.leads_synced(whole=True)
    assert [lead.id for lead in named(studio)] == [first.lead.id] == [studio.lead("1002").id]
    assert studio.books.leads.get("1002").values["email"] == "new@example.org"


async def test_who_writes_again_while_a_run_makes_them_is_one_lead(studio: Studio) -> None:
    await synced(studio, create_there=True)
    first = await captured(studio, "Ann")
    met: list[CreatedLead] = []

    async def again() -> None:
        met.append(await enter(studio))

    stir(studio.gym, LEAD, once(again), at="writes")
    await studio.leads_synced(whole=True)
    await studio.leads_synced(whole=True)
    assert [(each.created, each.lead.id) for each in met] == [(False, first.id)]
    assert [lead.id for lead in named(studio)] == [first.id] == [studio.lead("1002").id]
    assert there(studio) == ["1002"]
    assert {push.state for push in pushes(studio)} <= {PushState.DONE, PushState.DROPPED}


async def test_which_of_two_whose_answers_were_lost_it_is_a_person_says(studio: Studio) -> None:
    await synced(studio)
    await entered_in_vain(studio)
    await entered_in_vain(studio)
    again = await enter(studio)
    assert again.task is not None
    assert again.task.reason is TaskReason.UNDECIDED
    assert not studio.knows("lead", "1002")
    await studio.leads_synced(whole=True)
    (conflict,) = studio.conflicts()
    assert conflict.candidates == tuple(str(lead.id) for lead in named(studio))


async def test_one_that_was_never_sent_is_no_matter_of_the_answer(studio: Studio) -> None:
    await synced(studio)
    waiting = await captured(studio, "Ann")
    made = await enter(studio)
    assert studio.lead("1002").id == made.lead.id != waiting.id
