"""A lead is edited after a person said which record at the gym it is; that is undone before the two are compared."""

import pytest

from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.leads.lead import Lead
from tresen.domain.sync.conflict import Choice

from ..studio import A_MINUTE, Studio
from .scene import open_conflicts, pushes, rests
from .test_decided_pairings import decide
from .test_edited_after_pairing import edited, ours, paired
from .test_edited_on_the_way import settled


async def undo(studio: Studio, target: UndoTarget) -> set[str]:
    """The fields that are pinned then."""
    studio.clock.advance(A_MINUTE)
    await studio.desk.undo(studio.tenant.id, target, by="Eva")
    return {each.field for each in await studio.desk.overrides(studio.tenant.id)}


def that_gave(studio: Studio, value: str) -> UndoTarget:
    """The last run that gave a field this value."""
    return UndoTarget(run_id=[line.run_id for line in studio.changes() if line.value == value][-1])


async def names(studio: Studio, ada: Lead, there: str) -> tuple[object, object]:
    return (await ours(studio, ada)).last_name, studio.books.leads.get(there).values["last_name"]


@pytest.mark.parametrize(("law", "stands"), [("theirs", "There"), ("ours", "Hopper")])
async def test_it_is_as_if_nobody_had_edited_it(studio: Studio, law: str, stands: str) -> None:
    ada, there = await paired(studio, law=law)
    await edited(studio, ada, last_name="King")
    assert await undo(studio, that_gave(studio, "King")) == set()
    assert pushes(studio) == []
    await settled(studio)
    assert await names(studio, ada, there) == (stands, stands)
    await rests(studio)


async def test_a_law_that_asks_asks_about_what_stood_before(studio: Studio) -> None:
    ada, _ = await paired(studio, law="ask")
    await edited(studio, ada, last_name="King")
    await undo(studio, that_gave(studio, "King"))
    await settled(studio)
    found = {each.field: (each.base, each.ours, each.theirs) for each in open_conflicts(studio)}
    assert found["last_name"] == (None, "Hopper", "There")


async def test_what_else_was_edited_since_goes_there(studio: Studio) -> None:
    ada, there = await paired(studio)
    await edited(studio, ada, last_name="King")
    await edited(studio, ada, phone="030 9")
    await undo(studio, that_gave(studio, "King"))
    await settled(studio)
    assert await names(studio, ada, there) == ("There", "There")
    assert studio.books.leads.get(there).values["phone"] == "030 9"


async def test_an_edit_before_the_one_that_is_undone_goes_there(studio: Studio) -> None:
    ada, there = await paired(studio)
    await edited(studio, ada, last_name="King")
    await edited(studio, ada, last_name="Kong")
    assert await undo(studio, that_gave(studio, "Kong")) == set()
    await settled(studio)
    assert await names(studio, ada, there) == ("King", "King")


async def test_an_edit_after_one_that_was_undone_goes_there(studio: Studio) -> None:
    ada, there = await paired(studio)
    await edited(studio, ada, last_name="King")
    await undo(studio, that_gave(studio, "King"))
    await edited(studio, ada, last_name="Kong")
    await settled(studio)
    assert await names(studio, ada, there) == ("Kong", "Kong")


async def test_all_that_was_done_since_may_be_undone_at_once(studio: Studio) -> None:
    ada, there = await paired(studio)
    version = (await ours(studio, ada)).version
    for name in ("King", "Kong"):
        await edited(studio, ada, last_name=name)
    assert await undo(studio, UndoTarget(kind="lead", local_id=ada.id, version=version)) == set()
    assert (await ours(studio, ada)).last_name == "Hopper"
    await settled(studio)
    assert await names(studio, ada, there) == ("There", "There")


async def test_an_undo_that_is_undone_is_the_edit_again(studio: Studio) -> None:
    ada, there = await paired(studio)
    await edited(studio, ada, last_name="King")
    await undo(studio, that_gave(studio, "King"))
    await undo(studio, that_gave(studio, "Hopper"))
    await settled(studio)
    assert await names(studio, ada, there) == ("King", "King")


async def test_what_was_edited_and_sent_before_it_was_paired_anew_stays_undone(studio: Studio) -> None:
    ada, there = await paired(studio)
    await edited(studio, ada, last_name="King")
    target = that_gave(studio, "King")
    await settled(studio)
    assert await names(studio, ada, there) == ("King", "King")
    conflict = next(each for each in studio.conflicts() if each.external_id == there)
    studio.clock.advance(A_MINUTE)
    reopened = (await studio.desk.reopen(studio.tenant.id, conflict.id, by="Eva")).conflict
    studio.clock.advance(A_MINUTE)
    await decide(studio, reopened, Choice.OURS, str(ada.id))
    await edited(studio, ada, phone="030 9")
    assert await undo(studio, target) == {"last_name"}
    await settled(studio)
    assert await names(studio, ada, there) == ("Hopper", "Hopper")
    assert studio.books.leads.get(there).values["phone"] == "030 9"
