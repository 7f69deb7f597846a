"""What undos put back: no run may overwrite it, until a person lets go of it."""

from collections.abc import Iterator, Mapping
from uuid import UUID

import attrs

from ...domain.sync.conflict import PAIRING
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
        self._values, self._laws = self._held(room), laws(room)

    def note(self, room: Room, *, undid: bool) -> None:
        """They did it. What an undo changed is pinned, but for an edit that never left the house: without it both sides
        are as they agreed; and for a record of ours that none at a provider is tied to: one that it turns out to be is
        compared with it for the first time. What had an override and has none any more was let go.
        """
        held = laws(room)
        self._places -= self._laws - held
        now = self._held(room) if undid else {}
        for (kind, key), values in self._values.items():
            after = now.get((kind, key), values)
            for field in self._world.schema(kind).fields:
                place, value = (kind, key, field.name), after.get(field.name)
                if field.same(values.get(field.name), value):
                    continue
                if place in held or _apart(room, kind, key, field, value):
                    self._places.add(place)

    def end(self, before: frozenset[Place], room: Room) -> None:
        """A run committed; it lets go of what was pinned of a record that is gone here, and of nothing else."""
        ended = before - laws(room)
        self._places -= {place for place in ended if self._world.table(room, place[0]).find(place[1]) is None}

    def drop(self, kind: str, key: UUID, field: str) -> None:
        """A person decided otherwise."""
        self._places.discard((kind, key, field))

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


def _apart(room: Room, kind: str, key: UUID, field: Field, value: Value) -> bool:
    """Whether the provider has the record, and was last seen to have another value, as far as anybody knows."""
    links = [link for _, link in room.sync_records.among("local", (kind, key))]
    agreed = any(field.name in link.base and field.same(link.base[field.name], value) for link in links)
    return bool(links) and not agreed


def laws(room: Room) -> frozenset[Place]:
    """What is pinned."""
    return frozenset((row.kind, row.local_id, row.field) for row in room.overrides.rows())


def stray(room: Room) -> Iterator[Broken]:
    """What is pinned of a record of ours to which no link of its id leads: it would rule the next one of that id."""
    for row in room.overrides.rows():
        link = room.sync_records.find((row.account_id, row.kind, row.external_id))
        if row.field != PAIRING and (link is None or link.local_id != row.local_id):
            other = "none of ours" if link is None else f"our {link.local_id}"
            yield Broken(
                "pins", f"{row.field} of our {row.kind} {row.local_id} is pinned, and {row.external_id} is {other}"
            )
