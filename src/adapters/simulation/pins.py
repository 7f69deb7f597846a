"""What undos put back: no run may overwrite it, until a person lets go of it."""

from collections.abc import Iterator, Mapping
from uuid import UUID

import attrs

from ...domain.sync.schema import Value, Values
from ..memory.store import Room
from .broken import Broken
from .world import World

# By kind of record, record of ours and field.
Place = tuple[str, UUID, str]


@attrs.define
class Pins:
    """Of one world."""

    _world: World
    _places: set[Place] = attrs.field(factory=set)
    _values: Mapping[tuple[str, UUID], Values] = attrs.field(factory=dict)
    _laws: frozenset[Place] = frozenset()

    def look(self, room: Room) -> None:
        """A person is about to do something."""
        self._values, self._laws = self._held(room), _laws(room)

    def note(self, room: Room, *, undid: bool) -> None:
        """They did it. What an undo changed is pinned; what had an override and has none any more was let go."""
        self._places -= self._laws - _laws(room)
        now = self._held(room) if undid else {}
        for (kind, key), values in self._values.items():
            after = now.get((kind, key), values)
            for field in self._world.schema(kind).fields:
                if not field.same(values.get(field.name), after.get(field.name)):
                    self._places.add((kind, key, field.name))

    def broken(self, kind: str, key: UUID, field: str, *, was: Value, now: Value) -> Iterator[Broken]:
        """A run wrote another value into a field of ours."""
        if (kind, key, field) in self._places:
            yield Broken("undone", f"{field} of our {kind} {key} was put back to {was!r}, and a run made it {now!r}")

    def _held(self, room: Room) -> Mapping[tuple[str, UUID], Values]:
        return {
            (kind, key): self._world.values(kind, entity)
            for kind in self._world.records
            for key, entity in self._world.table(room, kind).items()
        }


def _laws(room: Room) -> frozenset[Place]:
    return frozenset((row.kind, row.local_id, row.field) for row in room.overrides.rows())
