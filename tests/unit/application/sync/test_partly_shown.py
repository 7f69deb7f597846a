"""Lists that lack a field: what was edited in it here is compared with the single record, and goes as it was told."""

from collections.abc import Mapping

import attrs
import pytest

from tresen.application.sync.records.kinds import MEMBER
from tresen.domain.sync.edit_fate import Fate
from tresen.domain.sync.schema import Value

from ..studio import A_MINUTE, Studio
from .scene import due, forgotten, gets, open_conflicts, rests, set_policy, there
from .test_editing import edit, fates

LAWS = ["theirs", "ours", "newest", "ask"]


async def in_step(law: str, *, agreed: bool, **values: Value) -> tuple[Studio, str]:
    """A member whose city was never listed, or is listed no more."""
    studio = Studio()
    await set_policy(studio, MEMBER, default=law)
    studio.gym._lists_lack = frozenset() if agreed else frozenset({"city"})
    ada, _ = studio.enrol("Ada", **values), studio.enrol("Bea")
    await studio.members_synced()
    studio.gym._lists_lack = frozenset({"city"})
    await forgotten(studio)
    return studio, ada


def both(studio: Studio, ada: str) -> tuple[object, object]:
    return studio.member(ada).city, there(studio, ada, "city")


CASES: Mapping[str, tuple[bool, Mapping[str, Value]]] = {
    "never listed": (False, {}),
    "listed no more": (True, {"city": "Berlin"}),
}


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("law", LAWS)
async def test_an_edit_goes_there_as_it_was_told(law: str, case: str, whole: bool) -> None:
    agreed, values = CASES[case]
    studio, ada = await in_step(law, agreed=agreed, **values)
    edited = await edit(studio, ada, city="Potsdam")
    assert fates(edited)["city"] in {Fate.PUSH, Fate.SYNC}
    await studio.members_synced(whole=whole)
    assert both(studio, ada) == ("Potsdam", "Potsdam")
    before = gets(studio)
    await rests(studio)
    assert (gets(studio), due(studio)) == (before, set())


@pytest.mark.parametrize(("law", "stands"), [("theirs", "theirs"), ("ours", "ours"), ("newest", "ours")])
async def test_what_both_edited_is_for_the_law(law: str, stands: str) -> None:
    studio, ada = await in_step(law, agreed=True, city="Berlin")
    studio.books.members.edit(ada, {"city": "theirs"})
    studio.clock.advance(A_MINUTE)
    await studio.edit_member(ada, city="ours")
    await studio.members_synced()
    assert both(studio, ada) == (stands, stands)


async def test_a_person_is_asked_where_the_law_says_so() -> None:
    studio, ada = await in_step("ask", agreed=True, city="Berlin")
    studio.books.members.edit(ada, {"city": "theirs"})
    await edit(studio, ada, city="ours")
    await studio.members_synced()
    assert [(each.field, each.ours, each.theirs) for each in open_conflicts(studio)] == [("city", "ours", "theirs")]


async def test_the_rest_of_the_record_is_merged_in_the_same_run() -> None:
    studio, ada = await in_step("newest", agreed=True, city="Berlin")
    studio.books.members.edit(ada, {"street": "theirs"})
    await edit(studio, ada, city="Potsdam")
    await studio.members_synced()
    assert both(studio, ada) == ("Potsdam", "Potsdam")
    assert studio.member(ada).street == "theirs"
    await rests(studio)


async def test_nothing_is_asked_for_where_the_list_shows_what_was_edited() -> None:
    studio, ada = await in_step("newest", agreed=True, city="Berlin")
    await edit(studio, ada, street="ours")
    before = gets(studio)
    await studio.members_synced(whole=True)
    # The one look is that before the write.
    assert (there(studio, ada, "street"), gets(studio)) == ("ours", before + 1)


async def test_a_field_that_takes_no_value_and_was_never_shown_is_not_looked_for() -> None:
    studio, ada = await in_step("newest", agreed=False)
    studio.gym.habits = attrs.evolve(studio.gym.habits, writable={})
    await studio.edit_member(ada, city="Potsdam")
    before = gets(studio)
    await studio.members_synced(whole=True)
    assert (gets(studio), studio.member(ada).city) == (before, "Potsdam")
