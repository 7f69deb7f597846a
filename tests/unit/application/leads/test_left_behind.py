"""A lead that somebody has entered who then dies: a later run makes it where the policy has our leads made there."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from tresen.application.sync.records.kinds import LEAD
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.staff.task import TaskState
from tresen.domain.sync.push import PushState

from ..gym.test_provider_writes import Killed
from ..studio import A_MINUTE, AN_HOUR, Studio
from ..sync.scene import captured, rests, set_policy
from ..sync.test_editing import lead_edit
from .test_capturing_beside_runs import creation, enter, named, synced, there
from .test_never_sent import never_sent

_DOWN = GatewayUnavailable("no answer")


async def killed(studio: Studio, after: int) -> None:
    """Before the provider has it, or after."""
    studio.gym.faults.fail_next("create_lead", Killed(), after=after)  # type: ignore[arg-type] # as good as an error
    with pytest.raises(Killed):
        await enter(studio)


async def not_in_turn(studio: Studio) -> None:
    await never_sent(studio)


async def before_the_effect(studio: Studio) -> None:
    await killed(studio, after=0)


async def after_the_effect(studio: Studio) -> None:
    await killed(studio, after=1)


@pytest.mark.parametrize("die", [not_in_turn, before_the_effect, after_the_effect])
async def test_a_later_run_makes_it_and_the_task_is_done(studio: Studio, die: Callable[[Studio], object]) -> None:
    await synced(studio, create_there=True)
    await die(studio)  # type: ignore[misc] # each of them
    studio.clock.advance(timedelta(minutes=15))
    await studio.leads_synced(whole=True)
    assert there(studio) == ["1002"]
    assert [lead.id for lead in named(studio)] == [studio.lead("1002").id]
    assert creation(studio).state is PushState.DONE
    assert [task.state for task in await studio.tasks()] == [TaskState.DONE]
    await studio.leads_synced(whole=True)
    await rests(studio)


@pytest.mark.parametrize("die", [not_in_turn, before_the_effect])
async def test_no_run_makes_it_that_the_policy_does_not_let(studio: Studio, die: Callable[[Studio], object]) -> None:
    await synced(studio)
    await die(studio)  # type: ignore[misc] # each of them
    studio.clock.advance(AN_HOUR)
    await studio.leads_synced(whole=True)
    assert there(studio) == []
    assert [task.state for task in await studio.tasks()] == [TaskState.OPEN]
    await set_policy(studio, LEAD, create_there=True)
    await studio.leads_synced(whole=True)
    assert there(studio) == ["1002"]
    assert [task.state for task in await studio.tasks()] == [TaskState.DONE]


async def test_who_may_still_be_at_it_is_left_to_it(studio: Studio) -> None:
    await synced(studio, create_there=True)
    await never_sent(studio)
    studio.clock.advance(timedelta(minutes=12))
    await studio.leads_synced(whole=True)
    assert creation(studio).state is PushState.UNSURE
    assert there(studio) == []


async def test_an_answer_is_waited_for_from_when_it_was_sent(studio: Studio) -> None:
    """A run that comes while the provider thinks about one that waited for long."""
    await synced(studio, create_there=True)
    create, hold = studio.gym.create_lead, studio.locks.hold

    async def slowly(*args: object) -> object:
        studio.clock.advance(A_MINUTE)
        await studio.leads_synced()
        assert creation(studio).state is PushState.UNSURE
        return await create(*args)  # type: ignore[arg-type] # what it was given

    @asynccontextmanager
    async def late(key: str) -> AsyncIterator[bool]:
        studio.locks.hold = hold  # type: ignore[method-assign] # only once
        studio.clock.advance(AN_HOUR)
        async with hold(key) as held:
            yield held

    studio.gym.create_lead = slowly  # type: ignore[method-assign, assignment] # stands before it
    studio.locks.hold = late  # type: ignore[method-assign] # stands before it
    made = await enter(studio)
    assert (made.created, made.task) == (True, None)
    assert there(studio) == ["1002"]


@pytest.mark.parametrize("answered", [True, False])
async def test_whose_turn_comes_once_a_run_has_it_leaves_it_to_the_run(studio: Studio, answered: bool) -> None:
    await synced(studio, create_there=True)
    hold = studio.locks.hold

    @asynccontextmanager
    async def late(key: str) -> AsyncIterator[bool]:
        studio.locks.hold = hold  # type: ignore[method-assign] # only once
        studio.clock.advance(AN_HOUR)
        for _ in range(0 if answered else 2):
            studio.gym.faults.fail_next("leads.create", _DOWN)
        await studio.leads_synced()
        async with hold(key) as held:
            yield held

    studio.locks.hold = late  # type: ignore[method-assign] # stands before it
    made = await enter(studio)
    assert (made.created, made.task is None) == (True, answered)
    assert there(studio) == (["1002"] if answered else [])
    await studio.leads_synced(whole=True)
    assert there(studio) == ["1002"]
    assert [lead.id for lead in named(studio)] == [made.lead.id]


@pytest.mark.parametrize("other", ["Ann", "Bob"])
async def test_of_two_of_one_address_none_is_made_by_a_run(studio: Studio, other: str) -> None:
    """As of any two that only we have."""
    await synced(studio, create_there=True)
    await never_sent(studio)
    await captured(studio, other, email="ann@example.org")
    studio.clock.advance(AN_HOUR)
    await studio.leads_synced(whole=True)
    assert len(studio.books.leads) == 1
    assert [task.state for task in await studio.tasks() if task.subject == f"lead:{named(studio)[0].id}"] == [
        TaskState.OPEN
    ]


@pytest.mark.parametrize("die", [not_in_turn, before_the_effect, after_the_effect])
async def test_what_was_edited_meanwhile_gets_there(studio: Studio, die: Callable[[Studio], object]) -> None:
    await synced(studio, create_there=True)
    await die(studio)  # type: ignore[misc] # each of them
    (ann,) = named(studio)
    await studio.desk.edit_lead(lead_edit(studio, ann, phone="030 7", email="new@example.org"))
    studio.clock.advance(AN_HOUR)
    for _ in range(2):
        await studio.leads_synced(whole=True)
    assert there(studio) == ["1002"]
    values, lead = studio.books.leads.get("1002").values, studio.lead("1002")
    assert (values["phone"], values["email"]) == ("030 7", "new@example.org")
    assert (lead.phone and lead.phone.raw, lead.email and lead.email.raw) == ("030 7", "new@example.org")


async def test_one_that_was_deleted_here_is_not_made(studio: Studio) -> None:
    await synced(studio, create_there=True)
    ann = await never_sent(studio)
    await studio.transactions.run(studio.tenant.id, "delete", lambda uow: uow.leads.remove(ann.id))
    studio.clock.advance(AN_HOUR)
    await studio.leads_synced(whole=True)
    assert there(studio) == []
    assert creation(studio).state is PushState.DROPPED
