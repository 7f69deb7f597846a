"""What collections of values, which have no id of their own, have in common."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select

from ....domain.shared.ids import TenantId
from ..connection import Transaction
from ..mappers.values import Row


class Rows:
    """What collections of values share: the transaction and the tenant."""

    def __init__(self, transaction: Transaction, tenant_id: TenantId) -> None:
        self._transaction = transaction
        self._tenant_id = tenant_id

    async def _fetch(self, statement: Select[Any], **parameters: object) -> Sequence[Row]:
        return await self._transaction.fetch(statement, {"tenant_id": self._tenant_id, **parameters})
