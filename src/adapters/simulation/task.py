"""What a run did so far, as it was seen from outside."""

from collections import Counter
from collections.abc import Mapping

import attrs

from ...domain.sync.journal import LOCAL_EDIT, NORMALISED, PUSHED, Change
from ...domain.sync.policy import Policy
from .trail import Key


@attrs.frozen(kw_only=True)
class Applied:
    """A run that applies a plan which was made before. ``accepted``: a person lets it through its guards; ``shared``:
    by kind, how many records both sides had when it was made (None: nobody looked); ``is_stale``: it must be refused;
    ``unlisted``: what it takes for gone because a listing lacked it, and a guard held it before anybody asked.
    """

    accepted: bool
    shared: Mapping[str, int] | None = None
    is_stale: bool = False
    unlisted: frozenset[Key] = frozenset()


@attrs.define
class Task:
    """A run that is under way, or what somebody does at a counter. ``plan`` None: it makes its own; ``disturbed``:
    somebody does something meanwhile; ``wanted``: fields that a person is changing at a counter, by kind of record;
    ``wrote`` counts what was written at the provider, ``joined`` the leads that turned out to be another one of ours.
    """

    account: int
    course: str
    plan: Applied | None
    policies: Mapping[str, Policy]
    shared: Mapping[str, int]
    disturbed: bool = False
    wanted: frozenset[tuple[str, str]] = frozenset()
    wrote: int = 0
    removed: Counter[str] = attrs.field(factory=Counter)
    blanked: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    lines: list[Change] = attrs.field(factory=list)
    joined: int = 0
    made: int = 0
    asked: int = 0
    pushes: int = 0
    refused: int = 0
    decided: bool = False


def decided_nothing(task: Task) -> bool:
    """Whether the run only told of pushes that were decided before, and joined what somebody left."""
    told = {PUSHED, NORMALISED} | ({LOCAL_EDIT} if task.joined else set())
    quiet = all(line.rule in told for line in task.lines)
    return quiet and not (task.removed or task.made or task.asked or task.decided)
