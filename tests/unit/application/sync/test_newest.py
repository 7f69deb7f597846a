"""``newest`` in a run: the policy says how far clocks may be apart, the source how finely it tells the time."""

import pytest

from tresen.adapters.memory.gym_books import GymBooks
from tresen.application.sync.records.kinds import MEMBER
from tresen.domain.sync.laws import Law

from ..studio import A_MINUTE, AN_HOUR, Studio
from .scene import set_policy

A_TIE = "tie: the greater value, so that both sides agree"


async def edited_by_both(studio: Studio) -> str:
    """There first, to the greater value, and a minute later here; then a sync."""
    ada = studio.enrol()
    await studio.members_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"last_name": "Zuse"})
    await studio.edit_member(ada, last_name="Abel")
    await studio.members_synced()
    return ada


def why(studio: Studio) -> str:
    return next(line.reason for line in studio.changes() if line.rule == "newest")


async def test_the_later_edit_is_taken_without_further_settings() -> None:
    studio = Studio(default=Law.NEWEST)
    ada = await edited_by_both(studio)
    assert studio.member(ada).last_name == "Abel"
    assert studio.books.members.get(ada).values["last_name"] == "Abel"
    assert why(studio) == "ours is newer"


@pytest.mark.parametrize(("skew_s", "is_tie"), [(59, False), (60, True)])
async def test_edits_that_are_no_further_apart_than_the_policys_clocks_are_a_tie(skew_s: int, is_tie: bool) -> None:
    studio = Studio()
    await set_policy(studio, MEMBER, default="newest", clock_skew_s=skew_s)
    ada = await edited_by_both(studio)
    assert studio.member(ada).last_name == ("Zuse" if is_tie else "Abel")
    assert why(studio) == (A_TIE if is_tie else "ours is newer")


@pytest.mark.parametrize("resolution_s", [1, 3600])
async def test_edits_within_one_step_of_the_providers_time_are_a_tie(resolution_s: int) -> None:
    studio = Studio(default=Law.NEWEST)
    studio.books = studio.gym.books = GymBooks(studio.clock, resolution_s=resolution_s)
    ada = await edited_by_both(studio)
    is_tie = resolution_s == AN_HOUR.total_seconds()
    assert studio.member(ada).last_name == ("Zuse" if is_tie else "Abel")
    assert why(studio) == (A_TIE if is_tie else "ours is newer")
