"""What both sides were last seen to agree on, and whether a person is asked without need."""

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

import attrs

from ...domain.shared.ids import ConflictId
from ...domain.sync.conflict import Conflict, ConflictState
from ...domain.sync.decision import WHOLE
from ...domain.sync.schema import Field, Value
from ...domain.sync.side import Side
from .broken import Broken
from .words import COURSE_KINDS
from .world import World

Place = tuple[int, str, str, UUID | None, str]


@attrs.frozen
class Agreement:
    """Account, kind, id there, record of ours and field: the value that stood on both sides after a run that saw
    everything. A record that comes to mean another one of ours agreed on nothing with it. Nor is anything agreed on any
    more where it was settled that ours stands against theirs, by a law that lets us own the field, by one that took
    ours of two edits, or by a person: from then on an edit there is one against what stands here.
    """

    _world: World
    _values: dict[Place, Value] = attrs.field(factory=dict)

    def note(self, number: int, course: str) -> None:
        """A run is over in which nothing went wrong and nobody did anything meanwhile."""
        for place, ours, theirs, field in self._held(number, course):
            if field.same(ours, theirs):
                self._values[place] = theirs
            elif self._is_ours(place, field) or not (self._waits(place) or field.same(theirs, self._values.get(place))):
                self._values.pop(place, None)

    def doubt(self, number: int, course: str) -> None:
        """Another run is over: whatever stands otherwise by now may have been agreed on anew."""
        for place, ours, theirs, field in self._held(number, course):
            known = self._values.get(place)
            if not (field.same(ours, known) and field.same(theirs, known)):
                self._values.pop(place, None)

    def open(self, number: int) -> Mapping[ConflictId, Conflict]:
        """What waits for a person at an account."""
        room = self._world.room(self._world.specs[number].tenant)
        account = self._world.account_ids[number]
        rows = (row for row in room.conflicts.rows() if row.account_id == account)
        return {row.id: row for row in rows if row.state is ConflictState.OPEN}

    def settle(self, number: int, asked: Mapping[ConflictId, Conflict]) -> None:
        """Of these, a person decided those that are open no more."""
        for key in asked.keys() - self.open(number).keys():
            each = asked[key]
            for field in self._world.schema(each.kind).fields:
                if each.field in {field.name, WHOLE}:
                    place = (number, each.kind, each.external_id, each.local_id, field.name)
                    self._values.pop(place, None)

    def _waits(self, place: Place) -> bool:
        """Whether a person is to decide: until they do, both edits are edits of what was agreed on."""
        asked = self.open(place[0]).values()
        return any((c.kind, c.external_id, c.local_id) == place[1:4] and c.field in {place[4], WHOLE} for c in asked)

    def _is_ours(self, place: Place, field: Field) -> bool:
        """Whether ours stands there, whatever the provider says."""
        number, kind, external_id = place[:3]
        return self._world.law(number, kind, external_id, field).owner is Side.OURS

    def _held(self, number: int, course: str) -> Iterator[tuple[Place, Value, Value, Field]]:
        """What stands in each field of a link's records, here and there."""
        for kind in COURSE_KINDS[course]:
            table = self._world.table(self._world.room(self._world.specs[number].tenant), kind)
            for link in self._world.links(number, kind):
                entity, entry = table.find(link.local_id), self._world.gyms[number].shelf(kind).find(link.external_id)
                if entity is None or entry is None:
                    continue
                ours = self._world.values(kind, entity)
                for field in self._world.schema(kind).fields:
                    place = (number, kind, link.external_id, link.local_id, field.name)
                    yield place, ours.get(field.name), entry.values.get(field.name), field

    def needless(self, number: int, asked: Iterable[Conflict]) -> Iterator[Broken]:
        """Conflicts over a field that only one side changed, or over a record that both sides have."""
        for conflict in asked:
            if conflict.field == WHOLE and self._is_on_both(number, conflict):
                yield Broken("asks", f"{conflict.kind} {conflict.external_id} is on both sides: {conflict.reason}")
            place = (number, conflict.kind, conflict.external_id, conflict.local_id, conflict.field)
            if place not in self._values:
                continue
            field, agreed = self._world.schema(conflict.kind).by_name[conflict.field], self._values[place]
            if field.same(conflict.ours, agreed) or field.same(conflict.theirs, agreed):
                yield Broken(
                    "asks",
                    f"{conflict.field} of {conflict.kind} {conflict.external_id} was {agreed!r} on both sides, is "
                    f"{conflict.ours!r} here and {conflict.theirs!r} there",
                )

    def _is_on_both(self, number: int, conflict: Conflict) -> bool:
        table = self._world.table(self._world.room(self._world.specs[number].tenant), conflict.kind)
        there = self._world.gyms[number].shelf(conflict.kind).find(conflict.external_id)
        return there is not None and conflict.local_id is not None and table.find(conflict.local_id) is not None
