"""The steps of a plan as they are kept, some hundreds at once."""

from collections.abc import Sequence

from ...domain.sync.documents import read_step
from ...domain.sync.laws import Laws
from ...domain.sync.step import Step

# Steps with their kinds, in order.
Steps = Sequence[tuple[str, Step]]

AT_ONCE = 500


def read_steps(rows: Sequence[tuple[int, str, str]], laws: Laws) -> Steps:
    """From rows of number, kind and line. Raises InvalidValue for a line that cannot be read."""
    return [(kind, read_step(text, laws)) for _, kind, text in rows]


def grouped(steps: Steps) -> list[tuple[str, list[Step]]]:
    """Those of one kind that follow each other, in order."""
    groups: list[tuple[str, list[Step]]] = []
    for kind, step in steps:
        if not groups or groups[-1][0] != kind:
            groups.append((kind, []))
        groups[-1][1].append(step)
    return groups
