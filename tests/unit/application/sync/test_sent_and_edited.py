"""A lead that was sent to be made at the provider, and of which no answer came, is edited here: it is found by what was
sent, and neither made there again nor brought in as a second one.
"""

import pytest

from tresen.application.leads.create_lead import NewLead
from tresen.domain.leads.lead import Lead
from tresen.domain.sync.conflict import PAIRING, Choice
from tresen.domain.sync.push import PushState

from ..stirring import calm, stir
from ..studio import A_MINUTE, Studio
from .scene import applied, captured, edit_lead, open_conflicts, planned, pushes, set_policy
from .test_edited_on_the_way import DOWN, once, settled
from .test_editing import lead_edit
from .test_edits_around_creations import making
from .test_pins_that_end import decide


async def sent(**policy: str) -> tuple[Studio, Lead]:
    """Ann was sent, and made; the answer got lost."""
    studio = await making(**policy)
    ann = await captured(studio, "Ann")
    studio.gym.faults.fail_next("leads.create", DOWN, after=1)
    await studio.leads_synced(whole=True)
    studio.clock.advance(A_MINUTE)
    return studio, ann


async def readdressed(**policy: str) -> tuple[Studio, Lead]:
    """So was she, and has another address here since."""
    studio, ann = await sent(**policy)
    await studio.desk.edit_lead(lead_edit(studio, ann, email="ann.new@example.org"))
    return studio, ann


async def untold() -> tuple[Studio, str]:
    """Grace, whom no address tells apart, was sent to be made there anew, and made; the answer got lost. Her old id."""
    studio = await making(deletes="keep_edited", default="newest")
    grace = studio.attract("Grace", email=None)
    await studio.leads_synced()
    await edit_lead(studio, grace, last_name="Murray")
    studio.books.leads.remove(grace)
    studio.gym.faults.fail_next("leads.create", DOWN, after=1)
    await studio.leads_synced()
    return studio, grace


async def listed(studio: Studio) -> None:
    """Though nobody can be looked for there, nor anything be made."""
    for call in ("find", "create"):
        studio.gym.faults.fail_next(f"leads.{call}", DOWN)
    await studio.leads_synced(whole=True)


def here(studio: Studio, name: str = "Ann") -> list[str | None]:
    """The addresses of those of ours."""
    return [lead.email.raw if lead.email else None for lead in studio.leads() if lead.first_name == name]


def there(studio: Studio, name: str = "Ann") -> list[object]:
    """The addresses of those at the gym."""
    return [each.values["email"] for each in studio.books.leads.entries() if each.values["first_name"] == name]


async def test_one_whose_address_was_corrected_is_found_by_the_one_that_was_sent() -> None:
    studio, _ = await readdressed()
    await listed(studio)
    assert here(studio) == ["ann.new@example.org"]
    await settled(studio)
    assert (here(studio), there(studio)) == (["ann.new@example.org"], ["ann.new@example.org"])
    assert open_conflicts(studio) == []


async def test_one_whose_address_was_taken_away_is_found_by_the_one_that_was_sent() -> None:
    studio, ann = await sent()
    await studio.desk.edit_lead(lead_edit(studio, ann, email=None))
    await listed(studio)
    assert here(studio) == [None]
    await settled(studio)
    assert (here(studio), there(studio)) == ([None], [None])


async def test_where_the_gym_has_the_corrected_address_as_well_a_person_is_asked_about_both() -> None:
    studio, ann = await readdressed()
    studio.attract("Annie", email="ann.new@example.org")
    await listed(studio)
    await settled(studio)
    asked = open_conflicts(studio)
    assert [(each.field, each.candidates) for each in asked] == [(PAIRING, (str(ann.id),))] * 2
    assert (here(studio), here(studio, "Annie")) == (["ann.new@example.org"], [])


async def test_where_another_of_ours_has_the_address_by_now_a_person_is_asked() -> None:
    studio, ann = await readdressed()
    bob = await captured(studio, "Bob", email="ann@example.org")
    await listed(studio)
    (asked,) = open_conflicts(studio)
    assert (asked.field, set(asked.candidates)) == (PAIRING, {str(ann.id), str(bob.id)})
    assert (here(studio), here(studio, "Bob")) == (["ann.new@example.org"], ["ann@example.org"])


async def test_another_of_ours_with_the_address_that_was_sent_is_not_made_while_nobody_answers() -> None:
    """Made by its address, it would be tied to the record of the first."""
    studio = await making()
    ann = await captured(studio, "Ann")
    studio.gym.faults.fail_next("leads.create", DOWN)
    await studio.leads_synced(whole=True)
    studio.clock.advance(A_MINUTE)
    await studio.desk.edit_lead(lead_edit(studio, ann, email="ann.new@example.org"))
    await captured(studio, "Bob", email="ann@example.org")
    await listed(studio)
    assert {push.local_id for push in pushes(studio)} == {ann.id}
    await settled(studio)
    assert (there(studio), there(studio, "Bob")) == (["ann.new@example.org"], ["ann@example.org"])


async def test_a_kept_plan_that_knows_nothing_of_it_brings_in_no_second_one() -> None:
    studio, ann = await sent()
    await studio.desk.edit_lead(lead_edit(studio, ann, email=None))
    run = await planned(studio, "leads", whole=True)
    assert here(studio) == [None]
    await applied(studio, run.plan_id)
    assert here(studio) == [None]


async def test_one_that_nothing_tells_apart_is_asked_about_if_it_turns_up_as_it_was_sent() -> None:
    studio, grace = await untold()
    await studio.leads_synced()
    assert [push.state for push in pushes(studio)] == [PushState.UNSURE]
    ours = studio.lead(grace)
    await settled(studio)
    (pairing,) = [each for each in open_conflicts(studio) if each.field == PAIRING]
    assert (pairing.candidates, here(studio, "Grace"), there(studio, "Grace")) == ((str(ours.id),), [None], [None])
    await decide(studio, pairing, Choice.OURS, str(ours.id))
    await settled(studio)
    assert studio.lead(pairing.external_id).id == ours.id
    assert (open_conflicts(studio), here(studio, "Grace")) == ([], [None])


async def test_a_new_account_is_not_just_taken_over_while_one_of_ours_may_be_there() -> None:
    """Nothing is linked, and nothing of ours has an address any more."""
    studio = Studio()
    await set_policy(studio, "lead", account=None, create_there=True)
    ann = await captured(studio, "Ann")
    studio.gym.faults.fail_next("leads.create", DOWN, after=1)
    await studio.leads_synced(whole=True)
    studio.clock.advance(A_MINUTE)
    await studio.desk.edit_lead(lead_edit(studio, ann, email=None))
    await listed(studio)
    assert here(studio) == [None]


async def off_and_on(studio: Studio) -> None:
    """Writing is switched off for a run."""
    studio.change_account(writes_enabled=False)
    await studio.leads_synced()
    studio.change_account(writes_enabled=True)
    await settled(studio)


async def test_one_that_cannot_be_looked_up_is_not_made_again_though_writing_was_off_meanwhile() -> None:
    studio, _ = await untold()
    await off_and_on(studio)
    assert [push.state for push in pushes(studio)] == [PushState.UNSURE]
    assert (here(studio, "Grace"), there(studio, "Grace")) == ([None], [None])


async def test_one_that_can_be_looked_up_waits_for_that_while_writing_is_off() -> None:
    studio, _ = await readdressed(default="newest")
    await off_and_on(studio)
    assert (here(studio), there(studio)) == (["ann.new@example.org"], ["ann.new@example.org"])


@pytest.mark.parametrize("after", [0, 1], ids=["not made", "made"])
async def test_one_that_is_on_the_wire_when_writing_is_switched_off_is_made_once(after: int) -> None:
    studio = await making()
    await captured(studio, "Ann")
    studio.gym.faults.fail_next("leads.create", DOWN, after=after)
    await studio.leads_synced(whole=True)
    await off_and_on(studio)
    assert (here(studio), there(studio)) == (["ann@example.org"], ["ann@example.org"])


async def entered(**told: str) -> tuple[Studio, Lead]:
    """Ann was entered at the counter, and made; the answer got lost. No run makes her again."""
    studio = Studio()
    studio.attract("Other")
    await studio.leads_synced()
    studio.gym.faults.fail_next("create_lead", DOWN, after=1)
    new = NewLead(tenant_id=studio.tenant.id, first_name="Ann", last_name="Hopper", email="ann@example.org", **told)  # type: ignore[arg-type] # texts only
    ann = (await studio.create_lead(new)).lead
    studio.clock.advance(A_MINUTE)
    return studio, ann


def edited_there(studio: Studio, **values: str) -> None:
    (entry,) = [each for each in studio.books.leads.entries() if each.values["first_name"] == "Ann"]
    studio.books.leads.edit(entry.external_id, values)


@pytest.mark.parametrize("told", [{}, {"message": "Do you open on Sundays?", "interested_in": "Yoga"}])
async def test_one_whose_address_was_corrected_there_is_asked_about(told: dict[str, str]) -> None:
    """The message and the interest are in the gym's notes."""
    studio, ann = await entered(**told)
    edited_there(studio, email="ann.new@example.org")
    await studio.leads_synced()
    (asked,) = open_conflicts(studio)
    assert (asked.field, asked.candidates, here(studio)) == (PAIRING, (str(ann.id),), ["ann@example.org"])
    await decide(studio, asked, Choice.OURS, str(ann.id))
    await settled(studio)
    assert (len(here(studio)), len(there(studio)), open_conflicts(studio)) == (1, 1, [])


@pytest.mark.parametrize("called", [("Bob", "Hopper"), ("Ann", "Lovelace")])
async def test_one_that_is_called_otherwise_and_has_another_address_is_somebody_else(called: tuple[str, str]) -> None:
    studio, ann = await entered()
    first, last = called
    other = studio.attract(first, last_name=last, email="other@example.org")
    await studio.leads_synced()
    assert (studio.lead(other).id != ann.id, open_conflicts(studio)) == (True, [])


async def test_where_the_gym_has_the_address_that_was_sent_another_one_of_that_name_is_somebody_else() -> None:
    studio, ann = await entered()
    other = studio.attract("Ann", last_name="Hopper", email="other@example.org")
    await studio.leads_synced()
    assert open_conflicts(studio) == []
    await settled(studio)
    assert (studio.lead("1002").id, studio.lead(other).id != ann.id, open_conflicts(studio)) == (ann.id, True, [])


async def test_whatever_else_somebody_changed_there_it_is_asked_about_by_its_name() -> None:
    studio, ann = await entered(phone="030 1")
    edited_there(studio, email="ann.new@example.org", status="contacted", phone="030 2")
    await studio.leads_synced()
    (asked,) = open_conflicts(studio)
    assert (asked.field, asked.candidates, here(studio)) == (PAIRING, (str(ann.id),), ["ann@example.org"])


async def test_one_that_a_run_would_make_again_is_not_before_the_walk_shows_what_was_corrected_there() -> None:
    studio, ann = await sent()
    edited_there(studio, email="ann.new@example.org", status="contacted")
    await settled(studio)
    (asked,) = open_conflicts(studio)
    assert (asked.field, asked.candidates) == (PAIRING, (str(ann.id),))
    assert (here(studio), there(studio)) == (["ann@example.org"], ["ann.new@example.org"])
    await decide(studio, asked, Choice.OURS, str(ann.id))
    await settled(studio)
    assert (len(here(studio)), len(there(studio)), open_conflicts(studio)) == (1, 1, [])


async def test_one_that_was_not_made_is_made_once_the_walk_showed_none() -> None:
    studio = await making()
    await captured(studio, "Ann")
    studio.gym.faults.fail_next("leads.create", DOWN)
    await studio.leads_synced(whole=True)
    called = len(studio.gym.faults.calls)
    run = await studio.leads_synced(whole=True)
    assert studio.gym.faults.calls[called:] == ["leads.find", "leads", "leads.create"]
    (push,) = pushes(studio)
    assert (run.counts.pushed, there(studio), push.attempts) == (1, ["ann@example.org"], 2)


async def test_one_that_the_policy_does_not_want_there_any_more_is_not_given_up_before_the_walk() -> None:
    studio, ann = await sent()
    edited_there(studio, email="ann.new@example.org")
    await set_policy(studio, "lead", create_there=False)
    await studio.leads_synced()
    (asked,) = open_conflicts(studio)
    assert (asked.field, asked.candidates, here(studio)) == (PAIRING, (str(ann.id),), ["ann@example.org"])


async def test_a_name_that_is_written_otherwise_is_the_same() -> None:
    studio, ann = await entered()
    edited_there(studio, email="ann.new@example.org", last_name=" HOPPER")
    await studio.leads_synced()
    (asked,) = open_conflicts(studio)
    assert (asked.field, asked.candidates) == (PAIRING, (str(ann.id),))


# -- made again only after a walk that began later ---------------------------------------------------------------------


async def entered_meanwhile(studio: Studio) -> None:
    """Ann is entered at the counter, and made; the answer gets lost, and somebody corrects her address there."""
    studio.gym.faults.fail_next("create_lead", DOWN, after=1)
    studio.clock.advance(A_MINUTE)
    await studio.create_lead(
        NewLead(tenant_id=studio.tenant.id, first_name="Ann", last_name="Hopper", email="ann@example.org")
    )
    edited_there(studio, email="ann.new@example.org")
    studio.clock.advance(A_MINUTE)


async def is_asked_once(studio: Studio) -> bool:
    await settled(studio)
    asked = [(each.field, len(each.candidates)) for each in open_conflicts(studio)]
    return asked == [(PAIRING, 1)] and (here(studio), there(studio)) == (["ann@example.org"], ["ann.new@example.org"])


async def test_a_plan_that_was_made_before_it_was_sent_does_not_make_it_again() -> None:
    studio = await making()
    await captured(studio, "Bea")
    plan = (await planned(studio, "leads", whole=True)).plan_id
    await entered_meanwhile(studio)
    await applied(studio, plan)
    assert there(studio) == ["ann.new@example.org"]
    assert await is_asked_once(studio)


async def test_a_run_does_not_make_again_what_was_sent_while_it_walked() -> None:
    studio = await making()
    stir(studio.gym, "lead", once(lambda: entered_meanwhile(studio)))
    await studio.leads_synced(whole=True)
    calm(studio.gym)
    assert await is_asked_once(studio)


@pytest.mark.parametrize("create_there", [False, True])
async def test_whose_address_somebody_else_has_there_by_now_is_not_taken_for_them(create_there: bool) -> None:
    """Ann has another one, and Dan has hers: a person says who is who."""
    studio, ann = await entered()
    await set_policy(studio, "lead", create_there=create_there)
    edited_there(studio, email="ann.new@example.org")
    dan = studio.attract("Dan", email="ann@example.org")
    studio.clock.advance(A_MINUTE)
    await settled(studio)
    assert {each.external_id: each.candidates for each in open_conflicts(studio)} == {
        "1002": (str(ann.id),),
        dan: (str(ann.id),),
    }
    assert (here(studio), here(studio, "Dan")) == (["ann@example.org"], [])


async def test_whose_address_another_of_ours_has_there_by_now_is_still_looked_for_in_the_walk() -> None:
    studio, ann = await sent()
    edited_there(studio, email="ann.new@example.org")
    other = next(each for each in studio.books.leads.entries() if each.values["first_name"] != "Ann")
    studio.books.leads.edit(other.external_id, {"email": "ann@example.org"})
    await settled(studio)
    assert [(each.field, each.candidates) for each in open_conflicts(studio)] == [(PAIRING, (str(ann.id),))]
    assert len(there(studio)) == 1
