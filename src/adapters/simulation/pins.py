"""What undos put back: no run may overwrite it, until a person lets go of it."""

from collections.abc import Iterator, Mapping
from uuid import UUID

import attrs

from ...domain.sync.schema import Field, Value, Values
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
        """They did it. What an undo changed is pinned, but for an edit that never left the house: without it both sides
        are as they agreed. What had an override and has none any more was let go.
        """
        laws = _laws(room)
        self._places -= self._laws - laws
        now = self._held(room) if undid else {}
        for (kind, key), values in self._values.items():
            after = now.get((kind, key), values)
            for field in self._world.schema(kind).fields:
                place, value = (kind, key, field.name), after.get(field.name)
                if field.same(values.get(field.name), value):
                    continue
                if place in laws or not _agreed(room, kind, key, field, value):
                    self._places.add(place)

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


def _agreed(room: Room, kind: str, key: UUID, field: Field, value: Value) -> bool:
    """Whether that is what both sides were last seen to have."""
    links = (link for _, link in room.sync_records.among("local", (kind, key)))
    return any(field.name in link.base and field.same(link.base[field.name], value) for link in links)


def _laws(room: Room) -> frozenset[Place]:
    return frozenset((row.kind, row.local_id, row.field) for row in room.overrides.rows())
