"""Who takes an override away is in the journal; no value is, for none was changed."""

import pytest

from tresen.application.sync.edits.overrides import Upshot
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.shared.errors import NotFound
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.journal import LOCAL_EDIT, RELEASED, Change
from tresen.domain.sync.laws import Law
from tresen.domain.sync.run import RELEASE, Counts, Run, RunState

from ..studio import A_MINUTE, Studio
from .scene import due, rests, set_policy


async def released(studio: Studio, member: str, field: str, *, by: str = "Eva") -> Upshot | None:
    studio.clock.advance(A_MINUTE)
    account = studio.account.id
    done = await studio.desk.remove_override(
        studio.tenant.id, account_id=account, kind="member", external_id=member, field=field, by=by
    )
    return done.outlook


def releases(studio: Studio) -> list[Change]:
    return [line for line in studio.changes() if line.rule == RELEASED]


@pytest.fixture
async def ada(studio: Studio) -> str:
    """Her last name was changed there, which was undone here: the field is pinned."""
    studio.change_account(writes_enabled=False)
    ada = studio.enrol()
    await studio.members_synced()
    studio.books.members.edit(ada, {"last_name": "King"})
    run = await studio.members_synced()
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Max")
    return ada


async def test_the_line_says_who_and_whose_override_in_a_run_of_its_own(studio: Studio, ada: str) -> None:
    await released(studio, ada, "last_name")
    (line,) = releases(studio)
    assert line.reason == "Eva took away the override ours of Max: Max undid a change"
    assert (line.external_id, line.local_id, line.field) == (ada, studio.member(ada).id, "last_name")
    assert (line.ours, line.theirs, line.value, line.version) == (None, None, None, 0)
    assert not line.wrote_ours
    run: Run = await studio.read(lambda uow: uow.runs.get(line.run_id))
    assert (run.kind, run.state, run.counts) == (RELEASE, RunState.COMPLETED, Counts())
    assert run.account_id == studio.account.id
    assert due(studio) == {ada}


async def test_what_was_not_pinned_leaves_no_line_and_no_run(studio: Studio, ada: str) -> None:
    runs = list(studio.store.room(studio.tenant.id).runs.items())
    with pytest.raises(NotFound, match=rf"^no override of city of member {ada}; pinned there: last_name$") as refused:
        await released(studio, ada, "city")
    assert refused.value.details["pinned"] == ["last_name"]
    assert (releases(studio), list(studio.store.room(studio.tenant.id).runs.items())) == ([], runs)


async def test_explain_says_who_let_go_and_still_whose_value_it_is(studio: Studio, ada: str) -> None:
    before, *_ = await studio.desk.explain(studio.tenant.id, "member", studio.member(ada).id, field="last_name")
    assert before.fields[0].released is None
    await released(studio, ada, "last_name")
    after, *_ = await studio.desk.explain(studio.tenant.id, "member", studio.member(ada).id)
    fields = {each.field: each for each in after.fields}
    assert fields["last_name"].released == releases(studio)[0]
    assert fields["city"].released is None
    was, now = before.fields[0], fields["last_name"]
    assert (now.change, now.origin, now.override, now.law) == (was.change, was.origin, None, "theirs")
    assert after.changes == ()


async def test_who_pins_it_again_is_told_instead(studio: Studio, ada: str) -> None:
    await released(studio, ada, "last_name")
    run = await studio.members_synced()
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Max")
    record, *_ = await studio.desk.explain(studio.tenant.id, "member", studio.member(ada).id, field="last_name")
    assert record.fields[0].override is not None
    assert record.fields[0].released is None


async def test_history_tells_it_with_the_version_that_stood(studio: Studio, ada: str) -> None:
    await released(studio, ada, "last_name")
    await studio.members_synced()
    found = await studio.desk.history(studio.tenant.id, "member", studio.member(ada).id)
    assert [(one.number, one.values["last_name"], len(one.released)) for one in found] == [
        (4, "King", 0),
        (3, "Byron", 1),
        (2, "King", 0),
        (1, "Byron", 0),
    ]
    await rests(studio)


async def test_a_local_edit_after_it_is_told_from_the_value_before() -> None:
    studio = Studio(default=Law.OURS)
    studio.change_account(writes_enabled=False)
    ada = studio.enrol()
    await studio.members_synced()
    await studio.edit_member(ada, last_name="King")
    run = await studio.members_synced()
    change = next(line for line in studio.changes() if line.run_id == run.id)
    await studio.desk.undo(studio.tenant.id, UndoTarget(change_id=change.id), by="Max")
    await released(studio, ada, "last_name")
    await studio.edit_member(ada, last_name="Noel")
    await studio.members_synced()
    told = [(line.ours, line.value) for line in studio.changes() if line.rule == LOCAL_EDIT]
    assert told == [("Byron", "King"), ("Byron", "Noel")]


@pytest.mark.parametrize("by_line", [True, False])
async def test_there_is_nothing_of_it_to_undo(studio: Studio, ada: str, by_line: bool) -> None:
    await released(studio, ada, "last_name")
    (line,) = releases(studio)
    target = UndoTarget(change_id=line.id) if by_line else UndoTarget(run_id=line.run_id)
    assert await studio.desk.plan_undo(studio.tenant.id, target) == []
    assert (await studio.desk.undo(studio.tenant.id, target, by="Max")).run is None


async def deleted_and_brought_back(studio: Studio) -> str:
    """Gone there and so here; brought back here by a person, and pinned as a whole."""
    ada = studio.enrol()
    await studio.members_synced()
    studio.books.members.remove(ada)
    run = await studio.members_synced()
    assert studio.members() == []
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Max")
    return ada


async def test_of_a_record_as_a_whole_it_is_told_among_its_ends(studio: Studio) -> None:
    ada = await deleted_and_brought_back(studio)
    key = studio.member(ada).id
    await released(studio, ada, WHOLE)
    record, *_ = await studio.desk.explain(studio.tenant.id, "member", key)
    assert [line.rule for line in record.changes] == ["deleted", "undone", RELEASED]
    assert {each.change.rule for each in record.fields if each.change is not None} == {"undone"}
    await studio.members_synced()
    assert studio.members() == []
    found = await studio.desk.history(studio.tenant.id, "member", key)
    assert [len(one.released) for one in found] == [0, 1, 0, 0]
    (line,) = releases(studio)
    assert await studio.desk.plan_undo(studio.tenant.id, UndoTarget(change_id=line.id)) == []
    back = await studio.desk.plan_undo(studio.tenant.id, UndoTarget(kind="member", local_id=key, version=1))
    assert [(one.action.value, one.values["last_name"]) for one in back] == [("restore", "Byron")]


@pytest.mark.parametrize("may_go", [True, False])
async def test_a_record_that_no_policy_deletes_here_has_nothing_to_fear(studio: Studio, may_go: bool) -> None:
    ada = await deleted_and_brought_back(studio)
    await set_policy(studio, "member", delete_here=may_go)
    outlook = await released(studio, ada, WHOLE)
    assert outlook is (Upshot.DELETES if may_go else None)
    await studio.members_synced(whole=True)
    assert (studio.members() == []) == may_go
