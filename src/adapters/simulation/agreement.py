"""What both sides were last seen to agree on, and whether a person is asked without need."""

from collections.abc import Iterable, Iterator

import attrs

from ...domain.sync.conflict import Conflict
from ...domain.sync.schema import Value
from .broken import Broken
from .world import COURSES, World

Place = tuple[int, str, str, str]


@attrs.frozen
class Agreement:
    """Account, kind, id there and field: the value that stood on both sides after a run that saw everything."""

    _world: World
    _values: dict[Place, Value] = attrs.field(factory=dict)

    def note(self, number: int, course: str) -> None:
        """A run is over in which nothing went wrong and nobody did anything meanwhile."""
        for kind in COURSES[course]:
            for link in self._world.links(number, kind):
                table = self._world.table(self._world.room(self._world.specs[number].tenant), kind)
                entity, entry = table.find(link.local_id), self._world.gyms[number].shelf(kind).find(link.external_id)
                if entity is None or entry is None:
                    continue
                ours = self._world.values(kind, entity)
                for field in self._world.schema(kind).fields:
                    if field.same(ours.get(field.name), entry.values.get(field.name)):
                        self._values[number, kind, link.external_id, field.name] = entry.values.get(field.name)

    def needless(self, number: int, asked: Iterable[Conflict]) -> Iterator[Broken]:
        """Conflicts over a field that only one side changed."""
        for conflict in asked:
            place = (number, conflict.kind, conflict.external_id, conflict.field)
            if place not in self._values:
                continue
            field, agreed = self._world.schema(conflict.kind).by_name[conflict.field], self._values[place]
            if field.same(conflict.ours, agreed) or field.same(conflict.theirs, agreed):
                yield Broken(
                    "asks",
                    f"{conflict.field} of {conflict.kind} {conflict.external_id} was {agreed!r} on both sides, is "
                    f"{conflict.ours!r} here and {conflict.theirs!r} there",
                )
