"""Pushes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, func, literal, select

from ....application.ports.sync_books import Pushes
from ....domain.shared.ids import AccountId, PushId
from ....domain.sync.push import Push, PushState
from ...grouping import grouped
from ..hints import few
from ..mappers import pushes as mappers
from ..tables import SYNC_PUSH
from .entities import Shape, SqlEntities, rows_of
from .slices import in_slices

PUSHES = Shape("push", SYNC_PUSH, mappers.push_row, mappers.push)

_ACCOUNT: BindParameter[Any] = bindparam("account_id")
_KIND: BindParameter[Any] = bindparam("kind")
_push = SYNC_PUSH.c

# Written out: neither database sees from a parameter that a partial index holds what is asked for.
_IS_WAITING = _push.state == literal(PushState.WAITING.value, literal_execute=True)
_waiting_side = (_push.account_id == _ACCOUNT, _push.kind == _KIND, _IS_WAITING)
WAITING = rows_of(SYNC_PUSH).where(*_waiting_side).order_by(_push.created_at, _push.id).limit(bindparam("limit"))
COUNT_WAITING = (
    select(func.count()).select_from(SYNC_PUSH).where(_push.tenant_id == bindparam("tenant_id"), *_waiting_side)
)
_is_unanswered = (
    _push.state != literal(PushState.DONE.value, literal_execute=True),
    _push.state != literal(PushState.DROPPED.value, literal_execute=True),
)
_unanswered_side = (few(_push.account_id == _ACCOUNT), _push.kind == _KIND, *_is_unanswered)
UNANSWERED_OF = rows_of(SYNC_PUSH).where(*_unanswered_side).order_by(_push.created_at, _push.id)
TRIED_IN_VAIN = (
    rows_of(SYNC_PUSH)
    .where(
        *(_push.state == literal(PushState.DROPPED.value, literal_execute=True), _push.attempts > 0),
        *(_push.account_id == _ACCOUNT, _push.kind == _KIND, _push.external_id == bindparam("external_id")),
        _push.updated_at >= bindparam("since"),
    )
    .order_by(_push.created_at, _push.id)
)
CREATING = select(_push.local_id).where(
    _push.tenant_id == bindparam("tenant_id"), *_unanswered_side, _push.external_id.is_(None)
)
CREATIONS = (
    rows_of(SYNC_PUSH).where(*_unanswered_side, _push.external_id.is_(None)).order_by(_push.created_at, _push.id)
)
SENT_UNANSWERED = (
    rows_of(SYNC_PUSH)
    .where(
        *(*_unanswered_side, _push.external_id.is_(None), _push.attempts > 0),
        _push.state != literal(PushState.REFUSED.value, literal_execute=True),
    )
    .order_by(_push.created_at, _push.id)
)


class SqlPushes(SqlEntities[Push, PushId], Pushes):
    """The table ``sync_push``."""

    async def waiting(self, account_id: AccountId, kind: str, *, limit: int) -> Sequence[Push]:
        """By the index of the waiting ones; of one instant, the smaller id first."""
        return await self._select(WAITING, account_id=account_id, kind=kind, limit=limit)

    async def of_records(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, Sequence[Push]]:
        """By the index of the unanswered ones; of one instant, the smaller id first."""
        statement = self._transaction.among(UNANSWERED_OF, _push.external_id, external_ids)
        found = await self._select(statement, account_id=account_id, kind=kind)
        return grouped(found, lambda push: str(push.external_id))

    async def tried_in_vain(
        self, account_id: AccountId, kind: str, external_id: str, *, since: datetime
    ) -> Sequence[Push]:
        """By the index of the states; of one instant, the smaller id first."""
        of = {"account_id": account_id, "kind": kind, "external_id": external_id}
        return await self._select(TRIED_IN_VAIN, long=True, **of, since=since)

    async def creating(self, account_id: AccountId, kind: str) -> Collection[UUID]:
        """By the index of the unanswered ones."""
        parameters = {"tenant_id": self._tenant_id, "account_id": account_id, "kind": kind}
        return {local_id for (local_id,) in await self._transaction.fetch(CREATING, parameters)}

    async def creations(self, account_id: AccountId, kind: str, local_ids: Collection[UUID]) -> Mapping[UUID, Push]:
        """By the index of the unanswered ones; of one instant, the one with the greater id."""
        found: dict[UUID, Push] = {}
        for slice_ in in_slices(local_ids):
            statement = self._transaction.among(CREATIONS, _push.local_id, slice_)
            pushes = await self._select(statement, account_id=account_id, kind=kind)
            found.update((push.local_id, push) for push in pushes)
        return found

    async def sent_unanswered(self, account_id: AccountId, kind: str) -> Sequence[Push]:
        """By the index of the unanswered ones; of one instant, the smaller id first."""
        return await self._select(SENT_UNANSWERED, account_id=account_id, kind=kind)

    async def count_waiting(self, account_id: AccountId, kind: str) -> int:
        """By the index of the waiting ones."""
        parameters = {"tenant_id": self._tenant_id, "account_id": account_id, "kind": kind}
        return int((await self._transaction.fetch(COUNT_WAITING, parameters))[0][0])
