"""A lead that is entered at the counter, and of which the provider's answer is lost or not there yet, may be there."""

import pytest

from tresen.application.leads.create_lead import CreatedLead, NewLead
from tresen.application.ports.gym import NewPerson
from tresen.application.ports.sources import Observed
from tresen.domain.shared.errors import GatewayError, GatewayRejected, GatewayUnavailable
from tresen.domain.sync.push import PushState

from ..stirring import Happen, stir
from ..studio import A_MINUTE, Studio
from .scene import pushes, second_gym, set_policy
from .test_edited_on_the_way import DOWN, once, settled
from .test_editing import lead_edit
from .test_sent_and_edited import here, there


async def gym_with(*, create_there: bool = False) -> Studio:
    studio = Studio()
    await set_policy(studio, "lead", create_there=create_there)
    studio.attract("Other")
    await studio.leads_synced()
    return studio


async def enter(studio: Studio, message: str | None = None) -> CreatedLead:
    studio.clock.advance(A_MINUTE)
    new = NewLead(
        tenant_id=studio.tenant.id, first_name="Ann", last_name="Hopper", email="ann@example.org", message=message
    )
    return await studio.create_lead(new)


async def unanswered(*, create_there: bool = False, after: int = 1) -> tuple[Studio, CreatedLead]:
    studio = await gym_with(create_there=create_there)
    studio.gym.faults.fail_next("create_lead", DOWN, after=after)
    return studio, await enter(studio)


def answering(studio: Studio, happen: Happen) -> None:
    """Something happens once the gym has made a lead, and before it answers."""
    create = studio.gym.create_lead

    async def create_and_more(person: NewPerson) -> Observed:
        answer = await create(person)
        await happen()
        return answer

    studio.gym.create_lead = create_and_more  # type: ignore[method-assign] # of this one gym


@pytest.mark.parametrize("create_there", [False, True])
async def test_it_is_found_by_what_was_sent_though_its_address_was_corrected(create_there: bool) -> None:
    studio, entered = await unanswered(create_there=create_there)
    await studio.desk.edit_lead(lead_edit(studio, entered.lead, email="ann.new@example.org"))
    await settled(studio)
    assert (here(studio), there(studio)) == (["ann.new@example.org"], ["ann.new@example.org"])


@pytest.mark.parametrize("error", [GatewayRejected("no"), GatewayUnavailable("down")], ids=["refused", "no answer"])
async def test_what_did_not_arrive_is_made_there_by_the_policy_once_it_was_looked_for(error: GatewayError) -> None:
    studio = await gym_with(create_there=True)
    studio.gym.faults.fail_next("create_lead", error)
    assert (await enter(studio)).task is not None
    await settled(studio)
    assert there(studio) == ["ann@example.org"]
    assert {push.state for push in pushes(studio)} <= {PushState.DROPPED, PushState.DONE}


@pytest.mark.parametrize("after", [0, 1])
async def test_what_may_have_arrived_is_made_there_by_no_run_unless_the_policy_says_so(after: int) -> None:
    studio, _ = await unanswered(after=after)
    await settled(studio)
    assert there(studio) == ["ann@example.org"][:after]
    assert [push.state for push in pushes(studio)] == [PushState.DROPPED if after else PushState.UNSURE]


@pytest.mark.parametrize("is_lost", [False, True], ids=["answered", "no answer"])
async def test_no_other_account_makes_it_while_the_gym_thinks(is_lost: bool) -> None:
    studio = await gym_with(create_there=True)
    gym, second = second_gym(studio)
    gym.books.leads.add({"first_name": "Third", "email": "third@example.org", "status": "new"})
    studio.sync_leads = type(studio.sync_leads)(studio.sync_members._sync, studio.sync_leads._course)
    await studio.leads_synced(whole=True)

    async def sync() -> None:
        await studio.sync_leads(studio.tenant.id, second.id, force=True, whole=True)
        if is_lost:
            raise DOWN

    answering(studio, once(sync))
    await studio.create_lead(
        NewLead(
            tenant_id=studio.tenant.id,
            account_id=studio.account.id,
            first_name="Ann",
            last_name="Hopper",
            email="ann@example.org",
        )
    )
    await settled(studio)
    elsewhere = [each.values["first_name"] for each in gym.books.leads.entries()]
    assert (here(studio), there(studio), elsewhere) == (["ann@example.org"], ["ann@example.org"], ["Third"])


async def test_an_edit_of_its_address_while_a_run_lists_it_makes_no_second_one() -> None:
    studio = await gym_with(create_there=True)

    async def edit_and_sync() -> None:
        (ann,) = [lead for lead in studio.leads() if lead.first_name == "Ann"]
        await studio.desk.edit_lead(lead_edit(studio, ann, email="ann.new@example.org"))
        await studio.leads_synced(whole=True)

    answering(studio, once(edit_and_sync))
    await enter(studio)
    await settled(studio)
    assert (here(studio), there(studio)) == (["ann.new@example.org"], ["ann.new@example.org"])


async def test_it_is_not_taken_for_new_by_a_first_load() -> None:
    studio = Studio()
    for number in range(5):
        studio.attract(f"Other{number}")

    async def enter_one() -> None:
        studio.gym.faults.fail_next("create_lead", DOWN, after=1)
        await enter(studio)

    stir(studio.gym, "lead", once(enter_one))
    await studio.leads_synced()
    await settled(studio)
    assert (here(studio), there(studio)) == (["ann@example.org"], ["ann@example.org"])
