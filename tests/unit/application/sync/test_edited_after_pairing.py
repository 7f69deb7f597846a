"""A lead is edited right after a person said which record at the gym it is, and before the two were compared."""

import pytest

from tresen.application.leads.update_lead import LeadUpdate
from tresen.application.sync.edits.edited import EditDone
from tresen.domain.leads.lead import Lead
from tresen.domain.shared.errors import GatewayRejected
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.edit_fate import Fate

from ..studio import A_MINUTE, Studio
from .scene import captured, open_conflicts, set_policy
from .test_decided_pairings import asked, decide, ties
from .test_edited_on_the_way import settled
from .test_editing import lead_edit


async def paired(studio: Studio, *, law: str = "theirs") -> tuple[Lead, str]:
    """Two at the gym may be our Ada; Eva said which one it is."""
    await set_policy(studio, "lead", default=law)
    ada = await captured(studio, "Ada", phone="030 1")
    made = [studio.attract("Ada", last_name="There", phone="030 2", source="ad") for _ in range(2)]
    await studio.leads_synced(whole=True)
    studio.clock.advance(A_MINUTE)
    await decide(studio, asked(studio)[made[1]], Choice.OURS)
    return ada, made[1]


async def edited(studio: Studio, ada: Lead, **values: object) -> EditDone[Lead]:
    studio.clock.advance(A_MINUTE)
    return await studio.desk.edit_lead(lead_edit(studio, ada, **values))


async def ours(studio: Studio, ada: Lead) -> Lead:
    return (await studio.get_lead(studio.tenant.id, ada.id)).lead


@pytest.mark.parametrize("law", ["theirs", "ours", "newest"])
async def test_what_was_edited_since_goes_there(studio: Studio, law: str) -> None:
    ada, there = await paired(studio, law=law)
    done = await edited(studio, ada, last_name="King")
    assert [(each.field, each.fate) for each in done.prospects] == [("last_name", Fate.SYNC)]
    assert done.prospects[0].reason == f"the two sides were not compared yet: the next run decides; law {law}"
    await settled(studio)
    assert await ties(studio, ada) == [there]
    assert ((await ours(studio, ada)).last_name, studio.books.leads.get(there).values["last_name"]) == ("King", "King")
    assert "There" in {line.theirs for line in studio.changes() if line.field == "last_name"}


async def test_what_was_not_edited_since_is_for_the_law(studio: Studio) -> None:
    ada, there = await paired(studio)
    await edited(studio, ada, last_name="King")
    await settled(studio)
    lead = await ours(studio, ada)
    assert (lead.phone and lead.phone.raw, lead.source) == ("030 2", "ad")
    assert studio.books.leads.get(there).values["phone"] == "030 2"


async def test_an_edit_from_before_is_for_the_law(studio: Studio) -> None:
    ada = await captured(studio, "Ada")
    made = [studio.attract("Ada", last_name="There") for _ in range(2)]
    await studio.leads_synced(whole=True)
    await edited(studio, ada, last_name="Before")
    studio.clock.advance(A_MINUTE)
    await decide(studio, asked(studio)[made[1]], Choice.OURS)
    await settled(studio)
    assert (await ours(studio, ada)).last_name == "There"


async def test_one_that_was_edited_there_since_is_for_the_law(studio: Studio) -> None:
    ada, there = await paired(studio)
    await edited(studio, ada, last_name="King")
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(there, {"last_name": "Later"})
    await settled(studio)
    assert (await ours(studio, ada)).last_name == "Later"
    assert "King" in {line.ours for line in studio.changes() if line.field == "last_name"}


async def test_a_law_that_asks_asks(studio: Studio) -> None:
    ada, _ = await paired(studio, law="ask")
    await edited(studio, ada, last_name="King")
    await settled(studio)
    found = {each.field: (each.ours, each.theirs) for each in open_conflicts(studio) if each.local_id == ada.id}
    assert found["last_name"] == ("King", "There")


async def test_what_is_not_taken_there_is_asked_of_the_staff(studio: Studio) -> None:
    ada, there = await paired(studio)
    await edited(studio, ada, last_name="King")
    studio.gym.faults.fail_next("leads.push", GatewayRejected("no such name"))
    await settled(studio)
    (task,) = [task for task in await studio.tasks() if task.details.get("external_id") == there]
    assert (task.details["last_name"], (await ours(studio, ada)).last_name) == ("King", "King")


async def test_where_nothing_may_be_written_the_staff_are_asked(studio: Studio) -> None:
    ada, there = await paired(studio)
    studio.change_account(writes_enabled=False)
    done = await edited(studio, ada, last_name="King")
    assert [each.fate for each in done.prospects] == [Fate.TASK]
    assert done.task is not None
    await settled(studio)
    assert ((await ours(studio, ada)).last_name, studio.books.leads.get(there).values["last_name"]) == (
        "There",
        "There",
    )


async def test_it_goes_there_though_the_counter_writes_another_field_before_the_next_run(studio: Studio) -> None:
    ada, there = await paired(studio)
    await edited(studio, ada, last_name="King")
    await studio.update_lead(LeadUpdate(tenant_id=studio.tenant.id, lead_id=ada.id, notes="called"))
    assert (await ours(studio, ada)).last_name == "King"
    await settled(studio)
    values = studio.books.leads.get(there).values
    assert (values["last_name"], values["notes"], values["phone"]) == ("King", "called", "030 2")
    assert (await ours(studio, ada)).last_name == "King"


async def test_an_edit_from_before_the_pairing_was_decided_anew_is_for_the_law(studio: Studio) -> None:
    ada, there = await paired(studio)
    await edited(studio, ada, last_name="King")
    conflict = next(each for each in studio.conflicts() if each.external_id == there)
    reopened = (await studio.desk.reopen(studio.tenant.id, conflict.id, by="Eva")).conflict
    studio.clock.advance(A_MINUTE)
    await decide(studio, reopened, Choice.OURS, str(ada.id))
    await settled(studio)
    assert await ties(studio, ada) == [there]
    assert (await ours(studio, ada)).last_name == "There"
