"""What somebody changed through Tresen at the provider first is told as that, when its answer is taken over."""

from collections.abc import Collection

import attrs

from ...domain.sync.decision import FieldDecision
from ...domain.sync.journal import WRITTEN_FIRST
from ...domain.sync.side import Side
from ...domain.sync.step import Step


@attrs.frozen
class WrittenFirst:
    """Who asked for it, and for which ``fields``, by the schema's names."""

    by: str
    fields: Collection[str]

    def told(self, step: Step) -> Step:
        """The same step; of what the provider shows in other fields it says nothing."""
        made = tuple(map(self._told, step.decision.fields))
        return attrs.evolve(step, decision=attrs.evolve(step.decision, fields=made))

    def _told(self, made: FieldDecision) -> FieldDecision:
        if made.field not in self.fields or made.side is not Side.THEIRS:
            return made
        reason = f"{self.by} changed it here; it was written at the provider at once"
        return attrs.evolve(made, rule=WRITTEN_FIRST, reason=reason)
