"""What an attacker found about undoing and deciding: nothing is lost by either."""

from datetime import timedelta

import pytest

from tresen.application.ports.readers import ConflictFilter
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.undo.undo import Undone
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.shared.errors import GatewayUnavailable, RuleViolation, StaleVersion
from tresen.domain.sync.conflict import Choice, Conflict
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.kept_plan import PlanHeld
from tresen.domain.sync.laws import Law
from tresen.domain.sync.run import Run

from ..studio import A_MINUTE, AN_HOUR, Studio
from .scene import edit_lead, rests


async def undo(studio: Studio, run: Run | None, **options: bool) -> Undone:
    assert run is not None
    return await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="somebody", **options)


async def lead_made(studio: Studio) -> tuple[str, Run]:
    studio.attract("First")
    await studio.leads_synced()
    made = studio.attract("New")
    return made, await studio.leads_synced()


async def decide(studio: Studio, choice: Choice) -> Conflict:
    (conflict,) = (await studio.readers.conflicts(studio.tenant.id, ConflictFilter(), limit=9)).items
    chosen = ConflictChoice(tenant_id=studio.tenant.id, conflict_id=conflict.id, choice=choice, by="somebody")
    return await studio.desk.resolve(chosen)


async def test_an_undo_that_took_a_record_away_can_be_undone(studio: Studio) -> None:
    made, run = await lead_made(studio)
    before = studio.lead(made).id
    undone = await undo(studio, run)
    assert len(studio.leads()) == 1
    back = await undo(studio, undone.run)
    assert back.run is not None
    assert back.run.counts.created == 1
    assert (studio.lead(made).id, studio.lead(made).first_name) == (before, "New")
    for _ in range(2):
        await studio.leads_synced()
        assert len(studio.leads()) == 2
    assert await studio.desk.overrides(studio.tenant.id) == []


@pytest.mark.parametrize("law", [Law.THEIRS, Law.NEWEST])
async def test_an_undo_stays_undone_over_many_syncs_and_later_edits_of_that_field_and_of_others(law: Law) -> None:
    studio = Studio(default=law)
    ada = studio.enrol(city="Ulm")
    await studio.members_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"last_name": "Wrong", "city": "Bonn"})
    await studio.members_synced()
    (line,) = [line for line in studio.changes() if line.field == "last_name"]
    await studio.desk.undo(studio.tenant.id, UndoTarget(change_id=line.id), by="somebody")
    for number in range(5):
        studio.clock.advance(AN_HOUR)
        studio.books.members.edit(ada, {"last_name": f"Wrong {number}"})
        studio.books.members.edit(ada, {"city": f"City {number}"})
        await studio.members_synced(whole=number % 2 == 1)
        assert studio.member(ada).last_name == "Byron"
        assert studio.books.members.get(ada).values["last_name"] == "Byron"
        assert studio.member(ada).city == f"City {number}", "later edits of other fields count"
    await studio.edit_member(ada, phone=None)
    await studio.members_synced()
    assert (studio.member(ada).last_name, studio.member(ada).phone is None) == ("Byron", law is Law.NEWEST)
    await rests(studio)


async def test_taking_the_override_away_lets_the_record_in_again(studio: Studio) -> None:
    made, run = await lead_made(studio)
    await undo(studio, run)
    await studio.leads_synced()
    assert len(studio.leads()) == 1
    account = studio.account.id
    await studio.desk.remove_override(
        studio.tenant.id, account_id=account, kind="lead", external_id=made, field=WHOLE, by="Eva"
    )
    await studio.leads_synced()
    assert studio.lead(made).first_name == "New"


async def test_a_record_that_was_edited_since_is_not_taken_away(studio: Studio) -> None:
    made, run = await lead_made(studio)
    await edit_lead(studio, made, notes="precious")
    (planned,) = await studio.desk.plan_undo(studio.tenant.id, UndoTarget(run_id=run.id))
    assert planned.overtaken
    assert (await undo(studio, run)).run is None
    assert studio.lead(made).notes == "precious"
    assert (await undo(studio, run, overtaken=True)).run is not None
    assert len(studio.leads()) == 1


async def test_an_undo_that_would_delete_many_is_held(studio: Studio) -> None:
    for number in range(7):
        studio.enrol(f"M{number}")
    run = await studio.members_synced()
    with pytest.raises(PlanHeld, match="7 of 7 records would be deleted"):
        await undo(studio, run)
    assert len(studio.members()) == 7
    assert (await undo(studio, run, accept_guard=True)).run is not None
    assert studio.members() == []


async def test_what_belongs_to_a_record_is_undone_first(studio: Studio) -> None:
    ada = studio.enrol()
    run = await studio.members_synced()
    studio.sell_there(ada)
    await studio.members_synced()
    with pytest.raises(RuleViolation, match="others belong to member"):
        await undo(studio, run)
    assert studio.members()


async def test_a_membership_that_moved_goes_back(studio: Studio) -> None:
    ada, bea = studio.enrol("Ada"), studio.enrol("Bea")
    bought = studio.sell_there(ada)
    await studio.members_synced()
    studio.books.memberships.edit(bought, {"member": bea})
    run = await studio.members_synced()
    assert studio.membership(bought).member_id == studio.member(bea).id
    await undo(studio, run)
    assert studio.membership(bought).member_id == studio.member(ada).id


async def test_ours_is_what_we_hold_now() -> None:
    studio = Studio(default=Law.ASK)
    ada = studio.enrol()
    await studio.members_synced()
    await studio.edit_member(ada, last_name="Ours")
    studio.books.members.edit(ada, {"last_name": "Theirs"})
    await studio.members_synced()
    await studio.edit_member(ada, last_name="Newer")
    with pytest.raises(StaleVersion, match="somebody edited ours"):
        await decide(studio, Choice.THEIRS)
    assert studio.member(ada).last_name == "Newer"
    await decide(studio, Choice.OURS)
    await studio.members_synced()
    assert studio.member(ada).last_name == studio.books.members.get(ada).values["last_name"] == "Newer"


async def test_an_undo_withdraws_what_still_waits_to_be_written() -> None:
    studio = Studio(default=Law.NEWEST)
    ada = studio.enrol()
    await studio.members_synced()
    await studio.edit_member(ada, last_name="King")
    studio.gym.faults.fail_next("members.push", GatewayUnavailable("down"))
    await studio.members_synced()
    member_id = studio.member(ada).id

    async def lines(uow: UnitOfWork) -> UndoTarget:
        return UndoTarget(change_id=(await uow.journal.of_record("member", member_id))[-1].id)

    await studio.desk.undo(studio.tenant.id, await studio.read(lines), by="somebody")
    for _ in range(2):
        await studio.members_synced()
        assert studio.member(ada).last_name == studio.books.members.get(ada).values["last_name"] == "Byron"


@pytest.mark.parametrize("how", ["undo", "resolve"])
async def test_what_was_decided_while_writing_was_off_goes_there_when_it_is_on_again(how: str) -> None:
    studio = Studio(default=Law.ASK)
    ada = studio.enrol()
    await studio.members_synced()
    studio.clock.advance(timedelta(minutes=1))
    studio.books.members.edit(ada, {"last_name": "Theirs"})
    if how == "resolve":
        await studio.edit_member(ada, last_name="Ours")
    run = await studio.members_synced()
    studio.change_account(writes_enabled=False)
    if how == "resolve":
        await decide(studio, Choice.OURS)
    else:
        await undo(studio, run)
    studio.change_account(writes_enabled=True)
    await studio.members_synced()
    wanted = "Ours" if how == "resolve" else "Byron"
    assert studio.member(ada).last_name == studio.books.members.get(ada).values["last_name"] == wanted


async def moved_back(studio: Studio) -> tuple[str, str, str]:
    """A membership that the provider gave to another member, which was undone here."""
    ada, bob = studio.enrol("Ada"), studio.enrol("Bob")
    sold = studio.sell_there(ada)
    await studio.members_synced()
    studio.books.memberships.edit(sold, {"member": bob})
    moved = await studio.members_synced()
    assert studio.membership(sold).member_id == studio.member(bob).id
    await undo(studio, moved)
    assert studio.membership(sold).member_id == studio.member(ada).id
    return sold, ada, bob


async def test_a_membership_that_belongs_to_another_here_is_synced_as_ever(studio: Studio) -> None:
    sold, ada, _ = await moved_back(studio)
    run = await studio.members_synced()
    assert run.counts.errors == 0
    calls = len(studio.changes())
    for name in ("Platinum", "Silver"):
        studio.clock.advance(timedelta(hours=1))
        studio.books.memberships.edit(sold, {"name": name})
        run = await studio.members_synced()
        assert (run.counts.errors, run.counts.updated) == (0, 1)
        assert (studio.membership(sold).name, studio.membership(sold).member_id) == (name, studio.member(ada).id)
    assert {(c.field, c.value) for c in studio.changes()[calls:]} == {("name", "Platinum"), ("name", "Silver")}
    studio.books.memberships.edit(sold, {"member": ada})
    await studio.members_synced()
    assert studio.membership(sold).member_id == studio.member(ada).id


async def test_whose_a_membership_is_here_is_known_to_explain_and_history(studio: Studio) -> None:
    sold, ada, _ = await moved_back(studio)
    await studio.members_synced()
    ours = studio.membership(sold).id
    (explained,) = await studio.desk.explain(studio.tenant.id, "membership", ours, field="member")
    assert explained.fields[0].ours == ada
    assert (await studio.desk.history(studio.tenant.id, "membership", ours))[-1].values["member"] == ada


async def test_whose_a_membership_is_that_a_program_moved_is_known_to_history(studio: Studio) -> None:
    ada, bob = studio.enrol("Ada"), studio.enrol("Bob")
    sold = studio.sell_there(ada)
    await studio.members_synced()
    moved = studio.membership(sold).id

    async def move(uow: UnitOfWork) -> None:
        stored = await uow.memberships.get(moved)
        stored.member_id = studio.member(bob).id
        await uow.memberships.save(stored)

    await studio.transactions.run(studio.tenant.id, "move", move)
    assert (await studio.desk.history(studio.tenant.id, "membership", moved))[-1].values["member"] == bob
