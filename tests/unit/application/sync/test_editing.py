"""People edit members and leads here; a sync brings it to the provider, or says why not."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest

from tresen.adapters.memory.gym_books import Shelf
from tresen.adapters.memory.gym_habits import Habits
from tresen.application.leads.edit_lead import LeadEdit
from tresen.application.membership.edit_member import MemberEdit
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.edits.edited import EditDone
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.leads.lead import Lead
from tresen.domain.membership.member import Member
from tresen.domain.shared.contact import PhoneNumber
from tresen.domain.shared.errors import GatewayUnavailable, InvalidValue, NotFound, StaleVersion
from tresen.domain.shared.ids import LeadId, MemberId, TenantId
from tresen.domain.staff.task import MACHINE, TaskReason, TaskState
from tresen.domain.sync.edit_fate import Fate
from tresen.domain.sync.laws import Law
from tresen.domain.sync.override import Override
from tresen.domain.sync.push import PushState
from tresen.domain.sync.run import RunState
from tresen.domain.sync.state import Phase

from ..studio import A_MINUTE, Studio
from .scene import captured, journal, open_conflicts, pushes, rests, set_policy, there, writes


async def synced(default: Law = Law.THEIRS, **laws: Law) -> tuple[Studio, str]:
    """A studio with Ada, as the gym has her."""
    studio = Studio(default=default, laws=laws)
    ada = studio.enrol(city="Berlin")
    await studio.members_synced()
    return studio, ada


async def edit(studio: Studio, ada: str, **values: Any) -> EditDone[Member]:
    """A minute later, by Eva."""
    studio.clock.advance(A_MINUTE)
    wish = MemberEdit(tenant_id=studio.tenant.id, member_id=studio.member(ada).id, by="Eva", **values)
    return await studio.desk.edit_member(wish)


def fates(edited: EditDone[Any]) -> Mapping[str, Fate]:
    return {each.field: each.fate for each in edited.prospects}


def told(studio: Studio) -> list[tuple[str, object, str]]:
    """What the journal says: field, value, why."""
    return [(line.field, line.value, line.reason) for line in studio.changes()]


# -- what the provider owns ------------------------------------------------------------------------------------------


async def test_a_field_that_the_provider_owns_is_written_there_by_the_next_sync() -> None:
    studio, ada = await synced()
    before = studio.member(ada)
    edited = await edit(studio, ada, last_name="King", phone="030 777")
    assert edited.changed == ("last_name", "phone")
    assert fates(edited) == {"last_name": Fate.PUSH, "phone": Fate.PUSH}
    assert (studio.member(ada).last_name, there(studio, ada, "last_name")) == ("King", "Byron")
    assert studio.member(ada).version == before.version + 1
    assert studio.member(ada).updated_at == studio.clock.now()
    run = await studio.members_synced()
    assert run.counts.pushed == 2
    assert (there(studio, ada, "last_name"), there(studio, ada, "phone")) == ("King", "030 777")
    assert studio.member(ada).last_name == "King"
    await rests(studio)


async def test_it_is_told_at_once_who_edited_what_and_only_once() -> None:
    studio, ada = await synced()
    await edit(studio, ada, last_name="King")
    assert told(studio) == [("last_name", "King", "Eva edited it here")]
    line = studio.changes()[0]
    assert (line.rule, line.base, line.ours, line.version) == ("local_edit", "Byron", "Byron", 2)
    run = await studio.read(lambda uow: uow.runs.get(line.run_id))
    assert (run.kind, run.state, run.counts.updated) == ("edit", RunState.COMPLETED, 1)
    await studio.members_synced()
    assert told(studio)[1:] == [("last_name", "King", "the provider was given our value")]


async def test_who_follows_events_is_told_of_an_edit() -> None:
    studio, ada = await synced()
    await edit(studio, ada, last_name="King", city="Potsdam")
    events = [event for _, event in studio.store.room(studio.tenant.id).events.items()]
    assert [(event.type, event.data) for event in events if event.type == "member.changed"] == [
        ("member.changed", {"fields": ["last_name", "city"]})
    ]


async def test_edits_of_different_fields_meet_on_both_sides() -> None:
    studio, ada = await synced()
    await edit(studio, ada, last_name="King")
    studio.books.members.edit(ada, {"first_name": "Adah"})
    await studio.members_synced()
    assert (studio.member(ada).first_name, studio.member(ada).last_name) == ("Adah", "King")
    assert (there(studio, ada, "first_name"), there(studio, ada, "last_name")) == ("Adah", "King")
    await rests(studio)


async def test_of_two_edits_of_one_field_the_owners_holds_and_ours_is_in_the_journal() -> None:
    studio, ada = await synced()
    await edit(studio, ada, last_name="King", phone="030 777")
    studio.books.members.edit(ada, {"last_name": "Noel"})
    await studio.members_synced()
    assert studio.member(ada).last_name == there(studio, ada, "last_name") == "Noel"
    assert there(studio, ada, "phone") == "030 777", "one that is overtaken takes no other with it"
    assert ("last_name", "King", "Noel", "Noel", "theirs") in journal(studio)
    await rests(studio)


async def test_what_was_changed_there_before_the_edit_holds_as_the_edit_is_told() -> None:
    studio, ada = await synced()
    studio.books.members.edit(ada, {"last_name": "Noel"})
    edited = await edit(studio, ada, last_name="King")
    assert [each.reason for each in edited.prospects] == [
        "written at the provider by the next run, unless it was changed there, too"
    ]
    await studio.members_synced()
    assert studio.member(ada).last_name == there(studio, ada, "last_name") == "Noel"
    await rests(studio)


async def test_one_value_that_the_provider_refuses_takes_no_other_with_it() -> None:
    studio, ada = await synced()
    studio.gym.habits = Habits(refuses={"phone": ["030 666"]})
    await edit(studio, ada, last_name="King", phone="030 666")
    await studio.members_synced()
    assert there(studio, ada, "last_name") == studio.member(ada).last_name == "King"
    assert studio.member(ada).phone == PhoneNumber("030 123456", "+4930123456")
    assert there(studio, ada, "phone") == "030 123456"
    assert ("phone", "030 666", "030 123456", "030 123456", "theirs") in journal(studio)
    assert [push.values for push in pushes(studio, PushState.REFUSED)] == [{"phone": "030 666"}]
    await rests(studio)


async def test_a_slip_that_is_corrected_before_the_sync_never_goes_there() -> None:
    studio, ada = await synced()
    await edit(studio, ada, last_name="Kinng")
    await edit(studio, ada, last_name="King")
    assert [(push.values, push.expected) for push in pushes(studio, PushState.WAITING)] == [
        ({"last_name": "King"}, {"last_name": "Byron"})
    ]
    await studio.members_synced()
    assert there(studio, ada, "last_name") == studio.member(ada).last_name == "King"
    assert len(writes(studio)) == 1
    await rests(studio)


async def test_two_edits_before_one_sync_both_go_there() -> None:
    studio, ada = await synced()
    await edit(studio, ada, last_name="King")
    await edit(studio, ada, city="Potsdam")
    await studio.members_synced()
    assert (there(studio, ada, "last_name"), there(studio, ada, "city")) == ("King", "Potsdam")
    await rests(studio)


async def test_what_is_taken_back_before_the_sync_is_not_written_there() -> None:
    studio, ada = await synced()
    await edit(studio, ada, last_name="King")
    edited = await edit(studio, ada, last_name="Byron")
    assert fates(edited) == {"last_name": Fate.HERE}
    assert pushes(studio, PushState.WAITING) == []
    await studio.members_synced()
    assert studio.member(ada).last_name == there(studio, ada, "last_name") == "Byron"
    assert writes(studio) == []
    await rests(studio)


async def test_an_edit_after_a_write_whose_answer_was_lost_follows_it() -> None:
    studio, ada = await synced()
    faults = studio.gym.faults
    await edit(studio, ada, last_name="Kinng")
    faults.fail_next("members.push", GatewayUnavailable("504"), after=1)
    faults.meanwhile("members.changes", lambda: setattr(faults, "outage", GatewayUnavailable("503")))
    await studio.members_synced()
    faults.outage = None
    assert there(studio, ada, "last_name") == "Kinng"
    for name in ("Kings", "King"):
        assert fates(await edit(studio, ada, last_name=name)) == {"last_name": Fate.PUSH}
    assert [push.expected for push in pushes(studio, PushState.WAITING)] == [
        *({"last_name": "Byron"}, {"last_name": "Kinng"})
    ]
    await studio.members_synced()
    assert there(studio, ada, "last_name") == studio.member(ada).last_name == "King"
    await rests(studio)


async def test_while_the_provider_is_down_an_edit_waits_and_is_not_lost() -> None:
    studio, ada = await synced()
    await edit(studio, ada, last_name="King")
    for _ in range(2):
        studio.gym.faults.fail_next("members.get", GatewayUnavailable("503"))
        await studio.members_synced(whole=True)
        assert studio.member(ada).last_name == "King"
    await studio.members_synced()
    assert there(studio, ada, "last_name") == studio.member(ada).last_name == "King"
    await rests(studio)


# -- where nothing can be written ------------------------------------------------------------------------------------


async def test_where_writing_is_off_staff_are_asked_and_nothing_is_changed_that_a_sync_would_take_back() -> None:
    studio, ada = await synced()
    studio.change_account(writes_enabled=False)
    before = studio.rows()
    edited = await edit(studio, ada, last_name="King", city=None)
    assert edited.changed == ()
    assert fates(edited) == {"last_name": Fate.TASK, "city": Fate.TASK}
    task = edited.task
    assert task is not None
    assert (task.reason, task.operation) == (TaskReason.WRITES_DISABLED, "update_member")
    assert task.title == "Change last_name and clear city of the member Ada Byron at the provider"
    assert task.details == {
        "external_id": ada,
        "last_name": "King",
        "city": None,
        "account": "main",
        "why": "the provider owns it, and writing there is switched off",
    }
    after = studio.rows()
    assert [name for name in after if after[name] != before[name]] == ["studio.tasks"]
    again = await edit(studio, ada, last_name="King", city=None)
    assert again.task is not None
    assert again.task.id == task.id
    assert len(await studio.tasks()) == 1


async def test_only_what_the_provider_does_not_take_becomes_a_task() -> None:
    studio, ada = await synced()
    studio.books.members.edit(ada, {"born_on": "1990-01-01"})
    await studio.members_synced()
    edited = await edit(studio, ada, born_on=studio.clock.now().date() - timedelta(days=9000), city="Potsdam")
    assert fates(edited) == {"born_on": Fate.TASK, "city": Fate.PUSH}
    assert edited.changed == ("city",)
    assert edited.task is not None
    assert edited.task.reason is TaskReason.UNSUPPORTED
    assert str(studio.member(ada).born_on) == "1990-01-01"


async def open_tasks(studio: Studio) -> list[tuple[str, Mapping[str, str | None]]]:
    beside = ("external_id", "account", "why")
    found = [task for task in await studio.tasks() if task.state is TaskState.OPEN]
    return [(task.title, {k: v for k, v in task.details.items() if k not in beside}) for task in found]


async def test_an_edit_takes_the_place_of_what_was_asked_for_the_same_field_before() -> None:
    studio, ada = await synced()
    studio.change_account(writes_enabled=False)
    await edit(studio, ada, last_name="Kinng")
    await edit(studio, ada, last_name="King")
    assert await open_tasks(studio) == [
        ("Change last_name of the member Ada Byron at the provider", {"last_name": "King"})
    ]
    closed = next(task for task in await studio.tasks() if task.state is TaskState.DONE)
    assert (closed.done_by, closed.note) == (MACHINE, "replaced by a newer request")


async def test_what_else_a_former_task_asks_for_is_still_asked_for() -> None:
    studio, ada = await synced()
    studio.change_account(writes_enabled=False)
    await edit(studio, ada, last_name="Kinng", city=None)
    await edit(studio, ada, last_name="King")
    assert await open_tasks(studio) == [
        ("Clear city of the member Ada Byron at the provider", {"city": None, "no_longer_asked": "last_name: Kinng"}),
        ("Change last_name of the member Ada Byron at the provider", {"last_name": "King"}),
    ]


async def test_what_is_taken_back_is_asked_of_nobody_any_more() -> None:
    studio, ada = await synced()
    studio.change_account(writes_enabled=False)
    await edit(studio, ada, last_name="King")
    assert (await edit(studio, ada, last_name="Byron")).task is None
    assert await open_tasks(studio) == []


async def test_what_can_be_written_by_now_is_asked_of_nobody_any_more() -> None:
    studio, ada = await synced()
    studio.change_account(writes_enabled=False)
    await edit(studio, ada, last_name="King")
    studio.change_account(writes_enabled=True)
    assert fates(await edit(studio, ada, last_name="King")) == {"last_name": Fate.PUSH}
    assert await open_tasks(studio) == []


async def test_where_the_key_was_refused_staff_are_asked() -> None:
    studio, ada = await synced()
    studio.change_account(credentials=None)
    edited = await edit(studio, ada, last_name="King")
    assert edited.task is not None
    assert edited.task.reason is TaskReason.CREDENTIALS
    assert str(edited.task.details["why"]).startswith("the provider owns it, and its account cannot be used: ")


async def test_where_the_field_is_ours_it_stays_here_until_writing_is_on() -> None:
    studio, ada = await synced(Law.OURS)
    studio.change_account(writes_enabled=False)
    edited = await edit(studio, ada, last_name="King")
    assert fates(edited) == {"last_name": Fate.HERE}
    assert edited.task is None
    await studio.members_synced()
    assert (studio.member(ada).last_name, there(studio, ada, "last_name")) == ("King", "Byron")
    studio.change_account(writes_enabled=True)
    await studio.members_synced()
    assert there(studio, ada, "last_name") == "King"


async def test_a_field_of_which_the_provider_knows_nothing_stays_here() -> None:
    studio = Studio()
    studio.books.leads = Shelf("lead", ("first_name", "last_name", "email", "phone", "status"), studio.clock)
    grace = studio.attract()
    await studio.leads_synced()
    wish = LeadEdit(tenant_id=studio.tenant.id, lead_id=studio.lead(grace).id, message="Hello", by="Eva")
    edited = await studio.desk.edit_lead(wish)
    assert fates(edited) == {"message": Fate.HERE}
    await studio.leads_synced()
    assert studio.lead(grace).message == "Hello"
    await rests(studio)


# -- other laws ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("law", [Law.OURS, Law.NEWEST, Law.ASK])
async def test_under_other_laws_the_next_sync_decides(law: Law) -> None:
    studio, ada = await synced(law)
    edited = await edit(studio, ada, last_name="King")
    assert fates(edited) == {"last_name": Fate.SYNC}
    assert pushes(studio) == []
    await studio.members_synced()
    assert there(studio, ada, "last_name") == "King"
    await rests(studio)


async def test_under_ask_two_edits_of_one_field_are_a_conflict() -> None:
    studio, ada = await synced(Law.ASK)
    await edit(studio, ada, last_name="King")
    studio.books.members.edit(ada, {"last_name": "Noel"})
    await studio.members_synced()
    conflict = open_conflicts(studio)[0]
    assert (conflict.base, conflict.ours, conflict.theirs) == ("Byron", "King", "Noel")


async def test_under_newest_the_later_of_two_edits_holds() -> None:
    studio, ada = await synced(Law.NEWEST)
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"last_name": "Noel", "city": "Potsdam"})
    await edit(studio, ada, last_name="King")
    await studio.members_synced()
    assert studio.member(ada).last_name == there(studio, ada, "last_name") == "King"
    assert studio.member(ada).city == "Potsdam"


async def test_the_law_of_the_policy_that_holds_now_counts_and_a_persons_law_goes_before_it() -> None:
    studio, ada = await synced()
    await set_policy(studio, "member", fields={"city": "ours"})
    pin = Override(
        account_id=studio.account.id,
        kind="member",
        external_id=ada,
        local_id=studio.member(ada).id,
        field="last_name",
        law="ours",
        because="she told us",
        set_by="Eva",
        set_at=studio.clock.now(),
    )
    await studio.transactions.run(studio.tenant.id, "override", lambda uow: uow.overrides.put_many([pin]))
    edited = await edit(studio, ada, city="Potsdam", last_name="King", first_name="Adah")
    assert fates(edited) == {"first_name": Fate.PUSH, "last_name": Fate.SYNC, "city": Fate.SYNC}


# -- what changes nothing --------------------------------------------------------------------------------------------


async def test_what_is_so_already_is_no_edit() -> None:
    studio, ada = await synced()
    before = studio.rows()
    edited = await edit(studio, ada, last_name=" Byron ", city="Berlin")
    assert (edited.changed, edited.prospects, edited.task) == ((), (), None)
    assert studio.rows() == before


async def test_another_spelling_is_kept_here_and_is_no_news_to_the_provider() -> None:
    studio, ada = await synced()
    edited = await edit(studio, ada, phone="+49 30 123456")
    assert fates(edited) == {"phone": Fate.HERE}
    await studio.members_synced()
    assert studio.member(ada).phone == PhoneNumber("+49 30 123456", "+4930123456")
    assert writes(studio) == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"phone": "call me"}, "phone"),
        ({"first_name": " ", "last_name": None}, "first_name"),
        ({"city": "Pots\0dam"}, "city"),
        ({"city": "\ud800"}, "city"),
        ({"city": "x" * 201}, "city"),
        ({"email": "x" * 5_000}, "email"),
        ({"phone": "030\n1"}, "phone"),
        ({"email": "a\0@example.org"}, "email"),
        ({"city": "Potsdam", "born_on": "tomorrow"}, "born_on"),
    ],
)
async def test_what_makes_no_sense_changes_nothing(values: dict[str, Any], field: str) -> None:
    studio, ada = await synced()
    if "born_on" in values:
        values["born_on"] = studio.tenant.today(studio.clock.now()) + timedelta(days=1)
    before = studio.rows()
    with pytest.raises(InvalidValue) as caught:
        await edit(studio, ada, **values)
    assert caught.value.details["field"] == field
    assert studio.rows() == before


async def test_nothing_at_all_is_refused() -> None:
    studio, ada = await synced()
    with pytest.raises(InvalidValue, match="nothing to change"):
        await edit(studio, ada)


async def test_one_that_somebody_else_changed_since_is_left_alone() -> None:
    studio, ada = await synced()
    await edit(studio, ada, city="Potsdam", version=1)
    before = studio.rows()
    with pytest.raises(StaleVersion):
        await edit(studio, ada, city="Hamburg", version=1)
    assert studio.rows() == before
    await edit(studio, ada, city="Hamburg", version=2)


async def test_members_of_another_tenant_are_not_found() -> None:
    studio, ada = await synced()
    other = attrs.evolve(studio.tenant, id=TenantId(UUID(int=7)), slug="other")
    studio.store.add_room(other)
    before = studio.rows()
    wish = MemberEdit(tenant_id=other.id, member_id=studio.member(ada).id, city="Bonn", by="Mallory")
    with pytest.raises(NotFound):
        await studio.desk.edit_member(wish)
    with pytest.raises(NotFound):
        await studio.desk.edit_member(
            MemberEdit(tenant_id=studio.tenant.id, member_id=MemberId(UUID(int=1)), city="Bonn", by="Eva")
        )
    with pytest.raises(NotFound):
        await studio.desk.edit_lead(
            LeadEdit(tenant_id=studio.tenant.id, lead_id=LeadId(UUID(int=1)), source="web", by="Eva")
        )
    assert studio.rows() == before


# -- leads -----------------------------------------------------------------------------------------------------------


def lead_edit(studio: Studio, lead: Lead, **values: Any) -> LeadEdit:
    return LeadEdit(tenant_id=studio.tenant.id, lead_id=lead.id, by="Eva", **values)


async def test_a_lead_is_edited_as_a_member_is() -> None:
    studio = Studio()
    grace = studio.attract(phone="030 1")
    await studio.leads_synced()
    edited = await studio.desk.edit_lead(lead_edit(studio, studio.lead(grace), last_name="Murray", phone=None))
    assert fates(edited) == {"last_name": Fate.PUSH, "phone": Fate.PUSH}
    await studio.leads_synced()
    values = studio.books.leads.get(grace).values
    assert (values["last_name"], values["phone"]) == ("Murray", None)
    await rests(studio)


async def test_a_lead_that_no_provider_has_is_simply_changed() -> None:
    studio = Studio()
    lead = await captured(studio)
    edited = await studio.desk.edit_lead(lead_edit(studio, lead, phone="030 5", source="web"))
    assert (edited.changed, edited.prospects, edited.task) == (("phone", "source"), (), None)
    assert studio.changes() == []


async def test_a_lead_that_waits_to_be_made_there_is_made_as_it_is_now() -> None:
    studio = Studio()
    await set_policy(studio, "lead", create_there=True)
    leads = [await captured(studio, name, phone="030 1") for name in ("Ann", "Bea", "Cid", "Dot")]
    for _ in range(3):
        studio.gym.faults.fail_next("leads.create", GatewayUnavailable("503"))
    await studio.leads_synced()
    untried = [push for push in pushes(studio, PushState.WAITING) if not push.attempts]
    dot = next(lead for lead in leads if [push.local_id for push in untried] == [lead.id])
    await studio.desk.edit_lead(lead_edit(studio, dot, phone="030 2"))
    await studio.leads_synced()
    await studio.leads_synced()
    made = {entry.values["first_name"]: entry.values["phone"] for entry in studio.books.leads.entries()}
    assert made == {name: "030 2" if name == dot.first_name else "030 1" for name in ("Ann", "Bea", "Cid", "Dot")}
    assert (await studio.get_lead(studio.tenant.id, dot.id)).lead.phone == PhoneNumber("030 2", "+49302")
    await rests(studio)


async def test_a_lead_that_waits_to_be_made_there_anew_is_edited_freely() -> None:
    studio = Studio(default=Law.NEWEST)
    await set_policy(studio, "lead", create_there=True)
    grace = studio.attract(phone="030 1")
    await studio.leads_synced()
    lead = studio.lead(grace)
    await studio.desk.edit_lead(lead_edit(studio, lead, phone="030 2"))
    studio.books.leads.remove(grace)
    studio.gym.faults.fail_next("leads.create", GatewayUnavailable("503"))
    await studio.leads_synced()
    edited = await studio.desk.edit_lead(lead_edit(studio, lead, phone="030 3"))
    assert (edited.changed, edited.prospects) == (("phone",), ())
    await studio.leads_synced()
    await studio.leads_synced()
    assert [entry.values["phone"] for entry in studio.books.leads.entries()] == ["030 3"]
    await rests(studio)


# -- undo ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("synced_before", [True, False])
async def test_an_edit_is_undone_like_any_other_change(synced_before: bool) -> None:
    studio, ada = await synced()
    await edit(studio, ada, last_name="King", city="Potsdam")
    run_id = studio.changes()[0].run_id
    if synced_before:
        await studio.members_synced()
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run_id), by="Eva")
    assert (studio.member(ada).last_name, studio.member(ada).city) == ("Byron", "Berlin")
    await studio.members_synced()
    assert (there(studio, ada, "last_name"), there(studio, ada, "city")) == ("Byron", "Berlin")
    assert len(writes(studio)) == (3 if synced_before else 0)
    await rests(studio)


async def pinned(studio: Studio, ada: str) -> set[str]:
    async def ask(uow: UnitOfWork) -> set[str]:
        found = await uow.overrides.of_records(studio.account.id, "member", [ada])
        return {each.field for each in found.get(ada, ())}

    return await studio.read(ask)


async def test_an_edit_that_never_left_the_house_is_undone_without_a_pin() -> None:
    studio, ada = await synced()
    await edit(studio, ada, last_name="King")
    undone = await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=studio.changes()[0].run_id), by="Eva")
    assert (await pinned(studio, ada), undone.apart) == (set(), set())
    studio.books.members.edit(ada, {"last_name": "Lovelace"})
    await studio.members_synced()
    assert studio.member(ada).last_name == "Lovelace"
    assert writes(studio) == []
    await rests(studio)


async def test_of_an_edit_only_what_may_have_left_the_house_is_pinned() -> None:
    studio, ada = await synced()
    await edit(studio, ada, last_name="King")
    faults = studio.gym.faults
    faults.fail_next("members.push", GatewayUnavailable("504"), after=1)
    faults.meanwhile("members.changes", lambda: setattr(faults, "outage", GatewayUnavailable("503")))
    await studio.members_synced()
    faults.outage = None
    assert there(studio, ada, "last_name") == "King"
    await edit(studio, ada, city="Potsdam")
    member_id = studio.member(ada).id
    target = UndoTarget(kind="member", local_id=member_id, version=1)
    undone = await studio.desk.undo(studio.tenant.id, target, by="Eva")
    assert await pinned(studio, ada) == {"last_name"}
    assert undone.apart == {(studio.account.id, "member")}
    for _ in range(2):
        await studio.members_synced()
    assert (studio.member(ada).last_name, there(studio, ada, "last_name")) == ("Byron", "Byron")


async def test_an_edit_that_is_undone_while_a_run_writes_is_pinned() -> None:
    studio, ada = await synced()
    await edit(studio, ada, last_name="King")
    run_id = studio.changes()[0].run_id

    async def busy(uow: UnitOfWork) -> None:
        state = await uow.sync_states.get(studio.account.id, "member")
        await uow.sync_states.put(attrs.evolve(state, phase=Phase.PUSHING))

    await studio.transactions.run(studio.tenant.id, "busy", busy)
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run_id), by="Eva")
    assert await pinned(studio, ada) == {"last_name"}


async def test_what_was_pinned_before_an_edit_stays_pinned_when_it_is_undone() -> None:
    studio, ada = await synced()
    await edit(studio, ada, city="Potsdam")
    await studio.members_synced()
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=studio.changes()[0].run_id), by="Eva")
    await studio.members_synced()
    await edit(studio, ada, city="Bonn")
    line = next(each for each in studio.changes() if each.value == "Bonn")
    await studio.desk.undo(studio.tenant.id, UndoTarget(change_id=line.id), by="Eva")
    assert (studio.member(ada).city, await pinned(studio, ada)) == ("Berlin", {"city"})


async def test_what_the_provider_holds_is_what_the_conflict_shows_and_not_what_was_agreed_before() -> None:
    studio, ada = await synced(Law.ASK)
    await edit(studio, ada, city="Ulm")
    studio.books.members.edit(ada, {"city": "Bonn"})
    await studio.members_synced()
    (conflict,) = open_conflicts(studio)
    (back,) = (await edit(studio, ada, city="Berlin")).prospects
    assert (back.fate, back.conflict_id) == (Fate.SYNC, conflict.id), "Berlin was agreed on, and is not there any more"
    (same,) = (await edit(studio, ada, city="Bonn")).prospects
    assert (same.fate, same.conflict_id) == (Fate.HERE, conflict.id)
    assert same.reason.startswith("the provider holds the same; a conflict about it is open")
    await studio.members_synced()
    assert open_conflicts(studio) == []
