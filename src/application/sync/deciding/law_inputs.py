"""What laws are told besides the values of both sides: when each was edited, and what people said of single fields."""

from collections.abc import Mapping, Sequence

from ....domain.sync.laws import Edited, Law, Laws
from ....domain.sync.override import Override
from ....domain.sync.record import SyncRecord
from ....domain.sync.schema import Schema
from ...ports.sources import Reading
from ..policies.overruled import laws_of
from ..records.record_kind import Versioned
from ..records.scope import Scope


def edit_times(
    scope: Scope, entity: Versioned | None, reading: Reading | None, link: SyncRecord | None = None
) -> Edited:
    """When both sides were edited; None: there is no such record. ``link`` knows which stamps are of our own writes."""
    told = None if reading is None else reading.edited_at
    return Edited(
        ours_at=None if entity is None else entity.updated_at,
        theirs_at=told if link is None else link.edited_there_at(told),
        resolution_s=scope.resolution_s,
        skew_s=scope.policy.clock_skew_s,
    )


def laws_by_people(overrides: Sequence[Override], laws: Laws, schema: Schema) -> Mapping[str, Law]:
    """By field; all others go by the policy."""
    return {field: laws.named(law) for field, law in laws_of(overrides, laws, schema).items()}
