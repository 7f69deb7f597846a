"""A record that is deleted here while nobody knows whether it was made at the provider: the deletion is decided."""

import pytest

from tresen.application.leads.create_lead import NewLead
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.leads.lead import Lead
from tresen.domain.sync.push import PushState

from ..stirring import calm, stir
from ..studio import Studio
from .scene import captured, due, pushes, rests, set_policy
from .test_edited_on_the_way import DOWN, once, settled
from .test_edits_around_creations import made


async def gym_with_one(**policy: object) -> Studio:
    studio = Studio()
    await set_policy(studio, LEAD, account=None, create_there=True, **policy)
    studio.attract("Other")
    await studio.leads_synced()
    return studio


async def deleted(studio: Studio, lead: Lead) -> None:
    await studio.transactions.run(studio.tenant.id, "delete", lambda uow: uow.leads.remove(lead.id))


async def sent_and_deleted(**policy: object) -> Studio:
    """Ann was made there, no answer came, and then she was deleted here."""
    studio = await gym_with_one(**policy)
    ann = await captured(studio, "Ann")
    studio.gym.faults.fail_next("leads.create", DOWN, after=1)
    await studio.leads_synced(whole=True)
    await deleted(studio, ann)
    return studio


def names(studio: Studio) -> tuple[list[str], list[str]]:
    """Who is here, and who is there."""
    here = sorted(lead.first_name for lead in studio.leads())
    return here, sorted(str(entry.values["first_name"]) for entry in studio.books.leads.entries())


@pytest.mark.parametrize("delete_there", [False, True])
async def test_one_whose_making_was_not_answered_does_not_come_back(delete_there: bool) -> None:
    studio = await sent_and_deleted(delete_there=delete_there)
    await settled(studio)
    assert names(studio) == (["Other"], ["Other"] if delete_there else ["Ann", "Other"])
    await rests(studio)


@pytest.mark.parametrize("delete_there", [False, True])
async def test_one_that_is_deleted_while_it_is_on_the_wire_does_not_come_back(delete_there: bool) -> None:
    studio = await gym_with_one(delete_there=delete_there)
    ann = await captured(studio, "Ann")
    stir(studio.gym, LEAD, once(lambda: deleted(studio, ann)), at="writes")
    await studio.leads_synced(whole=True)
    calm(studio.gym)
    await settled(studio)
    assert names(studio) == (["Other"], ["Other"] if delete_there else ["Ann", "Other"])
    await rests(studio)


async def test_what_somebody_edited_there_since_brings_it_back() -> None:
    studio = await sent_and_deleted(delete_there=True, deletes="keep_edited")
    studio.books.leads.edit(made(studio).external_id, {"phone": "030 99"})
    await settled(studio)
    assert names(studio) == (["Ann", "Other"], ["Ann", "Other"])


async def test_a_gym_that_cannot_be_asked_for_it_makes_no_second_one(monkeypatch: pytest.MonkeyPatch) -> None:
    studio = await sent_and_deleted()
    source = studio.gym.source(LEAD)
    monkeypatch.delattr(type(source), "find")
    await settled(studio)
    assert [push.state for push in pushes(studio)] == [PushState.DROPPED]
    assert names(studio)[1] == ["Ann", "Other"]


# -- entered by somebody, so that no run makes it ----------------------------------------------------------------------


async def entered_and_deleted(studio: Studio, *, kept: bool = True) -> None:
    """Ann was entered without an answer, and deleted here. ``kept``: she was made there."""
    studio.attract("Other")
    await studio.leads_synced()
    studio.gym.faults.fail_next("create_lead", DOWN, after=int(kept))
    new = NewLead(tenant_id=studio.tenant.id, first_name="Ann", last_name="H", email="ann@example.org")
    await deleted(studio, (await studio.create_lead(new)).lead)


@pytest.mark.parametrize("delete_there", [False, True])
async def test_one_that_was_entered_without_an_answer_does_not_come_back(delete_there: bool) -> None:
    studio = Studio()
    await set_policy(studio, LEAD, account=None, delete_there=delete_there)
    await entered_and_deleted(studio)
    await settled(studio)
    assert names(studio) == (["Other"], ["Other"] if delete_there else ["Ann", "Other"])
    assert due(studio, LEAD) == set()
    assert pushes(studio, PushState.WAITING, PushState.UNSURE) == []
    await rests(studio)


async def test_one_that_was_entered_and_is_seen_while_writing_is_off_is_decided_once_it_is_on(studio: Studio) -> None:
    await entered_and_deleted(studio)
    studio.change_account(writes_enabled=False)
    await settled(studio)
    await rests(studio)
    studio.change_account(writes_enabled=True)
    await settled(studio)
    assert names(studio) == (["Other"], ["Ann", "Other"])
    assert due(studio, LEAD) == set()


async def test_one_that_was_entered_and_is_not_there_is_not_made(studio: Studio) -> None:
    await entered_and_deleted(studio, kept=False)
    await settled(studio)
    assert names(studio) == (["Other"], ["Other"])
    await rests(studio)


async def test_a_gym_that_cannot_be_asked_for_one_that_was_entered_shows_it_as_new(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    await entered_and_deleted(studio)
    monkeypatch.delattr(type(studio.gym.source(LEAD)), "find")
    await settled(studio)
    assert names(studio) == (["Ann", "Other"], ["Ann", "Other"])
    await rests(studio)


@pytest.mark.parametrize("delete_there", [False, True])
async def test_somebody_else_of_the_address_of_one_that_is_gone_comes_in(delete_there: bool) -> None:
    """And is not deleted there in their place."""
    studio = Studio()
    await set_policy(studio, LEAD, account=None, delete_there=delete_there)
    await entered_and_deleted(studio, kept=False)
    studio.attract("Bob", email="ann@example.org")
    await settled(studio)
    assert names(studio) == (["Bob", "Other"], ["Bob", "Other"])
    assert due(studio, LEAD) == set()
    await rests(studio)
