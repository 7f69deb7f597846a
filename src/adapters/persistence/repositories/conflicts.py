"""Conflicts."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Text, and_, bindparam, func, literal, or_, select

from ....application.ports.sync_books import Conflicts
from ....domain.shared.ids import AccountId, ConflictId
from ....domain.sync.conflict import PAIRING, Conflict, ConflictState
from ....domain.sync.decision import WHOLE
from ...grouping import grouped
from ..mappers import conflicts as mappers
from ..tables import SYNC_CONFLICT
from .entities import Shape, SqlVersioned, rows_of

CONFLICTS = Shape("conflict", SYNC_CONFLICT, mappers.conflict_row, mappers.conflict)

_conflict = SYNC_CONFLICT.c
# Written out: neither database sees from a parameter that a partial index holds what is asked for.
_IS_OPEN = _conflict.state == literal(ConflictState.OPEN.value, literal_execute=True)
_open_side = (_conflict.account_id == bindparam("account_id"), _conflict.kind == bindparam("kind"), _IS_OPEN)
OPEN_OF = rows_of(SYNC_CONFLICT).where(*_open_side).order_by(_conflict.external_id, _conflict.field)
# Ids are as long as each other, so that one is in the text of the candidates only where it is one of them.
_is_it = _conflict.candidates.contains(bindparam("candidate", type_=Text))
ABOUT = OPEN_OF.where(
    or_(
        and_(_conflict.field == WHOLE, _conflict.local_id == bindparam("local_id")),
        and_(_conflict.field == PAIRING, _is_it),
    )
)
COUNT_OPEN = (
    select(func.count()).select_from(SYNC_CONFLICT).where(_conflict.tenant_id == bindparam("tenant_id"), *_open_side)
)


class SqlConflicts(SqlVersioned[Conflict, ConflictId], Conflicts):
    """The table ``sync_conflict``."""

    async def open_of(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, Sequence[Conflict]]:
        """By the index of the open ones."""
        statement = self._transaction.among(OPEN_OF, _conflict.external_id, external_ids)
        found = await self._select(statement, account_id=account_id, kind=kind)
        return grouped(found, lambda conflict: conflict.external_id)

    async def about(self, account_id: AccountId, kind: str, local_id: UUID) -> Sequence[Conflict]:
        """By the index of the open ones."""
        return await self._select(ABOUT, account_id=account_id, kind=kind, local_id=local_id, candidate=str(local_id))

    async def count_open(self, account_id: AccountId, kind: str) -> int:
        """By the index of the open ones."""
        parameters = {"tenant_id": self._tenant_id, "account_id": account_id, "kind": kind}
        return int((await self._transaction.fetch(COUNT_OPEN, parameters))[0][0])
