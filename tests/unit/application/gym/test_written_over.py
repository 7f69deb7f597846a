"""The counter looks before it writes: what somebody edited at the provider, and no sync saw, is not lost by that."""

import contextlib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from tresen.adapters.memory.gym import MemoryGym
from tresen.application.leads.convert_lead import Conversion
from tresen.application.leads.update_lead import LeadUpdate, UpdatedLead
from tresen.application.membership.cancel_membership import Cancellation
from tresen.application.membership.update_membership import MembershipUpdate
from tresen.application.ports.gym import LeadPatch, MembershipPatch
from tresen.application.ports.sources import Observed
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.leads.stage import Stage
from tresen.domain.shared.errors import GatewayUnavailable, StorageUnavailable
from tresen.domain.staff.task import TaskReason, TaskState
from tresen.domain.sync.edit_fate import Fate
from tresen.domain.sync.journal import Change
from tresen.domain.sync.push import PushState

from ..studio import A_MINUTE, GOLD, Studio
from ..sync.scene import captured, edit_lead, open_conflicts, pushes, set_policy
from ..sync.test_edited_on_the_way import settled
from ..sync.test_editing import lead_edit

LAWS = ("theirs", "ours", "newest", "ask")


async def edited_there(studio: Studio, notes: str = "two", *, law: str = "theirs", ours: str = "zero") -> str:
    """Somebody at the gym wrote the notes; no sync saw it. Ours are as agreed, or were edited, too."""
    await set_policy(studio, "lead", fields={"notes": law, "phone": "theirs"})
    grace = studio.attract(notes="zero", phone="030 1")
    await studio.leads_synced()
    if ours != "zero":
        await edit_lead(studio, grace, notes=ours)
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(grace, {"notes": notes})
    return grace


async def update(studio: Studio, grace: str, **values: object) -> UpdatedLead:
    studio.clock.advance(A_MINUTE)
    wish = LeadUpdate(tenant_id=studio.tenant.id, lead_id=studio.lead(grace).id, by="Eva", **values)  # type: ignore[arg-type] # any of its fields
    return await studio.update_lead(wish)


def told(studio: Studio, field: str = "notes") -> Sequence[Change]:
    return [line for line in studio.changes() if line.field == field]


def values(studio: Studio, field: str = "notes") -> list[tuple[object, object]]:
    return [(line.ours, line.value) for line in told(studio, field)]


@pytest.mark.parametrize("law", LAWS)
async def test_an_edit_there_is_in_the_journal_before_the_one_at_the_counter(studio: Studio, law: str) -> None:
    grace = await edited_there(studio, law=law)
    assert (await update(studio, grace, notes="three")).lead.notes == "three"
    assert values(studio) == [("zero", "two"), ("two", "three")]
    assert "changed it there" in told(studio)[0].reason
    assert "Eva changed it here" in told(studio)[1].reason
    await settled(studio)
    assert (studio.lead(grace).notes, studio.books.leads.get(grace).values["notes"]) == ("three", "three")
    assert len(told(studio)) == 2


@pytest.mark.parametrize("law", LAWS)
async def test_neither_of_two_earlier_edits_is_lost(studio: Studio, law: str) -> None:
    grace = await edited_there(studio, law=law, ours="one")
    assert (await update(studio, grace, notes="three")).lead.notes == "three"
    assert values(studio) == [("one", "two"), ("two", "three")]
    await settled(studio)
    assert (studio.lead(grace).notes, open_conflicts(studio)) == ("three", [])


async def test_history_shows_it_and_an_undo_of_the_change_at_the_counter_brings_it_back(studio: Studio) -> None:
    grace = await edited_there(studio)
    await update(studio, grace, notes="three")
    versions = await studio.desk.history(studio.tenant.id, "lead", studio.lead(grace).id)
    assert [version.values["notes"] for version in versions] == ["three", "two", "zero"]
    last = told(studio)[-1]
    studio.clock.advance(A_MINUTE)
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=last.run_id), by="Max")
    await settled(studio)
    assert (studio.lead(grace).notes, studio.books.leads.get(grace).values["notes"]) == ("two", "two")


async def test_explain_names_it(studio: Studio) -> None:
    grace = await edited_there(studio)
    await update(studio, grace, notes="three")
    (record,) = await studio.desk.explain(studio.tenant.id, "lead", studio.lead(grace).id, field="notes")
    change = record.fields[0].change
    assert change is not None
    assert (change.ours, change.value, change.rule) == ("two", "three", "written_first")


async def test_what_was_not_written_is_taken_over_at_once(studio: Studio) -> None:
    grace = await edited_there(studio)
    studio.books.leads.edit(grace, {"phone": "030 2"})
    await update(studio, grace, notes="three")
    assert values(studio, "phone") == [("030 1", "030 2")]
    assert [line.version for line in studio.changes()][-1] == studio.lead(grace).version


async def test_what_was_not_written_waits_for_its_law_as_ever(studio: Studio) -> None:
    await set_policy(studio, "lead", fields={"phone": "ask"})
    grace = studio.attract(notes="zero", phone="030 1")
    await studio.leads_synced()
    await studio.desk.edit_lead(lead_edit(studio, studio.lead(grace), phone="030 3"))
    studio.books.leads.edit(grace, {"phone": "030 2", "notes": "two"})
    await update(studio, grace, notes="three")
    (conflict,) = open_conflicts(studio)
    assert (conflict.field, conflict.ours, conflict.theirs) == ("phone", "030 3", "030 2")
    assert values(studio) == [("zero", "two"), ("two", "three")]


async def test_nothing_more_is_told_where_nobody_edited_it_there(studio: Studio) -> None:
    grace = studio.attract(notes="zero")
    await studio.leads_synced()
    await update(studio, grace, notes="three")
    assert values(studio) == [("zero", "three")]


async def test_the_same_edit_on_both_sides_is_one(studio: Studio) -> None:
    grace = await edited_there(studio)
    await update(studio, grace, notes="two")
    assert values(studio) == [("zero", "two")]


@pytest.mark.parametrize("law", LAWS)
async def test_it_is_told_even_where_ours_was_edited_while_the_counter_wrote(studio: Studio, law: str) -> None:
    grace = await edited_there(studio, law=law)
    write = studio.gym.update_lead

    async def write_and_edit(external_id: str, patch: LeadPatch) -> Observed:
        answer = await write(external_id, patch)
        await edit_lead(studio, grace, notes="four")
        return answer

    studio.gym.update_lead = write_and_edit  # type: ignore[method-assign] # of this one gym
    await update(studio, grace, notes="three")
    await settled(studio)
    asked = [value for each in open_conflicts(studio) for value in (each.ours, each.theirs)]
    held = {studio.lead(grace).notes, studio.books.leads.get(grace).values["notes"], *asked}
    in_journal = {value for line in told(studio) for value in (line.base, line.ours, line.theirs, line.value)}
    assert {"two"} <= in_journal
    assert {"three", "four"} <= held | in_journal


async def test_it_is_told_even_where_our_own_edit_was_on_its_way_there(studio: Studio) -> None:
    """And fails there: it is not what the provider showed."""
    grace = studio.attract(notes="zero")
    await studio.leads_synced()
    studio.gym.faults.fail_next("leads.push", GatewayUnavailable("down"))
    await set_policy(studio, "lead", fields={"notes": "newest"})
    await edit_lead(studio, grace, notes="one")
    await studio.leads_synced()
    assert [push.values for push in pushes(studio, PushState.WAITING)] == [{"notes": "one"}]
    studio.books.leads.edit(grace, {"notes": "two"})
    await update(studio, grace, notes="three")
    assert {"one", "two"} <= {line.ours for line in told(studio)}
    await settled(studio)
    assert (studio.lead(grace).notes, studio.books.leads.get(grace).values["notes"]) == ("three", "three")


async def test_where_it_cannot_be_looked_at_nothing_is_written(studio: Studio) -> None:
    grace = await edited_there(studio)
    studio.gym.faults.fail_next("leads.get", GatewayUnavailable("no answer"))
    done = await update(studio, grace, notes="three")
    assert done.task is not None
    assert done.task.reason is TaskReason.OUTCOME_UNKNOWN
    assert "nothing was written" in (done.task.details["why"] or "")
    assert "no answer" in (done.task.details["why"] or "")
    assert "update_lead" not in studio.gym.faults.calls
    assert (done.lead.notes, studio.books.leads.get(grace).values["notes"], told(studio)) == ("zero", "two", [])


async def test_what_cannot_be_read_is_not_written_over(studio: Studio) -> None:
    grace = await edited_there(studio)
    studio.books.leads.spoil(grace)
    done = await update(studio, grace, notes="three")
    assert done.task is not None
    assert done.task.reason is TaskReason.REJECTED
    assert "update_lead" not in studio.gym.faults.calls


def conversion(studio: Studio, grace: str) -> Conversion:
    return Conversion(
        tenant_id=studio.tenant.id, lead_id=studio.lead(grace).id, package="Gold", starts_on=date(2026, 3, 1)
    )


async def sold(studio: Studio) -> str:
    studio.books.packages = [GOLD]
    there = studio.sell_there(studio.enrol())
    await studio.members_synced()
    studio.clock.advance(A_MINUTE)
    return there


async def test_a_price_that_was_changed_there_is_in_the_journal(studio: Studio) -> None:
    there = await sold(studio)
    studio.books.memberships.edit(there, {"price": "45.00 EUR", "on_hold": True})
    wish = MembershipUpdate(
        tenant_id=studio.tenant.id, membership_id=studio.membership(there).id, monthly_price=Decimal(39)
    )
    assert str((await studio.update_membership(wish)).membership.price) == "39.00 EUR"
    assert values(studio, "price") == [("49.00 EUR", "45.00 EUR"), ("45.00 EUR", "39.00 EUR")]
    assert values(studio, "on_hold") == [(False, True)]


async def test_an_end_that_was_changed_there_is_in_the_journal(studio: Studio) -> None:
    there = await sold(studio)
    studio.books.memberships.edit(there, {"cancels_on": "2026-12-31", "auto_renew": False})
    wish = Cancellation(tenant_id=studio.tenant.id, membership_id=studio.membership(there).id, reason="moves")
    cancelled = (await studio.cancel_membership(wish)).membership.terms.cancels_on
    assert cancelled is not None
    assert values(studio, "cancels_on") == [(None, "2026-12-31"), ("2026-12-31", cancelled.isoformat())]
    assert values(studio, "auto_renew") == [(None, False)]


@pytest.mark.parametrize("word", ["contacted", "lost", "on ice"])
async def test_a_stage_that_a_conversion_wrote_over_is_in_the_journal(studio: Studio, word: str) -> None:
    studio.books.packages = [GOLD]
    grace = studio.attract(notes="zero")
    await studio.leads_synced()
    studio.books.leads.edit(grace, {"status": word, "notes": "two"})
    studio.clock.advance(A_MINUTE)
    done = await studio.convert_lead(conversion(studio, grace))
    assert done.member is not None
    assert (done.lead.stage, done.lead.member_id, done.task) == (Stage.CONVERTED, done.member.id, None)
    assert values(studio, "status") == [("new", word), (word, "converted")]
    await settled(studio)
    assert values(studio, "status") == [("new", word), (word, "converted")]
    assert values(studio, "notes") == [("zero", "two")]


async def test_it_is_told_of_a_field_to_which_something_waits_to_be_written(studio: Studio) -> None:
    """What a sync does not compare while that waits."""
    studio.books.packages = [GOLD]
    await set_policy(studio, "lead", fields={"status": "newest"})
    grace = studio.attract()
    await studio.leads_synced()
    await edit_lead(studio, grace, stage=Stage.QUALIFIED)
    studio.gym.faults.fail_next("leads.push", GatewayUnavailable("down"))
    await studio.leads_synced()
    assert [push.values for push in pushes(studio, PushState.WAITING)] == [{"status": "qualified"}]
    studio.books.leads.edit(grace, {"status": "contacted"})
    await studio.convert_lead(conversion(studio, grace))
    (line,) = [line for line in told(studio, "status") if line.theirs == "contacted"]
    assert (line.base, line.ours, line.value, line.wrote_theirs) == ("new", "qualified", "converted", True)
    assert "had changed there" in line.reason
    await settled(studio)
    assert (studio.lead(grace).stage, studio.books.leads.get(grace).values["status"]) == (Stage.CONVERTED, "converted")


@pytest.mark.parametrize("stood", ["zero", "two"])
async def test_it_is_told_of_a_lead_that_was_deleted_here_meanwhile(studio: Studio, stood: str) -> None:
    """Also what was agreed on: no change of ours tells of it."""
    grace = await edited_there(studio, stood)
    write, lead_id = studio.gym.update_lead, studio.lead(grace).id

    async def write_and_delete(external_id: str, patch: LeadPatch) -> Observed:
        answer = await write(external_id, patch)
        await studio.transactions.run(studio.tenant.id, "delete", lambda uow: uow.leads.remove(lead_id))
        return answer

    studio.gym.update_lead = write_and_delete  # type: ignore[method-assign] # of this one gym
    await update(studio, grace, notes="three")
    assert [(line.theirs, line.value) for line in told(studio)] == [(stood, "three")]


async def test_whoever_writes_over_it_is_told_so(studio: Studio) -> None:
    grace = await edited_there(studio)
    done = await update(studio, grace, stage=Stage.CONTACTED, notes="three")
    assert [(each.field, each.fate, each.reason) for each in done.prospects] == [
        ("status", Fate.WRITTEN, "written at the provider"),
        (
            *("notes", Fate.WRITTEN),
            "written at the provider, over a change there that no sync had seen; the journal has it",
        ),
    ]


@pytest.mark.parametrize("ours", [None, "one"])
async def test_where_no_sync_ever_saw_the_field_nobody_is_said_to_have_changed_it(
    studio: Studio, ours: str | None
) -> None:
    """Also where ours held a value that was never compared."""
    studio.gym._lists_lack = frozenset({"notes"})
    grace = studio.attract(notes="CrossFit Basics")
    await studio.leads_synced()
    if ours is not None:
        await edit_lead(studio, grace, notes=ours)
    done = await update(studio, grace, stage=Stage.CONTACTED, notes="three")
    assert [each.reason for each in done.prospects] == [
        "written at the provider",
        "written at the provider, over a value there that no sync had seen; the journal has it",
    ]
    assert values(studio) == [(ours, "CrossFit Basics"), ("CrossFit Basics", "three")]
    assert told(studio)[0].reason == "it stood there, and no sync had seen it when it was changed at the counter"
    (run,) = await studio.read(lambda uow: _runs(uow, told(studio)[0]))
    assert run == f"lead {grace} held there what no sync had seen, before the counter wrote it"


async def _runs(uow: UnitOfWork, line: Change) -> list[str | None]:
    return [(await uow.runs.get(line.run_id)).reason]


async def test_what_no_sync_ever_saw_is_told_where_a_person_must_decide_what_ours_became_meanwhile(
    studio: Studio,
) -> None:
    await set_policy(studio, "lead", fields={"notes": "ask"})
    studio.gym._lists_lack = frozenset({"notes"})
    grace = studio.attract(notes="CrossFit Basics")
    await studio.leads_synced()
    write = studio.gym.update_lead

    async def write_and_edit(external_id: str, patch: LeadPatch) -> Observed:
        answer = await write(external_id, patch)
        await edit_lead(studio, grace, notes="four")
        return answer

    studio.gym.update_lead = write_and_edit  # type: ignore[method-assign] # of this one gym
    await update(studio, grace, notes="three")
    assert [(line.theirs, line.value, line.reason) for line in told(studio) if line.wrote_theirs] == [
        ("CrossFit Basics", "three", "the counter wrote it over what stood there, and no sync had seen")
    ]


async def test_what_came_to_be_another_value_meanwhile_is_told(studio: Studio) -> None:
    await set_policy(studio, "lead", fields={"notes": "ours"})
    grace = studio.attract(notes="zero")
    await studio.leads_synced()
    write = studio.gym.update_lead

    async def write_and_edit(external_id: str, patch: LeadPatch) -> Observed:
        answer = await write(external_id, patch)
        await edit_lead(studio, grace, notes="four")
        return answer

    studio.gym.update_lead = write_and_edit  # type: ignore[method-assign] # of this one gym
    done = await update(studio, grace, notes="three")
    assert [each.reason for each in done.prospects] == ["written at the provider; it is another value by now"]


async def test_what_was_not_written_is_told_with_the_reason(studio: Studio) -> None:
    grace = await edited_there(studio)
    studio.change_account(writes_enabled=False)
    (told_of,) = (await update(studio, grace, notes="three")).prospects
    assert (told_of.field, told_of.fate) == ("notes", Fate.TASK)
    assert "writing is switched off" in told_of.reason


async def test_a_change_of_a_lead_that_no_provider_has_stays_here(studio: Studio) -> None:
    lead = await captured(studio)
    done = await studio.update_lead(LeadUpdate(tenant_id=studio.tenant.id, lead_id=lead.id, notes="three"))
    assert [(each.field, each.fate) for each in done.prospects] == [("notes", Fate.HERE)]


async def test_where_no_answer_comes_the_task_tells_what_stood_there(studio: Studio) -> None:
    """Found by seed 100 of the simulation."""
    grace = await edited_there(studio)
    studio.gym.faults.fail_next("update_lead", GatewayUnavailable("no answer"), after=1)
    task = (await update(studio, grace, notes="three", stage=Stage.CONTACTED)).task
    assert task is not None
    assert (task.reason, task.details["stood_there"]) == (TaskReason.OUTCOME_UNKNOWN, "notes: two")


async def test_whoever_dies_over_the_write_leaves_a_task_that_tells_what_stood_there(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process ends here."""

    async def killed(self: MemoryGym, external_id: str, patch: LeadPatch) -> Observed:
        self.books.leads.edit(external_id, {"notes": str(patch.notes)})
        raise Killed

    grace = await edited_there(studio)
    monkeypatch.setattr(MemoryGym, "update_lead", killed)
    with pytest.raises(Killed):
        await update(studio, grace, notes="three")
    (task,) = await studio.tasks()
    assert (task.state, task.details["stood_there"]) == (TaskState.OPEN, "notes: two")


async def test_a_task_tells_nothing_of_what_a_sync_saw(studio: Studio) -> None:
    grace = studio.attract(notes="zero")
    await studio.leads_synced()
    studio.gym.faults.fail_next("update_lead", GatewayUnavailable("no answer"), after=1)
    task = (await update(studio, grace, notes="three")).task
    assert task is not None
    assert "stood_there" not in task.details


@pytest.mark.parametrize("commit", range(3, 6))
async def test_that_task_stays_until_the_answer_is_taken_over(studio: Studio, commit: int) -> None:
    grace = await edited_there(studio)
    studio.units.dies_at(commit)
    with contextlib.suppress(StorageUnavailable):
        await update(studio, grace, notes="three")
    studio.units.recover()
    assert studio.books.leads.get(grace).values["notes"] == "three"
    tasks = [task.details["stood_there"] for task in await studio.tasks()]
    assert tasks == ["notes: two"] or values(studio)[:1] == [("zero", "two")]


async def test_a_price_that_stood_there_is_told_where_no_answer_comes(studio: Studio) -> None:
    there = await sold(studio)
    studio.books.memberships.edit(there, {"price": "45.00 EUR"})
    studio.gym.faults.fail_next("update_membership", GatewayUnavailable("no answer"), after=1)
    wish = MembershipUpdate(
        tenant_id=studio.tenant.id, membership_id=studio.membership(there).id, monthly_price=Decimal(39)
    )
    task = (await studio.update_membership(wish)).task
    assert task is not None
    assert task.details["stood_there"] == "price: 45.00 EUR"


async def test_a_stage_that_stood_there_is_told_where_no_answer_comes_to_a_conversion(studio: Studio) -> None:
    studio.books.packages = [GOLD]
    grace = studio.attract()
    await studio.leads_synced()
    studio.books.leads.edit(grace, {"status": "contacted"})
    studio.gym.faults.fail_next("convert_lead", GatewayUnavailable("no answer"), after=1)
    task = (await studio.convert_lead(conversion(studio, grace))).task
    assert task is not None
    assert task.details["stood_there"] == "status: contacted"


async def test_that_somebody_cleared_it_there_is_told_as_well(studio: Studio) -> None:
    grace = await edited_there(studio)
    studio.books.leads.edit(grace, {"notes": None})
    studio.gym.faults.fail_next("update_lead", GatewayUnavailable("no answer"), after=1)
    task = (await update(studio, grace, notes="three")).task
    assert task is not None
    assert task.details["stood_there"] == "notes: nothing"


async def test_what_stood_there_is_told_where_the_answer_cannot_be_taken_over(studio: Studio) -> None:
    there = await sold(studio)
    studio.books.memberships.edit(there, {"price": "45.00 EUR"})
    write, ours, members = studio.gym.update_membership, studio.membership(there), studio.members()

    async def take_away(uow: UnitOfWork) -> None:
        await uow.memberships.remove_many([ours])
        await uow.members.remove_many(members)

    async def write_and_forget(external_id: str, patch: MembershipPatch) -> Observed:
        answer = await write(external_id, patch)
        await studio.transactions.run(studio.tenant.id, "delete", take_away)
        return answer

    studio.gym.update_membership = write_and_forget  # type: ignore[method-assign] # of this one gym
    wish = MembershipUpdate(tenant_id=studio.tenant.id, membership_id=ours.id, monthly_price=Decimal(39))
    await studio.update_membership(wish)
    assert [task.details.get("stood_there") for task in await studio.tasks()] == ["price: 45.00 EUR"]


async def test_all_that_was_written_over_is_told_where_ours_is_gone_and_nothing_can_be_taken_over(
    studio: Studio,
) -> None:
    """Also what was agreed on: the journal of it is taken back with the rest."""
    await set_policy(studio, "membership", deletes="ask")
    there = await sold(studio)
    end, ours = studio.gym.cancel_membership, studio.membership(there)

    async def end_and_forget(external_id: str, *, reason: str) -> Observed:
        answer = await end(external_id, reason=reason)
        await studio.transactions.run(studio.tenant.id, "delete", lambda uow: uow.memberships.remove_many([ours]))
        return answer

    studio.gym.cancel_membership = end_and_forget  # type: ignore[method-assign] # of this one gym
    wish = Cancellation(tenant_id=studio.tenant.id, membership_id=ours.id, reason="moves")
    task = (await studio.cancel_membership(wish)).task
    assert task is not None
    assert task.details["stood_there"] == "cancels_on: nothing; flagged_active: True"
    assert [each.id for each in await studio.tasks()] == [task.id]


async def test_a_lead_that_is_gone_and_asked_about_leaves_all_that_was_written_over(studio: Studio) -> None:
    await set_policy(studio, "lead", deletes="ask")
    grace = studio.attract(notes="zero")
    await studio.leads_synced()
    write, lead_id = studio.gym.update_lead, studio.lead(grace).id

    async def write_and_delete(external_id: str, patch: LeadPatch) -> Observed:
        answer = await write(external_id, patch)
        await studio.transactions.run(studio.tenant.id, "delete", lambda uow: uow.leads.remove(lead_id))
        return answer

    studio.gym.update_lead = write_and_delete  # type: ignore[method-assign] # of this one gym
    task = (await update(studio, grace, notes="three")).task
    assert task is not None
    assert task.details["stood_there"] == "notes: zero"


@pytest.mark.parametrize("stood", ["new", "contacted"], ids=["agreed", "unseen"])
async def test_a_conversion_of_a_lead_that_is_gone_leaves_the_stage_that_it_wrote_over(
    studio: Studio, stood: str
) -> None:
    studio.books.packages = [GOLD]
    grace = studio.attract()
    await studio.leads_synced()
    studio.books.leads.edit(grace, {"status": stood})
    convert, lead_id = studio.gym.convert_lead, studio.lead(grace).id

    async def convert_and_delete(external_id: str) -> Observed:
        answer = await convert(external_id)
        await studio.transactions.run(studio.tenant.id, "delete", lambda uow: uow.leads.remove(lead_id))
        return answer

    studio.gym.convert_lead = convert_and_delete  # type: ignore[method-assign] # of this one gym
    task = (await studio.convert_lead(conversion(studio, grace))).task
    assert task is not None
    assert (task.reason, task.details["stood_there"]) == (TaskReason.UNDECIDED, f"status: {stood}")
    assert [each.id for each in await studio.tasks()] == [task.id]


async def test_what_the_counter_wrote_before_is_told_where_no_sync_saw_it(studio: Studio) -> None:
    """The answer to it was lost, and lists do not show it."""
    studio.gym._lists_lack = frozenset({"notes"})
    grace = studio.attract(notes="zero")
    await studio.leads_synced()
    for notes in ("three", "four"):
        studio.gym.faults.fail_next("update_lead", GatewayUnavailable("no answer"), after=1)
        await update(studio, grace, notes=notes)
        await settled(studio)
    stood = [task.details.get("stood_there") for task in await studio.tasks()]
    assert "notes: three" in stood or "three" in {line.theirs for line in told(studio)}
