"""At rest: who asked a counter again and again for the same is not there twice, unless somebody is asked about it."""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from ...application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from ...domain.staff.task import TaskState
from ...domain.sync.conflict import ConflictState
from ...domain.sync.schema import Value
from ..memory.store import Room
from .broken import Broken
from .people import TAG, Name, Origins, here
from .world import ON_SALE, World


def asked_twice(world: World, origins: Origins) -> Iterator[Broken]:
    """What does not hold of those whom a counter was asked to have made."""
    for name in origins.asked:
        tenant, kind, who = name
        if kind == LEAD:
            yield from _leads(world, origins, name)
        elif kind == MEMBER and (count := len(here(world, tenant, kind, who))) > origins.meant(name):
            yield Broken("no-double", f"there are {count} members {who} here, and one was meant")
    for number in range(len(world.gyms)):
        yield from _sold(world, number)


def _leads(world: World, origins: Origins, name: Name) -> Iterator[Broken]:
    tenant, kind, who = name
    room, most = world.room(tenant), origins.meant(name)
    ours = [key for key, _ in here(world, tenant, kind, who)]
    asked = [key for key in ours if _is_asked(room, key)]
    if len(ours) - len(asked) > most:
        yield Broken("no-double", f"there are {len(ours)} leads {who} here, {most} were meant, and nobody is asked")
    numbers = [number for number, spec in enumerate(world.specs) if spec.tenant == tenant]
    entries = [entry for number in numbers for entry in world.gyms[number].shelf(kind).entries()]
    theirs = [entry.external_id for entry in entries if entry.values[TAG[kind]] == who]
    if len(theirs) - len(asked) > most:
        yield Broken("no-double", f"there are {len(theirs)} leads {who} there, {most} were meant, and nobody is asked")
    if not ours and name not in origins.deleted and tenant not in origins.undone and name in origins.taken:
        yield Broken("vanished", f"lead {who} was entered, nobody deleted it, and it is gone")


def _is_asked(room: Room, key: UUID) -> bool:
    tasks = any(task.subject == f"lead:{key}" for task in room.tasks.rows() if task.state is TaskState.OPEN)
    return tasks or any(
        conflict.state is ConflictState.OPEN and (str(key) in conflict.candidates or conflict.local_id == key)
        for conflict in room.conflicts.rows()
    )


def _sold(world: World, number: int) -> Iterator[Broken]:
    """Nobody bought the same twice from one day on."""
    entries = world.gyms[number].shelf(MEMBERSHIP).entries()
    runs = [e.values for e in entries if e.values["flagged_active"] and not e.values["cancels_on"]]
    sold = [values for values in runs if values[TAG[MEMBERSHIP]] == ON_SALE.name]
    for (member, _), times in Counter((values["member"], values["starts_on"]) for values in sold).items():
        if times > 1:
            yield Broken("no-double", f"{ON_SALE.name} was sold {times} times to member {member} at account {number}")


def is_known(world: World, room: Room, name: str, said: Value) -> bool:
    """Whether what was said of a lead is that of one that is here, or on a list of the staff."""
    field = world.schema(LEAD).by_name[name]
    known = [world.values(LEAD, lead).get(name) for lead in room.leads.rows()]
    texts = [*known, *(text for task in room.tasks.rows() for text in task.details.values())]
    within = any(str(said).strip() in text for text in texts if isinstance(text, str))
    return within or any(field.same(value, said) for value in known)
