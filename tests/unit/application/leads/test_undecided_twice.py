"""Somebody enters themselves again of whom it is undecided whose the provider's record is: they are one lead."""

import pytest

from tresen.application.leads.create_lead import CreatedLead
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.shared.contact import EmailAddress
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.staff.task import TaskReason
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.push import PushState
from tresen.domain.sync.record import SyncRecord

from ..studio import A_MINUTE, Studio
from ..sync.scene import captured, edit_lead, open_conflicts, pushes, set_policy
from ..sync.test_decided_pairings import asked as questions
from ..sync.test_decided_pairings import decide
from .test_capturing_beside_runs import enter, meanwhile, named, synced, there
from .test_known_here import to_enter
from .test_whose_lead import asked

_POLICIES = pytest.mark.parametrize("create_there", [False, True])


async def taken_away(studio: Studio, *, create_there: bool = False) -> str:
    """The provider has Ann, and ours was taken away here."""
    await synced(studio, create_there=create_there)
    key = studio.attract("Ann")
    await studio.leads_synced()
    ann = studio.lead(key).id

    async def remove(uow: UnitOfWork) -> None:
        await uow.leads.get(ann)
        await uow.leads.remove(ann)

    await studio.transactions.run(studio.tenant.id, "remove", remove)
    return key


async def one_undecided(studio: Studio, *made: CreatedLead) -> None:
    """The first of them was the new one; all are that, with one task."""
    assert [each.created for each in made] == [True, *(False for _ in made[1:])]
    assert {each.lead.id for each in made} == {made[0].lead.id}
    (task,) = [one for one in await to_enter(studio) if one.reason is TaskReason.UNDECIDED]
    assert [one.id for one in made[-1].tasks] == [task.id]
    assert (task.subject, task.details["notes"]) == (f"lead:{made[0].lead.id}", made[-1].lead.message)


@_POLICIES
async def test_who_was_taken_away_here_and_writes_several_times_is_one_lead(studio: Studio, create_there: bool) -> None:
    key = await taken_away(studio, create_there=create_there)
    made = [await enter(studio, message=f"m{number}") for number in range(3)]
    await one_undecided(studio, *made)
    assert named(studio)[0].message == "m0\nm1\nm2"
    for _ in range(2):
        studio.clock.advance(A_MINUTE)
        run = await studio.leads_synced(whole=True)
        assert run.counts.errors == 0
    assert (len(named(studio)), there(studio)) == (1, [key])
    assert pushes(studio, PushState.WAITING, PushState.UNSURE) == []


async def test_so_they_are_where_the_first_time_nobody_answered(studio: Studio) -> None:
    await taken_away(studio)
    studio.gym.faults.fail_next("create_lead", GatewayUnavailable("no answer"))
    made = [await enter(studio, message=f"m{number}") for number in range(2)]
    await one_undecided(studio, *made)


async def test_somebody_else_of_the_address_is_a_lead_of_their_own(studio: Studio) -> None:
    await taken_away(studio)
    ann, bob = await enter(studio), await enter(studio, first_name="Bob")
    assert (bob.created, bob.lead.id == ann.lead.id) == (True, False)
    assert len(await to_enter(studio)) == 2


@_POLICIES
async def test_who_may_be_one_that_the_provider_lost_and_writes_again_is_one_lead(
    studio: Studio, create_there: bool
) -> None:
    await set_policy(studio, "lead", create_there=create_there, deletes="keep_edited", default="newest")
    studio.attract("Other")
    key = studio.attract("Ann")
    await studio.leads_synced()
    await edit_lead(studio, key, first_name="Anna", email=EmailAddress.parse("anna@example.org"))
    studio.attract("Ann")
    studio.books.leads.remove(key)
    made = [await enter(studio, message=f"m{number}") for number in range(2)]
    await one_undecided(studio, *made)
    for _ in range(2):
        assert (len(named(studio)), len(there(studio))) == (1, 1)
        studio.clock.advance(A_MINUTE)
        await studio.leads_synced(whole=True)


async def test_of_several_it_is_the_one_of_whom_it_is_undecided(studio: Studio) -> None:
    key, one, two = await asked(studio)
    made = [await enter(studio, message=f"m{number}") for number in range(3)]
    await one_undecided(studio, *made)
    (conflict,) = open_conflicts(studio)
    assert conflict.candidates == tuple(str(each.id) for each in (one, two, made[0].lead))
    await decide(studio, questions(studio)[key], Choice.OURS, value=str(made[0].lead.id))
    for _ in range(2):
        studio.clock.advance(A_MINUTE)
        await studio.leads_synced(whole=True)
    assert (studio.lead(key).id, studio.lead(key).message) == (made[0].lead.id, "m0\nm1\nm2")
    assert pushes(studio, PushState.WAITING, PushState.UNSURE) == []


async def test_who_was_tied_meanwhile_stays_a_lead_of_their_own(studio: Studio) -> None:
    """Though another one of that name wrote before."""
    await synced(studio)
    await captured(studio, "Ann")

    async def tie(uow: UnitOfWork) -> None:
        ann, (push,) = named(studio)[-1], pushes(studio)
        link = SyncRecord(
            account_id=push.account_id,
            kind=LEAD,
            external_id="1009",
            local_id=ann.id,
            base={},
            fingerprint=b"",
            local_version=0,
            synced_at=studio.clock.now(),
            run_id=push.run_id,
        )
        await uow.sync_records.put_many([link])

    async def tied() -> None:
        await studio.transactions.run(studio.tenant.id, "tie", tie)

    meanwhile(studio, tied)
    made = await enter(studio)
    assert made.created
    assert made.task is not None
    assert "tied to 1009 meanwhile" in (made.task.details["why"] or "")
    assert len(named(studio)) == 2
