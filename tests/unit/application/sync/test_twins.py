"""A lead captured here meets its twin at the provider, when there is no doubt."""

import unicodedata

import pytest

from tresen.application.leads.create_lead import NewLead
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.leads.lead import Lead
from tresen.domain.sync.conflict import PAIRING, Choice, ConflictState
from tresen.domain.sync.run import Counts

from ..studio import BOOKS, Studio
from .scene import second_gym, set_policy


async def captured(studio: Studio, email: str = "grace@example.org", first_name: str = "G.", **values: str) -> Lead:
    """A lead that only we have."""
    studio.change_account(writes_enabled=False)
    made = await studio.create_lead(
        NewLead(tenant_id=studio.tenant.id, first_name=first_name, last_name="Hopper", email=email, **values)  # type: ignore[arg-type] # texts only
    )
    return made.lead


async def rests(studio: Studio) -> None:
    before = studio.rows(without=BOOKS)
    await studio.leads_synced()
    assert studio.rows(without=BOOKS) == before


COMPOSED, APART = (unicodedata.normalize(form, "müller@example.org") for form in ("NFC", "NFD"))


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize(("here", "there"), [(COMPOSED, APART), (APART, COMPOSED)])
async def test_the_twin_is_found_by_its_address_however_its_letters_are_composed(
    studio: Studio, here: str, there: str, create: bool
) -> None:
    await set_policy(studio, LEAD, create_there=create)
    studio.attract("Other")
    await studio.leads_synced()
    ours = await captured(studio, here)
    key = studio.attract("Grace", email=there)
    await studio.leads_synced(whole=True)
    assert studio.lead(key).id == ours.id
    assert len(studio.leads()) == len(studio.books.leads) == 2
    await rests(studio)


async def test_the_twin_is_found_by_its_address_whatever_its_case(studio: Studio) -> None:
    ours = await captured(studio, " GRACE@example.org", message="Hello")
    there = studio.attract("Grace", message="Hi")
    run = await studio.leads_synced()
    assert run.counts == Counts(updated=1)
    assert studio.lead(there).id == ours.id
    assert len(studio.leads()) == 1
    lead = studio.lead(there)
    assert (lead.first_name, lead.message) == ("Grace", "Hi")
    assert {(c.field, c.ours, c.theirs) for c in studio.changes()} == {
        ("first_name", "G.", "Grace"),
        ("message", "Hello", "Hi"),
    }
    await rests(studio)


async def test_a_twin_that_is_the_same_in_all_is_only_linked(studio: Studio) -> None:
    ours = await captured(studio, first_name="Grace")
    there = studio.attract("Grace")
    run = await studio.leads_synced()
    assert run.counts == Counts(unchanged=1)
    assert (studio.lead(there).id, studio.lead(there).version) == (ours.id, ours.version)
    await rests(studio)


async def test_with_two_of_the_address_here_a_person_is_asked(studio: Studio) -> None:
    first, second = await captured(studio), await captured(studio, first_name="Other")
    there = studio.attract("Grace")
    run = await studio.leads_synced()
    assert (run.counts.created, run.counts.conflicts) == (0, 1)
    assert not studio.knows("lead", there)
    (asked,) = studio.conflicts()
    assert (asked.external_id, asked.field, asked.local_id) == (there, PAIRING, None)
    assert set(asked.candidates) == {str(first.id), str(second.id)}
    assert len(studio.leads()) == 2
    await rests(studio)


async def test_with_two_of_the_address_there_a_person_is_asked(studio: Studio) -> None:
    ours = await captured(studio)
    there = [studio.attract("Grace"), studio.attract("Other", email="Grace@Example.org")]
    run = await studio.leads_synced()
    assert (run.counts.created, run.counts.conflicts) == (0, 2)
    assert [(c.external_id, c.candidates) for c in studio.conflicts()] == [(one, (str(ours.id),)) for one in there]
    assert len(studio.leads()) == 1
    await rests(studio)


async def test_without_an_address_nobody_is_paired(studio: Studio) -> None:
    ours = await captured(studio)
    there = studio.attract("G.", email=None)
    await studio.leads_synced()
    assert studio.lead(there).id != ours.id


async def test_a_lead_that_is_linked_is_nobody_elses_twin(studio: Studio) -> None:
    first = studio.attract("Grace")
    await studio.leads_synced()
    second = studio.attract("Grace")
    assert (await studio.leads_synced()).counts == Counts(created=1, unchanged=1)
    assert studio.lead(first).id != studio.lead(second).id
    await rests(studio)


@pytest.mark.parametrize("choice", [Choice.OURS, Choice.THEIRS])
async def test_one_whose_address_a_linked_one_has_as_well_is_asked_about(studio: Studio, choice: Choice) -> None:
    """Families share addresses: the newcomer may be a third one of them."""
    mum = studio.attract("Mum", email="fam@example.org")
    await studio.leads_synced()
    kid = await captured(studio, "Fam@example.org", first_name="Kid")
    joined = studio.attract("Joined", email="fam@example.org")
    run = await studio.leads_synced()
    assert (run.counts.created, run.counts.updated, run.counts.conflicts) == (0, 0, 1)
    (asked,) = studio.conflicts()
    assert (asked.external_id, asked.field, asked.candidates) == (joined, PAIRING, (str(kid.id),))
    assert not studio.knows("lead", joined)
    await rests(studio)
    value = str(kid.id) if choice is Choice.OURS else None
    await studio.desk.resolve(
        ConflictChoice(tenant_id=studio.tenant.id, conflict_id=asked.id, choice=choice, value=value, by="Eva")
    )
    await studio.leads_synced()
    assert (studio.lead(joined).id == kid.id) is (choice is Choice.OURS)
    assert studio.lead(mum).first_name == "Mum"
    await rests(studio)


async def test_it_is_paired_once_the_linked_one_has_another_address(studio: Studio) -> None:
    mum = studio.attract("Mum", email="fam@example.org")
    await studio.leads_synced()
    kid = await captured(studio, "fam@example.org", first_name="Kid")
    joined = studio.attract("Kid", email="fam@example.org")
    await studio.leads_synced()
    studio.books.leads.edit(mum, {"email": "mum@example.org"})
    await studio.leads_synced()
    await studio.leads_synced(whole=True)
    assert studio.lead(joined).id == kid.id
    assert [each.state for each in studio.conflicts()] == [ConflictState.SETTLED]
    await rests(studio)


async def test_one_whose_address_another_accounts_has_as_well_is_paired(studio: Studio) -> None:
    """A lead of another provider is none that the newcomer could be here."""
    kid = await captured(studio, "fam@example.org", first_name="Kid")
    gym, second = second_gym(studio)
    mum = gym.books.leads.add({"first_name": "Mum", "email": "else@example.org"})
    await studio.sync_leads(studio.tenant.id, second.id, force=True)
    gym.books.leads.edit(mum, {"email": "fam@example.org"})
    await studio.sync_leads(studio.tenant.id, second.id, force=True)
    joined = studio.attract("Kid", email="fam@example.org")
    await studio.leads_synced()
    assert studio.lead(joined).id == kid.id


async def test_two_providers_do_not_fight_over_one_lead(studio: Studio) -> None:
    """The same person is a lead at two providers who write the name differently: each keeps its own."""
    second = studio.add_account("second", "memory://gym")
    there = studio.attract("Grace")
    await studio.leads_synced()
    studio.books.leads.edit(there, {"first_name": "Gracia"})
    await studio.sync_leads(studio.tenant.id, second.id, force=True)
    studio.books.leads.edit(there, {"first_name": "Grace"})
    assert studio.lead(there).id != studio.lead(there, second.id).id
    await rests(studio)


async def test_a_captured_lead_is_paired_with_one_provider_only(studio: Studio) -> None:
    ours = await captured(studio)
    second = studio.add_account("second", "memory://gym")
    there = studio.attract("Grace")
    await studio.leads_synced()
    await studio.sync_leads(studio.tenant.id, second.id, force=True)
    assert studio.lead(there).id == ours.id
    assert studio.lead(there, second.id).id != ours.id
    await rests(studio)


async def test_members_are_never_paired(studio: Studio) -> None:
    ada = studio.enrol()
    await studio.members_synced()
    again = studio.enrol()
    await studio.members_synced()
    assert studio.member(ada).id != studio.member(again).id
