"""Records that a run could not deal with: the next one that comes to its end must have looked at them."""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from uuid import UUID

import attrs

from ...domain.sync.push import PushState
from ..memory.store import Room
from .broken import Broken
from .trail import Key, Trail
from .words import COURSE_KINDS


@attrs.frozen
class Before:
    """A store before a commit: how many errors it keeps, and which pushes wait."""

    errors: int
    waiting: Collection[UUID]

    @classmethod
    def of(cls, room: Room) -> "Before":
        """As it is."""
        return cls(len(room.errors), [p.id for p in room.pushes.rows() if p.state is PushState.WAITING])

    def given_up(self, room: Room) -> Iterator[Key]:
        """Records that became errors since, and those whose push was dropped."""
        for error in islice(room.errors.rows(), self.errors, None):
            if error.external_id is not None:
                yield error.kind, error.external_id
        for push in map(room.pushes.find, self.waiting):
            if push is not None and push.state is PushState.DROPPED and push.external_id is not None:
                yield push.kind, push.external_id


@attrs.define
class Unsettled:
    """Of one account: by kind and id there, the moment of the run under way from which on a look counts."""

    _owed: dict[Key, int] = attrs.field(factory=dict)
    _before: tuple[Key, ...] = ()

    def begin(self, course: str) -> None:
        """Another run: whatever is shown in it counts."""
        self._owed = dict.fromkeys(self._owed, 0)
        self._before = tuple(key for key in self._owed if key[0] in COURSE_KINDS[course])

    def note(self, keys: Iterable[Key], trail: Trail) -> None:
        """The run gave up on these. What it was shown before does not count."""
        self._owed.update(dict.fromkeys(keys, trail.now()))

    def forget(self, key: Key) -> None:
        """Somebody else took care of it."""
        self._owed.pop(key, None)

    def end(self, trail: Trail, *, completed: bool) -> Iterator[Broken]:
        """The run is over; one that completed has looked at everything that was there when it began."""
        for kind, external_id in self._before if completed else ():
            if not (trail.saw((kind, external_id)) or trail.looks[kind, external_id]):
                yield Broken("comes-back", f"{kind} {external_id} was given up, and the next run did not look at it")
        self._owed = {key: since for key, since in self._owed.items() if not trail.saw(key, since=since)}
