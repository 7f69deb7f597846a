"""What no single record can tell, their number can: an empty or halved answer looks as if all had been deleted."""

from functools import partial

import pytest

from tresen.application.membership.edit_member import MemberEdit
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.leads.lead import Lead
from tresen.domain.shared.errors import CredentialsRefused, GatewayUnavailable
from tresen.domain.shared.ids import LeadId
from tresen.domain.sync.kept_plan import PlanState
from tresen.domain.sync.laws import Law
from tresen.domain.sync.run import Run, RunState
from tresen.domain.sync.state import Phase
from tresen.domain.tenancy.provider_account import CredentialState

from ..studio import A_MINUTE, BOOKS, Studio
from .scene import crowd, gets, plans, pushes, set_policy, state, synced_crowd, there, writes


async def _lead(key: LeadId, uow: UnitOfWork) -> Lead:
    return await uow.leads.get(key)


async def held_run(studio: Studio, *, whole: bool = True) -> Run:
    """It is held, and nothing is written."""
    before, asked = studio.rows(without=BOOKS), gets(studio)
    run = await studio.members_synced(whole=whole)
    assert run.state is RunState.HELD
    assert studio.rows(without=BOOKS) == before
    assert writes(studio) == []
    assert gets(studio) - asked <= 5, "a storm of questions"
    assert (await state(studio)).phase is Phase.HELD
    assert plans(studio)[-1].state is PlanState.HELD
    assert run.plan_id == plans(studio)[-1].id
    return run


async def test_an_empty_listing_deletes_nobody(studio: Studio) -> None:
    await synced_crowd(studio, 30)
    studio.books.members.entries = list  # type: ignore[method-assign] # the provider is not well
    run = await held_run(studio)
    assert run.reason == (
        "a guard stopped it before anything of this plan was written: "
        "30 of 30 records would be deleted; 10 % and at least 5 are allowed"
    )


@pytest.mark.parametrize(
    ("waiting", "told"),
    [(1, "; 1 push that waited had gone before"), (2, "; 2 pushes that waited had gone before")],
)
async def test_a_held_run_says_what_had_waited_and_went_before_its_plan_was_made(
    studio: Studio, waiting: int, told: str
) -> None:
    members = await synced_crowd(studio, 30)
    for key in members[:waiting]:
        wish = MemberEdit(tenant_id=studio.tenant.id, member_id=studio.member(key).id, by="Eva", city="Bonn")
        await studio.desk.edit_member(wish)
    for key in members[10:]:
        studio.books.members.remove(key)
    run = await studio.members_synced(whole=True)
    assert (run.state, run.counts.pushed, len(writes(studio))) == (RunState.HELD, waiting, waiting)
    assert run.reason == (
        "a guard stopped it before anything of this plan was written: "
        f"20 of 30 records would be deleted; 10 % and at least 5 are allowed{told}"
    )
    plan = await studio.desk.plan(studio.tenant.id, studio.account.id, "members", whole=True)
    assert plan.reason == run.reason.removesuffix(told)


async def test_a_halved_listing_deletes_nobody(studio: Studio) -> None:
    await synced_crowd(studio, 30)
    half = studio.books.members.entries()[:15]
    studio.books.members.entries = lambda: half  # type: ignore[method-assign] # the provider is not well
    await held_run(studio)


@pytest.mark.parametrize("gone", [15, 20])
async def test_our_own_emptied_side_is_not_pushed(studio: Studio, gone: int) -> None:
    """A restore that went wrong, an import that cleared a table: what is missing here is no wish to delete it there."""
    await set_policy(studio, "lead", delete_there=True)
    for number in range(20):
        studio.attract(f"L{number}")
    await studio.leads_synced()
    lost = [await studio.read(partial(_lead, lead.id)) for lead in studio.leads()[:gone]]
    await studio.transactions.run(studio.tenant.id, "lose", lambda uow: uow.leads.remove_many(lost))
    for whole in (False, True):
        run = await studio.leads_synced(whole=whole)
        assert run.state is RunState.HELD
        assert f"{gone} of 20 records would be deleted; 10 % and at least 5 are allowed" in (run.reason or "")
        assert writes(studio) == []
        assert pushes(studio) == []
        assert len(studio.books.leads) == 20


async def test_the_next_run_of_a_well_provider_goes_on(studio: Studio) -> None:
    await synced_crowd(studio, 30)
    all_of_them = studio.books.members.entries
    studio.books.members.entries = list  # type: ignore[method-assign] # the provider is not well
    await held_run(studio)
    studio.books.members.entries = all_of_them  # type: ignore[method-assign] # it is again
    assert (await studio.members_synced(whole=True)).state is RunState.COMPLETED
    assert (await state(studio)).phase is Phase.IDLE
    assert len(studio.members()) == 30


async def test_a_listing_that_lost_a_field_blanks_nobody(studio: Studio) -> None:
    ids = await synced_crowd(studio, 30)
    studio.clock.advance(A_MINUTE)
    for one in ids:
        studio.books.members.edit(one, {"phone": None})
    run = await held_run(studio, whole=False)
    assert "30 of 30 records would lose their phone" in (run.reason or "")


async def test_a_field_that_the_listing_does_not_carry_is_not_blanked(studio: Studio) -> None:
    ids = await synced_crowd(studio, 30)
    studio.gym._lists_lack = frozenset({"phone"})
    assert (await studio.members_synced(whole=True)).state is RunState.COMPLETED
    assert studio.member(ids[0]).phone is not None


async def test_many_conflicts_at_once_are_not_asked() -> None:
    studio = Studio(default=Law.ASK)
    ids = await synced_crowd(studio, 30)
    studio.clock.advance(A_MINUTE)
    for one in ids[:6]:
        await studio.edit_member(one, last_name="Here")
        studio.books.members.edit(one, {"last_name": "There"})
    run = await held_run(studio, whole=False)
    assert "6 of 30 records would be in conflict" in (run.reason or "")
    assert studio.conflicts() == []


# 10 % and never less than 5: of 40 shared records five may go, of 60 six, of 61 still six.
@pytest.mark.parametrize(("number", "gone", "is_held"), [(40, 5, False), (40, 6, True), (60, 6, False), (61, 7, True)])
async def test_the_boundary_of_deletions(studio: Studio, number: int, gone: int, is_held: bool) -> None:
    ids = await synced_crowd(studio, number)
    for one in ids[:gone]:
        studio.books.members.remove(one)
    studio.books.members.forget()
    run = await studio.members_synced()
    assert (run.state is RunState.HELD) == is_held
    assert len(studio.members()) == (number if is_held else number - gone)


@pytest.mark.parametrize(("number", "blank", "is_held"), [(40, 5, False), (40, 6, True), (60, 6, False), (61, 7, True)])
async def test_the_boundary_of_blanks(studio: Studio, number: int, blank: int, is_held: bool) -> None:
    ids = await synced_crowd(studio, number)
    studio.clock.advance(A_MINUTE)
    for one in ids[:blank]:
        studio.books.members.edit(one, {"phone": None})
    run = await studio.members_synced()
    assert (run.state is RunState.HELD) == is_held
    assert (studio.member(ids[0]).phone is None) != is_held


async def test_a_tenant_may_guard_otherwise(studio: Studio) -> None:
    await set_policy(studio, "member", guards={"deleted": {"percent": 0, "at_least": 0}})
    ids = await synced_crowd(studio, 10)
    studio.books.members.remove(ids[0])
    run = await studio.members_synced()
    assert run.state is RunState.HELD
    assert "1 of 10 records would be deleted; 0 % and at least 0 are allowed" in (run.reason or "")


async def test_those_of_whom_is_asked_already_do_not_hide_the_confirmation_of_another(studio: Studio) -> None:
    """Six are gone and kept, as they were edited; then a page shifts, and one more is missing though it is there."""
    await set_policy(studio, "member", deletes="ask")
    ids = await synced_crowd(studio, 20)
    for number in (0, 3):
        for one in ids[number : number + 3]:
            await studio.edit_member(one, first_name="Edited", last_name="Here")
            studio.books.members.remove(one)
        await set_policy(studio, "member", default="ours", deletes="ask")
        await studio.members_synced()
    assert len(studio.conflicts()) == 6
    listed = [entry for entry in studio.books.members.entries() if entry.external_id != ids[-1]]
    studio.books.members.entries = lambda: listed  # type: ignore[method-assign] # one is missed
    assert (await studio.members_synced(whole=True)).state is RunState.COMPLETED
    assert studio.knows("member", ids[-1]), "get still shows it"


@pytest.mark.parametrize("error", [GatewayUnavailable("503"), CredentialsRefused("HTTP 401")])
async def test_what_broke_the_walk_is_told_also_where_a_guard_holds(
    error: GatewayUnavailable | CredentialsRefused,
) -> None:
    studio = Studio(default=Law.ASK, page_size=50)
    ids = await synced_crowd(studio, 60)
    studio.clock.advance(A_MINUTE)
    for one in ids[:10]:
        await studio.edit_member(one, last_name="Here")
        studio.books.members.edit(one, {"last_name": "There"})
    studio.gym.faults.fail_next("members", error, after=1)
    before = studio.rows(without=BOOKS | {"accounts", "tasks", "due"})
    run = await studio.members_synced(whole=True)
    assert (run.state, run.reason) == (RunState.FAILED, error.message)
    assert studio.rows(without=BOOKS | {"accounts", "tasks", "due"}) == before
    blocked = studio.stored_account().credential_state is CredentialState.BLOCKED
    assert blocked == isinstance(error, CredentialsRefused)
    assert plans(studio)[-1].state is PlanState.BROKEN


async def test_an_empty_house_is_not_guarded(studio: Studio) -> None:
    crowd(studio, 30)
    assert (await studio.members_synced()).counts.created == 30
    assert there(studio, "1001", "phone") is not None
