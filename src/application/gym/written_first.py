"""What somebody changed through Tresen at the provider first is told as that, when its answer is taken over."""

from collections.abc import Collection

import attrs

from ...domain.sync.canonical import Values
from ...domain.sync.decision import FieldDecision
from ...domain.sync.journal import WRITTEN_FIRST
from ...domain.sync.schema import Schema
from ...domain.sync.side import Side
from ...domain.sync.step import Step


@attrs.frozen
class WrittenFirst:
    """Who asked for it, and for which values of which fields, by the schema's names. ``beside`` are fields that it is
    about without a value for each, such as those of a membership's end; ``did`` says what they did.
    """

    by: str
    wish: Values
    beside: Collection[str] = ()
    did: str = "changed it here"

    def told(self, step: Step, schema: Schema) -> Step:
        """The same step; of what the provider shows in other fields it says nothing."""
        made = tuple(self._told(each, schema) for each in step.decision.fields)
        return attrs.evolve(step, decision=attrs.evolve(step.decision, fields=made))

    def _told(self, made: FieldDecision, schema: Schema) -> FieldDecision:
        is_asked = made.field in self.wish or made.field in self.beside
        if not is_asked or made.side is not Side.THEIRS:
            return made
        reason = f"{self.by} {self.did}; it was written at the provider at once"
        wished = self.wish.get(made.field, made.theirs)
        if not schema.by_name[made.field].same(made.theirs, wished):
            reason += f" as {'nothing' if wished is None else repr(wished)}, and that is what the provider shows since"
        return attrs.evolve(made, rule=WRITTEN_FIRST, reason=reason)
