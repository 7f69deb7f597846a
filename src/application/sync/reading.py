"""What comes in from both sides is looked at before anything is done with it: sources and entities are others' work.

What cannot be kept is an error of its record, and the run goes on.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from ...domain.shared.errors import InvalidValue
from ...domain.sync.canonical import Values
from ...domain.sync.keeping import check_external_id, check_values
from ...domain.sync.run import SyncError
from ..ports.sources import Observed, Reading
from .records import RecordKind, Versioned
from .scope import Scope

E = TypeVar("E", bound=Versioned)


def read(observed: Observed) -> Reading:
    """A record of the provider. Raises InvalidValue when it is unusable, or cannot be kept."""
    check_external_id(observed.external_id)
    reading = observed.read()
    check_values(reading.values)
    return reading


def ours(kind: RecordKind[E], entity: E) -> Values:
    """Our side of the comparison. Raises InvalidValue when it cannot be kept."""
    values = kind.values(entity)
    try:
        check_values(values)
    except InvalidValue as error:
        raise InvalidValue(
            f"our {kind.schema.kind} {entity.id}: {error.message}", field=error.details["field"]
        ) from None
    return values


def named(observed: Iterable[Observed], scope: Scope, kind: str) -> tuple[dict[str, Observed], list[SyncError]]:
    """By id; one that is there twice counts once: the later one. Errors are those whose id cannot be kept.

    No link ever bears such an id, so nothing is concluded about what is known here.
    """
    found: dict[str, Observed] = {}
    refused: dict[str, SyncError] = {}
    for one in observed:
        try:
            check_external_id(one.external_id)
        except InvalidValue as error:
            refused[one.external_id] = scope.error(kind, None, error)
        else:
            found[one.external_id] = one
    return found, list(refused.values())


def can_be_kept(external_id: str) -> bool:
    """Whether a record of that id can have a link."""
    try:
        check_external_id(external_id)
    except InvalidValue:
        return False
    return True


def due_again(errors: Sequence[SyncError]) -> list[str]:
    """Ids of the records that the next run looks at because of these errors."""
    return [error.external_id for error in errors if error.external_id is not None]
