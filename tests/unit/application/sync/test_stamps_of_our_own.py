"""`newest` compares edits: what a sync or the counter writes to the provider's record is no edit of the provider's."""

from datetime import datetime

import pytest

from tresen.application.leads.update_lead import LeadUpdate
from tresen.application.sync.records.kinds import LEAD, MEMBER
from tresen.domain.sync.record import OwnWrite

from ..studio import A_MINUTE, Studio
from .scene import forgotten, rests, set_policy, there
from .test_edited_on_the_way import settled
from .test_editing import edit, lead_edit


async def in_step(**laws: str) -> tuple[Studio, str]:
    """Under `newest`, with other laws for some fields; no overlap of cursors shows the member again."""
    studio = Studio()
    await set_policy(studio, MEMBER, default="newest", fields=laws)
    ada = studio.enrol(city="Berlin", street="old", postcode="1")
    await studio.members_synced()
    await forgotten(studio)
    return studio, ada


def both(studio: Studio, ada: str, name: str) -> tuple[object, object]:
    return getattr(studio.member(ada), name), there(studio, ada, name)


async def test_the_later_edit_stands_though_another_field_is_pushed_before_the_two_are_compared() -> None:
    studio, ada = await in_step(city="theirs")
    studio.books.members.edit(ada, {"street": "theirs, earlier"})
    await edit(studio, ada, street="ours, later", city="Potsdam")
    await settled(studio)
    assert both(studio, ada, "street") == ("ours, later", "ours, later")
    assert both(studio, ada, "city") == ("Potsdam", "Potsdam")
    await rests(studio)


async def test_an_edit_there_after_our_write_is_the_later_one() -> None:
    studio, ada = await in_step(city="theirs")
    await edit(studio, ada, street="ours, earlier", city="Potsdam")
    faults = studio.gym.faults

    def edited_there() -> None:
        studio.clock.advance(A_MINUTE)
        studio.books.members.edit(ada, {"street": "theirs, later"})

    faults.meanwhile("members.changes", edited_there)
    await studio.members_synced()
    await settled(studio)
    assert both(studio, ada, "street") == ("theirs, later", "theirs, later")


async def test_of_two_writes_of_ours_neither_is_an_edit_there() -> None:
    studio, ada = await in_step(city="theirs", postcode="theirs")
    studio.books.members.edit(ada, {"street": "theirs, earlier"})
    await edit(studio, ada, street="ours, later", city="Potsdam", postcode="2")
    await settled(studio)
    assert both(studio, ada, "street") == ("ours, later", "ours, later")


async def test_what_the_counter_writes_is_no_edit_there_either() -> None:
    studio = Studio()
    await set_policy(studio, LEAD, default="newest")
    grace = studio.attract(phone="030 1")
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(grace, {"phone": "030 2"})
    studio.clock.advance(A_MINUTE)
    await studio.desk.edit_lead(lead_edit(studio, studio.lead(grace), phone="030 3"))
    studio.clock.advance(A_MINUTE)
    await studio.update_lead(LeadUpdate(tenant_id=studio.tenant.id, lead_id=studio.lead(grace).id, notes="called"))
    await settled(studio)
    phone = studio.lead(grace).phone
    assert (phone and phone.raw, studio.books.leads.get(grace).values["phone"]) == ("030 3", "030 3")
    assert studio.lead(grace).notes == "called"
    await rests(studio)


async def test_a_write_at_the_counter_costs_one_look(studio: Studio) -> None:
    grace = studio.attract()
    await studio.leads_synced()
    calls = len(studio.gym.faults.calls)
    await studio.update_lead(LeadUpdate(tenant_id=studio.tenant.id, lead_id=studio.lead(grace).id, notes="called"))
    assert studio.gym.faults.calls[calls:] == ["leads.get", "update_lead"]


async def test_a_provider_that_tells_no_times_is_not_guessed_about() -> None:
    studio, ada = await in_step(city="theirs")
    before = studio.store.room(studio.tenant.id).sync_records.find((studio.account.id, MEMBER, ada))
    assert before is not None
    at = studio.clock.now()
    assert before.written_by_us(None, at).own_write is None
    assert before.written_by_us(at, None).own_write is None
    assert before.written_by_us(at, at).own_write is None


def _minute(number: int) -> datetime:
    return datetime.fromisoformat(f"2026-03-02T12:{number:02}:00+00:00")


@pytest.mark.parametrize(("shown", "told"), [(2, 1), (3, 3), (1, 1)])
async def test_only_the_stamp_of_our_write_is_read_as_the_one_before_it(shown: int, told: int) -> None:
    studio, ada = await in_step()
    link = studio.store.room(studio.tenant.id).sync_records.find((studio.account.id, MEMBER, ada))
    assert link is not None
    written = link.written_by_us(_minute(1), _minute(2))
    assert written.own_write == OwnWrite(stamped_at=_minute(2), edited_at=_minute(1))
    assert written.edited_there_at(_minute(shown)) == _minute(told)
    assert written.written_by_us(_minute(2), _minute(4)).edited_there_at(_minute(4)) == _minute(1)
