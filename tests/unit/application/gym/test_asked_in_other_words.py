"""The counter and an undo call the same thing differently; of two wishes for it the later one holds all the same."""

from decimal import Decimal

import attrs
import pytest

from tresen.application.ports.gym import LeadPatch, MembershipPatch
from tresen.application.ports.sources import Observed
from tresen.application.sync.records.counter_words import is_word, meant_by, written_by
from tresen.application.sync.records.kinds import LEAD, MEMBERSHIP, schemas_of
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.leads.stage import Stage
from tresen.domain.membership.membership import Membership
from tresen.domain.membership.status import Status
from tresen.domain.shared.contact import PhoneNumber
from tresen.domain.shared.errors import GatewayRejected
from tresen.domain.shared.ids import RunId
from tresen.domain.staff.task import TaskReason, TaskState
from tresen.domain.sync.schema import Value

from ..membership.test_changes import cancellation, sold_here
from ..membership.test_changes import update as change
from ..studio import A_MINUTE, SILVER, Studio
from .test_done_later import open_tasks, states, still_asked
from .test_written_over import update

OUTCOME_UNKNOWN, UNSUPPORTED = TaskReason.OUTCOME_UNKNOWN, TaskReason.UNSUPPORTED
NEWER = (TaskState.DONE, "replaced by a newer request")
SCHEMAS = schemas_of(PhoneNumber)


async def undone_there(studio: Studio, **values: Value) -> Membership:
    """Gold, of which somebody changed these values there, and Eva undid that."""
    gold = await sold_here(studio)
    studio.clock.advance(A_MINUTE)
    studio.books.memberships.edit("1001", values)
    await undone(studio, (await studio.members_synced()).id)
    return gold


async def undone(studio: Studio, run_id: RunId) -> None:
    studio.clock.advance(A_MINUTE)
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run_id), by="Eva")
    studio.clock.advance(A_MINUTE)


@pytest.mark.parametrize("word", [field.name for field in attrs.fields(MembershipPatch)] + ["reason"])
def test_every_word_for_a_membership_means_fields_that_it_writes(word: str) -> None:
    assert is_word(MEMBERSHIP, word)
    values = [status.value for status in Status] if word == "status" else ["39", None]
    for value in values:
        assert frozenset() < meant_by(MEMBERSHIP, word, value) <= written_by(MEMBERSHIP, word)
    assert written_by(MEMBERSHIP, word) <= set(SCHEMAS[MEMBERSHIP].names)


def test_every_word_for_a_lead_means_a_field() -> None:
    assert [meant_by(LEAD, field.name, "new") for field in attrs.fields(LeadPatch)] == [{"status"}, {"notes"}]


async def test_a_price_of_the_counter_replaces_that_of_an_undo(studio: Studio) -> None:
    gold = await undone_there(studio, price="59.00 EUR")
    assert await still_asked(studio) == [{"price": "49.00 EUR"}]
    await studio.update_membership(change(studio, gold, monthly_price=Decimal(39)))
    assert await states(studio) == [NEWER]


async def test_so_it_does_where_staff_are_asked_for_it(studio: Studio) -> None:
    gold = await undone_there(studio, price="59.00 EUR")
    studio.change_account(writes_enabled=False)
    await studio.update_membership(change(studio, gold, monthly_price=Decimal(39)))
    assert await still_asked(studio) == [{"monthly_price": "39"}]


async def test_an_undo_replaces_the_price_that_the_counter_asked_staff_for(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.books.memberships.edit("1001", {"price": "59.00 EUR"})
    run = await studio.members_synced()
    studio.change_account(writes_enabled=False)
    await studio.update_membership(change(studio, gold, monthly_price=Decimal(39)))
    await undone(studio, run.id)
    assert await still_asked(studio) == [{"price": "49.00 EUR"}]


async def test_who_cancels_again_what_an_undo_gave_back_is_not_worked_against(studio: Studio) -> None:
    gold = await sold_here(studio)
    await studio.cancel_membership(cancellation(studio, gold))
    await undone(studio, studio.changes()[-1].run_id)
    assert await still_asked(studio) == [{"cancels_on": None, "flagged_active": "True"}]
    assert (await studio.cancel_membership(cancellation(studio, studio.membership("1001")))).task is None
    assert await states(studio) == [NEWER]
    await studio.members_synced()
    assert studio.membership("1001").status is Status.CANCELLED


async def test_an_undo_replaces_what_the_counter_asked_staff_for_of_its_end(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.books.memberships.edit("1001", {"cancels_on": "2026-06-30"})
    run = await studio.members_synced()
    studio.change_account(writes_enabled=False)
    await studio.update_membership(change(studio, gold, status=Status.ACTIVE, monthly_price=Decimal(39)))
    await undone(studio, run.id)
    assert await still_asked(studio) == [{"monthly_price": "39"}, {"cancels_on": None}]
    titles = [task.title for task in await open_tasks(studio)]
    assert titles[0] == "Change monthly_price of the membership Gold of Ada Byron at the provider"


async def test_what_a_cancellation_does_not_mean_is_still_asked_for(studio: Studio) -> None:
    gold = await undone_there(studio, price="59.00 EUR", cancels_on="2026-06-30")
    await studio.cancel_membership(cancellation(studio, gold))
    assert await still_asked(studio) == [{"price": "49.00 EUR"}]
    (task,) = await open_tasks(studio)
    assert task.title == "Change price of the membership Gold of Ada Byron at the provider"


@pytest.mark.parametrize(
    ("on_hold", "status", "left"),
    [
        (True, Status.ACTIVE, [{"status": "active"}]),
        (False, Status.PAUSED, [{"reason": "moves away"}, {"status": "paused"}]),
    ],
)
async def test_a_cancellation_is_asked_for_until_it_is_to_go_on(
    studio: Studio, on_hold: bool, status: Status, left: list[dict[str, str]]
) -> None:
    gold = await sold_here(studio, on_hold=on_hold)
    studio.change_account(writes_enabled=False)
    await studio.cancel_membership(cancellation(studio, gold))
    await studio.update_membership(change(studio, gold, status=status))
    assert await still_asked(studio) == left


async def test_a_package_and_then_a_price_are_both_asked_for(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.change_account(writes_enabled=False)
    await studio.update_membership(change(studio, gold, package=SILVER.id))
    await studio.update_membership(change(studio, gold, monthly_price=Decimal(39)))
    assert await still_asked(studio) == [{"package": SILVER.id}, {"monthly_price": "39"}]


async def test_a_package_that_is_written_ends_what_an_undo_asked_for_of_its_price(studio: Studio) -> None:
    gold = await undone_there(studio, price="59.00 EUR", auto_renew=True)
    await studio.update_membership(change(studio, gold, package=SILVER.id))
    assert await still_asked(studio) == [{"auto_renew": None}]
    await studio.members_synced()
    assert str(studio.membership("1001").price) == str(SILVER.price)


async def test_an_undo_replaces_the_stage_that_the_counter_asked_staff_for(studio: Studio) -> None:
    grace = studio.attract()
    await studio.leads_synced()
    studio.books.leads.edit(grace, {"status": "contacted"})
    run = await studio.leads_synced()
    studio.gym.faults.fail_next("update_lead", GatewayRejected("no"))
    await update(studio, grace, stage=Stage.QUALIFIED)
    await undone(studio, run.id)
    assert await states(studio) == [NEWER]
    await studio.leads_synced()
    assert studio.books.leads.get(grace).values["status"] == "new"


async def test_a_stage_of_the_counter_replaces_that_of_an_undo_that_was_refused(studio: Studio) -> None:
    grace = studio.attract()
    await studio.leads_synced()
    studio.books.leads.edit(grace, {"status": "contacted"})
    await undone(studio, (await studio.leads_synced()).id)
    studio.gym.faults.fail_next("leads.push", GatewayRejected("no"))
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    assert await still_asked(studio) == [{"status": "new"}]
    await update(studio, grace, stage=Stage.QUALIFIED)
    assert await states(studio) == [NEWER]


async def test_what_the_counter_asked_staff_for_since_is_not_asked_for_otherwise_when_an_undo_is_refused(
    studio: Studio,
) -> None:
    grace = studio.attract()
    await studio.leads_synced()
    studio.books.leads.edit(grace, {"status": "contacted"})
    await undone(studio, (await studio.leads_synced()).id)
    studio.gym.faults.fail_next("update_lead", GatewayRejected("busy"))
    await update(studio, grace, stage=Stage.QUALIFIED)
    studio.gym.faults.fail_next("leads.push", GatewayRejected("no"))
    await studio.leads_synced()
    assert await still_asked(studio) == [{"stage": "qualified"}]


async def test_what_the_counter_has_begun_stays_while_somebody_undoes_and_their_later_wish_stays_as_well(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    gold = await sold_here(studio)
    studio.books.memberships.edit("1001", {"cancels_on": "2026-06-30"})
    run = await studio.members_synced()
    studio.books.memberships.edit("1001", {"cancels_on": None})
    write = studio.gym.cancel_membership

    async def slow(external_id: str, *, reason: str) -> Observed:
        await undone(studio, run.id)
        assert [task.reason for task in await open_tasks(studio)] == [OUTCOME_UNKNOWN, UNSUPPORTED]
        return await write(external_id, reason=reason)

    monkeypatch.setattr(studio.gym, "cancel_membership", slow)
    await studio.cancel_membership(cancellation(studio, gold))
    assert await still_asked(studio) == [{"cancels_on": None}]
    assert studio.membership("1001").terms.cancels_on is None
