"""What the counter did not write is settled by its law, as if a sync had looked, and not the counter."""

from collections.abc import Awaitable, Callable

import pytest

from tresen.application.leads.create_lead import NewLead
from tresen.application.membership.update_membership import MembershipUpdate
from tresen.domain.leads.stage import Stage
from tresen.domain.membership.status import Status
from tresen.domain.sync.laws import Law

from ..studio import A_MINUTE, GOLD, Studio
from ..sync.scene import edit_lead, open_conflicts, set_policy
from .test_written_over import conversion, edited_there, told, update

Seen = Callable[[Studio, str], Awaitable[object]]


async def by_a_sync(studio: Studio, _: str) -> None:
    await studio.leads_synced()


async def by_notes(studio: Studio, grace: str) -> None:
    await update(studio, grace, notes="one")


async def by_a_stage(studio: Studio, grace: str) -> None:
    await update(studio, grace, stage=Stage.CONTACTED)


async def by_who_writes_again(studio: Studio, _: str) -> None:
    studio.clock.advance(A_MINUTE)
    new = NewLead(
        tenant_id=studio.tenant.id, first_name="Grace", last_name="Hopper", email="grace@example.org", message="hi"
    )
    assert not (await studio.create_lead(new)).created


async def settled_as(law: Law, seen: Seen, *, ours: str, resolution_s: int = 1) -> tuple[object, ...]:
    """What stands on either side, what is asked, and what the journal says of the field."""
    studio = Studio()
    studio.books.leads.resolution_s = resolution_s
    await set_policy(studio, "lead", fields={"last_name": law.name})
    grace = studio.attract(notes="zero")
    await studio.leads_synced()
    if ours != "Hopper":
        await edit_lead(studio, grace, last_name=ours)
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(grace, {"last_name": "Theirs"})
    await seen(studio, grace)
    for _ in range(2):
        await studio.leads_synced(whole=True)
    lines = [(line.base, line.ours, line.theirs, line.value, line.rule) for line in told(studio, "last_name")]
    asked = [(each.field, each.ours, each.theirs) for each in open_conflicts(studio)]
    return studio.lead(grace).last_name, studio.books.leads.get(grace).values["last_name"], asked, lines


@pytest.mark.parametrize("ours", ["Hopper", "King"])
@pytest.mark.parametrize("seen", [by_notes, by_a_stage])
@pytest.mark.parametrize("law", [Law.THEIRS, Law.OURS, Law.NEWEST, Law.ASK], ids=lambda law: law.name)
async def test_another_field_is_settled_as_a_sync_does(law: Law, seen: Seen, ours: str) -> None:
    assert await settled_as(law, seen, ours=ours) == await settled_as(law, by_a_sync, ours=ours)


@pytest.mark.parametrize("law", [Law.THEIRS, Law.OURS, Law.NEWEST, Law.ASK], ids=lambda law: law.name)
async def test_so_it_is_where_somebody_known_writes_again(law: Law) -> None:
    seen = by_who_writes_again
    assert await settled_as(law, seen, ours="Hopper") == await settled_as(law, by_a_sync, ours="Hopper")


async def test_what_is_ours_stays_though_it_cannot_be_written_there(studio: Studio) -> None:
    await set_policy(studio, "lead", fields={"message": "ours"})
    grace = studio.attract(notes="zero", message="m0")
    await studio.leads_synced()
    studio.books.leads.edit(grace, {"message": "m1"})
    await update(studio, grace, notes="one")
    assert studio.lead(grace).message == "m0"
    (line,) = told(studio, "message")
    assert (line.theirs, line.value, line.rule) == ("m1", "m0", "ours")


async def test_a_price_that_is_ours_stays_where_a_membership_is_paused(studio: Studio) -> None:
    await set_policy(studio, "membership", fields={"price": "ours"})
    there = studio.sell_there(studio.enrol())
    await studio.members_synced()
    studio.books.memberships.edit(there, {"price": "103.00 EUR"})
    studio.clock.advance(A_MINUTE)
    wish = MembershipUpdate(tenant_id=studio.tenant.id, membership_id=studio.membership(there).id, status=Status.PAUSED)
    done = (await studio.update_membership(wish)).membership
    assert (str(done.price), done.terms.on_hold) == ("49.00 EUR", True)


async def test_what_is_ours_stays_where_the_lead_is_converted(studio: Studio) -> None:
    studio.books.packages = [GOLD]
    grace = await edited_there(studio, law="ours")
    studio.books.leads.edit(grace, {"status": "contacted"})
    await studio.convert_lead(conversion(studio, grace))
    for _ in range(2):
        await studio.leads_synced(whole=True)
    assert (studio.lead(grace).notes, studio.books.leads.get(grace).values["notes"]) == ("zero", "zero")
    assert studio.lead(grace).stage is Stage.CONVERTED


async def test_the_newest_is_told_as_coarsely_as_the_provider_s_clock_goes() -> None:
    """Edits that it cannot tell apart are a tie, and then the greater value stands."""
    by_the_counter = await settled_as(Law.NEWEST, by_notes, ours="Adams", resolution_s=3600)
    assert by_the_counter[0] == "Theirs"
    assert by_the_counter == await settled_as(Law.NEWEST, by_a_sync, ours="Adams", resolution_s=3600)
