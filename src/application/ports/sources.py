"""The other side of a sync: one kind of record at one account."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Protocol

import attrs

from ...domain.shared.errors import GatewayRejected, GatewayUnsupported
from ...domain.sync.schema import Values


@attrs.define(eq=False)
class Observed:
    """One record as the provider shows it. Read-only by custom, not frozen: a listing makes one per record.

    ``fingerprint`` is a hash of the record as received. ``read`` gives its values in our field names (see
    ``application/sync/records/kinds.py``) and may raise InvalidValue when the record is unusable; fields that this view
    of the record does not carry are left out, not None.
    """

    external_id: str
    fingerprint: bytes
    read: Callable[[], "Reading"] = attrs.field(repr=False)


@attrs.frozen
class Reading:
    """The values of an observed record and when the provider says it was edited (UTC, None: not said)."""

    values: Values
    edited_at: datetime | None = None


@attrs.frozen(kw_only=True)
class Batch:
    """A page of records, and the ids of those that the provider says are deleted (tombstones).

    ``cursor``: where changes go on after everything up to here; None where it cannot be told yet. Of a listing only
    the last batch has one.
    """

    observed: Sequence[Observed] = ()
    gone: Sequence[str] = ()
    cursor: str | None = None


class SeveralThere(GatewayRejected):
    """Several records there may be the one that was to be made, or is looked for: nobody is guessed, nothing was made.

    ``external_ids`` are theirs.
    """

    def __init__(self, external_ids: Sequence[str]) -> None:
        super().__init__(f"several records there may be it: {', '.join(external_ids)}")
        self.external_ids = tuple(external_ids)


class Source(Protocol):
    """Raises as ``GymGateway`` does. Reads may be repeated freely and are.

    ``kind`` is a word of ``application/sync/records/kinds.py``. ``writable`` are the fields that ``push`` can write, as
    far as is known; empty for a side that can only be read. ``shows`` are those that ``get`` can show, None: that is
    not told, and any may be. ``resolution_s`` is that of its instants.
    """

    kind: str
    writable: frozenset[str]
    shows: frozenset[str] | None = None
    can_create: bool
    can_delete: bool
    tells_changes: bool
    resolution_s: int

    @abstractmethod
    def listing(self) -> AsyncIterator[Batch]:
        """Every record in pages. An error in the middle ends it with that error.

        One that is there all the time is listed, perhaps twice: where what is deleted meanwhile moves others to pages
        that were read, the source sees to it. One that is there only part of the time may be missed, or listed though
        it is gone. A listing is still no proof of a deletion: whoever concludes from its absence that a record is
        gone asks for it with ``get`` before.
        """

    @abstractmethod
    def changes(self, cursor: str) -> AsyncIterator[Batch]:
        """What changed since the cursor, perhaps with some that did not: cursors overlap, so that changes that were
        committed late and instants that are equal are not missed.

        Raises CursorExpired, at any page, when only a listing helps; GatewayUnsupported unless ``tells_changes``.
        """

    @abstractmethod
    async def get(self, external_id: str) -> Observed | None:
        """One record in full, None when the provider says that there is none."""

    @abstractmethod
    async def push(self, external_id: str, values: Values) -> Observed:
        """Write these fields and leave all others; the record as it is then, perhaps in the provider's own spelling.

        Raises GatewayNotFound; GatewayUnsupported for a field that cannot be written.
        """

    @abstractmethod
    async def create(self, values: Values) -> Observed:
        """Make a record, or give the one that is this already. Raises SeveralThere where several may be it;
        GatewayUnsupported unless ``can_create``.
        """

    async def find(self, _: Values, /) -> Observed | None:
        """The record that ``create`` would give instead of making one, None when there is none. Makes nothing.

        Raises SeveralThere as ``create`` does; GatewayUnsupported where nobody can be looked for: so does a source that
        does not say how.
        """
        raise GatewayUnsupported(f"no {self.kind} can be looked for there")

    @abstractmethod
    async def delete(self, external_id: str) -> None:
        """It is gone then, also when it was before. Raises GatewayUnsupported unless ``can_delete``."""
