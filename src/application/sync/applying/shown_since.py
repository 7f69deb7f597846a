"""What a provider that tells changes shows since a plan was made, held against what the plan was computed from."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import attrs

from ....domain.shared.errors import TresenError
from ....domain.sync.canonical import Values
from ....domain.sync.kept_plan import Part
from ....domain.sync.policy import Policy
from ....domain.sync.schema import Schema
from ....domain.sync.side import GONE
from ....domain.sync.step import Step, is_shown, values_of
from ...ports.sources import Observed, Source
from ..deciding.walk import Walk
from ..records.reading import read

AsOfToday = Callable[[Sequence[Values]], Awaitable[Sequence[Values]]]


@attrs.define
class ShownSince:
    """Of one kind of record. ``latest``: each record that may have changed; None: it is gone. ``as_of_today``: as runs
    compare what is shown.
    """

    schema: Schema
    policy: Policy
    as_of_today: AsOfToday
    latest: Mapping[str, Observed | None]
    _others: dict[str, None] = attrs.field(factory=dict)
    _same: set[str] = attrs.field(factory=set)

    async def look(self, step: Step) -> None:
        """Compare a step of the plan. What only a listing lacked is asked for when it is applied, record by record."""
        key = step.external_id
        if key is not None and key in self.latest and step.proof != "listing":
            if await self._is_as_shown(step, self.latest[key]):
                self._same.add(key)
            else:
                self._others[key] = None

    @property
    def changed(self) -> list[str]:
        """Of the steps that were looked at. A walk may show a record twice: one of its steps is of the latest."""
        return [key for key in self._others if key not in self._same]

    async def _is_as_shown(self, step: Step, one: Observed | None) -> bool:
        inputs = step.inputs
        if one is None or not is_shown(inputs.theirs):
            return one is None and inputs.theirs is GONE
        if one.fingerprint == step.fingerprint:
            return True
        # Another fingerprint only means: look.
        try:
            reading = read(one)
            (shown,) = await self.as_of_today([reading.values])
            if not self.schema.same(shown, values_of(inputs.theirs)):
                return False
            # Another stamp alone counts where it would decide otherwise.
            edited = attrs.evolve(inputs.edited, theirs_at=reading.edited_at)
            return attrs.evolve(inputs, edited=edited).decide(self.schema, self.policy) == step.decision
        except TresenError:
            return False


async def shown_since(source: Source, schema: Schema, policy: Policy, part: Part, as_of_today: AsOfToday) -> ShownSince:
    """Asks the source, unless it tells no changes, gave no cursor, or the part has no steps. Raises what it raises,
    CursorExpired as well.
    """
    latest: dict[str, Observed | None] = {}
    if part.actions and part.cursor is not None and source.tells_changes:
        async for batch in Walk(source, None).changes(part.cursor):
            latest.update(dict.fromkeys(batch.gone))
            latest.update((one.external_id, one) for one in batch.observed)
    return ShownSince(schema, policy, as_of_today, latest)
