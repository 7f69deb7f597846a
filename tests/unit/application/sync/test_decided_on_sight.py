"""Whoever decides a conflict overwrites no edit that they were not shown, however late it came."""

import pytest

from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.records.kinds import MEMBER
from tresen.domain.shared.errors import StaleVersion
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.push import PushState

from ..studio import A_MINUTE, Studio
from .scene import open_conflicts, pushes, rests, set_policy
from .test_editing import edit


async def asked_about(*, whole: bool) -> tuple[Studio, str]:
    """A member whom both edited, or one of them deleted; a person is asked."""
    studio = Studio()
    await set_policy(studio, MEMBER, default="ask", deletes="ask")
    ada, _ = studio.enrol(city="Berlin"), studio.enrol("Bea")
    await studio.members_synced()
    await studio.edit_member(ada, city="Ours")
    if whole:
        studio.books.members.remove(ada)
    else:
        studio.books.members.edit(ada, {"city": "Theirs"})
    await studio.members_synced(whole=True)
    return studio, ada


@pytest.mark.parametrize(("whole", "choice"), [(False, Choice.THEIRS), (False, Choice.VALUE), (True, Choice.THEIRS)])
async def test_an_edit_that_comes_right_before_the_decision_is_not_overwritten(whole: bool, choice: Choice) -> None:
    studio, ada = await asked_about(whole=whole)
    (conflict,) = open_conflicts(studio)
    assert (conflict.field == WHOLE) is whole
    chosen = ConflictChoice(
        tenant_id=studio.tenant.id,
        conflict_id=conflict.id,
        choice=choice,
        value="Typed" if choice is Choice.VALUE else None,
        by="Max",
    )
    studio.clock.advance(A_MINUTE)
    studio.units.before_writing = lambda: edit(studio, ada, city="Newest wish")
    with pytest.raises(StaleVersion, match="somebody edited ours"):
        await studio.desk.resolve(chosen)
    assert studio.member(ada).city == "Newest wish"
    assert all(push.state is not PushState.DROPPED for push in pushes(studio))
    assert [each.id for each in open_conflicts(studio)] == [conflict.id]
    await studio.members_synced(whole=True)
    await studio.desk.resolve(chosen)
    assert "Newest wish" not in [member.city for member in studio.members()]
    await studio.members_synced()
    await rests(studio)


async def test_who_was_told_that_it_is_another_is_told_so_once() -> None:
    studio, ada = await asked_about(whole=False)
    (conflict,) = open_conflicts(studio)
    await edit(studio, ada, city="Newest wish")
    told = len(studio.seen.told)
    with pytest.raises(StaleVersion):
        await studio.desk.resolve(
            ConflictChoice(tenant_id=studio.tenant.id, conflict_id=conflict.id, choice=Choice.THEIRS, by="Max")
        )
    assert studio.seen.told[told:] == [("resolve_conflict", "committed")]
