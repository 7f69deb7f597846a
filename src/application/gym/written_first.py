"""What somebody changed through Tresen at the provider first is told as that, when its answer is taken over."""

import attrs

from ...domain.sync.canonical import Values
from ...domain.sync.decision import FieldDecision
from ...domain.sync.journal import WRITTEN_FIRST
from ...domain.sync.schema import Schema
from ...domain.sync.side import Side
from ...domain.sync.step import Step


@attrs.frozen
class WrittenFirst:
    """Who asked for it, and for which values of which fields, by the schema's names."""

    by: str
    wish: Values

    def told(self, step: Step, schema: Schema) -> Step:
        """The same step; of what the provider shows in other fields it says nothing."""
        made = tuple(self._told(each, schema) for each in step.decision.fields)
        return attrs.evolve(step, decision=attrs.evolve(step.decision, fields=made))

    def _told(self, made: FieldDecision, schema: Schema) -> FieldDecision:
        if made.field not in self.wish or made.side is not Side.THEIRS:
            return made
        reason = f"{self.by} changed it here; it was written at the provider at once"
        wished = self.wish[made.field]
        if not schema.by_name[made.field].same(made.theirs, wished):
            reason += f" as {'nothing' if wished is None else repr(wished)}, and that is what the provider shows since"
        return attrs.evolve(made, rule=WRITTEN_FIRST, reason=reason)
