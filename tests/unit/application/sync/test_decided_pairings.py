"""What a person said of a pairing holds, whatever was planned, waits or is on the wire at that time."""

from typing import Any
from uuid import UUID

import pytest

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.pushes.push_books import PushBooks
from tresen.application.sync.records.kinds import LEAD, MEMBER
from tresen.application.sync.runs.execution import Execution
from tresen.domain.leads.lead import Lead
from tresen.domain.shared.contact import EmailAddress
from tresen.domain.shared.errors import GatewayRejected, GatewayUnavailable
from tresen.domain.sync.conflict import PAIRING, Choice, Conflict
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.kept_plan import PlanStale
from tresen.domain.sync.push import PushState
from tresen.domain.sync.schema import Value

from ..stirring import stir
from ..studio import A_MINUTE, AN_HOUR, Studio
from .scene import applied, captured, edit_lead, open_conflicts, planned, plans, pushes, second_gym, set_policy
from .test_edited_on_the_way import once, settled
from .test_editing import lead_edit

DOWN = GatewayUnavailable("no answer")


async def decide(studio: Studio, conflict: Conflict, choice: Choice, value: Value = None) -> None:
    """A pairing that is ours without a value: the only candidate."""
    if choice is Choice.OURS and value is None and conflict.field == PAIRING:
        (value,) = conflict.candidates
    await studio.desk.resolve(
        ConflictChoice(tenant_id=studio.tenant.id, conflict_id=conflict.id, choice=choice, value=value, by="Eva")
    )


def asked(studio: Studio) -> dict[str, Conflict]:
    return {conflict.external_id: conflict for conflict in open_conflicts(studio) if conflict.field == PAIRING}


async def ties(studio: Studio, lead: Lead) -> list[str]:
    """The provider's records that one of our leads is."""
    links = await studio.read(lambda uow: uow.sync_records.of_local(LEAD, lead.id))
    return [link.external_id for link in links]


async def other_address(studio: Studio, lead_id: UUID) -> None:
    async def change(uow: UnitOfWork) -> None:
        lead = await uow.leads.get(lead_id)  # type: ignore[arg-type] # its id
        lead.email = EmailAddress("else@example.org")
        await uow.leads.save(lead)

    await studio.transactions.run(studio.tenant.id, "change_address", change)


async def waiting_and_doubted(studio: Studio, *, fails: int = 1) -> tuple[Lead, list[str]]:
    """A lead of ours that waits to be made there, and two records that turned up there and may be it."""
    await set_policy(studio, LEAD, create_there=True, default="newest")
    studio.attract("Other")
    await studio.leads_synced()
    ada = await captured(studio, "Ada", phone="030 1")
    await failing(studio, fails)
    made = [studio.attract("Ada") for _ in range(2)]
    await failing(studio, 1)
    return ada, made


async def failing(studio: Studio, times: int) -> None:
    """A sync in which nothing can be made there, though it is tried so often."""
    for _ in range(times):
        studio.gym.faults.fail_next("leads.create", DOWN)
    await studio.leads_synced(whole=True)


async def test_one_that_waits_to_be_made_there_is_what_a_person_said_it_is(studio: Studio) -> None:
    ada, made = await waiting_and_doubted(studio)
    await decide(studio, asked(studio)[made[1]], Choice.OURS)
    assert pushes(studio, PushState.WAITING) == []
    await settled(studio)
    assert await ties(studio, ada) == [made[1]]


async def test_nothing_that_waits_answers_what_a_person_is_asked(studio: Studio) -> None:
    ada, made = await waiting_and_doubted(studio)
    await settled(studio)
    assert await ties(studio, ada) == []
    assert asked(studio).keys() == set(made)
    await decide(studio, asked(studio)[made[1]], Choice.OURS)
    await settled(studio)
    assert await ties(studio, ada) == [made[1]]


async def test_it_is_not_two_records_for_good_though_it_is_edited_after_that(studio: Studio) -> None:
    ada, made = await waiting_and_doubted(studio, fails=2)
    await decide(studio, asked(studio)[made[1]], Choice.OURS)
    studio.clock.advance(A_MINUTE)
    await studio.desk.edit_lead(lead_edit(studio, ada, last_name="King"))
    await settled(studio)
    assert await ties(studio, ada) == [made[1]]


async def test_it_is_not_made_there_beside_the_one_that_it_is(studio: Studio) -> None:
    ada, made = await waiting_and_doubted(studio)
    await decide(studio, asked(studio)[made[0]], Choice.OURS)
    for each in made:
        studio.books.leads.edit(each, {"email": f"ada{each}@example.org"})
    before = len(studio.books.leads)
    await settled(studio)
    assert len(studio.books.leads) == before
    assert await ties(studio, ada) == [made[0]]


async def test_a_record_that_is_none_of_ours_is_not_linked_by_what_waits_to_be_made(studio: Studio) -> None:
    ada, made = await waiting_and_doubted(studio)
    for each in made:
        await decide(studio, asked(studio)[each], Choice.THEIRS)
    await settled(studio)
    assert await ties(studio, ada) == []
    (refused,) = pushes(studio, PushState.REFUSED)
    assert refused.why == "a person said that the provider's record is none of ours"
    assert len({studio.lead(each).id for each in made} - {ada.id}) == 2


@pytest.mark.parametrize("anew", [False, True], ids=["for the first time", "anew"])
async def test_a_decision_holds_that_falls_while_it_is_looked_for_there(studio: Studio, anew: bool) -> None:
    await set_policy(studio, LEAD, create_there=True, default="newest")
    first = studio.attract("Other")
    if anew:
        first = studio.attract("Ada")
    await studio.leads_synced()
    if anew:
        ada = studio.lead(first)
        await edit_lead(studio, first, last_name="Murray")
        studio.books.leads.remove(first)
    else:
        ada = await captured(studio, "Ada")
    await failing(studio, 1)
    made = [studio.attract("Ada") for _ in range(2)]
    await failing(studio, 1)
    conflict = asked(studio)[made[1]]
    studio.clock.advance(AN_HOUR)
    await studio.leads_synced()
    # What a person is asked about waits for them: so they say first that it is a new one, and think better of it.
    await decide(studio, conflict, Choice.THEIRS)
    await decide(studio, asked(studio)[made[0]], Choice.THEIRS)
    # So that the gym answers with the other one.
    studio.books.leads.edit(made[1], {"email": "countess@example.org"})

    async def think_better_of_it() -> None:
        await studio.desk.reopen(studio.tenant.id, conflict.id, by="Eva")
        await decide(studio, conflict, Choice.OURS)

    stir(studio.gym, LEAD, once(think_better_of_it), at="finds")
    await studio.leads_synced()
    assert await ties(studio, ada) == [made[1]]
    await studio.leads_synced()
    assert open_conflicts(studio) == [], "what the gym answered is looked at, though it did not change"
    await settled(studio)
    assert await ties(studio, ada) == [made[1]]


async def test_a_decision_holds_that_falls_just_before_it_is_sent(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, made = await waiting_and_doubted(studio)
    conflict = asked(studio)[made[1]]
    first_time = once(lambda: decide(studio, conflict, Choice.OURS))
    begin = PushBooks.begin

    async def begun_and_decided(self: PushBooks[Any], *args: Any) -> Any:
        found = await begin(self, *args)
        await first_time()
        return found

    monkeypatch.setattr(PushBooks, "begin", begun_and_decided)
    before = len([call for call in studio.gym.faults.calls if call == "leads.create"])
    await studio.leads_synced(whole=True)
    assert len([call for call in studio.gym.faults.calls if call == "leads.create"]) == before
    assert await ties(studio, ada) == [made[1]]


async def test_one_that_a_person_paired_meets_no_other_whatever_still_waits(studio: Studio) -> None:
    """Before decisions ended what was to make it there, books were kept in which it goes on waiting."""
    ada, made = await waiting_and_doubted(studio)
    (waits,) = pushes(studio, PushState.WAITING)
    await decide(studio, asked(studio)[made[1]], Choice.OURS)

    async def wait_again(uow: UnitOfWork) -> None:
        push = await uow.pushes.get(waits.id)
        push.state = PushState.WAITING
        await uow.pushes.save(push)

    await studio.transactions.run(studio.tenant.id, "wait_again", wait_again)
    plan = await planned(studio, "leads", whole=True)
    (part,) = plans(studio)[-1].parts
    assert part.actions == {"merge": 1, "create_here": 1}, "what was paired is compared, and the other is a new one"
    await applied(studio, plan.plan_id)
    assert await ties(studio, ada) == [made[1]]
    assert studio.lead(made[0]).id != ada.id


async def doubted(studio: Studio) -> tuple[Lead, Lead, str]:
    """Two leads of ours and a record there that may be either."""
    await set_policy(studio, LEAD, default="newest")
    studio.attract("Other")
    await studio.leads_synced()
    one, two = await captured(studio, "Ada"), await captured(studio, "Ada")
    x = studio.attract("Ada")
    await studio.leads_synced(whole=True)
    return one, two, x


async def test_a_plan_does_not_pair_what_a_person_said_is_new_since(studio: Studio) -> None:
    one, two, x = await doubted(studio)
    await other_address(studio, two.id)
    plan = await planned(studio, "leads", whole=True)
    await decide(studio, asked(studio)[x], Choice.THEIRS)
    with pytest.raises(PlanStale):
        await applied(studio, plan.plan_id)
    await settled(studio)
    assert await ties(studio, one) == []
    assert studio.lead(x).id not in {one.id, two.id}


async def test_neither_does_a_run_in_whose_middle_they_said_so(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, x = await doubted(studio)
    await other_address(studio, two.id)
    conflict = asked(studio)[x]
    decided_before(monkeypatch, studio, conflict, Choice.THEIRS)
    await studio.leads_synced(whole=True)
    assert await ties(studio, one) == []
    await settled(studio)
    assert studio.lead(x).id not in {one.id, two.id}


async def test_a_plan_does_not_ask_again_what_a_person_said_is_new_since(studio: Studio) -> None:
    _, _, x = await doubted(studio)
    await captured(studio, "Ada")
    plan = await planned(studio, "leads", whole=True)
    await decide(studio, asked(studio)[x], Choice.THEIRS)
    with pytest.raises(PlanStale):
        await applied(studio, plan.plan_id)
    await studio.leads_synced()
    assert studio.knows("lead", x)
    assert asked(studio) == {}


async def test_nor_does_a_run_in_whose_middle_they_said_so(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, x = await doubted(studio)
    await captured(studio, "Ada")
    decided_before(monkeypatch, studio, asked(studio)[x], Choice.THEIRS)
    await studio.leads_synced(whole=True)
    assert asked(studio) == {}
    await studio.leads_synced()
    assert studio.knows("lead", x)
    assert asked(studio) == {}


def decided_before(
    monkeypatch: pytest.MonkeyPatch, studio: Studio, conflict: Conflict, choice: Choice, value: Value = None
) -> None:
    """A person decides when the next plan is made and nothing of it applied."""
    first_time = once(lambda: decide(studio, conflict, choice, value))
    apply = Execution.apply

    async def decided_and_applied(self: Execution, *args: Any) -> None:
        await first_time()
        await apply(self, *args)

    monkeypatch.setattr(Execution, "apply", decided_and_applied)


@pytest.mark.parametrize("as_plan", [True, False], ids=["a plan", "a run"])
async def test_one_of_ours_that_a_person_paired_meanwhile_is_paired_with_no_other(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, as_plan: bool
) -> None:
    one, two, x = await doubted(studio)
    await other_address(studio, two.id)
    conflict = asked(studio)[x]
    studio.books.leads.edit(x, {"email": "moved@example.org"})
    y = studio.attract("Ada")
    if as_plan:
        plan = await planned(studio, "leads", whole=True)
        await decide(studio, conflict, Choice.OURS, str(one.id))
        with pytest.raises(PlanStale):
            await applied(studio, plan.plan_id)
    else:
        decided_before(monkeypatch, studio, conflict, Choice.OURS, str(one.id))
        await studio.leads_synced(whole=True)
        assert await ties(studio, one) == [x]
    await settled(studio)
    assert await ties(studio, one) == [x]
    assert studio.lead(y).id != one.id


@pytest.mark.parametrize("choice", [Choice.OURS, Choice.THEIRS])
async def test_who_joins_with_an_address_that_others_share_is_asked_about(studio: Studio, choice: Choice) -> None:
    await set_policy(studio, MEMBER, default="newest", create_there=True)
    studio.enrol("Mum", email="fam@example.org")
    kid = studio.enrol("Kid", email="kid@example.org")
    await studio.members_synced()
    ours = studio.member(kid).id
    await studio.edit_member(kid, email=EmailAddress("fam@example.org"))
    studio.books.members.remove(kid)
    for _ in range(9):
        studio.gym.faults.fail_next("members.create", GatewayRejected("the address is taken"))
    await studio.members_synced(whole=True)
    studio.clock.advance(A_MINUTE)
    joined = studio.enrol("Sibling", email="fam@example.org")
    await studio.members_synced()
    await studio.members_synced(whole=True)
    assert not studio.knows(MEMBER, joined)
    assert [one.first_name for one in studio.members() if one.id == ours] == ["Kid"]
    assert asked(studio)[joined].candidates == (str(ours),)
    await decide(studio, asked(studio)[joined], choice)
    await studio.members_synced(whole=True)
    assert (studio.member(joined).id == ours) is (choice is Choice.OURS)


async def test_who_joins_with_an_address_that_nobody_shares_is_the_one_who_was_lost(studio: Studio) -> None:
    await set_policy(studio, MEMBER, default="newest", create_there=True)
    studio.enrol("Mum", email="mum@example.org")
    kid = studio.enrol("Kid", email="kid@example.org")
    await studio.members_synced()
    ours = studio.member(kid).id
    gym, second = second_gym(studio)
    gym.books.members.add({**studio.books.members.get(kid).values})
    await studio.sync_members(studio.tenant.id, second.id, force=True)
    assert len(studio.members()) == 3, "the same person is a member elsewhere, too"
    await studio.edit_member(kid, city="Bonn")
    studio.books.members.remove(kid)
    for _ in range(9):
        studio.gym.faults.fail_next("members.create", GatewayRejected("not now"))
    await studio.members_synced(whole=True)
    studio.clock.advance(A_MINUTE)
    joined = studio.enrol("Kid", email="kid@example.org")
    await studio.members_synced()
    assert studio.member(joined).id == ours


async def test_a_lead_of_ours_is_not_deleted_with_a_record_that_it_was_never_compared_with(studio: Studio) -> None:
    one, _, x = await doubted(studio)
    await decide(studio, asked(studio)[x], Choice.OURS, str(one.id))
    studio.books.leads.remove(x)
    await settled(studio)
    assert one.id in {lead.id for lead in studio.leads()}
    (conflict,) = open_conflicts(studio)
    assert (conflict.field, conflict.local_id, conflict.rule) == (WHOLE, one.id, "never_agreed")
    await decide(studio, conflict, Choice.OURS)
    await settled(studio)
    assert one.id in {lead.id for lead in studio.leads()}
    assert open_conflicts(studio) == []
