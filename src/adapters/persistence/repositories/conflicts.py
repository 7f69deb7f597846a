"""Conflicts."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import bindparam, func, literal, select

from ....application.events import Outbox
from ....application.ports.sync_books import Conflicts
from ....domain.shared.ids import AccountId, ConflictId, TenantId
from ....domain.sync.conflict import PAIRING, Conflict, ConflictState
from ....domain.sync.decision import WHOLE
from ...grouping import about_whom, grouped
from ..connection import Transaction
from ..mappers import conflicts as mappers
from ..tables import SYNC_CONFLICT
from .entities import Shape, SqlVersioned, rows_of

CONFLICTS = Shape("conflict", SYNC_CONFLICT, mappers.conflict_row, mappers.conflict)

_conflict = SYNC_CONFLICT.c
# Written out: neither database sees from a parameter that a partial index holds what is asked for.
_IS_OPEN = _conflict.state == literal(ConflictState.OPEN.value, literal_execute=True)
_open_side = (_conflict.account_id == bindparam("account_id"), _conflict.kind == bindparam("kind"), _IS_OPEN)
OPEN_OF = rows_of(SYNC_CONFLICT).where(*_open_side).order_by(_conflict.external_id, _conflict.field)
ABOUT = (
    rows_of(SYNC_CONFLICT)
    .where(_conflict.kind == bindparam("kind"), _IS_OPEN, _conflict.field.in_([WHOLE, PAIRING]))
    .order_by(_conflict.opened_at, _conflict.id)
)
IN_DOUBT = (
    select(_conflict.external_id)
    .where(_conflict.tenant_id == bindparam("tenant_id"), *_open_side, _conflict.field == PAIRING)
    .order_by(_conflict.external_id)
)
COUNT_OPEN = (
    select(func.count()).select_from(SYNC_CONFLICT).where(_conflict.tenant_id == bindparam("tenant_id"), *_open_side)
)


class SqlConflicts(SqlVersioned[Conflict, ConflictId], Conflicts):
    """The table ``sync_conflict``."""

    def __init__(self, transaction: Transaction, tenant_id: TenantId, shape: Shape[Conflict], outbox: Outbox) -> None:
        super().__init__(transaction, tenant_id, shape)
        self._outbox = outbox

    async def add(self, entity: Conflict) -> None:
        """One insert."""
        await super().add(entity)
        self._outbox.take((entity,))

    async def save(self, entity: Conflict) -> None:
        """One update."""
        await super().save(entity)
        self._outbox.take((entity,))

    async def open_of(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, Sequence[Conflict]]:
        """By the index of the open ones."""
        statement = self._transaction.among(OPEN_OF, _conflict.external_id, external_ids)
        found = await self._select(statement, account_id=account_id, kind=kind)
        return grouped(found, lambda conflict: conflict.external_id)

    async def in_doubt(self, account_id: AccountId, kind: str) -> Collection[str]:
        """By the index of the open ones."""
        parameters = {"tenant_id": self._tenant_id, "account_id": account_id, "kind": kind}
        return [key for (key,) in await self._transaction.fetch(IN_DOUBT, parameters)]

    async def about(self, kind: str, local_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Conflict]]:
        """By the index of the open ones: of all that are asked as a whole, which are few."""
        return about_whom(await self._select(ABOUT, kind=kind), local_ids) if local_ids else {}

    async def count_open(self, account_id: AccountId, kind: str) -> int:
        """By the index of the open ones."""
        parameters = {"tenant_id": self._tenant_id, "account_id": account_id, "kind": kind}
        return int((await self._transaction.fetch(COUNT_OPEN, parameters))[0][0])
