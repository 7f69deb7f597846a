"""Edits here while an earlier value is on its way to the provider, or may be there already: none is lost."""

import pytest

from tresen.adapters.memory.gym_habits import Habits
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.sync.laws import Law
from tresen.domain.sync.schema import Values

from ..stirring import Happen, stir
from ..studio import A_MINUTE, Studio
from .scene import captured, open_conflicts, set_policy, there
from .test_editing import edit, lead_edit, synced

DOWN = GatewayUnavailable("no answer")
WRITES_AND_ASKS = [Law.THEIRS, Law.NEWEST, Law.ASK]


async def settled(studio: Studio) -> None:
    for _ in range(3):
        studio.clock.advance(A_MINUTE)
        await studio.members_synced(whole=True)
        await studio.leads_synced(whole=True)


def once(happen: Happen) -> Happen:
    """The first time only."""
    times: list[None] = []

    async def first() -> None:
        times.append(None)
        if len(times) == 1:
            await happen()

    return first


@pytest.mark.parametrize("law", WRITES_AND_ASKS, ids=lambda law: law.name)
async def test_an_edit_while_the_one_before_is_on_the_wire_goes_after_it(law: Law) -> None:
    studio, ada = await synced(law)
    await edit(studio, ada, last_name="Kinng")

    async def again() -> None:
        await edit(studio, ada, last_name="King")

    stir(studio.gym, "member", once(again), at="writes")
    await studio.members_synced()
    await settled(studio)
    assert (studio.member(ada).last_name, there(studio, ada, "last_name")) == ("King", "King")
    assert open_conflicts(studio) == []


@pytest.mark.parametrize("law", [Law.NEWEST, Law.ASK], ids=lambda law: law.name)
async def test_what_got_through_is_no_edit_of_the_provider_though_it_edits_something_beside_it(law: Law) -> None:
    studio, ada = await synced(law)
    await edit(studio, ada, city="Bonn", last_name="King")
    studio.gym.faults.fail_next("members.push", DOWN, after=1)
    await studio.members_synced()
    await edit(studio, ada, city="Kiel")
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"last_name": "Murray"})
    await settled(studio)
    assert (studio.member(ada).city, there(studio, ada, "city")) == ("Kiel", "Kiel")
    assert (studio.member(ada).last_name, there(studio, ada, "last_name")) == ("Murray", "Murray")
    assert open_conflicts(studio) == []


class _DeafToPhones(Habits):
    def spelled(self, values: Values) -> Values:
        return {name: value for name, value in values.items() if name != "phone"}


@pytest.mark.parametrize("law", [Law.NEWEST, Law.ASK], ids=lambda law: law.name)
async def test_what_did_not_get_through_with_the_rest_is_no_edit_of_the_provider_either(law: Law) -> None:
    studio, ada = await synced(law)
    before = there(studio, ada, "phone")
    await edit(studio, ada, city="Bonn", last_name="King", phone="030 777")
    studio.gym.habits = _DeafToPhones()
    studio.gym.faults.fail_next("members.push", DOWN, after=1)
    await studio.members_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"last_name": "Murray"})
    await settled(studio)
    phone = studio.member(ada).phone
    assert (phone and phone.raw, there(studio, ada, "phone")) == ("030 777", before), "our edit is not taken back"
    assert (studio.member(ada).last_name, there(studio, ada, "last_name")) == ("Murray", "Murray")
    assert open_conflicts(studio) == []


@pytest.mark.parametrize("lost", [True, False], ids=["the answer is lost", "on the wire"])
async def test_an_edit_of_one_that_is_being_made_there_goes_after_it(lost: bool) -> None:
    studio = Studio()
    await set_policy(studio, "lead", create_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    ann = await captured(studio, "Ann", phone="030 1")

    async def again() -> None:
        await studio.desk.edit_lead(lead_edit(studio, ann, phone="030 2"))

    if lost:
        studio.gym.faults.fail_next("leads.create", DOWN, after=1)
        await studio.leads_synced(whole=True)
        await again()
    else:
        stir(studio.gym, "lead", once(again), at="writes")
        await studio.leads_synced(whole=True)
    await settled(studio)
    (made,) = [entry for entry in studio.books.leads.entries() if entry.values["first_name"] == "Ann"]
    (ours,) = [lead for lead in studio.leads() if lead.first_name == "Ann"]
    assert (ours.phone and ours.phone.raw, made.values["phone"]) == ("030 2", "030 2")


async def test_an_edit_of_one_that_waits_behind_another_is_what_is_made_there() -> None:
    studio = Studio()
    await set_policy(studio, "lead", create_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    both = {one: await captured(studio, one, phone="030 1") for one in ("Ann", "Bea")}

    async def amend() -> None:
        made = {entry.values["first_name"] for entry in studio.books.leads.entries()}
        (waiting,) = both.keys() - made
        await studio.desk.edit_lead(lead_edit(studio, both[waiting], phone="030 2"))

    stir(studio.gym, "lead", once(amend), at="writes")
    await studio.leads_synced(whole=True)
    made = {str(e.values["first_name"]): e.values["phone"] for e in studio.books.leads.entries()}
    assert sorted(map(str, (made["Ann"], made["Bea"]))) == ["030 1", "030 2"]
