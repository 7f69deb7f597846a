"""Somebody who is known already, or who may be, enters themselves again."""

import attrs
import pytest

from tresen.adapters.memory.gym_habits import WRITABLE
from tresen.application.leads.create_lead import CreatedLead
from tresen.application.ports.gym import NewPerson
from tresen.application.ports.sources import Observed
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.leads.lead import Lead
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.staff.task import StaffTask, TaskReason, TaskState
from tresen.domain.sync.edit_fate import Fate
from tresen.domain.sync.journal import LOCAL_EDIT
from tresen.domain.sync.push import PushState

from ..stirring import stir
from ..studio import A_MINUTE, AN_HOUR, Studio
from ..sync.scene import captured, edit_lead, pushes, set_policy
from ..sync.test_edited_on_the_way import once
from ..sync.test_editing import lead_edit
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
    """Both with one name and address by now."""
    await synced(studio)
    await entered_in_vain(studio)
    studio.gym.faults.fail_next("create_lead", _DOWN)
    other = await enter(studio, email="typo@example.org")
    await studio.desk.edit_lead(lead_edit(studio, other.lead, email="ann@example.org"))
    again = await enter(studio)
    assert again.task is not None
    assert again.task.reason is TaskReason.UNDECIDED
    assert not studio.knows("lead", "1002")
    await studio.leads_synced(whole=True)
    (conflict,) = studio.conflicts()
    assert conflict.candidates == tuple(str(lead.id) for lead in named(studio))


# -- what they say -----------------------------------------------------------------------------------------------------


async def known(studio: Studio, **values: str) -> str:
    """The provider's Ann, linked; her id there. The provider takes messages."""
    fields = WRITABLE[LEAD] | {"message", "interested_in", "source"}
    studio.gym.habits = attrs.evolve(studio.gym.habits, writable={LEAD: fields})
    await synced(studio)
    key = studio.attract("Ann", last_name="H", **values)
    await studio.leads_synced()
    return key


async def open_tasks(studio: Studio) -> list[StaffTask]:
    return [task for task in await studio.tasks() if task.state is TaskState.OPEN]


@pytest.mark.parametrize("shown", [{}, {"message": ""}, {"message": "first"}])
async def test_a_message_of_who_writes_again_gets_to_the_provider(studio: Studio, shown: dict[str, str]) -> None:
    key = await known(studio, **shown)
    again = await enter(studio, message="call me", interested_in="Gold")
    wanted = "first\ncall me" if shown.get("message") else "call me"
    assert (again.lead.message, again.lead.interested_in) == (wanted, "Gold")
    for _ in range(2):
        await studio.leads_synced(whole=True)
        assert (studio.lead(key).message, studio.books.leads.get(key).values["message"]) == (wanted, wanted)
    told = [(line.field, line.value, line.rule) for line in studio.changes() if line.rule == LOCAL_EDIT]
    assert told == [("interested_in", "Gold", LOCAL_EDIT), ("message", wanted, LOCAL_EDIT)]
    assert await open_tasks(studio) == []


async def test_a_message_is_added_to_what_stands_there_by_now(studio: Studio) -> None:
    key = await known(studio, message="first")
    studio.books.leads.edit(key, {"message": "edited there"})
    await enter(studio, message="call me")
    await studio.leads_synced(whole=True)
    assert studio.books.leads.get(key).values["message"] == "edited there\ncall me"


@pytest.mark.parametrize("tried", [False, True])
async def test_each_message_of_who_writes_again_and_again_gets_there(studio: Studio, tried: bool) -> None:
    key = await known(studio)
    await enter(studio, message="one")
    if tried:
        studio.gym.faults.fail_next("leads.push", _DOWN)
        await studio.leads_synced()
    await enter(studio, message="two")
    for _ in range(2):
        await studio.leads_synced(whole=True)
    assert (studio.lead(key).message, studio.books.leads.get(key).values["message"]) == ("one\ntwo", "one\ntwo")


async def test_a_later_message_goes_after_the_one_before_it_though_the_clock_was_set_back(studio: Studio) -> None:
    key = await known(studio)
    await enter(studio, message="one")
    for _ in range(2):
        studio.gym.faults.fail_next("leads.push", _DOWN)
    await studio.leads_synced()
    studio.clock.advance(-AN_HOUR)
    await enter(studio, message="two")
    await enter(studio, message="three")
    studio.clock.advance(AN_HOUR)
    for _ in range(2):
        await studio.leads_synced(whole=True)
    wanted = "one\ntwo\nthree"
    assert (studio.lead(key).message, studio.books.leads.get(key).values["message"]) == (wanted, wanted)


async def test_a_message_that_cannot_be_written_there_is_asked_of_the_staff(studio: Studio) -> None:
    key = await known(studio, message="first")
    studio.gym.habits = attrs.evolve(studio.gym.habits, writable=WRITABLE)
    await enter(studio, message="call me")
    await studio.leads_synced(whole=True)
    (task,) = await open_tasks(studio)
    assert (task.operation, task.details["external_id"]) == ("update_lead", key)
    assert task.details["message"] == "first\ncall me"


async def test_what_the_provider_has_no_field_for_is_asked_of_the_staff(studio: Studio) -> None:
    """As Wodify has none for messages and interests."""
    key = studio.attract("Ann", last_name="H")
    for name in ("message", "interested_in"):
        del studio.books.leads.get(key).values[name]
    await synced(studio)
    await enter(studio, message="one", interested_in="Gold")
    for _ in range(2):
        again = await enter(studio, message="call me")
        await studio.leads_synced(whole=True)
    assert (again.lead.message, again.lead.interested_in) == ("one\ncall me", "Gold")
    tasks = await open_tasks(studio)
    asked = [(task.reason, task.details.get("message"), task.details.get("interested_in")) for task in tasks]
    assert asked == [(TaskReason.UNSUPPORTED, "one", "Gold"), (TaskReason.UNSUPPORTED, "call me", None)]
    assert pushes(studio, PushState.WAITING, PushState.REFUSED) == []


async def test_what_a_view_of_the_lead_lacks_and_was_seen_before_gets_there(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await known(studio, message="first")
    create = studio.gym.create_lead

    async def in_part(person: NewPerson) -> Observed:
        await create(person)
        return studio.books.leads.get(key).observed(without={"message"})

    monkeypatch.setattr(studio.gym, "create_lead", in_part)
    await enter(studio, message="call me")
    await studio.leads_synced(whole=True)
    assert studio.books.leads.get(key).values["message"] == "first\ncall me"
    assert await open_tasks(studio) == []


async def test_what_was_not_known_of_who_writes_again_is_filled_in(studio: Studio) -> None:
    key = await known(studio)
    await enter(studio, phone="030 9", source="web")
    await studio.leads_synced(whole=True)
    lead, values = studio.lead(key), studio.books.leads.get(key).values
    assert lead.phone is not None
    assert (lead.phone.raw, lead.source) == ("030 9", "web") == (values["phone"], values["source"])


async def test_what_is_known_otherwise_stays_and_the_staff_are_told(studio: Studio) -> None:
    key = await known(studio, phone="030 1")
    for _ in range(2):
        again = await enter(studio, phone="030 9", last_name="Hopper")
        assert not again.created, "the provider has her"
        assert [task.id for task in again.tasks] == [task.id for task in await open_tasks(studio)]
    (task,) = again.tasks
    assert (task.reason, task.subject) == (TaskReason.UNDECIDED, f"lead:{again.lead.id}")
    assert {name: task.details.get(name) for name in ("external_id", "phone", "last_name", "email")} == {
        "external_id": key,
        "phone": "030 9",
        "last_name": "Hopper",
        "email": None,
    }
    lead = studio.lead(key)
    assert lead.phone is not None
    assert (lead.phone.raw, lead.last_name) == ("030 1", "H")


async def test_who_has_it_entered_is_told_of_each_value_and_of_every_task(studio: Studio) -> None:
    """As Wodify, the provider has no field for messages."""
    key = studio.attract("Ann", last_name="H", phone="030 1")
    del studio.books.leads.get(key).values["message"]
    await synced(studio)
    again = await enter(studio, message="call me", interested_in="Gold", phone="030 9")
    assert [(each.field, each.fate) for each in again.prospects] == [
        ("first_name", Fate.HERE),
        ("last_name", Fate.HERE),
        ("email", Fate.HERE),
        ("phone", Fate.TASK),
        ("interested_in", Fate.PUSH),
        ("message", Fate.HERE),
    ]
    assert [(task.reason, task.details.get("message"), task.details.get("phone")) for task in again.tasks] == [
        (TaskReason.UNSUPPORTED, "call me", None),
        (TaskReason.UNDECIDED, None, "030 9"),
    ]
    assert [task.id for task in again.tasks] == [task.id for task in await open_tasks(studio)]
    assert again.task == again.tasks[0]


async def test_of_who_is_new_nothing_is_told_of_values(studio: Studio) -> None:
    await synced(studio)
    made = await enter(studio, message="call me")
    assert (made.created, made.prospects, made.tasks, made.task) == (True, (), (), None)


async def test_an_edit_of_one_that_turns_out_to_be_known_is_not_lost(studio: Studio) -> None:
    key = await known(studio, phone="030 1")

    async def edit() -> None:
        (mine,) = [lead for lead in named(studio) if lead.id != studio.lead(key).id]
        await studio.desk.edit_lead(lead_edit(studio, mine, phone="030 7", message="edited"))

    stir(studio.gym, LEAD, once(edit), at="looks")
    again = await enter(studio, phone="030 9", message="call me")
    assert again.lead.message == "edited"
    (task,) = await open_tasks(studio)
    assert task.details["phone"] == "030 7"


async def test_what_the_first_said_and_the_second_is_kept_where_the_two_are_one(studio: Studio) -> None:
    await synced(studio)
    studio.gym.habits = attrs.evolve(studio.gym.habits, writable={LEAD: WRITABLE[LEAD] | {"message"}})
    await entered_in_vain(studio, message="first")
    again = await enter(studio, message="second")
    assert again.lead.message == "first\nsecond"
    await studio.leads_synced(whole=True)
    assert studio.lead("1002").message == "first\nsecond" == studio.books.leads.get("1002").values["message"]


# -- a family of one address -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [False, True], ids=["not made", "made"])
async def test_somebody_else_of_one_address_does_not_take_the_place_of_the_first(studio: Studio, kept: bool) -> None:
    """``kept``: the first was made there, though no answer came."""
    await synced(studio)
    studio.gym.faults.fail_next("create_lead", _DOWN, after=int(kept))
    ann = await enter(studio, phone="030 1")
    again = await enter(studio, first_name="Bob", phone="030 2")
    for _ in range(2):
        await studio.leads_synced(whole=True)
    if kept:
        # The provider has one record for an address, and that says Ann.
        assert (again.created, again.lead.id) == (False, ann.lead.id) == (False, studio.lead("1002").id)
        (task,) = await open_tasks(studio)
        assert (task.details["first_name"], task.details["phone"]) == ("Bob", "030 2")
        return
    assert (again.created, again.lead.id) == (True, studio.lead("1002").id)
    (first,) = named(studio)
    assert (first.id, first.phone and first.phone.raw) == (ann.lead.id, "030 1")
    assert [task.id for task in await open_tasks(studio)] == [ann.task.id if ann.task else None]


async def test_the_first_of_one_address_is_asked_about_where_both_were_made(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    await synced(studio)
    ann = await entered_in_vain(studio)
    monkeypatch.setattr(studio.books.leads, "with_email", lambda _: None)
    bob = await enter(studio, first_name="Bob")
    await studio.leads_synced(whole=True)
    assert studio.lead("1003").id == bob.lead.id
    (conflict,) = studio.conflicts()
    assert (conflict.external_id, conflict.candidates) == ("1002", (str(ann.lead.id),))


async def test_whose_a_record_is_that_is_called_like_neither_a_person_says(studio: Studio) -> None:
    await synced(studio)
    ann = await entered_in_vain(studio)
    studio.books.leads.edit("1002", {"first_name": "Eve"})
    bob = await enter(studio, first_name="Bob")
    assert bob.task is not None
    assert bob.task.reason is TaskReason.UNDECIDED
    await studio.leads_synced(whole=True)
    (conflict,) = studio.conflicts()
    assert set(conflict.candidates) == {str(ann.lead.id), str(bob.lead.id)}


@pytest.mark.parametrize("kept", [False, True], ids=["not made", "made"])
@pytest.mark.parametrize("delete_there", [False, True])
async def test_who_writes_again_while_they_wait_to_be_made_anew_is_not_deleted(kept: bool, delete_there: bool) -> None:
    """The provider deleted what was edited here, and did not answer when it was made there again."""
    studio = Studio()
    await set_policy(
        studio,
        LEAD,
        account=None,
        create_there=True,
        deletes="keep_edited",
        default="newest",
        delete_there=delete_there,
    )
    studio.attract("Other")
    key = studio.attract("Ann", email="ann@example.org")
    await studio.leads_synced()
    ann = studio.lead(key)
    await edit_lead(studio, key, last_name="Murray")
    studio.books.leads.remove(key)
    for _ in range(2):
        studio.gym.faults.fail_next("leads.create", _DOWN, after=int(kept))
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    again = await enter(studio, last_name="Hopper")
    assert (again.created, again.lead.id) == (False, ann.id)
    assert there(studio) == (await links_of(studio, ann) if kept else []), "it is made again only after a walk"
    for _ in range(3):
        studio.clock.advance(A_MINUTE)
        await studio.leads_synced(whole=True)
    assert [lead.id for lead in named(studio)] == [ann.id]
    assert len(there(studio)) == 1
    assert await links_of(studio, ann) == there(studio)


async def links_of(studio: Studio, lead: Lead) -> list[str]:
    found = await studio.read(lambda uow: uow.sync_records.of_local(LEAD, lead.id))
    return [link.external_id for link in found]
