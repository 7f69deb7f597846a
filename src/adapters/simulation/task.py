"""What a run did so far, as it was seen from outside."""

from collections import Counter
from collections.abc import Mapping

import attrs

from ...domain.sync.journal import NORMALISED, PUSHED, Change
from ...domain.sync.policy import Policy


@attrs.define
class Task:
    """A run that is under way. ``accepted``: a person let its plan through."""

    account: int
    course: str
    accepted: bool
    policies: Mapping[str, Policy]
    shared: Mapping[str, int]
    removed: Counter[str] = attrs.field(factory=Counter)
    blanked: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    lines: list[Change] = attrs.field(factory=list)
    made: int = 0
    asked: int = 0
    pushes: int = 0


def decided_nothing(task: Task) -> bool:
    """Whether the run only told of pushes that were decided before."""
    quiet = all(line.rule in {PUSHED, NORMALISED} for line in task.lines)
    return quiet and not (task.removed or task.made or task.asked or task.pushes)
