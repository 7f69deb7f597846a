"""How many calls a run may make."""

from .world import COURSES, World


def budget(world: World, number: int, course: str, *, pushes: int) -> int:
    """Pages of changes and of a listing, and again for what shifts meanwhile; a look for each link; two calls for each
    push; what is on sale.
    """
    return 1 + 4 * pushes + sum(_of_kind(world, number, kind) for kind in COURSES[course])


def _of_kind(world: World, number: int, kind: str) -> int:
    shelf = world.gyms[number].shelf(kind)
    pages = (len(shelf) + len(shelf.tombstones)) // world.specs[number].page_size + 2
    # Links go with what a run deletes, after they were looked at; their tombstones do not.
    return 3 * pages + len(world.links(number, kind)) + len(shelf.tombstones) + 2
