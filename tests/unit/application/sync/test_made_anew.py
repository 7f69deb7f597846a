"""A record of ours that the provider lost and has again under another id: what people said of it follows it there."""

from collections.abc import Sequence

import attrs
import pytest
from tests.builders import RUN, a_lead, a_record
from tests.sync_books import a_conflict, a_push, an_override

from tresen.application.leads.edit_lead import LeadEdit
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.links.made_anew import is_now
from tresen.application.sync.records.kinds import LEAD
from tresen.application.sync.records.scope import Scope
from tresen.application.sync.records.task_at_provider import edit_task, readdress
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.application.sync.views.explain import Origin
from tresen.domain.leads.stage import Stage
from tresen.domain.shared.errors import GatewayError, GatewayRejected, GatewayUnavailable
from tresen.domain.shared.ids import RunId, TaskId
from tresen.domain.staff.task import StaffTask, TaskReason
from tresen.domain.sync.conflict import PAIRING, Choice, ConflictState
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.journal import RELEASED
from tresen.domain.sync.kept_plan import PlanStale
from tresen.domain.sync.override import Override
from tresen.domain.sync.push import PushState

from ..studio import A_MINUTE, Studio
from .scene import applied, captured, due, edit_lead, open_conflicts, planned, pushes, rests, set_policy


async def pins(studio: Studio) -> Sequence[tuple[str, str]]:
    """Whose field is pinned: the provider's id of the record, and the field."""
    found = await studio.read(lambda uow: uow.overrides.all(limit=100, offset=0))
    return [(pin.external_id, pin.field) for pin in found]


async def put_back(studio: Studio) -> str:
    """A lead without a stage got one there, which was undone here, and is pinned. Its id there."""
    await set_policy(studio, LEAD, create_there=True, default="newest")
    ours = await captured(studio)

    async def forget_stage(uow: UnitOfWork) -> None:
        lead = await uow.leads.get(ours.id)
        lead.stage = Stage.UNKNOWN
        await uow.leads.save(lead)

    await studio.transactions.run(studio.tenant.id, "forget_stage", forget_stage)
    await studio.leads_synced(whole=True)
    (entry,) = studio.books.leads.entries()
    for status in (None, "new"):
        await studio.leads_synced()
        studio.clock.advance(A_MINUTE)
        studio.books.leads.edit(entry.external_id, {"status": status})
    run = await studio.leads_synced()
    assert studio.lead(entry.external_id).stage is Stage.NEW
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Eva")
    await studio.leads_synced()
    assert stages(studio, entry.external_id) == (Stage.UNKNOWN, None)
    return entry.external_id


def stages(studio: Studio, lead: str) -> tuple[Stage, object]:
    """Here, and there."""
    return studio.lead(lead).stage, studio.books.leads.get(lead).values["status"]


async def lost_there(studio: Studio, gone: str, *errors: GatewayError) -> None:
    """The provider deleted what we edited, and a run looks at it; it is not made there anew for so many errors."""
    await edit_lead(studio, gone, last_name="Murray")
    studio.books.leads.remove(gone)
    for error in errors:
        studio.gym.faults.fail_next("leads.create", error)
    await studio.leads_synced()


async def test_a_pin_follows_a_lead_that_is_made_there_anew(studio: Studio) -> None:
    gone = await put_back(studio)
    await lost_there(studio, gone)
    (anew,) = studio.books.leads.entries()
    assert anew.external_id != gone
    await studio.leads_synced()
    assert stages(studio, anew.external_id) == (Stage.UNKNOWN, None)
    assert await pins(studio) == [(anew.external_id, "status")]
    await rests(studio)


@pytest.mark.parametrize("error", [GatewayRejected("no"), GatewayUnavailable("503")])
async def test_a_pin_follows_a_lead_that_is_found_there_under_another_id(studio: Studio, error: GatewayError) -> None:
    gone = await put_back(studio)
    await lost_there(studio, gone, error)
    made = studio.attract("Grace", email="grace@example.org", status="lost")
    studio.gym.faults.fail_next("leads.create", error)
    await studio.leads_synced()
    assert not studio.knows(LEAD, gone)
    await studio.leads_synced()
    assert stages(studio, made) == (Stage.UNKNOWN, None)
    assert await pins(studio) == [(made, "status")]
    assert (open_conflicts(studio), due(studio, LEAD)) == ([], set())
    await rests(studio)


async def test_a_pin_that_is_let_go_before_the_lead_is_found_does_not_hold(studio: Studio) -> None:
    """A plan that was made with it is stale."""
    gone = await put_back(studio)
    await lost_there(studio, gone, GatewayRejected("no"))
    made = studio.attract("Grace", email="grace@example.org", status="lost")
    plan = await planned(studio, "leads")
    key = {"account_id": studio.account.id, "kind": LEAD, "external_id": gone, "field": "status"}
    await studio.desk.remove_override(studio.tenant.id, **key, by="Eva")  # type: ignore[arg-type] # as named
    with pytest.raises(PlanStale, match=f"1 of its records changed here since, such as {made};"):
        await applied(studio, plan.plan_id)
    await studio.leads_synced()
    await studio.leads_synced()
    assert stages(studio, made) == (Stage.LOST, "lost")
    assert await pins(studio) == []


async def test_a_pin_follows_a_lead_of_which_a_person_says_which_it_is(studio: Studio) -> None:
    gone = await put_back(studio)
    await lost_there(studio, gone, GatewayRejected("no"))
    made = [studio.attract("Grace", email="grace@example.org", status="lost") for _ in range(2)]
    studio.gym.faults.fail_next("leads.create", GatewayRejected("no"))
    await studio.leads_synced()
    asked = {each.external_id: each for each in open_conflicts(studio) if each.field == PAIRING}
    one = asked[made[1]]
    choice = ConflictChoice(
        tenant_id=studio.tenant.id, conflict_id=one.id, choice=Choice.OURS, value=one.candidates[0], by="Eva"
    )
    await studio.desk.resolve(choice)
    await studio.leads_synced()
    await studio.leads_synced()
    assert stages(studio, made[1]) == (Stage.UNKNOWN, None)
    assert await pins(studio) == [(made[1], "status")]
    assert {each.field for each in open_conflicts(studio)} <= {PAIRING}


async def parted(
    studio: Studio, *overrides: Override, others: Sequence[Override] = ()
) -> Sequence[tuple[str, str, str]]:
    """A record ``gone``, on which something of everything hangs, is ``made`` from now on. With these overrides of it
    before, and ``others`` of other records of ours; those after.
    """
    link = a_record(studio.account.id, "gone", a_lead(studio.tenant.id), kind=LEAD)
    late = a_push(studio.account, "gone", kind=LEAD, values={"notes": "late"})
    refused = a_push(studio.account, "gone", kind=LEAD, values={"notes": "no"}, state=PushState.REFUSED)
    asked = a_conflict(studio.account, "gone", "notes", kind=LEAD)
    scope = Scope(tenant_id=studio.tenant.id, account_id=studio.account.id, run_id=RUN, now=studio.clock.now())

    async def part(uow: UnitOfWork) -> None:
        await uow.sync_records.add_many([link])
        own = [attrs.evolve(pin, local_id=link.local_id) for pin in overrides]
        await uow.overrides.put_many([*own, *others])
        await uow.pushes.add(late)
        await uow.pushes.add(refused)
        await uow.conflicts.add(asked)
        await uow.due.add(studio.account.id, LEAD, ["gone"])
        await is_now(uow, scope, studio.ids, link, "made")

    await studio.transactions.run(studio.tenant.id, "part", part)
    found = await studio.read(lambda uow: uow.overrides.all(limit=100, offset=0))
    return [(pin.external_id, pin.field, pin.law) for pin in found]


async def test_what_waited_for_the_old_id_ends_with_it(studio: Studio) -> None:
    await parted(studio)
    assert [push.state for push in pushes(studio)] == [PushState.DROPPED, PushState.DROPPED]
    assert [(each.state, each.updated_at) for each in studio.conflicts()] == [
        (ConflictState.SETTLED, studio.clock.now())
    ]
    assert due(studio, LEAD) == set()
    assert not studio.knows(LEAD, "gone")


async def test_of_two_laws_for_one_field_the_newer_one_holds(studio: Studio) -> None:
    account, later = studio.account, studio.clock.now() + A_MINUTE
    old = [an_override(account, "gone", field, kind=LEAD) for field in ("email", "phone", "notes")]
    new = [an_override(account, "made", field, kind=LEAD, law="ask") for field in ("email", "phone")]
    old[0], new[1] = attrs.evolve(old[0], set_at=later), attrs.evolve(new[1], set_at=later)
    after = await parted(studio, *old, *new)
    assert after == [("made", "email", "ours"), ("made", "notes", "ours"), ("made", "phone", "ask")]
    replaced = "another that was set later replaced the override"
    assert [(line.external_id, line.field, line.rule, line.reason) for line in studio.changes()] == [
        ("gone", "phone", RELEASED, f"{replaced} ours of Ada: it was undone"),
        ("made", "email", RELEASED, f"{replaced} ask of Ada: it was undone"),
    ]


async def test_what_was_pinned_of_others_under_either_id_ends(studio: Studio) -> None:
    left = [an_override(studio.account, key, field, kind=LEAD) for key, field in (("gone", "city"), ("made", "email"))]
    own = an_override(studio.account, "gone", "email", kind=LEAD, law="theirs")
    assert await parted(studio, own, others=left) == [("made", "email", "theirs")]
    why = "its record is gone, which ended the override ours of Ada: it was undone"
    assert [(line.external_id, line.local_id, line.field, line.reason) for line in studio.changes()] == [
        (pin.external_id, pin.local_id, pin.field, why) for pin in left
    ]


async def test_that_a_record_there_is_none_of_ours_stays_with_it(studio: Studio) -> None:
    account = studio.account
    said = [an_override(account, "gone", field, kind=LEAD) for field in (PAIRING, WHOLE)]
    there = an_override(account, "made", PAIRING, kind=LEAD)
    after = await parted(studio, *said, others=[there])
    assert after == [("gone", PAIRING, "ours"), ("made", WHOLE, "ours"), ("made", PAIRING, "ours")]
    assert studio.changes() == []


async def wish(studio: Studio, lead: str) -> StaffTask:
    """Somebody wants another phone of what the provider owns, while nothing may be written there; the task for it."""
    studio.change_account(writes_enabled=False)
    done = await studio.desk.edit_lead(
        LeadEdit(tenant_id=studio.tenant.id, lead_id=studio.lead(lead).id, by="Eva", phone="030 7")
    )
    studio.change_account(writes_enabled=True)
    assert done.task is not None
    return done.task


async def test_an_open_task_names_the_record_as_the_provider_has_it_today(studio: Studio) -> None:
    await set_policy(studio, LEAD, create_there=True, default="theirs")
    gone = studio.attract(phone="030 1")
    other = studio.attract("Ada", phone="030 2")
    await studio.leads_synced()
    task, done, hers = await wish(studio, gone), await wish(studio, gone), await wish(studio, other)
    assert (task.id, task.details["external_id"]) == (done.id, gone)
    await lost_there(studio, gone)
    (anew,) = [entry.external_id for entry in studio.books.leads.entries() if entry.external_id != other]
    await studio.leads_synced()
    again = await wish(studio, anew)
    assert (again.id, again.details) == (task.id, {**task.details, "external_id": anew})
    assert {each.id: each.details["external_id"] for each in await studio.tasks()} == {task.id: anew, hers.id: other}


async def test_a_task_at_another_account_names_the_record_as_that_one_has_it(studio: Studio) -> None:
    elsewhere = studio.add_account("second", "memory://second")
    lead = a_lead(studio.tenant.id)
    tasks = [
        edit_task(
            id=TaskId(studio.ids.new()),
            tenant_id=studio.tenant.id,
            account=account,
            record=(LEAD, key, lead.id),
            name=lead.name,
            values={"phone": "030 7"},
            reason=TaskReason.REJECTED,
            why="no",
            now=studio.clock.now(),
        )
        for account, key in ((elsewhere, "gone"), (studio.account, "another"), (studio.account, "gone"))
    ]

    async def ask(uow: UnitOfWork) -> None:
        for task in tasks:
            await uow.tasks.add(task)
        await readdress(uow, a_record(studio.account.id, "gone", lead, kind=LEAD), "made")

    await studio.transactions.run(studio.tenant.id, "ask", ask)
    after = {each.id: each.details["external_id"] for each in await studio.tasks()}
    assert [after[task.id] for task in tasks] == ["gone", "another", "made"]


async def renamed_then_made_anew(studio: Studio) -> tuple[str, RunId]:
    """A lead whose last name a run took over, before the lead was lost there and made anew; the run, and its new id."""
    await set_policy(studio, LEAD, create_there=True, default="newest")
    old = studio.books.leads.add({"email": "ada@example.org", "first_name": "Ada", "last_name": "King"})
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(old, {"last_name": "Lovelace"})
    run = await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    await edit_lead(studio, old, first_name="Augusta")
    studio.books.leads.remove(old)
    await studio.leads_synced()
    (anew,) = studio.books.leads.entries()
    assert (anew.external_id != old, anew.values["last_name"]) == (True, "Lovelace")
    return anew.external_id, run.id


@pytest.mark.parametrize("by", ["run", "line", "version"])
async def test_what_a_run_did_before_the_record_was_made_anew_is_undone(studio: Studio, by: str) -> None:
    anew, run_id = await renamed_then_made_anew(studio)
    local_id = studio.lead(anew).id
    lines = await studio.read(lambda uow: uow.journal.of_record(LEAD, local_id))
    (line,) = [line for line in lines if line.run_id == run_id and line.field == "last_name"]
    target = {
        "run": UndoTarget(run_id=run_id),
        "line": UndoTarget(change_id=line.id),
        "version": UndoTarget(kind=LEAD, local_id=local_id, version=line.version - 1),
    }[by]
    await studio.desk.undo(studio.tenant.id, target, by="Eva")
    await studio.leads_synced()
    there = studio.books.leads.get(anew).values["last_name"]
    assert (studio.lead(anew).last_name, there) == ("King", "King")
    assert (anew, "last_name") in await pins(studio)
    await rests(studio)


async def test_what_happened_before_the_record_was_made_anew_explains_it(studio: Studio) -> None:
    anew, run_id = await renamed_then_made_anew(studio)
    (told,) = await studio.desk.explain(studio.tenant.id, LEAD, studio.lead(anew).id, field="last_name")
    (field,) = told.fields
    assert (told.external_id, field.origin, field.run_id) == (anew, Origin.JOURNAL, run_id)
