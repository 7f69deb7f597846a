"""A task for staff that a sync sees done at the provider needs nobody any more."""

from decimal import Decimal

import pytest

from tresen.adapters.memory.gym_habits import Habits
from tresen.application.leads.create_lead import NewLead
from tresen.application.leads.update_lead import LeadUpdate
from tresen.application.sync.records.kinds import LEAD
from tresen.application.sync.runs.tasks_seen_done import SEEN
from tresen.domain.leads.stage import Stage
from tresen.domain.membership.membership import Membership
from tresen.domain.membership.status import Status
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.staff.task import MACHINE, StaffTask, TaskState
from tresen.domain.sync.schema import Value

from ..leads.test_capturing_beside_runs import enter, meanwhile
from ..membership.test_changes import cancellation, sold_here, update
from ..membership.test_sales import STARTS, sale
from ..studio import A_DAY, A_MINUTE, SILVER, Studio
from .scene import edit_lead, set_policy
from .test_editing import edit, synced
from .test_undone_there_by_hand import cancelled, open_tasks, undone


async def tasks(studio: Studio) -> dict[TaskState, list[StaffTask]]:
    found = await studio.tasks()
    return {state: [task for task in found if task.state is state] for state in TaskState}


async def test_what_staff_entered_at_the_provider_is_closed_by_the_sync_that_sees_it() -> None:
    studio, ada = await synced()
    studio.change_account(writes_enabled=False)
    await edit(studio, ada, last_name="King", city=None)
    await studio.members_synced()
    assert len((await tasks(studio))[TaskState.OPEN]) == 1, "nobody did it yet"
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"last_name": "King"})
    await studio.members_synced()
    assert len((await tasks(studio))[TaskState.OPEN]) == 1, "only a part of it is done"
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"city": None})
    await studio.members_synced()
    found = await tasks(studio)
    assert found[TaskState.OPEN] == []
    (task,) = found[TaskState.DONE]
    assert (task.done_by, task.note) == (MACHINE, "a sync saw it done at the provider")
    assert task.done_at == studio.clock.now()


async def test_what_was_refused_and_is_there_by_now_is_closed() -> None:
    studio, ada = await synced()
    studio.gym.habits = Habits(refuses={"phone": ["030 9"]})
    await edit(studio, ada, phone="030 9")
    await studio.members_synced()
    await studio.members_synced()
    assert len((await tasks(studio))[TaskState.OPEN]) == 1
    studio.clock.advance(A_DAY)
    studio.books.members.edit(ada, {"phone": "+49 30 9"})
    await studio.members_synced()
    assert (await tasks(studio))[TaskState.OPEN] == [], "it is the same number"


async def test_another_value_at_the_provider_closes_nothing() -> None:
    studio, ada = await synced()
    studio.change_account(writes_enabled=False)
    await edit(studio, ada, last_name="King")
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"last_name": "Lovelace"})
    await studio.members_synced()
    assert len((await tasks(studio))[TaskState.OPEN]) == 1


async def test_a_day_that_was_entered_is_recognised() -> None:
    studio, ada = await synced()
    studio.change_account(writes_enabled=False)
    born_on = studio.clock.now().date() - 9000 * A_DAY
    await edit(studio, ada, born_on=born_on)
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"born_on": born_on.isoformat()})
    await studio.members_synced()
    assert (await tasks(studio))[TaskState.OPEN] == []


async def test_status_and_notes_of_a_lead_are_seen_too() -> None:
    studio = Studio()
    grace = studio.attract(notes="old")
    await studio.leads_synced()
    studio.change_account(writes_enabled=False)
    lead = studio.lead(grace)
    update = LeadUpdate(tenant_id=studio.tenant.id, lead_id=lead.id, stage=Stage.CONTACTED, notes="called")
    assert (await studio.update_lead(update)).task is not None
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(grace, {"status": "contacted", "notes": "called"})
    await studio.leads_synced()
    assert (await tasks(studio))[TaskState.OPEN] == []


async def test_a_lead_that_was_entered_there_is_closed_when_it_is_found() -> None:
    studio = Studio()
    await studio.leads_synced()
    studio.change_account(writes_enabled=False)
    await studio.create_lead(
        NewLead(tenant_id=studio.tenant.id, first_name="Eve", last_name="E", email="eve@x.example")
    )
    await studio.leads_synced()
    assert len((await tasks(studio))[TaskState.OPEN]) == 1
    studio.clock.advance(A_MINUTE)
    studio.attract(first_name="Eve", last_name="E", email="eve@x.example")
    await studio.leads_synced()
    assert (await tasks(studio))[TaskState.OPEN] == []


@pytest.mark.parametrize("cancelled", [{"flagged_active": False}, {"cancels_on": "2027-01-01"}, {"deleted": True}])
async def test_nothing_is_to_be_changed_of_what_a_sync_sees_cancelled(
    studio: Studio, cancelled: dict[str, Value]
) -> None:
    gold = await sold_here(studio)
    studio.change_account(writes_enabled=False)
    await studio.update_membership(update(studio, gold, status=Status.PAUSED))
    await studio.update_membership(update(studio, gold, monthly_price=Decimal(39)))
    await studio.members_synced()
    assert len((await tasks(studio))[TaskState.OPEN]) == 2
    studio.clock.advance(A_MINUTE)
    studio.books.memberships.edit("1001", cancelled)
    await studio.members_synced()
    assert (await tasks(studio))[TaskState.OPEN] == []
    studio.clock.advance(A_MINUTE)
    await studio.update_membership(update(studio, gold, monthly_price=Decimal(29)))
    await studio.members_synced(whole=True)
    assert len((await tasks(studio))[TaskState.OPEN]) == 1, "it was wanted of what was cancelled already"


async def test_once_nothing_is_open_a_sync_writes_no_task() -> None:
    studio, ada = await synced()
    studio.change_account(writes_enabled=False)
    await edit(studio, ada, last_name="King")
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"last_name": "King"})
    await studio.members_synced()
    (before,) = (await tasks(studio))[TaskState.DONE]
    studio.clock.advance(A_DAY)
    await studio.members_synced()
    (after,) = (await tasks(studio))[TaskState.DONE]
    assert after.done_at == before.done_at


async def test_what_was_agreed_before_a_conflict_is_not_what_the_provider_shows(studio: Studio) -> None:
    await set_policy(studio, LEAD, account=None, default="ask")
    grace = studio.attract("Grace", notes="zero")
    await studio.leads_synced()
    await edit_lead(studio, grace, notes="one")
    studio.books.leads.edit(grace, {"notes": "two"})
    await studio.leads_synced()
    studio.change_account(writes_enabled=False)
    studio.clock.advance(A_MINUTE)
    await studio.update_lead(LeadUpdate(tenant_id=studio.tenant.id, lead_id=studio.lead(grace).id, notes="zero"))
    await studio.leads_synced()
    assert len((await tasks(studio))[TaskState.OPEN]) == 1
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(grace, {"notes": "zero"})
    for _ in range(2):
        await studio.leads_synced()
    assert (await tasks(studio))[TaskState.OPEN] == []


async def test_that_two_records_are_to_be_joined_is_not_done_by_the_link_to_one(studio: Studio) -> None:
    studio.attract("Other")
    await studio.leads_synced()

    async def tied() -> None:
        other = studio.attract("Ann", email="ann@example.com")
        studio.books.leads.edit("1002", {"email": "ann.h@example.org"})
        studio.books.leads.edit(other, {"email": "ann@example.org"})
        await studio.leads_synced(whole=True)

    meanwhile(studio, tied)
    created = await enter(studio)
    for _ in range(2):
        studio.clock.advance(A_MINUTE)
        await studio.leads_synced(whole=True)
    assert [task.id for task in (await tasks(studio))[TaskState.OPEN]] == [created.task.id if created.task else None]


async def done_there(studio: Studio, **values: Value) -> list[StaffTask]:
    """Somebody does it at the provider, and a sync follows; what is open then."""
    studio.clock.advance(A_MINUTE)
    studio.books.memberships.edit("1001", values)
    await studio.members_synced()
    return await open_tasks(studio)


@pytest.mark.parametrize(
    "ended", [{"cancels_on": "2026-12-31"}, {"flagged_active": False}, {"deleted": True}], ids=["later", "now", "gone"]
)
async def test_a_membership_that_staff_cancelled_there_is_closed(studio: Studio, ended: dict[str, Value]) -> None:
    gold = await sold_here(studio)
    studio.change_account(writes_enabled=False)
    await studio.cancel_membership(cancellation(studio, gold))
    assert len(await done_there(studio, price="39.00 EUR")) == 1, "that is something else"
    assert await done_there(studio, **ended) == []
    assert [task.note for task in await studio.tasks()] == [SEEN]


async def test_that_one_is_inactive_before_it_starts_is_no_cancellation(studio: Studio) -> None:
    gold = await sold_here(studio, starts_on="2026-12-31", flagged_active=False)
    studio.change_account(writes_enabled=False)
    await studio.cancel_membership(cancellation(studio, gold))
    assert len(await done_there(studio, price="39.00 EUR")) == 1
    assert await done_there(studio, ends_on="2026-03-01") == []


@pytest.mark.parametrize(
    ("wish", "other", "done"),
    [
        ({"monthly_price": Decimal(39)}, {"price": "38.00 EUR"}, {"price": "39.00 EUR"}),
        ({"monthly_price": None}, {"price": "38.00 EUR"}, {"price": None}),
        ({"package": SILVER.id}, {"name": "Bronze"}, {"name": "Silver"}),
        ({"status": Status.PAUSED}, {"price": "38.00 EUR"}, {"on_hold": True}),
    ],
)
async def test_a_membership_that_staff_changed_there_is_closed(
    studio: Studio, wish: dict[str, object], other: dict[str, Value], done: dict[str, Value]
) -> None:
    gold = await sold_here(studio)
    studio.change_account(writes_enabled=False)
    await studio.update_membership(update(studio, gold, **wish))
    assert len(await done_there(studio, **other)) == 1
    assert await done_there(studio, **done) == []


async def asked_to_make(studio: Studio, gold: Membership, status: str) -> None:
    """Staff have a task of before, when more of these were made."""
    studio.change_account(writes_enabled=False)
    asked = (await studio.update_membership(update(studio, gold, status=Status.PAUSED))).task
    assert asked is not None
    asked.details = {**asked.details, "status": status}
    await studio.transactions.run(studio.tenant.id, "test", lambda uow: uow.tasks.save(asked))


async def test_one_that_staff_were_asked_to_make_cancelled_is_closed_once_it_is(studio: Studio) -> None:
    """As was done before it had to be cancelled by cancelling it."""
    await asked_to_make(studio, await sold_here(studio), "cancelled")
    assert len(await done_there(studio, on_hold=True)) == 1
    assert await done_there(studio, flagged_active=False) == []


async def test_of_several_changes_of_a_membership_all_must_be_seen(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.change_account(writes_enabled=False)
    await studio.update_membership(update(studio, gold, status=Status.PAUSED, monthly_price=Decimal(39)))
    assert len(await done_there(studio, on_hold=True)) == 1
    assert await done_there(studio, price="39.00 EUR") == []


async def test_whether_one_goes_on_is_not_seen_where_its_holds_are_not(studio: Studio) -> None:
    studio.gym._lists_lack = frozenset({"on_hold"})
    gold = await sold_here(studio)
    del studio.books.memberships.get("1001").values["on_hold"]
    await asked_to_make(studio, gold, "active")
    assert len(await done_there(studio, price="38.00 EUR")) == 1
    assert await done_there(studio, on_hold=False) == []


async def test_what_staff_took_back_there_for_an_undo_is_closed() -> None:
    studio, line = await cancelled()
    await undone(studio, line)
    assert len(await done_there(studio, price="39.00 EUR")) == 1
    assert await done_there(studio, cancels_on=None) == []


async def test_what_staff_sold_there_is_closed_and_nothing_else_that_was_to_be_sold(studio: Studio) -> None:
    gold = await sold_here(studio, starts_on="2026-01-01")
    studio.change_account(writes_enabled=False)
    for package in ("Gold", "Silver"):
        await studio.create_membership(sale(studio, buyer=gold.member_id, package=package))
    studio.sell_there("1001")
    studio.sell_there("1001", starts_on=STARTS.isoformat(), name="Bronze")
    studio.sell_there("1001", starts_on=STARTS.isoformat(), deleted=True)
    await studio.members_synced()
    assert len(await open_tasks(studio)) == 2, "another day, another package, and one that was cancelled"
    studio.sell_there("1001", starts_on=STARTS.isoformat())
    await studio.members_synced()
    (task,) = await open_tasks(studio)
    assert task.details["package"] == "Silver"


async def test_a_sale_to_which_no_answer_came_is_closed_when_it_is_seen(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.gym.faults.fail_next("create_membership", GatewayUnavailable("no answer"), after=1)
    task = (await studio.create_membership(sale(studio, buyer=gold.member_id))).task
    assert task is not None
    await studio.members_synced()
    assert [each.note for each in await studio.tasks()] == [SEEN]


async def test_that_a_term_ran_out_of_what_renews_itself_is_no_cancellation(studio: Studio) -> None:
    gold = await sold_here(studio, ends_on="2026-03-31", auto_renew=True)
    studio.change_account(writes_enabled=False)
    await studio.cancel_membership(cancellation(studio, gold))
    for ends_on in ("2026-03-31", "2026-04-30"):
        studio.books.memberships.edit("1001", {"ends_on": ends_on})
        studio.clock.advance(30 * A_DAY)
        await studio.members_synced()
        assert len(await open_tasks(studio)) == 1
    studio.books.memberships.edit("1001", {"auto_renew": False})
    await studio.members_synced()
    assert [task.note for task in await studio.tasks()] == [SEEN]


async def test_so_it_is_not_active_either(studio: Studio) -> None:
    gold = await sold_here(studio, ends_on="2026-01-31", auto_renew=True)
    studio.change_account(writes_enabled=False)
    await studio.update_membership(update(studio, gold, status=Status.ACTIVE))
    await studio.members_synced()
    assert len(await open_tasks(studio)) == 1
