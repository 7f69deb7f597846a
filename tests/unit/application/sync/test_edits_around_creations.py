"""A lead is edited here before, while and after it is made at the provider: the edit holds, whoever is first."""

from collections.abc import Awaitable, Callable

import pytest

from tresen.adapters.memory.gym_books import Entry
from tresen.application.leads.create_lead import NewLead
from tresen.application.ports.gym import NewPerson
from tresen.application.ports.sources import Observed
from tresen.application.sync.edits.edit_outlook import Outlooks, Reach
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.shared.errors import GatewayRejected
from tresen.domain.staff.task import TaskReason, TaskState
from tresen.domain.sync.edit_fate import Fate
from tresen.domain.sync.push import PushState

from ..leads.test_capturing_beside_runs import enter, meanwhile
from ..stirring import stir
from ..studio import A_MINUTE, Studio
from .scene import captured, open_conflicts, pushes, set_policy
from .test_edited_on_the_way import DOWN, once, settled
from .test_editing import lead_edit
from .test_second_lives import shown_again


async def making(**policy: str) -> Studio:
    """A gym at which leads of ours are made."""
    studio = Studio()
    await set_policy(studio, LEAD, account=None, create_there=True, **policy)
    studio.attract("Other")
    await studio.leads_synced()
    return studio


def made(studio: Studio) -> Entry:
    """Ann, as the gym has her."""
    (entry,) = [each for each in studio.books.leads.entries() if each.values["first_name"] == "Ann"]
    return entry


async def test_an_edit_of_one_that_is_tied_at_that_moment_is_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the question what its provider takes and the edit a run has it made."""
    studio = await making()
    ann = await captured(studio, "Ann", phone="030 1")
    reach = Outlooks.reach

    async def make() -> None:
        await studio.leads_synced(whole=True)

    meanwhile = once(make)

    async def reach_and_make(outlooks: Outlooks, *which: object) -> Reach:
        found = await reach(outlooks, *which)  # type: ignore[arg-type] # as it was called
        await meanwhile()
        return found

    monkeypatch.setattr(Outlooks, "reach", reach_and_make)
    edited = await studio.desk.edit_lead(lead_edit(studio, ann, phone="030 2"))
    assert [(each.field, each.fate) for each in edited.prospects] == [("phone", Fate.PUSH)]
    await settled(studio)
    assert made(studio).values["phone"] == "030 2"


@pytest.mark.parametrize("law", ["theirs", "newest", "ask"])
async def test_an_edit_of_one_that_was_made_holds_though_a_listing_finds_it_first(law: str) -> None:
    studio = await making(default=law)
    ann = await captured(studio, "Ann", phone="030 1")
    studio.gym.faults.fail_next("leads.create", DOWN, after=1)
    await studio.leads_synced(whole=True)
    studio.clock.advance(A_MINUTE)
    await studio.desk.edit_lead(lead_edit(studio, ann, phone="030 2", last_name="King"))
    studio.gym.faults.fail_next("leads.find", DOWN)
    await studio.leads_synced(whole=True)
    await settled(studio)
    later = [push.values for push in pushes(studio, PushState.DONE)]
    assert sorted(later, key=str) == [{"last_name": "King"}, {"phone": "030 2"}], "each field by itself"
    assert (made(studio).values["phone"], made(studio).values["last_name"]) == ("030 2", "King")
    assert open_conflicts(studio) == []


async def test_what_somebody_edited_there_before_the_listing_found_it_is_for_the_law() -> None:
    studio = await making()
    ann = await captured(studio, "Ann", phone="030 1")
    studio.gym.faults.fail_next("leads.create", DOWN, after=1)
    await studio.leads_synced(whole=True)
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(made(studio).external_id, {"phone": "030 9"})
    await studio.desk.edit_lead(lead_edit(studio, ann, phone="030 2", last_name="King"))
    studio.gym.faults.fail_next("leads.create", DOWN)
    await studio.leads_synced(whole=True)
    await settled(studio)
    assert (made(studio).values["phone"], made(studio).values["last_name"]) == ("030 9", "King")


@pytest.mark.parametrize(("law", "phone"), [("theirs", "030 9"), ("newest", "030 2"), ("ours", "030 2"), ("ask", None)])
async def test_what_somebody_edited_there_before_the_retry_found_it_is_for_the_law(law: str, phone: str | None) -> None:
    """The answer was lost, both edited it, and the look before the second try finds it."""
    studio = await making(default=law)
    ann = await captured(studio, "Ann", phone="030 1")
    studio.gym.faults.fail_next("leads.create", DOWN, after=1)
    await studio.leads_synced(whole=True)
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(made(studio).external_id, {"phone": "030 9"})
    studio.clock.advance(A_MINUTE)
    await studio.desk.edit_lead(lead_edit(studio, ann, phone="030 2", last_name="King"))
    await settled(studio)
    (ours,) = [lead for lead in studio.leads() if lead.id == ann.id]
    assert (ours.last_name, made(studio).values["last_name"]) == ("King", "King"), "that was edited here alone"
    told = {(line.ours, line.theirs) for line in studio.changes() if line.field == "phone"}
    if phone is None:
        (asked,) = open_conflicts(studio)
        assert (asked.field, asked.ours, asked.theirs) == ("phone", "030 2", "030 9")
        assert (ours.phone and ours.phone.raw, made(studio).values["phone"]) == ("030 2", "030 9")
    else:
        assert (ours.phone and ours.phone.raw, made(studio).values["phone"]) == (phone, phone)
        assert ("030 2", "030 9") in told, "the value that lost"
        assert open_conflicts(studio) == []


@pytest.mark.parametrize("law", ["theirs", "newest", "ask"])
async def test_what_was_edited_here_alone_goes_after_one_that_the_retry_found(law: str) -> None:
    studio = await making(default=law)
    ann = await captured(studio, "Ann", phone="030 1")
    studio.gym.faults.fail_next("leads.create", DOWN, after=1)
    await studio.leads_synced(whole=True)
    studio.books.leads.edit(made(studio).external_id, {"notes": "theirs"})
    studio.clock.advance(A_MINUTE)
    await studio.desk.edit_lead(lead_edit(studio, ann, phone="030 2"))
    await settled(studio)
    (ours,) = [lead for lead in studio.leads() if lead.id == ann.id]
    assert (ours.phone and ours.phone.raw, made(studio).values["phone"]) == ("030 2", "030 2")
    assert (ours.notes, made(studio).values["notes"]) == ("theirs", "theirs")
    assert open_conflicts(studio) == []


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("law", ["theirs", "newest", "ask"])
async def test_an_edit_of_one_that_waits_to_be_made_anew_holds_though_the_old_one_is_back(
    law: str, listed: bool
) -> None:
    """``listed``: the walk finds it, as nobody could be looked for before."""
    studio = await making(deletes="keep_edited", default=law)
    key = studio.attract("Ann", phone="030 1", notes="one")
    await studio.leads_synced()
    ann, before = studio.lead(key), studio.books.leads.get(key)
    await studio.desk.edit_lead(lead_edit(studio, ann, last_name="Murray"))
    studio.books.leads.remove(key)
    studio.gym.faults.fail_next("leads.create", DOWN)
    await studio.leads_synced(whole=True)
    studio.clock.advance(A_MINUTE)
    await studio.desk.edit_lead(lead_edit(studio, ann, phone="030 2"))
    shown_again(studio, studio.books.leads, key, before)
    studio.books.leads.edit(key, {"notes": "two"})
    if listed:
        studio.gym.faults.fail_next("leads.find", DOWN)
    await studio.leads_synced(whole=True)
    await settled(studio)
    wanted = {"last_name": "Murray", "phone": "030 2", "notes": "two"}
    assert {name: made(studio).values[name] for name in wanted} == wanted
    ours = studio.lead(key)
    assert (ours.last_name, ours.phone and ours.phone.raw, ours.notes) == ("Murray", "030 2", "two")
    assert open_conflicts(studio) == []


async def test_of_two_edits_while_it_was_made_one_that_is_overtaken_takes_no_other_with_it() -> None:
    studio = await making()
    ann = await captured(studio, "Ann", phone="030 1")

    async def again() -> None:
        await studio.desk.edit_lead(lead_edit(studio, ann, phone="030 2", last_name="King"))

    stir(studio.gym, LEAD, once(again), at="writes")
    await studio.leads_synced(whole=True)
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(made(studio).external_id, {"phone": "030 9"})
    await settled(studio)
    assert (made(studio).values["last_name"], made(studio).values["phone"]) == ("King", "030 9")
    (ours,) = [lead for lead in studio.leads() if lead.id == ann.id]
    assert (ours.last_name, ours.phone and ours.phone.raw) == ("King", "030 9")


async def test_an_edit_while_a_lead_is_entered_goes_after_it() -> None:
    """It is made there by who captures it, and not by a run; the provider's answer comes after the edit."""
    studio = await making()

    async def edit() -> None:
        (ann,) = [lead for lead in studio.leads() if lead.first_name == "Ann"]
        await studio.desk.edit_lead(lead_edit(studio, ann, phone="030 2", last_name="King"))

    create = studio.gym.create_lead

    async def create_and_edit(person: NewPerson) -> Observed:
        answer = await create(person)
        await edit()
        return answer

    studio.gym.create_lead = create_and_edit  # type: ignore[method-assign] # of this one gym
    new = NewLead(
        tenant_id=studio.tenant.id, first_name="Ann", last_name="Hopper", email="ann@example.org", phone="030 1"
    )
    created = await studio.create_lead(new)
    assert (created.lead.last_name, created.lead.phone and created.lead.phone.raw) == ("King", "030 2")
    await settled(studio)
    assert (made(studio).values["last_name"], made(studio).values["phone"]) == ("King", "030 2")
    (ours,) = [lead for lead in studio.leads() if lead.first_name == "Ann"]
    assert (ours.last_name, ours.phone and ours.phone.raw) == ("King", "030 2")


@pytest.mark.parametrize("law", ["theirs", "newest", "ask"])
async def test_an_edit_of_one_that_was_made_holds_though_the_provider_refused_to_make_it_again(law: str) -> None:
    studio = await making(default=law)
    ann = await captured(studio, "Ann", phone="030 1")
    studio.gym.faults.fail_next("leads.create", DOWN, after=1)
    await studio.leads_synced(whole=True)
    key, before = made(studio).external_id, made(studio)
    # It does not show there yet, neither to a search nor in a list.
    studio.books.leads.remove(key)
    studio.gym.faults.fail_next("leads.create", GatewayRejected("it is there already"))
    await studio.leads_synced(whole=True)
    assert [push.state for push in pushes(studio)] == [PushState.REFUSED]
    shown_again(studio, studio.books.leads, key, before)
    studio.clock.advance(A_MINUTE)
    await studio.desk.edit_lead(lead_edit(studio, ann, phone="030 2"))
    await settled(studio)
    assert (made(studio).values["phone"], len(studio.leads())) == ("030 2", 2)
    assert open_conflicts(studio) == []


async def test_an_edit_of_one_that_was_refused_at_once_is_for_the_law() -> None:
    """Nobody made it there: what turns up under its address is somebody else's work."""
    studio = await making()
    ann = await captured(studio, "Ann", phone="030 1")
    studio.gym.faults.fail_next("leads.create", GatewayRejected("no"))
    await studio.leads_synced(whole=True)
    studio.attract("Ann", phone="030 1")
    studio.clock.advance(A_MINUTE)
    await studio.desk.edit_lead(lead_edit(studio, ann, phone="030 2"))
    await settled(studio)
    assert made(studio).values["phone"] == "030 1"


# -- not taken in the end ----------------------------------------------------------------------------------------------


async def entered(studio: Studio, later: Callable[[], Awaitable[object]]) -> None:
    """By somebody; a run finds it."""
    studio.gym.faults.fail_next("create_lead", DOWN, after=1)
    await enter(studio)
    await later()


async def entered_meanwhile(studio: Studio, later: Callable[[], Awaitable[object]]) -> None:
    """By somebody, and answered after the edit."""
    meanwhile(studio, later)
    await enter(studio)


async def made_by_a_run(studio: Studio, later: Callable[[], Awaitable[object]]) -> None:
    """And found by its second try."""
    await set_policy(studio, LEAD, account=None, create_there=True)
    await captured(studio, "Ann")
    studio.gym.faults.fail_next("leads.create", DOWN, after=1)
    await studio.leads_synced(whole=True)
    await later()


@pytest.mark.parametrize("off", [False, True], ids=["refused", "switched off"])
@pytest.mark.parametrize("make", [entered, entered_meanwhile, made_by_a_run])
async def test_an_edit_while_it_is_made_that_the_provider_does_not_take_is_asked_of_the_staff(
    studio: Studio, make: Callable[..., Awaitable[None]], off: bool
) -> None:
    studio.attract("Other")
    await studio.leads_synced()

    async def later() -> None:
        (ann,) = [lead for lead in studio.leads() if lead.first_name == "Ann"]
        await studio.desk.edit_lead(lead_edit(studio, ann, last_name="Murray"))

    await make(studio, later)
    for _ in range(2):
        studio.gym.faults.fail_next("leads.push", DOWN if off else GatewayRejected("no such name"))
    await studio.leads_synced(whole=True)
    if off:
        studio.change_account(writes_enabled=False)
    await settled(studio)
    (task,) = [task for task in await studio.tasks() if task.state is TaskState.OPEN]
    assert (task.operation, task.details["last_name"]) == ("update_lead", "Murray")
    assert task.reason is (TaskReason.WRITES_DISABLED if off else TaskReason.REJECTED)


@pytest.mark.parametrize("law", ["theirs", "newest"])
async def test_what_the_provider_never_showed_and_does_not_take_is_told_to_stay_here(law: str) -> None:
    studio = await making(default=law)
    ann = await captured(studio, "Ann", source="web")
    await studio.leads_synced(whole=True)
    edited = await studio.desk.edit_lead(lead_edit(studio, ann, source="a friend"))
    await settled(studio)
    assert [(each.field, each.fate) for each in edited.prospects] == [("source", Fate.HERE)]
    assert made(studio).values.get("source") is None
