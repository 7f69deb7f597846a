"""What comes in from both sides is looked at before anything is done with it: sources and entities are others' work.

What cannot be kept is an error of its record, and the run goes on.
"""

import logging
import traceback
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from ....domain.shared.errors import InvalidValue, TresenError
from ....domain.shared.text import storable
from ....domain.sync.canonical import Values
from ....domain.sync.keeping import check_external_id, check_values
from ....domain.sync.run import SyncError
from ...ports.sources import Observed, Reading
from .record_kind import RecordKind, Versioned
from .scope import Scope

E = TypeVar("E", bound=Versioned)
_log = logging.getLogger(__name__)


def read(observed: Observed) -> Reading:
    """A record of the provider. Raises InvalidValue when it is unusable, or cannot be kept; and what else of Tresen's
    errors its source raises.
    """
    _check_observed(observed)
    try:
        reading = observed.read()
    except TresenError:
        raise
    except Exception as error:
        # One record that its source stumbles over must not end the run.
        trace = storable("".join(traceback.format_exception(error)))
        _log.warning("a source could not read a record", extra={"record": observed.external_id, "traceback": trace})
        raise InvalidValue(
            storable(f"its source could not read it: {type(error).__name__}: {error}"), field="values"
        ) from error
    if not isinstance(reading, Reading):
        raise InvalidValue(f"what was read is no Reading, but a {type(reading).__name__}", field="values")
    check_values(reading.values)
    _check_edited_at(reading.edited_at)
    return reading


def _check_observed(one: Observed) -> None:
    check_external_id(one.external_id)
    if not isinstance(one.fingerprint, bytes):
        raise InvalidValue(f"its fingerprint is bytes, not a {type(one.fingerprint).__name__}", field="fingerprint")


def _check_edited_at(at: object) -> None:
    if at is not None and (not isinstance(at, datetime) or at.utcoffset() is None):
        raise InvalidValue(f"edited_at is an instant with its zone, or None, not {at!r}", field="edited_at")


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
    """By id; one that is there twice counts once: the later one. Errors are those whose id or fingerprint cannot be
    kept.

    No link ever bears such an id, so nothing is concluded about what is known here.
    """
    found: dict[str, Observed] = {}
    refused: dict[str, SyncError] = {}
    for one in observed:
        try:
            _check_observed(one)
        except InvalidValue as error:
            known_as = one.external_id if can_be_kept(one.external_id) else None
            refused[repr(one.external_id)] = scope.error(kind, known_as, error)
        else:
            found[one.external_id] = one
    return found, list(refused.values())


def is_text(value: object) -> bool:
    """Whether it is what its type promises: sources are not checked by anybody else."""
    return isinstance(value, str)


def can_be_kept(external_id: str) -> bool:
    """Whether a record of that id can have a link."""
    try:
        check_external_id(external_id)
    except InvalidValue:
        return False
    return True


def told_gone(external_ids: Iterable[str], scope: Scope, kind: str) -> tuple[list[str], list[SyncError]]:
    """Those that a link can bear; what is no text at all is told, as a record may be meant that we have."""
    kept: list[str] = []
    errors: list[SyncError] = []
    for one in external_ids:
        try:
            check_external_id(one)
        except InvalidValue as error:
            if not is_text(one):
                errors.append(scope.error(kind, None, error))
        else:
            kept.append(one)
    return kept, errors


def due_again(errors: Sequence[SyncError]) -> list[str]:
    """Ids of the records that the next run looks at because of these errors."""
    return [error.external_id for error in errors if error.external_id is not None]
