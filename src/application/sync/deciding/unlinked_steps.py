"""Steps for records that no link knows: of one side alone, or of both, as they turned out to be one. Writes nothing."""

from collections.abc import Sequence
from typing import Generic, TypeVar
from uuid import UUID

import attrs

from ....domain.sync.canonical import Values
from ....domain.sync.laws import Laws
from ....domain.sync.override import Override
from ....domain.sync.side import GONE
from ....domain.sync.step import Inputs, Step
from ...ports.sources import Observed, Reading
from ..records.reading import ours
from ..records.record_kind import RecordKind, Versioned
from ..records.scope import Scope
from .law_inputs import edit_times, laws_by_people
from .need import needed_pushes
from .ours_alone import ours_alone

E = TypeVar("E", bound=Versioned)


@attrs.frozen
class UnlinkedSteps(Generic[E]):
    """One kind of record in one scope. ``laws`` are those by which overrides are read."""

    _kind: RecordKind[E]
    _scope: Scope
    _laws: Laws

    def fresh(self, one: Observed, reading: Reading) -> Step:
        """The step for a record that is on the provider's side alone."""
        inputs = Inputs(base=None, ours=GONE, theirs=reading.values, edited=edit_times(self._scope, None, reading))
        return Step(
            external_id=one.external_id,
            local_id=None,
            fingerprint=one.fingerprint,
            inputs=inputs,
            decision=inputs.decide(self._kind.schema, self._scope.policy),
        )

    def doubtful(self, one: Observed, reading: Reading, candidates: Sequence[UUID]) -> Step:
        """The step for a record of which nobody can tell which of ours it is, if any."""
        step = self.fresh(one, reading)
        inputs = attrs.evolve(step.inputs, candidates=tuple(map(str, candidates)))
        return attrs.evolve(step, inputs=inputs, decision=inputs.decide(self._kind.schema, self._scope.policy))

    def lonely(self, entity: E) -> Step:
        """The step for a record that is on our side alone. Raises InvalidValue when it cannot be kept."""
        mine = ours(self._kind, entity)
        inputs = Inputs(base=None, ours=mine, theirs=GONE, edited=edit_times(self._scope, entity, None))
        return Step(
            external_id=None,
            local_id=entity.id,
            local_version=entity.version,
            inputs=inputs,
            decision=inputs.decide(self._kind.schema, self._scope.policy),
        )

    def paired(self, one: Observed, reading: Reading, entity: E, pins: Sequence[Override], sent: Values) -> Step:
        """The step for a record that turned out to be one of ours. ``pins`` are what people said of ours when it had
        another id there; ``sent`` is what we sent to have it made. Raises InvalidValue when ours cannot be kept.
        """
        schema, scope, mine = self._kind.schema, self._scope, ours(self._kind, entity)
        later = ours_alone(schema, scope.writable, agreed=sent, ours=mine, theirs=reading.values)
        inputs = Inputs(
            base=None,
            ours=mine,
            theirs=reading.values,
            edited=edit_times(scope, entity, reading),
            overrides=laws_by_people(pins, self._laws, schema),
            in_flight=later,
        )
        step = Step(
            external_id=one.external_id,
            local_id=entity.id,
            local_version=entity.version,
            fingerprint=one.fingerprint,
            inputs=inputs,
            decision=inputs.decide(schema, scope.policy),
        )
        return attrs.evolve(step, pushes={**needed_pushes(step, scope, ()), **later})

    def vanished(self, external_id: str, proof: str) -> Step:
        """The step for a record that the provider is proved to have no more, and that was never ours."""
        inputs = Inputs(base=None, ours=GONE, theirs=GONE)
        return Step(
            external_id=external_id,
            local_id=None,
            proof=proof,
            inputs=inputs,
            decision=inputs.decide(self._kind.schema, self._scope.policy),
        )
