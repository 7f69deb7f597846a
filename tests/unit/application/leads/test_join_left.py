"""Somebody whom the account has writes again, and the process dies over it: a sync joins the two."""

from datetime import timedelta

import pytest

from tresen.application.leads.convert_lead import Conversion
from tresen.application.staff.complete_task import TaskDone
from tresen.application.transactions import Transactions
from tresen.domain.leads.lead import Lead
from tresen.domain.staff.task import TaskReason
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.push import PushState

from ..gym.test_provider_writes import Killed
from ..studio import A_MINUTE, AN_HOUR, BOOKS, GOLD, Studio
from ..sync.scene import applied, captured, open_conflicts, planned, pushes
from ..sync.test_decided_pairings import decide
from ..sync.test_editing import lead_edit
from .test_capturing_beside_runs import enter, named, synced, there
from .test_known_here import open_tasks, to_enter

_RUN = Transactions.run
_POLICIES = pytest.mark.parametrize("create_there", [False, True])


async def known(studio: Studio, *, create_there: bool = False) -> Lead:
    """Ann, whom both sides have."""
    await synced(studio, create_there=create_there)
    key = studio.attract("Ann", last_name="H")
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    return studio.lead(key)


async def killed(studio: Studio, at: str, **values: str) -> None:
    """She writes again, and the process dies at that transaction, or call."""
    if at in {"leads.get", "create_lead"}:
        studio.gym.faults.fail_next(at, Killed())  # type: ignore[arg-type] # as good as an error
    with pytest.MonkeyPatch.context() as patch:

        async def run(self: Transactions, tenant: object, name: str, work: object) -> object:
            if name == at:
                raise Killed
            return await _RUN(self, tenant, name, work)  # type: ignore[arg-type] # what it was given

        patch.setattr(Transactions, "run", run)
        with pytest.raises(Killed):
            await enter(studio, None, **values)


async def one_lead(studio: Studio, ann: Lead, *, phone: str | None = "030 9") -> None:
    (lead,) = named(studio)
    assert (lead.id, lead.phone and lead.phone.raw) == (ann.id, phone)
    assert len(there(studio)) == 1
    assert await to_enter(studio) == []
    assert pushes(studio, PushState.WAITING, PushState.UNSURE) == []


@_POLICIES
@pytest.mark.parametrize("at", ["send_lead", "leads.get", "link_lead"])
async def test_a_later_sync_joins_the_two(studio: Studio, at: str, create_there: bool) -> None:
    ann = await known(studio, create_there=create_there)
    await killed(studio, at, phone="030 9")
    assert len(named(studio)) == 2
    studio.clock.advance(AN_HOUR)
    runs = [await studio.leads_synced(whole=True) for _ in range(2)]
    assert [run.counts.deleted for run in runs] == [1, 0]
    await one_lead(studio, ann)
    assert studio.books.leads.get("1002").values["phone"] == "030 9"
    events = [event for _, event in studio.store.room(studio.tenant.id).events.items()]
    assert [event.data for event in events if event.type == "lead.merged"] == [{"into": str(ann.id)}]
    before = studio.rows(without=BOOKS)
    await studio.leads_synced(whole=True)
    assert studio.rows(without=BOOKS) == before


async def test_so_does_whoever_applies_a_plan(studio: Studio) -> None:
    ann = await known(studio)
    await killed(studio, "send_lead", phone="030 9")
    studio.attract("New")
    studio.clock.advance(AN_HOUR)
    run = await planned(studio, "leads")
    await applied(studio, run.plan_id)
    await studio.leads_synced(whole=True)
    await one_lead(studio, ann)


@_POLICIES
async def test_none_is_made_though_her_address_is_another_there(studio: Studio, create_there: bool) -> None:
    """By the one that she gave again she is not found there."""
    ann = await known(studio, create_there=create_there)
    await killed(studio, "send_lead", phone="030 9")
    studio.clock.advance(AN_HOUR)
    studio.books.leads.edit("1002", {"email": "ann.new@example.org"})
    await studio.leads_synced(whole=True)
    assert len(there(studio)) == 1
    assert [lead.id for lead in named(studio)] == [ann.id]


async def test_who_may_still_be_at_it_is_left_to_it(studio: Studio) -> None:
    await known(studio)
    await killed(studio, "send_lead")
    studio.clock.advance(timedelta(minutes=12))
    await studio.leads_synced(whole=True)
    assert len(named(studio)) == 2


@_POLICIES
async def test_what_may_have_been_made_is_looked_for_first(studio: Studio, create_there: bool) -> None:
    """Her record could not be shown, so that she was to be made."""
    ann = await known(studio, create_there=create_there)
    await killed(studio, "link_lead", phone="030 9")
    (push,) = pushes(studio, PushState.UNSURE)
    push.begin()
    await studio.transactions.run(studio.tenant.id, "sent", lambda uow: uow.pushes.save(push))
    studio.clock.advance(AN_HOUR)
    await studio.leads_synced()
    # Only a run that makes it where it is not there has looked for it by now.
    assert len(named(studio)) == (1 if create_there else 2)
    for _ in range(2):
        await studio.leads_synced(whole=True)
    await one_lead(studio, ann)


async def test_whose_record_is_that_of_somebody_else_staff_are_told(studio: Studio) -> None:
    """A family that shares an address."""
    await known(studio, create_there=True)
    await killed(studio, "send_lead", first_name="Bob")
    studio.clock.advance(AN_HOUR)
    for _ in range(2):
        await studio.leads_synced(whole=True)
    (task,) = await to_enter(studio)
    assert (task.reason, task.subject) == (TaskReason.UNDECIDED, f"lead:{named(studio, 'Bob')[0].id}")
    assert "another lead of ours, Ann H (record 1002)" in (task.details["why"] or "")
    before = studio.rows(without=BOOKS)
    await studio.leads_synced(whole=True)
    assert studio.rows(without=BOOKS) == before
    assert there(studio, "Bob") == []


async def test_one_of_which_a_person_is_asked_is_left_to_them(studio: Studio) -> None:
    await known(studio)
    await killed(studio, "send_lead")
    (task,) = await open_tasks(studio)
    task.reason = TaskReason.UNDECIDED
    await studio.transactions.run(studio.tenant.id, "undecided", lambda uow: uow.tasks.save(task))
    studio.clock.advance(AN_HOUR)
    await studio.leads_synced(whole=True)
    assert len(named(studio)) == 2


@pytest.mark.parametrize("choice", [Choice.OURS, Choice.THEIRS])
async def test_of_whom_a_person_said_whose_the_record_is_stays_as_they_are(studio: Studio, choice: Choice) -> None:
    await synced(studio)
    first = await captured(studio, "Ann")
    await killed(studio, "link_lead")
    await studio.leads_synced()
    (question,) = open_conflicts(studio)
    assert len(question.candidates) == 2
    chosen = None if choice is Choice.THEIRS else str(first.id)
    await decide(studio, question, choice, value=chosen)
    studio.clock.advance(AN_HOUR)
    for _ in range(2):
        await studio.leads_synced(whole=True)
    assert len(named(studio)) == (2 if choice is Choice.OURS else 3)


async def test_who_was_settled_by_a_person_is_not_joined(studio: Studio) -> None:
    """They closed the task, and call him otherwise."""
    await known(studio, create_there=True)
    await killed(studio, "send_lead", first_name="Bob")
    (task,) = await to_enter(studio)
    await studio.complete_task(TaskDone(tenant_id=studio.tenant.id, task_id=task.id, by="Max"))
    studio.clock.advance(AN_HOUR)
    await studio.leads_synced(whole=True)
    (bob,) = named(studio, "Bob")
    await studio.desk.edit_lead(lead_edit(studio, bob, first_name="Ann"))
    await studio.leads_synced(whole=True)
    assert (len(named(studio)), len(there(studio))) == (2, 1)


async def test_of_two_that_the_account_has_nobody_is_guessed(studio: Studio) -> None:
    await known(studio)
    studio.attract("Ann")
    await studio.leads_synced()
    studio.gym.faults.fail_next("create_lead", Killed())  # type: ignore[arg-type] # as good as an error
    with pytest.raises(Killed):
        await enter(studio)
    studio.clock.advance(AN_HOUR)
    await studio.leads_synced(whole=True)
    assert len(named(studio)) == 3


async def test_about_whom_staff_are_asked_something_else_is_not_joined(studio: Studio) -> None:
    ann = await known(studio)
    await killed(studio, "send_lead", phone="030 9")
    studio.change_account(writes_enabled=False)
    (left,) = [lead for lead in named(studio) if lead.id != ann.id]
    studio.books.packages = [GOLD]
    await studio.members_synced()
    done = await studio.convert_lead(
        Conversion(tenant_id=studio.tenant.id, lead_id=left.id, package="Gold", starts_on=studio.clock.now().date())
    )
    assert done.task is not None
    studio.clock.advance(AN_HOUR)
    await studio.leads_synced(whole=True)
    assert {lead.id for lead in named(studio)} == {ann.id, left.id}
