"""Somebody writes again whom we know, while the provider cannot be written to, does not answer, or there is none."""

import asyncio
from typing import Any

import pytest

from tresen.application.leads.create_lead import CreatedLead, NewLead
from tresen.application.leads.join_known import Joined, JoinKnown
from tresen.application.ports.gym import Operation
from tresen.application.staff.complete_task import TaskDone
from tresen.application.sync.records.kinds import LEAD
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.domain.leads.lead import Lead
from tresen.domain.shared.errors import (
    CredentialsRefused,
    GatewayError,
    GatewayRejected,
    GatewayUnavailable,
    StorageConflict,
)
from tresen.domain.shared.ids import TenantId
from tresen.domain.staff.task import StaffTask, TaskReason, TaskState
from tresen.domain.sync.edit_fate import Fate
from tresen.domain.sync.push import PushState
from tresen.domain.tenancy.provider_account import CredentialState

from ..studio import A_MINUTE, Studio
from ..sync.scene import captured, open_conflicts, pushes, second_gym
from .test_capturing_beside_runs import enter, named, synced, there

_DOWN = GatewayUnavailable("no answer")


async def open_tasks(studio: Studio) -> list[StaffTask]:
    return [task for task in await studio.tasks() if task.state is TaskState.OPEN]


async def to_enter(studio: Studio) -> list[StaffTask]:
    return [task for task in await open_tasks(studio) if task.operation == Operation.CREATE_LEAD.value]


async def in_vain(studio: Studio, error: GatewayError | None, *, after: int = 0, **values: str) -> CreatedLead:
    """``error`` None: writing is switched off."""
    if error is None:
        studio.change_account(writes_enabled=False)
    else:
        studio.gym.faults.fail_next("create_lead", error, after=after)
    made = await enter(studio, None, **values)
    studio.change_account(writes_enabled=True, credential_state=CredentialState.OK)
    return made


@pytest.mark.parametrize("times", [1, 3])
async def test_they_are_one_with_one_task_also_where_the_store_has_it_done_again(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """The commit of what makes them one collides."""
    await synced(studio)
    first = await in_vain(studio, None, message="first")
    assert first.task is not None
    await studio.complete_task(TaskDone(tenant_id=studio.tenant.id, task_id=first.task.id, by="Bob"))
    join, left = JoinKnown.__call__, [StorageConflict("busy")] * times

    async def join_and_collide(self: JoinKnown, *about: Any, **gone: Any) -> Joined | None:
        joined = await join(self, *about, **gone)
        if joined is not None and left:
            studio.units.commits_fail.append(left.pop())
        return joined

    monkeypatch.setattr(JoinKnown, "__call__", join_and_collide)
    again = await in_vain(studio, None, message="second")
    (task,) = await to_enter(studio)
    assert [each.id for each in again.tasks] == [task.id]
    assert (task.subject, task.details["notes"]) == (f"lead:{first.lead.id}", "first\nsecond")


@pytest.mark.parametrize("error", [None, GatewayRejected("no"), CredentialsRefused("401"), _DOWN])
async def test_who_writes_again_is_one_lead_with_one_task(studio: Studio, error: GatewayError | None) -> None:
    await synced(studio)
    first = await in_vain(studio, error, message="first")
    again = await in_vain(studio, error, message="second", email="Ann@Example.org", phone="030 9")
    assert (first.created, again.created, again.lead.id) == (True, False, first.lead.id)
    assert [lead.id for lead in named(studio)] == [first.lead.id]
    assert (again.lead.message, again.lead.phone and again.lead.phone.raw) == ("first\nsecond", "030 9")
    (task,) = await to_enter(studio)
    assert first.task is not None
    assert [task.id] == [each.id for each in again.tasks] == [first.task.id]
    assert (task.subject, task.details["notes"], task.details["phone"]) == (
        f"lead:{first.lead.id}",
        "first\nsecond",
        "030 9",
    )
    assert [(each.field, each.fate) for each in again.prospects] == [
        ("first_name", Fate.HERE),
        ("last_name", Fate.HERE),
        ("email", Fate.HERE),
        ("phone", Fate.HERE),
        ("message", Fate.HERE),
    ]
    assert len(pushes(studio, PushState.WAITING, PushState.UNSURE)) == int(error is _DOWN)


async def test_and_one_when_they_are_made_at_last(studio: Studio) -> None:
    await synced(studio)
    first = await in_vain(studio, None, message="first")
    await in_vain(studio, None)
    third = await enter(studio, message="third")
    assert (third.created, third.lead.id, studio.lead("1002").id) == (False, first.lead.id, first.lead.id)
    await studio.leads_synced(whole=True)
    assert [lead.message for lead in named(studio)] == ["first\nthird"]
    assert await to_enter(studio) == []
    assert open_conflicts(studio) == []


async def test_the_task_says_what_hinders_it_by_now(studio: Studio) -> None:
    await synced(studio)
    first = await in_vain(studio, None)
    studio.change_account(credentials=None)
    again = await enter(studio)
    assert (again.created, again.lead.id) == (False, first.lead.id)
    (task,) = await open_tasks(studio)
    assert task.reason is TaskReason.CREDENTIALS


@pytest.mark.parametrize("kept", [False, True], ids=["not made", "made"])
@pytest.mark.parametrize("before", [None, _DOWN], ids=["off", "down"])
async def test_what_may_have_been_made_of_the_second_is_found_as_the_first(
    studio: Studio, before: GatewayError | None, kept: bool
) -> None:
    await synced(studio)
    first = await in_vain(studio, before, message="first")
    # What was sent is sent again only once a sync has looked through everything there.
    studio.clock.advance(A_MINUTE)
    await studio.leads_synced(whole=True)
    again = await in_vain(studio, _DOWN, after=int(kept), message="second")
    assert again.lead.id == first.lead.id
    (task,) = await open_tasks(studio)
    assert task.reason is TaskReason.OUTCOME_UNKNOWN
    (push,) = pushes(studio, PushState.WAITING, PushState.UNSURE)
    assert (push.local_id, push.was_sent) == (first.lead.id, True)
    await studio.leads_synced(whole=True)
    assert there(studio) == (["1002"] if kept else [])
    assert [lead.id for lead in named(studio)] == [first.lead.id]
    assert [each.id for each in await to_enter(studio)] == ([] if kept else [task.id])
    if kept:
        assert studio.lead("1002").message == "first\nsecond"


async def test_what_is_known_otherwise_stays_and_is_asked(studio: Studio) -> None:
    studio.change_account(writes_enabled=False)
    first = await enter(studio, phone="030 1")
    for _ in range(2):
        again = await enter(studio, phone="030 9")
        assert again.lead.phone is not None
        assert again.lead.phone.raw == "030 1"
        enters, which = again.tasks
        assert (enters.details["phone"], which.details["phone"]) == ("030 1", "030 9")
        assert (which.reason, which.subject) == (TaskReason.UNDECIDED, f"lead:{first.lead.id}")
        assert which.title == "Ask which phone of the lead Ann H holds"
    assert len(await open_tasks(studio)) == 2


@pytest.mark.parametrize("closed", [False, True])
async def test_whose_task_was_closed_is_asked_about_again(studio: Studio, closed: bool) -> None:
    studio.change_account(writes_enabled=False)
    first = await enter(studio)
    assert first.task is not None
    if closed:
        await studio.complete_task(TaskDone(tenant_id=studio.tenant.id, task_id=first.task.id, by="Max"))
    again = await enter(studio, message="second")
    (task,) = await open_tasks(studio)
    assert again.task is not None
    assert task.id == again.task.id
    assert (task.id == first.task.id) is not closed
    assert (task.subject, task.details["notes"]) == (f"lead:{first.lead.id}", "second")


async def test_somebody_else_of_the_address_is_a_lead_of_their_own(studio: Studio) -> None:
    studio.change_account(writes_enabled=False)
    ann = await enter(studio)
    bob = await enter(studio, first_name="Bob")
    assert (bob.created, bob.lead.id == ann.lead.id) == (True, False)
    assert len(await open_tasks(studio)) == 2


async def test_whom_the_account_has_nobody_need_enter(studio: Studio) -> None:
    key = studio.attract("Ann", last_name="H", message="first")
    await synced(studio)
    studio.change_account(writes_enabled=False)
    again = await enter(studio, message="second")
    assert (again.created, again.lead.id, again.tasks) == (False, studio.lead(key).id, ())
    await studio.leads_synced(whole=True)
    (task,) = await open_tasks(studio)
    assert (task.operation, task.details["message"]) == ("update_lead", "first\nsecond")
    assert len(named(studio)) == 1


async def test_of_two_that_the_account_has_nobody_is_guessed(studio: Studio) -> None:
    for _ in range(2):
        studio.attract("Ann")
    await synced(studio)
    studio.change_account(writes_enabled=False)
    again = await enter(studio)
    assert again.created
    assert len(named(studio)) == 3


async def test_of_whom_a_person_is_asked_about_nobody_is_guessed(studio: Studio) -> None:
    await synced(studio)
    for _ in range(2):
        await captured(studio, "Ann")
    studio.attract("Ann")
    await studio.leads_synced()
    assert len(open_conflicts(studio)) == 1
    assert (await in_vain(studio, None)).created


async def test_whom_another_account_has_is_another_matter(studio: Studio) -> None:
    gym, second = second_gym(studio)
    gym.books.leads.add({"first_name": "Ann", "email": "ann@example.org", "status": "new"})
    await synced(studio)
    await studio.sync_leads(studio.tenant.id, second.id, force=True)
    studio.change_account(writes_enabled=False)
    assert (await enter(studio, studio.account.id)).created


async def test_who_follows_events_is_told_that_they_were_known(studio: Studio) -> None:
    studio.change_account(writes_enabled=False)
    first = await enter(studio)
    await enter(studio, message="second")
    events = [event for _, event in studio.store.room(studio.tenant.id).events.items() if event.subject_kind == LEAD]
    assert [event.type for event in events] == ["lead.captured", "lead.captured", "lead.changed", "lead.merged"]
    assert events[-1].data == {"into": str(first.lead.id)}


# -- without an account ------------------------------------------------------------------------------------------------


async def eve(studio: Studio, home: TenantId, **values: str) -> CreatedLead:
    return await studio.create_lead(
        NewLead(tenant_id=home, account_id=None, first_name="Eve", last_name="E", email="eve@example.org", **values)
    )


async def alone(studio: Studio) -> TenantId:
    return (await studio.create_tenant(NewTenant(slug="other", name="Other"))).id


def all_of(studio: Studio, home: TenantId) -> list[Lead]:
    return [lead for _, lead in studio.store.room(home).leads.items()]


async def test_without_an_account_who_writes_again_is_one_lead(studio: Studio) -> None:
    home = await alone(studio)
    first = await eve(studio, home, phone="030 1", message="first")
    studio.clock.advance(A_MINUTE)
    again = await eve(studio, home, phone="030 9", message="second")
    assert (again.created, again.lead.id, again.lead.message) == (False, first.lead.id, "first\nsecond")
    assert [lead.id for lead in all_of(studio, home)] == [first.lead.id]
    (task,) = again.tasks
    assert (task.account_id, task.reason, task.details["phone"]) == (None, TaskReason.UNDECIDED, "030 9")


async def test_two_at_once_are_one_lead(studio: Studio) -> None:
    home = await alone(studio)
    made = await asyncio.gather(*(eve(studio, home, message=f"m{n}") for n in range(3)))
    (lead,) = all_of(studio, home)
    assert {each.lead.id for each in made if not each.created} == {lead.id}
    assert set((lead.message or "").split("\n")) == {"m0", "m1", "m2"}
