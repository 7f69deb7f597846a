"""How a push ends that somebody else drops, or that may not be written, in the middle of a run."""

import logging

import attrs
import pytest

from tresen.domain.shared.errors import StorageConflict
from tresen.domain.sync.push import Push, PushState

from ..studio import Seen, Studio
from .scene import pushes, there
from .test_editing import edit, synced

SECOND = "Bea"


async def two_edited() -> tuple[Studio, str, str]:
    """Two members whose city we changed, which waits to be written, in this order."""
    studio, ada = await synced()
    bea = studio.enrol(SECOND, city="Berlin")
    await studio.members_synced()
    for one in (ada, bea):
        await edit(studio, one, city="Bonn")
    return studio, ada, bea


def waiting_of(studio: Studio, external_id: str) -> Push:
    (push,) = [push for push in pushes(studio, PushState.WAITING) if push.external_id == external_id]
    return push


async def test_one_that_is_dropped_while_its_beginning_collides_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    studio, ada, bea = await two_edited()
    waiting, rows = waiting_of(studio, bea), studio.store.room(studio.tenant.id).pushes

    def collide(_: Seen, name: str, outcome: str, seconds: float) -> None:
        if (name, outcome) == ("confirm_push", "committed"):
            studio.units.commits_fail.append(StorageConflict("busy"))
        if (name, outcome) == ("begin_push", "retried"):
            rows.put(waiting.id, attrs.evolve(waiting, state=PushState.DROPPED, why="somebody edited it again"))

    monkeypatch.setattr(Seen, "__call__", collide)
    await studio.members_synced()
    assert (there(studio, ada, "city"), there(studio, bea, "city")) == ("Bonn", "Berlin")
