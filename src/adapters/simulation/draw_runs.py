"""Runs, and what they run into."""

from collections.abc import Callable, Collection
from random import Random

import attrs

from .draw_values import chance
from .steps.runs import Fault, Meanwhile, Sync
from .steps.step import Step
from .words import FAULTS, LOOK

# What a single look, and a page, may run into.
LOOK_FAULTS = frozenset({"lost", "429", "5xx", "timeout-after-commit", "rejected"})
PAGE_FAULTS = frozenset({"lost", "5xx", "timeout-after-commit", "partial", "short"})


def drawn_run(
    rnd: Random, faults: Collection[str], sync: Sync, *, meanwhile: Callable[[], Step], faster: Callable[[], Step]
) -> Sync:
    """With failures, a crash, what people do ``meanwhile``, and what they are ``faster`` with than a commit."""
    return attrs.evolve(
        sync,
        whole=chance(rnd, 15),
        faults=_faults(rnd, faults),
        meanwhile=_in_order(
            [Meanwhile(at=_moment(rnd), step=meanwhile()) for _ in range(often(rnd, 25, "meanwhile" in faults))]
        ),
        overtaken=_in_order(
            [Meanwhile(at=rnd.randrange(14), step=faster()) for _ in range(often(rnd, 12, "collision" in faults))]
        ),
        crash=rnd.randrange(1, 60) if "crash" in faults and chance(rnd, 20) else None,
    )


def _faults(rnd: Random, faults: Collection[str]) -> tuple[Fault, ...]:
    anywhere, looks = _some(FAULTS, faults), _some(LOOK_FAULTS, faults)
    planned: dict[tuple[str | None, int], str] = {}
    planned |= {(None, _moment(rnd)): rnd.choice(anywhere) for _ in range(often(rnd, 40, bool(anywhere)))}
    planned |= {(LOOK, rnd.choice((0, 0, 1, 2))): rnd.choice(looks) for _ in range(often(rnd, 25, bool(looks)))}
    found = [Fault(at=at, what=what, call=call) for (call, at), what in planned.items()]
    return tuple(sorted(found, key=lambda fault: (fault.call or "", fault.at)))


def often(rnd: Random, percent: int, is_wanted: bool) -> int:
    """How often in a row something happens in so many of a hundred cases."""
    times = 0
    while is_wanted and chance(rnd, percent):
        times += 1
    return times


def _some(words: Collection[str], faults: Collection[str]) -> list[str]:
    return sorted(set(words) & set(faults))


def _in_order(found: list[Meanwhile]) -> tuple[Meanwhile, ...]:
    return tuple(sorted(found, key=lambda each: each.at))


def _moment(rnd: Random) -> int:
    return min(int(rnd.expovariate(0.25)), 30)
