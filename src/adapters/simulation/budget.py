"""How many calls a run may make."""

from collections.abc import Collection

import attrs

from ...domain.sync.conflict import PAIRING
from ...domain.sync.pairing import found_by
from ..memory.gym_source import LISTED_AT_MOST
from .trail import Key
from .words import COURSE_KINDS
from .world import World


@attrs.frozen(kw_only=True)
class Budget:
    """Of one run. ``looks`` are single looks, which ``calls`` contain. ``listing``: calls of a listing of each kind."""

    calls: int
    looks: int
    listing: int = 0

    def __add__(self, other: "Budget") -> "Budget":
        return Budget(
            calls=self.calls + other.calls, looks=self.looks + other.looks, listing=self.listing + other.listing
        )


def budget(world: World, number: int, course: str, *, unlisted: Collection[Key] = ()) -> Budget:
    """As things are before a run: pages of changes and of a listing; a look for each record that there is reason to
    ask for; what is on sale. ``unlisted``: records that a plan which a guard held takes for gone, and asks for first.
    """
    total = Budget(calls=1, looks=0)
    for kind in COURSE_KINDS[course]:
        total += _of_kind(world, number, kind, {external_id for of, external_id in unlisted if of == kind})
    return total


def extra(world: World, number: int, course: str, *, listing: int, pushes: int, disturbed: int, short: int) -> Budget:
    """For each push two looks and two writes; for each time that somebody did something meanwhile a record that moved,
    and the ``listing`` once more; for listings that were cut ``short`` a look at every link.
    """
    links = sum(len(world.links(number, kind)) for kind in COURSE_KINDS[course])
    looks = 4 * pushes + 2 * disturbed + short * links
    again = listing * min(disturbed, LISTED_AT_MOST - 1)
    return Budget(calls=looks + 2 * pushes + again, looks=looks)


def _of_kind(world: World, number: int, kind: str, unlisted: Collection[str]) -> Budget:
    shelf, links = world.gyms[number].shelf(kind), world.links(number, kind)
    pages = (len(shelf) + len(shelf.tombstones)) // world.specs[number].page_size + 2
    room, account_id = world.room(world.specs[number].tenant), world.account_ids[number]
    asked = {external_id for _, (_, _, external_id, _) in room.due.among("side", (account_id, kind))}
    table = world.table(room, kind)
    asked |= _entered_again(world, number, kind) | set(unlisted)
    in_doubt = [row for _, row in room.conflicts.among("open side", (account_id, kind)) if row.field == PAIRING]
    asked |= {row.external_id for row in in_doubt if shelf.find(row.external_id) is None}
    candidates = {one for row in in_doubt for one in row.candidates}
    asked |= {link.external_id for link in links if str(link.local_id) in candidates}
    for link in links:
        entity = table.find(link.local_id)
        if entity is None or entity.version != link.local_version or shelf.find(link.external_id) is None:
            asked.add(link.external_id)
    return Budget(calls=2 * pages + len(asked) + 2, looks=len(asked), listing=pages)


def _entered_again(world: World, number: int, kind: str) -> set[str]:
    """Of each record there that is not here yet those that say the same: it may be one of them, entered anew."""
    links, schema = world.links(number, kind), world.schema(kind)
    linked = {link.external_id for link in links}
    shown = [entry.values for entry in world.gyms[number].shelf(kind).entries() if entry.external_id not in linked]
    keys = found_by(schema, *shown)
    table = world.table(world.room(world.specs[number].tenant), kind)
    ours = {link.external_id: table.find(link.local_id) for link in links} if keys else {}
    said = {key: world.values(kind, entity) for key, entity in ours.items() if entity is not None}
    return {key for key, values in said.items() if not keys.isdisjoint(found_by(schema, values))}
