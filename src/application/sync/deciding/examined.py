"""What came of looking at some records of one kind."""

from collections.abc import Collection

import attrs

from ....domain.sync.run import SyncError
from ....domain.sync.step import Step
from ...ports.sources import Observed, Reading

Read = tuple[Observed, Reading]


@attrs.define
class Examined:
    """``steps`` are what must be written; ``fresh`` are readable records that no link knows yet, ``awaited`` the ids of
    those of which a person is to say what they are; ``settled`` are ids of known records that need nothing, ``in_part``
    of those that are shown without what was edited here: they are not compared before they are looked at by themselves.
    """

    steps: list[Step] = attrs.field(factory=list)
    fresh: list[Read] = attrs.field(factory=list)
    awaited: Collection[str] = ()
    errors: list[SyncError] = attrs.field(factory=list)
    settled: list[str] = attrs.field(factory=list)
    in_part: list[str] = attrs.field(factory=list)
    unchanged: int = 0

    def settle(self, external_id: str) -> None:
        """The record stays as it is on both sides."""
        self.settled.append(external_id)
        self.unchanged += 1

    def take(self, external_id: str, step: Step | None) -> None:
        """What was decided of a known record. None: nothing needs to be written."""
        if step is None:
            self.settle(external_id)
        else:
            self.steps.append(step)
