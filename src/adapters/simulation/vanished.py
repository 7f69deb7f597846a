"""At rest: what nobody deleted is where it was made, and nothing waits to be looked at."""

from collections.abc import Collection, Iterator

from .broken import Broken
from .people import Origins, here, there
from .words import COURSE_KINDS
from .world import World


def vanished(world: World, origins: Origins) -> Iterator[Broken]:
    """Records that are gone from the side where people made them, though nobody deleted them anywhere."""
    for (tenant, kind, who), sides in origins.kept():
        for side in sides:
            found = here(world, tenant, kind, who) if side is None else there(world, side, kind, who)
            if not found:
                where = "here" if side is None else f"at account {side}"
                yield Broken("vanished", f"{kind} {who} was made {where}, nobody deleted it, and it is gone")


def still_due(world: World, courses: Collection[str]) -> Iterator[Broken]:
    """Records that are to be looked at by the next run, at rest."""
    for number, kind, external_id in sorted(world.due()):
        course = next(name for name, kinds in COURSE_KINDS.items() if kind in kinds)
        # As long as nothing is linked, every run is a first load, which looks at everything and settles nothing.
        if course in courses and any(world.links(number, each) for each in COURSE_KINDS[course]):
            yield Broken("due", f"{kind} {external_id} of account {number} is still due")
