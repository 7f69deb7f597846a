"""A later version of a kind may lack a field: what was pinned or is on its way of it holds up no record."""

from collections.abc import Mapping

import attrs
import pytest
from tests.sync_books import a_push, an_override

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.sync.canonical import Value
from tresen.domain.sync.push import Push, PushState
from tresen.domain.sync.run import RunState

from ..studio import Studio
from .scene import applied, planned, pushes, synced_crowd, there

GONE = "a member has no nickname any more: what was to be written there of it is passed over"


async def pinned(studio: Studio, member: str, field: str) -> None:
    pin = an_override(studio.account, member, field, local_id=studio.member(member).id)
    await studio.transactions.run(studio.tenant.id, "pin", lambda uow: uow.overrides.put_many([pin]))


async def waiting(studio: Studio, member: str, values: Mapping[str, Value]) -> Push:
    shown = studio.books.members.get(member).values
    push = attrs.evolve(
        a_push(studio.account, member),
        local_id=studio.member(member).id,
        run_id=list(studio.store.room(studio.tenant.id).runs.items())[-1][1].id,
        values=values,
        expected={name: shown.get(name) for name in values},
        created_at=studio.clock.now(),
    )

    async def add(uow: UnitOfWork) -> None:
        await uow.pushes.add(push)
        await uow.due.add(studio.account.id, "member", [member])

    await studio.transactions.run(studio.tenant.id, "push", add)
    return push


async def errors(studio: Studio) -> list[str]:
    return [error.message for error in await studio.read(lambda uow: uow.runs.recent_errors(9))]


async def test_what_was_pinned_of_it_is_passed_over(studio: Studio) -> None:
    (ada,) = await synced_crowd(studio, 1)
    await pinned(studio, ada, "nickname")
    await pinned(studio, ada, "last_name")
    await studio.edit_member(ada, last_name="King")
    studio.books.members.edit(ada, {"last_name": "Kaiser", "city": "Ulm"})
    plan = await planned(studio)
    run = await applied(studio, plan.plan_id)
    assert (run.state, run.counts.errors, run.counts.updated) == (RunState.COMPLETED, 0, 1)
    assert (studio.member(ada).city, there(studio, ada, "last_name")) == ("Ulm", "King"), "the other pin holds"


async def test_a_push_of_nothing_else_ends_and_its_run_says_so(studio: Studio) -> None:
    (ada,) = await synced_crowd(studio, 1)
    push = await waiting(studio, ada, {"nickname": "Ada"})
    studio.books.members.edit(ada, {"city": "Ulm"})
    assert GONE in str((await planned(studio)).reason)
    run = await studio.members_synced()
    assert (run.counts.errors, run.counts.dropped, studio.member(ada).city) == (1, 1, "Ulm")
    assert await errors(studio) == [GONE]
    assert [(each.id, each.state, each.why) for each in pushes(studio)] == [(push.id, PushState.DROPPED, GONE)]
    assert (await studio.members_synced()).counts.errors == 0, "it is told once"


@pytest.mark.parametrize("order", [("nickname", "city"), ("city", "nickname")])
async def test_the_other_values_of_a_push_are_written(studio: Studio, order: tuple[str, str]) -> None:
    (ada,) = await synced_crowd(studio, 1)
    await studio.edit_member(ada, city="Ulm")
    await waiting(studio, ada, dict.fromkeys(order, "Ulm"))
    run = await studio.members_synced()
    assert (run.state, run.counts.errors, run.counts.pushed) == (RunState.COMPLETED, 1, 1)
    assert there(studio, ada, "city") == "Ulm"
    assert [(each.state, each.values) for each in pushes(studio)] == [(PushState.DONE, {"city": "Ulm"})]
    assert await errors(studio) == [GONE]


async def test_where_nothing_may_be_written_it_ends_as_any_other(studio: Studio) -> None:
    (ada,) = await synced_crowd(studio, 1)
    await waiting(studio, ada, {"nickname": "Ada"})
    studio.change_account(writes_enabled=False)
    run = await studio.members_synced()
    assert (run.state, run.counts.errors, run.counts.dropped) == (RunState.COMPLETED, 0, 1)
