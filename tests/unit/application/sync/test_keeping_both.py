"""Keep both: of records that may be one a person can say that they are not, and no value that loses is gone."""

import pytest

from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.leads.lead import Lead
from tresen.domain.sync.conflict import PAIRING, Choice, Conflict
from tresen.domain.sync.laws import Law
from tresen.domain.sync.push import PushState

from ..studio import A_MINUTE, Studio
from .scene import captured, journal, open_conflicts, pushes, rests, set_policy, there


async def decide(studio: Studio, conflict: Conflict, choice: Choice, value: str | None = None) -> None:
    chosen = ConflictChoice(tenant_id=studio.tenant.id, conflict_id=conflict.id, choice=choice, value=value, by="Eva")
    await studio.desk.resolve(chosen)


async def all_kept(studio: Studio) -> tuple[Lead, list[str]]:
    """One of ours and two of the provider's with one address; a person says that they are three."""
    ours = await captured(studio, "Grace", message="Hello")
    made = [studio.attract("Grace"), studio.attract("Gracia", email="grace@example.org")]
    await studio.leads_synced()
    assert [(each.external_id, each.field) for each in open_conflicts(studio)] == [(one, PAIRING) for one in made]
    for each in open_conflicts(studio):
        await decide(studio, each, Choice.THEIRS)
    await studio.leads_synced()
    return ours, made


async def test_records_that_are_two_are_both_kept_and_stay_two(studio: Studio) -> None:
    ours, made = await all_kept(studio)
    assert {(one.first_name, one.message) for one in studio.leads()} == {
        ("Grace", "Hello"),
        ("Grace", None),
        ("Gracia", None),
    }
    assert len({ours.id, *(studio.lead(one).id for one in made)}) == 3
    await rests(studio)
    assert open_conflicts(studio) == []


async def test_what_happens_to_one_of_the_two_does_not_happen_to_the_other(studio: Studio) -> None:
    ours, (first, second) = await all_kept(studio)
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(first, {"last_name": "Murray"})
    studio.books.leads.edit(second, {"email": "gracia@example.org"})
    await studio.leads_synced(whole=True)
    assert {(one.last_name, one.email and one.email.raw) for one in studio.leads() if one.id != ours.id} == {
        ("Murray", "grace@example.org"),
        ("Hopper", "gracia@example.org"),
    }
    (kept,) = (one for one in studio.leads() if one.id == ours.id)
    assert (kept.last_name, kept.message, kept.version) == ("Hopper", "Hello", ours.version)
    await rests(studio)


async def test_ours_is_not_written_over_the_providers_that_was_kept_beside_it(studio: Studio) -> None:
    """Where ours is to be made there, a provider that has one person of an address answers with theirs."""
    await set_policy(studio, LEAD, create_there=True)
    _, made = await all_kept(studio)
    await studio.leads_synced(whole=True)
    (push,) = pushes(studio)
    assert (push.state, push.why) == (PushState.REFUSED, "a person said that the provider's record is none of ours")
    assert [studio.books.leads.get(one).values.get("message") for one in made] == [None, None]
    assert len(studio.leads()) == 3
    await rests(studio)


async def test_two_that_were_linked_by_mistake_are_made_two_again(studio: Studio) -> None:
    ours = await captured(studio, "Grace", message="Hello")
    made = [studio.attract("Grace"), studio.attract("Gracia", email="grace@example.org")]
    await studio.leads_synced()
    _, second = open_conflicts(studio)
    await decide(studio, second, Choice.OURS, str(ours.id))
    await studio.leads_synced()
    assert studio.lead(made[1]).id == ours.id
    await studio.desk.reopen(studio.tenant.id, second.id, by="Eva")
    await decide(studio, second, Choice.THEIRS)
    await studio.leads_synced()
    assert studio.lead(made[1]).id != ours.id
    assert {one.message for one in studio.leads() if one.id == ours.id} == {"Hello"}


@pytest.mark.parametrize(
    ("choice", "typed", "taken"),
    [(Choice.THEIRS, None, "Theirs"), (Choice.OURS, None, "Ours"), (Choice.VALUE, "Ours-Theirs", "Ours-Theirs")],
)
async def test_a_value_that_loses_is_kept_in_the_journal_or_typed_into_the_other(
    choice: Choice, typed: str | None, taken: str
) -> None:
    studio = Studio(default=Law.ASK)
    ada = studio.enrol()
    await studio.members_synced()
    await studio.edit_member(ada, last_name="Ours")
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"last_name": "Theirs"})
    await studio.members_synced()
    (asked,) = open_conflicts(studio)
    await decide(studio, asked, choice, typed)
    assert ("last_name", "Ours", "Theirs", taken, "resolved") in journal(studio)
    await studio.members_synced()
    assert (studio.member(ada).last_name, there(studio, ada, "last_name")) == (taken, taken)
    await rests(studio)
