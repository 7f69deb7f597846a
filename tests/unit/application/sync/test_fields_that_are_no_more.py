"""A later version of a kind may lack a field: what was pinned or is on its way of it holds up no record."""

import json
from collections.abc import Mapping

import attrs
import pytest
from tests.sync_books import a_conflict, a_push, an_override

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.shared.errors import RuleViolation
from tresen.domain.shared.ids import EntryId
from tresen.domain.sync.canonical import Value
from tresen.domain.sync.conflict import Choice, Conflict, ConflictState
from tresen.domain.sync.journal import Change
from tresen.domain.sync.push import Push, PushState
from tresen.domain.sync.run import RunState

from ..studio import Studio
from .scene import applied, forgotten, planned, pushes, rests, synced_crowd, there
from .test_what_if import asked, contested

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


async def conflicted(studio: Studio, member: str, state: ConflictState = ConflictState.OPEN) -> Conflict:
    conflict = attrs.evolve(
        a_conflict(studio.account, member, "nickname", state=state),
        local_id=studio.member(member).id,
        run_id=list(studio.store.room(studio.tenant.id).runs.items())[-1][1].id,
    )

    async def add(uow: UnitOfWork) -> None:
        await uow.conflicts.add(conflict)

    await studio.transactions.run(studio.tenant.id, "ask", add)
    return conflict


async def told(
    studio: Studio, like: Change, *, ours: Value = None, theirs: Value = None, value: Value = None
) -> Change:
    """One more line beside that one, about the nickname."""
    line = attrs.evolve(like, id=EntryId(studio.ids.new()), field="nickname", ours=ours, theirs=theirs, value=value)

    async def append(uow: UnitOfWork) -> None:
        await uow.journal.append([line])

    await studio.transactions.run(studio.tenant.id, "tell", append)
    return line


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


@pytest.mark.parametrize(("choice", "value"), [(Choice.OURS, None), (Choice.THEIRS, None), (Choice.VALUE, "x")])
async def test_what_is_asked_about_it_cannot_be_decided(studio: Studio, choice: Choice, value: Value) -> None:
    (ada,) = await synced_crowd(studio, 1)
    conflict = await conflicted(studio, ada)
    rows = studio.rows()
    chosen = ConflictChoice(
        tenant_id=studio.tenant.id, conflict_id=conflict.id, choice=choice, value=value, by="Eva", version=None
    )
    with pytest.raises(RuleViolation) as refused:
        await studio.desk.resolve(chosen)
    assert refused.value.message == (
        "a member has no nickname any more: there is nothing to decide about it, and the next listing of everything"
        " settles it"
    )
    assert studio.rows() == rows


@pytest.mark.parametrize("state", [ConflictState.RESOLVED, ConflictState.SETTLED])
async def test_what_was_decided_about_it_is_not_opened_again(studio: Studio, state: ConflictState) -> None:
    (ada,) = await synced_crowd(studio, 1)
    conflict = await conflicted(studio, ada, state)
    rows = studio.rows()
    with pytest.raises(RuleViolation) as refused:
        await studio.desk.reopen(studio.tenant.id, conflict.id, by="Eva")
    assert refused.value.message == "a member has no nickname any more: there is nothing to decide about it"
    assert studio.rows() == rows


async def test_what_is_asked_about_it_is_settled_though_nothing_changed(studio: Studio) -> None:
    ada, _ = await synced_crowd(studio, 2)
    await forgotten(studio)
    await conflicted(studio, ada)
    run = await studio.members_synced(whole=True)
    assert (run.state, run.counts.errors, run.counts.unchanged) == (RunState.COMPLETED, 0, 2)
    assert [each.state for each in studio.conflicts()] == [ConflictState.SETTLED]
    await rests(studio)


async def test_what_is_asked_about_it_is_shown(studio: Studio) -> None:
    (ada,) = await synced_crowd(studio, 1)
    conflict = await conflicted(studio, ada)
    full = await studio.desk.conflict_in_full(studio.tenant.id, conflict.id)
    assert (full.conflict.id, full.is_edited, full.ours_now) == (conflict.id, False, None)


async def test_what_the_journal_tells_of_it_is_passed_over(studio: Studio) -> None:
    (ada,) = await synced_crowd(studio, 1)
    studio.books.members.edit(ada, {"city": "Ulm"})
    await studio.members_synced()
    (city,) = studio.changes()
    line = await told(studio, city, theirs="b", value="b")
    member_id = studio.member(ada).id
    (explained,) = await studio.desk.explain(studio.tenant.id, "member", member_id)
    assert "nickname" not in {each.field for each in explained.fields}
    assert [each.number for each in await studio.desk.history(studio.tenant.id, "member", member_id)] == [2, 1]
    assert (await studio.desk.undo(studio.tenant.id, UndoTarget(change_id=line.id), by="Eva")).run is None
    undone = await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=line.run_id), by="Eva")
    assert [[each.field for each in record.rollbacks] for record in undone.records] == [["city"]]
    assert studio.member(ada).city is None


async def test_what_comes_back_has_it_no_more(studio: Studio) -> None:
    ada, _ = await synced_crowd(studio, 2)
    member_id = studio.member(ada).id
    studio.books.members.remove(ada)
    await studio.members_synced(whole=True)
    gone = next(line for line in studio.changes() if line.field == "last_name")
    await told(studio, gone, ours="Ada")
    (record,) = await studio.desk.plan_undo(studio.tenant.id, UndoTarget(run_id=gone.run_id))
    assert record.values["last_name"] == "Byron"
    assert "nickname" not in record.values
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=gone.run_id), by="Eva")
    link = await studio.read(lambda uow: uow.sync_records.of_local("member", member_id))
    assert "nickname" not in link[0].base


@pytest.mark.parametrize(
    "more",
    [
        {"in_flight": {"nickname": "x"}},
        {"overrides": {"nickname": "ours"}},
        {"pushes": {"nickname": "x"}},
        {"fields": [["nickname", "theirs", "b", "theirs", "the provider owns this field"]]},
    ],
)
async def test_what_a_kept_plan_decided_of_it_is_passed_over(more: Mapping[str, object]) -> None:
    studio, run = await contested()
    before = await asked(studio, run, default="theirs")
    steps = studio.store.room(studio.tenant.id).plan_steps
    for key, (owner, (number, kind, text)) in list(steps.items()):
        step = json.loads(text)
        assert owner == run.plan_id
        step["ours"]["nickname"], step["theirs"]["nickname"] = "a", "b"
        step["fields"] += more.get("fields", [])
        steps.put(key, (owner, (number, kind, json.dumps({**step, **more, "fields": step["fields"]}))))
    assert (await asked(studio, run)).different == 0
    after = await asked(studio, run, default="theirs")
    assert (after.steps, after.different, after.trips) == (before.steps, before.different, before.trips)
