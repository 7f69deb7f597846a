"""Who lets go of a pin withdraws what waits to be written there only because of it."""

import pytest
from tests.sync_books import an_override

from tresen.application.leads.edit_lead import LeadEdit
from tresen.application.sync.edits.overrides import Released
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.sync.canonical import Values
from tresen.domain.sync.push import Push, PushState

from ..studio import A_MINUTE, Studio
from .scene import pushes, rests, set_policy, writes

WHY = "Eva took away the override for which it waited; it is decided anew"


async def put_back(studio: Studio, **values: str) -> str:
    """A lead that was changed there, which was undone here: each field is pinned, and one push waits."""
    lead = studio.attract("William")
    studio.attract("Other")
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(lead, values or {"first_name": "Zzz"})
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    target = UndoTarget(kind="lead", local_id=studio.lead(lead).id, version=1)
    await studio.desk.undo(studio.tenant.id, target, by="Max")
    return lead


async def let_go(studio: Studio, lead: str, field: str = "first_name") -> Released:
    studio.clock.advance(A_MINUTE)
    return await studio.desk.remove_override(
        studio.tenant.id, account_id=studio.account.id, kind="lead", external_id=lead, field=field, by="Eva"
    )


async def edit(studio: Studio, lead: str, first_name: str) -> None:
    studio.clock.advance(A_MINUTE)
    wish = LeadEdit(tenant_id=studio.tenant.id, lead_id=studio.lead(lead).id, by="Ann", first_name=first_name)
    await studio.desk.edit_lead(wish)


def told(found: list[Push]) -> list[tuple[Values, PushState, str | None]]:
    return [(dict(push.values), push.state, push.why) for push in found]


def both(studio: Studio, lead: str, field: str = "first_name") -> tuple[object, object]:
    """Ours and theirs."""
    return getattr(studio.lead(lead), field), studio.books.leads.get(lead).values[field]


async def test_what_the_undo_left_is_withdrawn_and_the_owner_decides(studio: Studio) -> None:
    lead = await put_back(studio)
    released = await let_go(studio, lead)
    assert told(pushes(studio)) == [({"first_name": "William"}, PushState.DROPPED, WHY)]
    assert [push.id for push in released.withdrawn] == [push.id for push in pushes(studio)]
    assert released.waiting == []
    run = await studio.leads_synced()
    assert (run.counts.pushed, run.counts.dropped) == (0, 0)
    assert both(studio, lead) == ("Zzz", "Zzz")
    assert writes(studio) == []
    await rests(studio)


async def test_what_is_pinned_still_goes_there_without_it(studio: Studio) -> None:
    lead = await put_back(studio, first_name="Zzz", last_name="Yyy")
    was = studio.lead(lead).last_name
    await let_go(studio, lead)
    assert told(pushes(studio)) == [
        ({"last_name": was}, PushState.WAITING, None),
        ({"first_name": "William"}, PushState.DROPPED, WHY),
    ]
    run = await studio.leads_synced()
    assert run.counts.pushed == 1
    assert both(studio, lead) == ("Zzz", "Zzz")
    assert both(studio, lead, "last_name") == (was, was)
    await rests(studio)


async def test_what_was_sent_without_an_answer_stays_as_it_may_be_there(studio: Studio) -> None:
    lead = await put_back(studio)
    for _ in range(2):
        studio.gym.faults.fail_next("leads.push", GatewayUnavailable("down"))
    await studio.leads_synced()
    released = await let_go(studio, lead)
    assert released.withdrawn == []
    assert [(push.state, push.attempts > 0) for push in released.waiting] == [(PushState.WAITING, True)]


@pytest.mark.parametrize("fields", [("first_name",), ("first_name", "last_name")])
async def test_what_a_person_edited_since_stays_on_its_way(studio: Studio, fields: tuple[str, ...]) -> None:
    lead = await put_back(studio, **dict.fromkeys(fields, "Zzz"))
    await edit(studio, lead, "Typed")
    released = await let_go(studio, lead)
    assert [(dict(push.values), dict(push.expected)) for push in released.waiting] == [
        ({"first_name": "Typed"}, {"first_name": "Zzz"})
    ]
    await studio.leads_synced()
    assert both(studio, lead) == ("Typed", "Typed")
    await rests(studio)


async def test_an_edit_with_a_push_of_its_own_stays(studio: Studio) -> None:
    lead = studio.attract("William")
    await studio.leads_synced()
    await edit(studio, lead, "Typed")
    pin = an_override(studio.account, lead, "first_name", kind="lead", local_id=studio.lead(lead).id)
    await studio.transactions.run(studio.tenant.id, "pin", lambda uow: uow.overrides.put_many([pin]))
    released = await let_go(studio, lead)
    assert (released.withdrawn, told(pushes(studio))) == ([], [({"first_name": "Typed"}, PushState.WAITING, None)])
    await studio.leads_synced()
    assert both(studio, lead) == ("Typed", "Typed")


async def test_an_edit_before_the_undo_is_not_brought_back(studio: Studio) -> None:
    lead = await put_back(studio)
    await edit(studio, lead, "Typed")
    target = UndoTarget(kind="lead", local_id=studio.lead(lead).id, version=1)
    await studio.desk.undo(studio.tenant.id, target, by="Max")
    await let_go(studio, lead)
    await studio.leads_synced()
    assert both(studio, lead) == ("Zzz", "Zzz")
    await rests(studio)


async def test_an_edit_goes_nowhere_where_nothing_may_be_written(studio: Studio) -> None:
    lead = await put_back(studio)
    await edit(studio, lead, "Typed")
    studio.change_account(writes_enabled=False)
    assert (await let_go(studio, lead)).waiting == []
    await studio.leads_synced()
    assert both(studio, lead) == ("Zzz", "Zzz")


@pytest.mark.parametrize("law", ["ours", "newest", "ask"])
async def test_what_the_law_wants_there_goes_there_all_the_same(studio: Studio, law: str) -> None:
    lead = await put_back(studio)
    await set_policy(studio, "lead", fields={"first_name": law})
    released = await let_go(studio, lead)
    assert (released.withdrawn, [dict(push.values) for push in released.waiting]) == ((), [{"first_name": "William"}])
    await studio.leads_synced()
    assert both(studio, lead) == ("William", "William")
    await rests(studio)
