"""A record of ours that one account asks about, and that another account of the tenant is to receive."""

import attrs
import pytest
from tests.builders import a_lead
from tests.sync_books import a_push

from tresen.adapters.memory.gym import MemoryGym
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.leads.lead import Lead
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.push import PushState
from tresen.domain.tenancy.provider_account import ProviderAccount

from ..studio import A_MINUTE, Studio
from .scene import pushes, second_gym, set_policy
from .test_decided_pairings import asked, decide
from .test_edited_on_the_way import settled


async def tied_to(studio: Studio, lead: Lead) -> list[tuple[object, str]]:
    """Accounts, and ids there, that one of our leads is tied to."""
    links = await studio.read(lambda uow: uow.sync_records.of_local(LEAD, lead.id))
    return [(link.account_id, link.external_id) for link in links]


async def asked_here(studio: Studio) -> tuple[Lead, list[str], MemoryGym, ProviderAccount]:
    """Two records at the main gym may be Ada, and the second gym is to receive whom it does not have."""
    gym, second = second_gym(studio)
    await set_policy(studio, LEAD, account=second.id, create_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    gym.books.leads.add({"first_name": "Zoe", "email": "zoe@example.org"})
    await second_synced(studio, second)
    ada = a_lead(studio.tenant.id, "Ada", email="ada@example.org")
    await studio.transactions.run(studio.tenant.id, "capture", lambda uow: uow.leads.add(ada))
    made = [studio.attract("Ada") for _ in range(2)]
    await studio.leads_synced(whole=True)
    assert asked(studio).keys() == set(made)
    return ada, made, gym, second


async def second_synced(studio: Studio, second: ProviderAccount) -> None:
    studio.clock.advance(A_MINUTE)
    await studio.sync_leads(studio.tenant.id, second.id, force=True, whole=True)


async def test_it_is_made_at_no_other_account_while_a_person_is_asked(studio: Studio) -> None:
    ada, made, gym, second = await asked_here(studio)
    await second_synced(studio, second)
    await settled(studio)
    assert pushes(studio) == []
    assert len(gym.books.leads) == 1
    assert asked(studio).keys() == set(made), "nor does the question answer itself"
    await decide(studio, asked(studio)[made[1]], Choice.OURS)
    await second_synced(studio, second)
    await settled(studio)
    await second_synced(studio, second)
    assert await tied_to(studio, ada) == [(studio.account.id, made[1])]


async def test_it_is_made_at_the_other_once_they_said_that_it_is_none_of_these(studio: Studio) -> None:
    ada, made, gym, second = await asked_here(studio)
    for each in made:
        await decide(studio, asked(studio)[each], Choice.THEIRS)
    await second_synced(studio, second)
    await settled(studio)
    (entry,) = (entry for entry in gym.books.leads.entries() if entry.values["first_name"] == "Ada")
    assert await tied_to(studio, ada) == [(second.id, entry.external_id)]


@pytest.mark.parametrize("sent", [False, True])
async def test_what_waits_to_make_it_at_another_account_ends_with_the_decision(studio: Studio, sent: bool) -> None:
    """Before nothing was planned of what a person is asked about, books were kept in which it waits."""
    ada, made, gym, second = await asked_here(studio)
    values = {"first_name": "Ada", "last_name": "Hopper", "email": "ada@example.org"}
    waits = attrs.evolve(a_push(second, None, kind=LEAD, values=values), local_id=ada.id)
    if sent:
        waits.begin()
        gym.books.leads.add(values)
    await studio.transactions.run(studio.tenant.id, "wait", lambda uow: uow.pushes.add(waits))
    await decide(studio, asked(studio)[made[1]], Choice.OURS)
    for _ in range(2):
        await second_synced(studio, second)
        await settled(studio)
    assert await tied_to(studio, ada) == [(studio.account.id, made[1])]
    assert (pushes(studio, PushState.WAITING), len(gym.books.leads)) == ([], 1 + sent)
