"""A record that was deleted and comes back is as it was in everything that a sync compares; what it lost is told."""

from collections.abc import Sequence
from typing import Any

import attrs
import pytest

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.undo.undo_plan import RecordUndo, UndoTarget
from tresen.domain.shared.ids import MemberId
from tresen.domain.sync.run import Run

from ..studio import A_MINUTE, Studio

# Every record has these of its own life: they are told by nobody, as they say nothing of a person.
_OWN = {"updated_at", "version"}


def facts(entity: Any) -> dict[str, Any]:
    return {each.name: getattr(entity, each.name) for each in attrs.fields(type(entity)) if each.name[0] != "_"}


async def back(studio: Studio, run: Run) -> Sequence[RecordUndo]:
    studio.clock.advance(A_MINUTE)
    target = UndoTarget(run_id=run.id)
    planned = await studio.desk.plan_undo(studio.tenant.id, target)
    await studio.desk.undo(studio.tenant.id, target, by="Eva")
    return planned


async def test_a_member_and_a_membership_come_back_but_for_when_they_were_made(studio: Studio) -> None:
    dates = {"joined_on": "2020-02-29", "born_on": "1815-12-10"}
    address = {"street": "Way 1", "postcode": "10115", "city": "Berlin", "country": "DE", "location": "7"}
    ada = studio.enrol(phone="030 5", status="active", email_opt_in=True, sms_opt_in=False, **dates, **address)
    sold = studio.sell_there(ada, kind="Class Plan", auto_renew=True, ends_on="2027-01-31", cancels_on="2026-12-31")
    studio.enrol("Bea")
    await studio.members_synced()
    member, membership = facts(studio.member(ada)), facts(studio.membership(sold))
    assert None not in {**member, "status_text": ""}.values()
    assert None not in membership.values()
    studio.books.memberships.remove(sold)
    studio.books.members.remove(ada)
    gone = await studio.members_synced(whole=True)
    assert (len(studio.members()), studio.memberships()) == (1, [])
    planned = await back(studio, gone)
    for before, after in ((member, facts(studio.member(ada))), (membership, facts(studio.membership(sold)))):
        assert {name for name in before if after[name] != before[name]} == {"created_at", *_OWN}
    assert [(each.kind, each.not_kept) for each in planned] == [
        ("member", ("created_at",)),
        ("membership", ("created_at",)),
    ]


@pytest.mark.parametrize("converted", [False, True])
async def test_a_lead_comes_back_but_for_when_it_was_made_and_which_member_it_became(
    studio: Studio, converted: bool
) -> None:
    values = {"phone": "030 5", "source": "Web", "interested_in": "Yoga", "message": "Hi", "location": "7"}
    grace = studio.attract(notes="called", status="qualified", **values)
    studio.attract("Other")
    await studio.leads_synced()

    async def convert(uow: UnitOfWork) -> None:
        lead = await uow.leads.get(studio.lead(grace).id)
        lead.convert(MemberId(studio.ids.new()), now=studio.clock.now())
        await uow.leads.save(lead)

    if converted:
        await studio.transactions.run(studio.tenant.id, "convert", convert)
        await studio.leads_synced()
    before = facts(studio.lead(grace))
    assert {name for name in before if before[name] is None} == {"stage_text", *(() if converted else ("member_id",))}
    studio.books.leads.remove(grace)
    (planned,) = await back(studio, await studio.leads_synced(whole=True))
    after = facts(studio.lead(grace))
    lost = {name for name in before if after[name] != before[name]}
    assert lost == {"created_at", *(("member_id",) if converted else ()), *_OWN}
    assert planned.not_kept == ("created_at", "member_id")


async def test_of_what_is_put_back_or_goes_nothing_is_lost(studio: Studio) -> None:
    ada = studio.enrol()
    made = await studio.members_synced()
    studio.books.members.edit(ada, {"city": "Bonn"})
    edited = await studio.members_synced()
    for run in (made, edited):
        planned = await studio.desk.plan_undo(studio.tenant.id, UndoTarget(run_id=run.id))
        assert [each.not_kept for each in planned] == [()]
