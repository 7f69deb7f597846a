"""What is done at the provider and no answer told, by a machine or a person, is seen by the next sync, also in fields
that listings lack.
"""

from decimal import Decimal

import pytest

from tresen.adapters.memory.gym import MemoryGym
from tresen.adapters.memory.gym_books import Shelf
from tresen.application.ports.gym import LeadPatch
from tresen.application.ports.sources import Observed
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.staff.complete_task import TaskDone
from tresen.application.sync.records.task_at_provider import edit_task
from tresen.application.sync.runs.tasks_seen_done import SEEN
from tresen.domain.leads.stage import Stage
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.shared.ids import TaskId
from tresen.domain.staff.task import StaffTask, TaskReason, TaskState

from ..membership.test_changes import cancellation, sold_here
from ..membership.test_changes import update as change
from ..membership.test_sales import sale
from ..studio import A_MINUTE, AN_HOUR, SILVER, Studio
from .test_written_over import told, update


async def at_a_gym_like_wodify() -> tuple[Studio, str]:
    """Its lists lack notes; both sides agree on Grace's."""
    studio = Studio()
    studio.gym._lists_lack = frozenset({"notes"})
    grace = studio.attract(notes=None)
    studio.attract("Other")
    await studio.leads_synced()
    await update(studio, grace, notes="zero")
    await studio.leads_synced()
    assert studio.lead(grace).notes == "zero"
    return studio, grace


async def by_hand(studio: Studio, grace: str) -> StaffTask:
    """Nobody may write there but people, and one did what the task said."""
    studio.change_account(writes_enabled=False)
    task = (await update(studio, grace, notes="one")).task
    assert task is not None
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(grace, {"notes": "one"})
    return task


async def closed(studio: Studio, task: StaffTask) -> None:
    await studio.complete_task(TaskDone(tenant_id=studio.tenant.id, task_id=task.id, by="Eva"))


def looks(studio: Studio) -> int:
    return studio.gym.faults.calls.count("leads.get")


@pytest.mark.parametrize("whole", [False, True])
async def test_a_write_to_which_no_answer_came_is_seen(whole: bool) -> None:
    studio, grace = await at_a_gym_like_wodify()
    studio.gym.faults.fail_next("update_lead", GatewayUnavailable("no answer"), after=1)
    task = (await update(studio, grace, notes="one")).task
    assert task is not None
    assert task.reason is TaskReason.OUTCOME_UNKNOWN
    await studio.leads_synced(whole=whole)
    assert studio.lead(grace).notes == "one"
    assert [(line.ours, line.value) for line in told(studio)][-1:] == [("zero", "one")]
    assert [each.note for each in await studio.tasks()] == [SEEN]


async def test_so_it_is_where_the_process_died_over_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        """The process ends here."""

    async def killed(self: MemoryGym, external_id: str, patch: LeadPatch) -> Observed:
        self.books.leads.edit(external_id, {"notes": str(patch.notes)})
        raise Killed

    studio, grace = await at_a_gym_like_wodify()
    monkeypatch.setattr(MemoryGym, "update_lead", killed)
    with pytest.raises(Killed):
        await update(studio, grace, notes="one")
    await studio.leads_synced()
    assert studio.lead(grace).notes == "one"


@pytest.mark.parametrize("whole", [False, True])
async def test_what_a_person_did_and_closed_is_seen(whole: bool) -> None:
    studio, grace = await at_a_gym_like_wodify()
    await closed(studio, await by_hand(studio, grace))
    await studio.leads_synced(whole=whole)
    assert studio.lead(grace).notes == "one"


async def test_what_a_person_did_and_did_not_close_is_seen_and_closed() -> None:
    studio, grace = await at_a_gym_like_wodify()
    await by_hand(studio, grace)
    await studio.leads_synced()
    assert studio.lead(grace).notes == "one"
    (task,) = await studio.tasks()
    assert (task.state, task.note) == (TaskState.DONE, SEEN)


async def test_it_is_looked_at_no_more_when_it_was_seen() -> None:
    studio, grace = await at_a_gym_like_wodify()
    await closed(studio, await by_hand(studio, grace))
    before = looks(studio)
    await studio.leads_synced()
    assert looks(studio) == before + 1
    for whole in (False, True):
        await studio.leads_synced(whole=whole)
    assert looks(studio) == before + 1


async def test_one_that_nobody_touched_is_not_looked_at_for_its_task() -> None:
    studio, grace = await at_a_gym_like_wodify()
    studio.change_account(writes_enabled=False)
    await update(studio, grace, notes="one")
    for _ in range(2):
        studio.clock.advance(AN_HOUR)
        await studio.leads_synced()
    before = looks(studio)
    await studio.leads_synced()
    assert looks(studio) == before


async def test_of_very_many_what_the_listing_shows_must_do() -> None:
    studio, _ = await at_a_gym_like_wodify()
    crowd = [studio.attract(f"L{number}") for number in range(120)]
    await studio.leads_synced()
    studio.change_account(writes_enabled=False)
    for each in crowd:
        await update(studio, each, notes="one")
    before = looks(studio)
    await studio.leads_synced(whole=True)
    assert looks(studio) == before + 100


async def test_closing_a_task_about_no_record_there_leaves_nothing_to_look_at(studio: Studio) -> None:
    studio.change_account(writes_enabled=False)
    grace = studio.attract()
    await studio.leads_synced()
    await closed(studio, await by_hand(studio, grace))
    studio.books.leads.remove(grace)
    for _ in range(2):
        await studio.leads_synced(whole=True)
    assert await studio.read(lambda uow: uow.due.all(studio.account.id, "lead")) == {}


async def looks_in_two_listings(studio: Studio, call: str) -> int:
    before = studio.gym.faults.calls.count(f"{call}.get")
    for _ in range(2):
        await (studio.leads_synced if call == "leads" else studio.members_synced)(whole=True)
    return studio.gym.faults.calls.count(f"{call}.get") - before


async def test_what_lists_show_is_seen_without_a_look() -> None:
    studio, grace = await at_a_gym_like_wodify()
    studio.change_account(writes_enabled=False)
    await update(studio, grace, stage=Stage.CONTACTED)
    assert await looks_in_two_listings(studio, "leads") == 0
    studio.books.leads.edit(grace, {"status": "contacted"})
    assert await looks_in_two_listings(studio, "leads") == 0
    assert [each.note for each in await studio.tasks()] == [SEEN]


async def test_what_was_so_before_and_is_another_there_by_now_is_not_taken_for_done() -> None:
    studio, grace = await at_a_gym_like_wodify()
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(grace, {"notes": "two"})
    studio.change_account(writes_enabled=False)
    await update(studio, grace, notes="zero")
    await studio.leads_synced()
    assert [task.state for task in await studio.tasks()] == [TaskState.OPEN]
    studio.books.leads.edit(grace, {"notes": "zero"})
    await studio.leads_synced()
    assert [each.note for each in await studio.tasks()] == [SEEN]


async def test_what_the_provider_never_shows_is_not_looked_for() -> None:
    studio = Studio()
    leads = studio.books.leads
    names = tuple(name for name in leads.names if name != "message")
    studio.books.leads = Shelf("lead", names, studio.clock)
    grace = studio.attract()
    await studio.leads_synced()
    lead = studio.lead(grace)
    account = studio.stored_account()

    async def ask(uow: UnitOfWork) -> None:
        values = {"message": "call me"}
        task = edit_task(
            id=TaskId(studio.ids.new()),
            tenant_id=studio.tenant.id,
            account=account,
            record=("lead", grace, lead.id),
            name=lead.name,
            values=values,
            reason=TaskReason.UNSUPPORTED,
            why="it has no such field",
            now=studio.clock.now(),
        )
        await uow.tasks.add(task)

    await studio.transactions.run(studio.tenant.id, "ask", ask)
    assert await looks_in_two_listings(studio, "leads") == 0
    assert [task.state for task in await studio.tasks()] == [TaskState.OPEN]


async def test_a_membership_is_looked_at_only_for_what_lists_do_not_show(studio: Studio) -> None:
    studio.gym._lists_lack = frozenset({"price", "on_hold", "auto_renew"})
    gold = await sold_here(studio)
    studio.change_account(writes_enabled=False)
    await studio.cancel_membership(cancellation(studio, gold))
    assert await looks_in_two_listings(studio, "memberships") == 0
    await studio.update_membership(change(studio, gold, monthly_price=Decimal(39)))
    assert await looks_in_two_listings(studio, "memberships") == 2
    studio.books.memberships.edit("1001", {"price": "39.00 EUR"})
    assert await looks_in_two_listings(studio, "memberships") == 1
    assert str(studio.membership("1001").price) == "39.00 EUR"


async def test_what_else_came_with_a_change_is_looked_at_once_it_is_done(studio: Studio) -> None:
    studio.gym._lists_lack = frozenset({"price"})
    gold = await sold_here(studio)
    studio.change_account(writes_enabled=False)
    await studio.update_membership(change(studio, gold, package=SILVER.id))
    assert await looks_in_two_listings(studio, "memberships") == 0
    studio.books.memberships.edit("1001", {"name": "Silver", "price": "29.00 EUR"})
    assert await looks_in_two_listings(studio, "memberships") == 1
    assert str(studio.membership("1001").price) == "29.00 EUR"
    assert [each.note for each in await studio.tasks()] == [SEEN]


async def test_a_sale_that_staff_are_to_make_takes_no_look_at_the_member(studio: Studio) -> None:
    studio.gym._lists_lack = frozenset({"city"})
    gold = await sold_here(studio)
    studio.change_account(writes_enabled=False)
    await studio.create_membership(sale(studio, buyer=gold.member_id))
    assert await looks_in_two_listings(studio, "members") == 0
