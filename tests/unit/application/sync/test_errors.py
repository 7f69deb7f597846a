"""One bad record stops nothing; a broken listing loses nothing that came before and deletes nothing."""

import attrs
import pytest

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.records.kinds import LEAD
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.shared.errors import GatewayError, GatewayRejected, GatewayUnavailable, GatewayUnsupported
from tresen.domain.shared.ids import LeadId
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.laws import Contest, Law, Verdict
from tresen.domain.sync.run import Counts, RunState, SyncError
from tresen.domain.sync.side import Side

from ..studio import BOOKS, Studio
from .scene import captured, due, set_policy, synced_crowd, there

# Beside the books: what is looked at again.
KEPT = BOOKS | {"due"}


async def errors(studio: Studio) -> list[SyncError]:
    return list(reversed(await studio.read(lambda uow: uow.runs.recent_errors(100))))


@pytest.fixture
def crowd(studio: Studio) -> list[str]:
    """Five members there, two to a page."""
    return [studio.enrol(name) for name in ("Ada", "Bob", "Cleo", "Dora", "Eva")]


async def test_an_unusable_record_stops_nothing(studio: Studio, crowd: list[str]) -> None:
    studio.books.members.spoil(crowd[1])
    run = await studio.members_synced()
    assert (run.state, run.counts) == (RunState.COMPLETED, Counts(created=4, errors=1))
    (error,) = await errors(studio)
    assert (error.run_id, error.kind, error.external_id, error.code) == (run.id, "member", crowd[1], "invalid_value")
    assert error.at == studio.clock.now()
    assert not studio.knows("member", crowd[1])


async def test_it_is_taken_when_it_becomes_usable(studio: Studio, crowd: list[str]) -> None:
    studio.books.members.spoil(crowd[1])
    await studio.members_synced()
    studio.books.members.get(crowd[1]).unreadable = False
    run = await studio.members_synced()
    assert run.counts == Counts(created=1, unchanged=4)


async def test_a_record_that_becomes_unusable_keeps_what_we_know(studio: Studio, crowd: list[str]) -> None:
    await studio.members_synced()
    before = studio.rows(without=KEPT)
    studio.books.members.edit(crowd[0], {"first_name": "Adah"})
    studio.books.members.spoil(crowd[0])
    assert (await studio.members_synced()).counts == Counts(unchanged=4, errors=1)
    assert studio.rows(without=KEPT) == before
    studio.books.members.get(crowd[0]).unreadable = False
    assert (await studio.members_synced()).counts == Counts(updated=1, unchanged=4)
    assert studio.member(crowd[0]).first_name == "Adah"


@pytest.mark.parametrize(
    "values", [{"joined_on": "31.12.2025"}, {"first_name": 17}, {"email_opt_in": "yes"}, {"born_on": "2026-02-30"}]
)
async def test_values_of_the_wrong_form_are_errors_of_their_record(
    studio: Studio, crowd: list[str], values: dict[str, str | int]
) -> None:
    studio.books.members.edit(crowd[2], values)
    assert (await studio.members_synced()).counts == Counts(created=4, errors=1)
    studio.books.members.edit(crowd[3], values)
    before = studio.rows(without=KEPT)
    assert (await studio.members_synced()).counts == Counts(unchanged=3, errors=2)
    assert studio.rows(without=KEPT) == before, "an update is refused as a whole"
    (name,) = values
    assert all(name in error.message for error in await errors(studio))


async def test_a_membership_whose_member_is_unknown_waits_for_the_member(studio: Studio) -> None:
    there = studio.sell_there("1001")
    run = await studio.members_synced()
    assert (run.state, run.counts) == (RunState.COMPLETED, Counts(errors=1))
    assert [(e.kind, e.external_id, e.code) for e in await errors(studio)] == [("membership", there, "unknown_parent")]
    ada = studio.enrol()
    run = await studio.members_synced()
    assert run.counts == Counts(created=2)
    assert studio.membership(there).member_id == studio.member(ada).id
    assert (await studio.members_synced()).counts == Counts(unchanged=2)


async def test_what_is_sold_to_a_member_who_was_taken_away_here_is_an_error_of_that_membership_alone(
    studio: Studio,
) -> None:
    ada = studio.enrol()
    await studio.members_synced()
    bob = studio.enrol("Bob")
    run = await studio.members_synced()
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Grace")
    to_bob, to_ada = studio.sell_there(bob), studio.sell_there(ada)
    run = await studio.members_synced()
    assert (run.state, run.counts.created, run.counts.errors) == (RunState.COMPLETED, 1, 1)
    assert [m.member_id for m in studio.memberships()] == [studio.member(ada).id]
    assert studio.knows("membership", to_ada)
    (error,) = await errors(studio)
    assert (error.external_id, error.code) == (to_bob, "unknown_parent")
    assert "taken away here" in error.message
    await studio.desk.remove_override(
        studio.tenant.id, account_id=studio.account.id, kind="member", external_id=bob, field=WHOLE, by="Eva"
    )
    await studio.members_synced(whole=True)
    assert studio.membership(to_bob).member_id == studio.member(bob).id


async def test_a_membership_that_moves_to_an_unknown_member_stays_where_it_is(studio: Studio) -> None:
    ada = studio.enrol()
    there = studio.sell_there(ada)
    await studio.members_synced()
    studio.books.memberships.edit(there, {"member": "9999", "name": "Platinum"})
    run = await studio.members_synced()
    assert run.counts == Counts(unchanged=1, errors=1)
    assert (studio.membership(there).member_id, studio.membership(there).name) == (studio.member(ada).id, "Gold")


async def test_a_membership_that_belongs_to_nobody_is_an_error(studio: Studio) -> None:
    studio.books.memberships.edit(studio.sell_there("1001"), {"member": None})
    assert (await studio.members_synced()).counts == Counts(errors=1)


async def test_a_record_listed_twice_in_one_batch_is_one_record(studio: Studio) -> None:
    ada = studio.enrol()
    late = studio.books.members.get(ada)
    early = attrs.evolve(late, values={**late.values, "first_name": "A."})
    studio.books.members.entries = lambda: [early, late]  # type: ignore[method-assign] # lists one twice
    run = await studio.members_synced()
    assert run.counts == Counts(created=1)
    assert studio.member(ada).first_name == "Ada", "the later one counts"
    assert (await studio.members_synced()).counts == Counts(unchanged=1)


async def test_a_record_listed_twice_in_two_batches_is_one_record(studio: Studio) -> None:
    ada = studio.enrol()
    crowd = [studio.enrol(f"M{n}") for n in range(1_200)]
    entries = list(studio.books.members.entries())
    studio.books.members.entries = lambda: [*entries, entries[0]]  # type: ignore[method-assign] # lists one twice
    studio.gym._page_size = 500
    run = await studio.members_synced()
    assert run.counts == Counts(created=1_201, unchanged=1)
    assert len(studio.members()) == len(crowd) + 1
    assert studio.knows("member", ada)


@pytest.mark.parametrize("call", ["members", "members.changes"])
@pytest.mark.parametrize("pages", [0, 1, 2])
@pytest.mark.parametrize("error", [GatewayUnavailable("503"), GatewayRejected("400"), GatewayUnsupported("none")])
async def test_a_listing_that_breaks_fails_the_run_and_blanks_nothing(
    studio: Studio, crowd: list[str], call: str, pages: int, error: GatewayError
) -> None:
    await studio.members_synced()
    before = studio.rows(without=KEPT)
    studio.gym.faults.fail_next(call, error, after=pages)
    calls = len(studio.gym.faults.calls)
    run = await studio.members_synced(whole=call == "members")
    assert (run.state, run.reason, run.counts.errors) == (RunState.FAILED, error.message, 1)
    assert studio.rows(without=KEPT) == before
    (line,) = await errors(studio)
    assert (line.external_id, line.kind, line.code, line.run_id) == (None, "members", error.code, run.id)
    assert studio.gym.faults.calls[calls:] == [call]


async def test_what_came_before_the_break_stays_and_a_later_run_completes(studio: Studio) -> None:
    for number in range(2_500):
        studio.enrol(f"M{number}")
    studio.gym._page_size = 500
    studio.gym.faults.fail_next("members", GatewayUnavailable("503"), after=3)
    run = await studio.members_synced()
    assert (run.state, run.counts) == (RunState.FAILED, Counts(created=1_500, errors=1))
    assert len(studio.members()) == 1_500
    run = await studio.members_synced(force=False)
    assert (run.state, run.counts) == (RunState.COMPLETED, Counts(created=1_000, unchanged=1_500))


async def test_the_whole_pages_before_the_break_stay(studio: Studio, crowd: list[str]) -> None:
    studio.gym.faults.fail_next("members", GatewayUnavailable("503"), after=2)
    run = await studio.members_synced()
    assert run.state is RunState.FAILED
    assert [studio.knows("member", one) for one in crowd] == [True, True, True, True, False]


async def test_an_outage_between_members_and_memberships_keeps_the_members(studio: Studio) -> None:
    ada = studio.enrol()
    there = studio.sell_there(ada)
    studio.gym.faults.fail_next("memberships", GatewayUnavailable("503"))
    run = await studio.members_synced()
    assert (run.state, run.counts) == (RunState.FAILED, Counts(created=1, errors=1))
    assert studio.knows("member", ada)
    assert not studio.knows("membership", there)


async def test_offers_that_cannot_be_read_are_told_and_fail_nothing(studio: Studio, crowd: list[str]) -> None:
    studio.gym.faults.fail_next("packages", GatewayUnavailable("503"))
    run = await studio.members_synced()
    assert (run.state, run.counts) == (RunState.COMPLETED, Counts(created=5, errors=1))
    assert [(e.kind, e.external_id) for e in await errors(studio)] == [("package", None)]


async def test_a_record_that_is_gone_here_and_edited_there_comes_back(studio: Studio, crowd: list[str]) -> None:
    await studio.members_synced()
    rows, gone = studio.store.room(studio.tenant.id).members, studio.member(crowd[0])
    del rows._rows[gone.id]
    studio.books.members.edit(crowd[0], {"first_name": "Adah"})
    run = await studio.members_synced()
    assert run.counts == Counts(created=1, unchanged=4)
    assert (studio.member(crowd[0]).id, studio.member(crowd[0]).first_name) == (gone.id, "Adah")
    assert [(c.field, c.rule, c.side) for c in studio.changes()] == [("*", "keep_edited", Side.THEIRS)]


# -- laws: an embedder's may raise anything ----------------------------------------------------------------------------


def picky(contest: Contest) -> Verdict:
    """Ours, unless it is Rome."""
    if contest.ours == "Rome":
        raise ValueError("no Rome")
    return Verdict(Side.OURS, "ours")


async def test_a_law_that_raises_is_an_error_of_that_record() -> None:
    studio = Studio(laws={"city": Law(name="picky", judge=picky)})
    ids = await synced_crowd(studio, 3, city="Bonn")
    for one, city in zip(ids, ("Rome", "Kiel", "Bonn"), strict=True):
        await studio.edit_member(one, city=city)
        studio.books.members.edit(one, {"city": "Ulm"})
    run = await studio.members_synced()
    assert (run.state, run.counts.errors, run.counts.pushed) == (RunState.COMPLETED, 1, 1)
    (error,) = await errors(studio)
    assert (error.kind, error.external_id, error.code) == ("member", ids[0], "invalid_value")
    assert error.message == "law 'picky' could not judge city: ValueError: no Rome"
    assert [there(studio, one, "city") for one in ids] == ["Ulm", "Kiel", "Ulm"]
    assert [studio.member(one).city for one in ids] == ["Rome", "Kiel", "Ulm"]
    assert due(studio) == {ids[0]}, "the next run looks again, though nobody names it"
    await studio.edit_member(ids[0], city="Trier")
    await studio.members_synced()
    assert (there(studio, ids[0], "city"), due(studio)) == ("Trier", set())


async def test_a_law_that_raises_for_two_that_were_never_linked_makes_no_second_of_them() -> None:
    studio = Studio(laws={"last_name": Law(name="picky", judge=picky)})
    studio.attract("Other")
    await studio.leads_synced()
    ours = await captured(studio, "Grace")
    await studio.transactions.run(studio.tenant.id, "rename", lambda uow: renamed(uow, ours.id, "Rome"))
    twin = studio.attract("Grace")
    run = await studio.leads_synced()
    assert (run.state, run.counts.errors, run.counts.created) == (RunState.COMPLETED, 1, 0)
    assert due(studio, LEAD) == {twin}


async def renamed(uow: UnitOfWork, lead_id: LeadId, name: str) -> None:
    lead = await uow.leads.get(lead_id)
    lead.last_name = name
    await uow.leads.save(lead)


# -- values of ours that cannot be kept: an embedder's entity may hold anything ----------------------------------------


@pytest.mark.parametrize("bad", ["Bo\0nn", "Bo\ud800nn"])
async def test_a_value_of_ours_that_cannot_be_kept_is_an_error_of_its_record(bad: str) -> None:
    studio = Studio(default=Law.OURS)
    ids = await synced_crowd(studio, 3)
    await studio.edit_member(ids[0], city=bad)
    await studio.edit_member(ids[1], city="Bonn")
    run = await studio.members_synced()
    assert (run.state, run.counts.errors, run.counts.pushed) == (RunState.COMPLETED, 1, 1)
    (error,) = await errors(studio)
    assert error.external_id == ids[0]
    assert "city" in error.message
    assert there(studio, ids[0], "city") is None
    await studio.edit_member(ids[0], city="Bonn")
    assert (await studio.members_synced()).counts.pushed == 1
    assert due(studio) == set()


@pytest.mark.parametrize("told", [True, False])
async def test_one_that_cannot_be_kept_and_is_gone_there_stays_and_is_told(told: bool) -> None:
    studio = Studio(default=Law.OURS)
    ids = await synced_crowd(studio, 3)
    studio.member(ids[0]).city = "Bo\0nn"  # not by a save: nothing else leads to it
    studio.books.members.remove(ids[0])
    if not told:
        studio.books.members.forget()
    run = await studio.members_synced()
    assert (run.state, run.counts.errors, run.counts.deleted) == (RunState.COMPLETED, 1, 0)
    assert studio.member(ids[0]).city == "Bo\0nn"
    assert due(studio) == {ids[0]}


async def test_one_that_cannot_be_kept_is_neither_made_there_nor_paired(studio: Studio) -> None:
    await set_policy(studio, LEAD, create_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    made, paired = await captured(studio, "Grace"), await captured(studio, "Mary")

    async def write(uow: UnitOfWork) -> None:
        """As a program of one's own may."""
        for each in (made, paired):
            lead = await uow.leads.get(each.id)
            lead.message = "a\0"
            await uow.leads.save(lead)

    await studio.transactions.run(studio.tenant.id, "write", write)
    twin = studio.attract("Mary")
    run = await studio.leads_synced(whole=True)
    assert (run.state, run.counts.errors, run.counts.created) == (RunState.COMPLETED, 2, 0)
    found = {error.external_id: error.message for error in await errors(studio)}
    assert str(made.id) in found[None]
    assert str(paired.id) in found[twin]
    assert (len(studio.books.leads), len(studio.leads()), due(studio, LEAD)) == (2, 3, {twin})
    await studio.leads_synced()
    assert due(studio, LEAD) == {twin}


async def test_what_a_provider_says_is_kept_though_it_cannot_be_kept_as_it_is(studio: Studio, crowd: list[str]) -> None:
    studio.gym.faults.fail_next("members", GatewayUnavailable("50\0\ud8003"))
    run = await studio.members_synced()
    assert (run.state, run.reason) == (RunState.FAILED, "50?3")
    assert [error.message for error in await errors(studio)] == ["50?3"]
