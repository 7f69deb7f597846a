"""What people were told of their edits, held against what the next run makes of them where nothing came between."""

from collections.abc import Iterator
from uuid import UUID

import attrs

from ...application.sync.links.reviving import waits_to_be_made
from ...domain.shared.ids import PushId
from ...domain.sync.decision import WHOLE
from ...domain.sync.edit_fate import Fate, Prospect
from ...domain.sync.laws import Law
from ...domain.sync.push import Push, PushState
from ...domain.sync.record import SyncRecord
from ...domain.sync.schema import Field, Value
from ...domain.sync.side import Side
from ..memory.gym_books import Entry
from ..memory.store import Room
from .broken import Broken
from .kept_edits import Taken, is_asked
from .words import COURSE_KINDS
from .world import World

# Account, kind, id there, field.
Place = tuple[int, str, str, str]
_GIVEN = frozenset({Fate.PUSH, Fate.SYNC})
# Of fields that the provider owns.
_OF_OWNERS = frozenset({Fate.PUSH, Fate.TASK})


@attrs.frozen(kw_only=True)
class _Prospect:
    """``value`` is ours, ``there`` the provider's when it was told, ``then`` the provider's once what waited was
    written; ``is_open``: the provider could be written to; ``over`` are pushes that had ended before.
    """

    local_id: UUID
    field: Field
    told: Prospect
    value: Value
    there: Value
    then: Value
    law: Law
    is_open: bool
    over: frozenset[PushId]


@attrs.frozen
class ToldEdits:
    """Of one world."""

    _world: World
    _told: dict[Place, _Prospect] = attrs.field(factory=dict)

    def note(self, kind: str, told: Taken) -> Iterator[Broken]:
        """Somebody was told. Where things are not as both sides were last seen, anything may come of it."""
        found = next((link for link in self._links(kind, told.entity.id) if not waits_to_be_made(link)), None)
        if found is None:
            return
        number = self._world.account_ids.index(found.account_id)
        entry = self._world.gyms[number].shelf(kind).find(found.external_id)
        ours, fields = self._world.values(kind, told.entity), self._world.schema(kind).by_name
        # What they were told of it before is over, also where staff are to do it from now on.
        for name in {*told.changed, *(each.field for each in told.prospects)}:
            self._told.pop((number, kind, found.external_id, name), None)
        for each in told.prospects:
            field, place = fields[each.field], (number, kind, found.external_id, each.field)
            law = self._world.law(*place[:3], field)
            if each.fate in _OF_OWNERS and law.owner is not Side.THEIRS:
                yield Broken("outlook", f"{each.field} of {kind} {found.external_id} is not the provider's: {each}")
            if each.fate is Fate.TASK or entry is None or not self._is_clear(found, entry, place, field):
                continue
            there = entry.values.get(each.field)
            waiting = [push.values[each.field] for push in self._waiting(place) if each.field in push.values]
            self._told[place] = _Prospect(
                local_id=found.local_id,
                field=field,
                told=each,
                value=ours.get(each.field),
                there=there,
                then=waiting[-1] if waiting else there,
                law=law,
                is_open=self._is_open(number),
                over=frozenset(push.id for push in self._of_record(place) if push.state is not PushState.WAITING),
            )

    def look(self, number: int, course: str) -> None:
        """A run begins: what is not as it was when it was told counts no more."""
        for place in self._of(number, course):
            if not self._stands(place, self._told[place]):
                del self._told[place]

    def judge(self, number: int, course: str) -> Iterator[Broken]:
        """A run is over that completed, in which nothing went wrong and nobody did anything meanwhile."""
        for place in self._of(number, course):
            each = self._told.pop(place)
            if not self._came_true(place, each):
                ours, theirs = self._values(place, each)
                yield Broken(
                    "outlook",
                    f"{place[3]} of {place[1]} {place[2]} was made {each.value!r} ({each.told.fate.value}: "
                    f"{each.told.reason}), is {ours!r} here and {theirs!r} there after the next run",
                )

    def doubt(self, number: int, course: str) -> Iterator[Broken]:
        """Another run is over: what it tried and gave up is not tried again. The staff know of what was refused."""
        for place in self._of(number, course):
            each = self._told[place]
            ended = {push.state for push in self._pushes(place, each)} & {PushState.REFUSED, PushState.DROPPED}
            if not ended:
                continue
            del self._told[place]
            if each.told.fate is Fate.PUSH and PushState.REFUSED in ended and not self._is_with_staff(place, each):
                yield Broken(
                    "outlook",
                    f"{place[3]} of {place[1]} {place[2]} was to be {each.value!r}, was refused there, and no task "
                    "says so",
                )

    def _came_true(self, place: Place, each: _Prospect) -> bool:
        ours, theirs = self._values(place, each)
        same = each.field.same
        refused = any(push.state is PushState.REFUSED for push in self._pushes(place, each))
        if each.told.fate is Fate.HERE:
            # What waits may be of no use: then the provider keeps what it had.
            return refused or (same(ours, each.value) and (same(theirs, each.there) or same(theirs, each.then)))
        if same(ours, each.value) and same(theirs, each.value):
            return True
        return self._is_with_staff(place, each) if each.told.fate is Fate.PUSH else refused

    def _stands(self, place: Place, each: _Prospect) -> bool:
        """Whether everything is as it was when it was told, but for a write that took effect and was not answered."""
        number, kind, external_id, _ = place
        link = next((link for link in self._links(kind, each.local_id) if link.external_id == external_id), None)
        entry = self._world.gyms[number].shelf(kind).find(external_id)
        is_here = each.local_id in self._world.table(self._room(number), kind)
        if link is None or not is_here or entry is None or entry.unreadable or self._is_asked(place):
            return False
        ours, theirs = self._values(place, each)
        is_there = each.field.same(theirs, each.value if each.told.fate in _GIVEN else each.then)
        # What was on its way when writing was switched off is for the staff.
        is_open = each.told.fate is Fate.PUSH or self._is_open(number) == each.is_open
        is_as_it_was = each.field.same(ours, each.value) and (is_there or each.field.same(theirs, each.there))
        return is_as_it_was and is_open and self._world.law(*place[:3], each.field).name == each.law.name

    def _is_clear(self, link: SyncRecord, entry: Entry, place: Place, field: Field) -> bool:
        """Whether the provider holds what it was last seen to hold, or what was on its way there. Of those that were
        just paired nothing was seen.
        """
        if entry.unreadable or link.is_newly_paired or self._is_asked(place):
            return False
        known = [link.base.get(field.name)]
        known += [push.values[field.name] for push in self._waiting(place) if field.name in push.values]
        return any(field.same(entry.values.get(field.name), value) for value in known)

    def _is_open(self, number: int) -> bool:
        account = self._world.account(number)
        return account.writes_enabled and account.may_be_called

    def _is_asked(self, place: Place) -> bool:
        number, kind, external_id, name = place
        key = (self._world.account_ids[number], kind, external_id)
        return any(row.field in {name, WHOLE} for _, row in self._room(number).conflicts.among("open record", key))

    def _is_with_staff(self, place: Place, each: _Prospect) -> bool:
        return is_asked(self._room(place[0]), place[1], each.local_id, each.field, each.value)

    def _values(self, place: Place, each: _Prospect) -> tuple[Value, Value]:
        """Ours and the provider's."""
        number, kind, external_id, name = place
        entity = self._world.table(self._room(number), kind).find(each.local_id)
        entry = self._world.gyms[number].shelf(kind).find(external_id)
        return (
            None if entity is None else self._world.values(kind, entity).get(name),
            None if entry is None else entry.values.get(name),
        )

    def _pushes(self, place: Place, each: _Prospect) -> Iterator[Push]:
        """Those that were to bring it there."""
        for push in self._of_record(place):
            is_new = push.id not in each.over
            if is_new and place[3] in push.values and each.field.same(push.values[place[3]], each.value):
                yield push

    def _waiting(self, place: Place) -> Iterator[Push]:
        return (push for push in self._of_record(place) if push.state is PushState.WAITING)

    def _of_record(self, place: Place) -> Iterator[Push]:
        number, kind, external_id, _ = place
        key = (self._world.account_ids[number], kind, external_id)
        return (push for _, push in self._room(number).pushes.among("record", key))

    def _links(self, kind: str, local_id: UUID) -> Iterator[SyncRecord]:
        for room in self._world.store.rooms:
            yield from (row for _, row in room.sync_records.among("local", (kind, local_id)))

    def _of(self, number: int, course: str) -> list[Place]:
        return [place for place in self._told if place[0] == number and place[1] in COURSE_KINDS[course]]

    def _room(self, number: int) -> Room:
        return self._world.room(self._world.specs[number].tenant)
