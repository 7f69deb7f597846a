"""What a sync changed, field by field."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam

from ....application.ports.repositories import Journal
from ....domain.shared.errors import AlreadyExists, NotFound
from ....domain.shared.ids import EntryId, RunId, TenantId
from ....domain.sync.journal import Change, in_order
from ..connection import Transaction
from ..hints import few
from ..mappers import sync as mappers
from ..tables import CHANGE
from .entities import rows_of

CHANGE_WITH_ID = rows_of(CHANGE).where(CHANGE.c.id == bindparam("id"))
CHANGES_OF_RUN = (
    rows_of(CHANGE).where(CHANGE.c.run_id == bindparam("run_id")).order_by(CHANGE.c.id).limit(bindparam("limit"))
)
CHANGES_AFTER = CHANGES_OF_RUN.where(CHANGE.c.id > bindparam("after"))
# Put in order afterwards: asked for by id, a database might read the whole journal along its primary key.
OF_RECORD = rows_of(CHANGE).where(CHANGE.c.kind == bindparam("kind"), few(CHANGE.c.local_id == bindparam("local_id")))


class SqlJournal(Journal):
    """The table ``change``."""

    def __init__(self, transaction: Transaction, tenant_id: TenantId) -> None:
        self._transaction = transaction
        self._tenant_id = tenant_id

    async def append(self, changes: Iterable[Change]) -> None:
        """In bulk. Raises AlreadyExists, and writes nothing, when an id is there."""
        rows = [mappers.change_row(self._tenant_id, change) for change in changes]
        if rows and not await self._transaction.insert(CHANGE, rows, len(rows)):
            raise AlreadyExists("there is such a change already", kind="change")

    async def get(self, change_id: EntryId) -> Change:
        """By primary key."""
        lines = await self._select(CHANGE_WITH_ID, id=change_id)
        if not lines:
            raise NotFound("change", change_id)
        return lines[0]

    async def of_record(self, kind: str, local_id: UUID) -> Sequence[Change]:
        """By version, then by id."""
        return in_order(await self._select(OF_RECORD, kind=kind, local_id=local_id))

    async def of_run(self, run_id: RunId, *, after: EntryId | None = None, limit: int) -> Sequence[Change]:
        """By id."""
        if after is None:
            return await self._select(CHANGES_OF_RUN, run_id=run_id, limit=limit)
        return await self._select(CHANGES_AFTER, run_id=run_id, after=after, limit=limit)

    async def _select(self, statement: Select[Any], **parameters: object) -> Sequence[Change]:
        rows = await self._transaction.fetch(statement, {"tenant_id": self._tenant_id, **parameters}, long=True)
        return [mappers.change(row) for row in rows]
