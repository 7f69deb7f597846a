"""Steps for records that a link ties to one of ours: what both sides hold is compared with what was agreed on. Writes
nothing.
"""

from collections.abc import Collection
from typing import Generic, TypeVar

import attrs

from ....domain.sync.canonical import Values
from ....domain.sync.laws import Laws
from ....domain.sync.record import SyncRecord
from ....domain.sync.side import GONE
from ....domain.sync.step import Inputs, Step, values_of
from ...ports.sources import Observed, Reading
from ..records.reading import ours
from ..records.record_kind import RecordKind, Versioned
from ..records.scope import Scope
from .known import Known
from .law_inputs import edit_times, laws_by_people
from .newly_paired import edited_there_since, to_be_offered
from .ours_alone import ours_alone

E = TypeVar("E", bound=Versioned)


@attrs.frozen
class LinkedSteps(Generic[E]):
    """One kind of record in one scope. ``laws`` are those by which overrides are read."""

    _kind: RecordKind[E]
    _scope: Scope
    _laws: Laws

    def both(
        self,
        found: Known[E],
        link: SyncRecord,
        one: Observed,
        reading: Reading,
        *,
        is_back: bool,
        since_paired: Collection[str],
    ) -> Step:
        """The step for a record that the provider shows. ``is_back``: the provider had lost it, and all of ours was to
        be made there anew; ``since_paired``: what was edited here since a person said that the two are one. Raises
        InvalidValue when ours cannot be kept.
        """
        schema, scope, entity = self._kind.schema, self._scope, found.entities.get(link.local_id)
        mine = GONE if entity is None else ours(self._kind, entity)
        theirs = reading.values
        overrides = laws_by_people(found.overrides.get(link.external_id, ()), self._laws, schema)
        later: Values = {}
        if is_back and entity is not None:
            later = ours_alone(schema, scope.writable, agreed=link.base, ours=values_of(mine), theirs=theirs)
        elif since_paired and not edited_there_since(scope, link, reading):
            later = to_be_offered(
                schema, scope, edited=since_paired, ours=values_of(mine), theirs=theirs, overrides=overrides
            )
        inputs = Inputs(
            base=link.base,
            ours=mine,
            theirs=theirs,
            edited=edit_times(scope, entity, reading, link),
            overrides=overrides,
            in_flight={**found.in_flight(link.external_id, schema), **later},
        )
        return attrs.evolve(self._step(link, entity, inputs, fingerprint=one.fingerprint), pushes=later)

    def lost(self, found: Known[E], link: SyncRecord, proof: str, *, untouched: frozenset[str]) -> Step:
        """The step for a record that the provider is proved to have no more. ``untouched`` as in ``decide``. Raises
        InvalidValue when ours cannot be kept.
        """
        entity = found.entities.get(link.local_id)
        inputs = Inputs(
            base=link.base,
            ours=GONE if entity is None else ours(self._kind, entity),
            theirs=GONE,
            edited=edit_times(self._scope, entity, None),
            overrides=laws_by_people(found.overrides.get(link.external_id, ()), self._laws, self._kind.schema),
            untouched=untouched,
        )
        return self._step(link, entity, inputs, proof=proof)

    def _step(
        self, link: SyncRecord, entity: E | None, inputs: Inputs, *, fingerprint: bytes = b"", proof: str | None = None
    ) -> Step:
        return Step(
            external_id=link.external_id,
            local_id=link.local_id,
            local_version=0 if entity is None else entity.version,
            fingerprint=fingerprint,
            proof=proof,
            inputs=inputs,
            decision=inputs.decide(self._kind.schema, self._scope.policy),
        )
