"""A record that the provider lost, to which others belong that it did not lose: it stays, says why, and is in nobody's
way.
"""

import pytest

from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.records.belongings import OthersBelong
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.run import Run, RunState

from ..studio import A_MINUTE, Studio
from .scene import applied, due, lines, open_conflicts, planned, rests, set_policy, synced_crowd
from .test_decided_pairings import asked, decide
from .test_errors import errors

OWNERS = 8


async def lost(studio: Studio, number: int = OWNERS) -> tuple[list[str], list[str]]:
    """So many of thirty members are gone there, while the provider has what they bought: the ids of both."""
    ids = (await synced_crowd(studio, 30))[:number]
    bought = [studio.sell_there(each) for each in ids]
    await studio.members_synced()
    for each in ids:
        studio.books.members.remove(each)
    return ids, bought


async def let_through(studio: Studio) -> Run:
    run = await studio.members_synced(whole=True)
    assert run.state is RunState.HELD
    return await applied(studio, run.plan_id, accepted_by="Eva")


@pytest.mark.parametrize("whole", [True, False])
async def test_a_plan_that_was_let_through_holds_no_later_run(studio: Studio, whole: bool) -> None:
    ids, _ = await lost(studio)
    run = await let_through(studio)
    assert (run.state, run.counts.errors, run.counts.deleted) == (RunState.COMPLETED, OWNERS, 0)
    newcomer = studio.enrol("New")
    for _ in range(2):
        studio.clock.advance(A_MINUTE)
        run = await studio.members_synced(whole=whole)
        assert (run.state, run.counts.errors) == (RunState.COMPLETED, OWNERS)
        assert due(studio) == set(ids)
    assert studio.knows("member", newcomer)
    assert all(studio.knows("member", each) for each in ids)


async def test_it_is_told_what_belongs_to_it_and_what_to_do(studio: Studio) -> None:
    (lost_there,), _ = await lost(studio, 1)
    for name in ("Silver", "Bronze"):
        studio.sell_there(lost_there, name=name)
    for _ in range(2):
        await studio.members_synced(whole=True)
        error = (await errors(studio))[-1]
        assert (error.kind, error.external_id, error.code) == ("member", lost_there, "others_belong")
        assert error.message == (
            "it cannot be deleted here before what belongs to it: "
            "membership Bronze, membership Gold, membership Silver; "
            "delete that at the provider, too, or let go of what keeps it here; the next sync deletes it then"
        )


async def test_of_many_that_belong_to_it_the_first_are_named(studio: Studio) -> None:
    (lost_there,), _ = await lost(studio, 1)
    for number in range(6):
        studio.sell_there(lost_there, name=f"S{number}")
    await studio.members_synced(whole=True)
    assert "membership Gold, membership S0, membership S1, membership S2, membership S3 and 2 more;" in (
        (await errors(studio))[-1].message
    )


async def test_once_what_belongs_to_it_is_gone_it_goes(studio: Studio) -> None:
    ids, bought = await lost(studio)
    await let_through(studio)
    studio.books.memberships.remove(bought[0])
    run = await studio.members_synced()
    assert (run.state, run.counts.deleted, run.counts.errors) == (RunState.COMPLETED, 2, OWNERS - 1)
    assert not studio.knows("member", ids[0])
    assert due(studio) == set(ids[1:])


async def test_what_goes_after_all_counts_for_the_guard(studio: Studio) -> None:
    ids, bought = await lost(studio)
    await let_through(studio)
    for each in bought:
        studio.books.memberships.remove(each)
    run = await let_through(studio)
    assert (run.counts.deleted, run.counts.errors) == (2 * OWNERS, 0)
    assert due(studio) == set()
    assert not any(studio.knows("member", each) for each in ids)


async def test_what_only_a_listing_lacks_is_asked_for_beside_them(studio: Studio) -> None:
    """No guard will hold the plan, so no listing is believed about what it lacks."""
    await lost(studio)
    await let_through(studio)
    present = studio.members()[-1]
    shown = [entry for entry in studio.books.members.entries() if entry.values["first_name"] != present.first_name]
    studio.books.members.entries = lambda: shown  # type: ignore[method-assign] # the provider is not well
    run = await studio.members_synced(whole=True)
    assert (run.state, run.counts.deleted) == (RunState.COMPLETED, 0)
    assert present.id in {member.id for member in studio.members()}


async def test_a_plan_does_not_name_one_that_cannot_go(studio: Studio) -> None:
    ids, bought = await lost(studio)
    await let_through(studio)
    run = await planned(studio, whole=True)
    assert (run.state, run.plan_id, run.counts.errors) == (RunState.PLANNED, None, OWNERS)
    studio.books.memberships.remove(bought[0])
    run = await planned(studio, whole=True)
    assert [ids[0] in line or bought[0] in line for line in lines(studio, run.plan_id)] == [True, True]


async def test_who_decides_that_it_goes_is_told_what_belongs_to_it(studio: Studio) -> None:
    await set_policy(studio, "member", default="newest", deletes="ask")
    (lost_there,), (bought,) = await lost(studio, 1)
    member = studio.member(lost_there)
    studio.clock.advance(A_MINUTE)
    member.city, member.version, member.updated_at = "Ulm", member.version + 1, studio.clock.now()
    await studio.members_synced(whole=True)
    (asked,) = open_conflicts(studio)
    choice = ConflictChoice(tenant_id=studio.tenant.id, conflict_id=asked.id, choice=Choice.THEIRS, by="Eva")
    with pytest.raises(OthersBelong, match=r"membership Gold; .*; decide it again then"):
        await studio.desk.resolve(choice)
    assert [each.id for each in open_conflicts(studio)] == [asked.id]
    studio.books.memberships.remove(bought)
    await studio.members_synced()
    await studio.desk.resolve(choice)
    assert not studio.knows("member", lost_there)
    assert open_conflicts(studio) == []


async def entered_anew(studio: Studio, *, seen: bool = False, whole: bool = True) -> tuple[str, str, str]:
    """One of them is there again, under another id; ``seen``: since a run found it gone. The ids of the lost one, of
    what it bought, and of the new one.
    """
    (lost_there,), (bought,) = await lost(studio, 1)
    if seen:
        await studio.members_synced(whole=whole)
        assert due(studio) == {lost_there}
    made = studio.enrol(studio.member(lost_there).first_name, email=str(studio.member(lost_there).email), city="Ulm")
    await studio.members_synced(whole=whole)
    return lost_there, bought, made


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("seen", [True, False])
async def test_of_one_that_is_entered_anew_a_person_is_asked_whether_it_is_the_same(
    studio: Studio, seen: bool, whole: bool
) -> None:
    lost_there, bought, made = await entered_anew(studio, seen=seen, whole=whole)
    ours = studio.member(lost_there)
    for _ in range(2):
        assert asked(studio)[made].candidates == (str(ours.id),)
        assert not studio.knows("member", made)
        await studio.members_synced(whole=True)
    await decide(studio, asked(studio)[made], Choice.OURS)
    await studio.members_synced(whole=True)
    assert studio.member(made).id == ours.id == studio.membership(bought).member_id
    assert (studio.member(made).city, len(studio.members())) == ("Ulm", 30)
    assert (open_conflicts(studio), due(studio)) == ([], set())
    await rests(studio)


@pytest.mark.parametrize("seen", [True, False])
async def test_it_is_another_when_a_person_says_so(studio: Studio, seen: bool) -> None:
    lost_there, _, made = await entered_anew(studio, seen=seen)
    await decide(studio, asked(studio)[made], Choice.THEIRS)
    await studio.members_synced(whole=True)
    assert studio.member(made).id != studio.member(lost_there).id
    assert open_conflicts(studio) == []


@pytest.mark.parametrize("seen", [True, False])
async def test_once_it_goes_with_what_belongs_to_it_the_new_one_is_new(studio: Studio, seen: bool) -> None:
    lost_there, bought, made = await entered_anew(studio, seen=seen)
    studio.books.memberships.remove(bought)
    for _ in range(2):
        await studio.members_synced()
    assert not studio.knows("member", lost_there)
    assert studio.knows("member", made)
    assert (open_conflicts(studio), due(studio), len(studio.members())) == ([], set(), 30)
    await rests(studio)


async def test_one_that_goes_at_once_with_what_belongs_to_it_is_not_asked_about_for_long(studio: Studio) -> None:
    """Members are walked before memberships, so the run that deletes it asks."""
    (lost_there,), (bought,) = await lost(studio, 1)
    studio.books.memberships.remove(bought)
    made = studio.enrol(studio.member(lost_there).first_name, email=str(studio.member(lost_there).email))
    await studio.members_synced()
    assert not studio.knows("member", lost_there)
    await studio.members_synced()
    assert studio.knows("member", made)
    assert (open_conflicts(studio), due(studio), len(studio.members())) == ([], set(), 30)
    await rests(studio)
