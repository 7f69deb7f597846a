"""Policies and overrides."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete

from ....application.ports.sync_books import Overrides, Policies, PolicyDocument
from ....domain.shared.errors import NotFound, StaleVersion
from ....domain.shared.ids import AccountId
from ....domain.sync.override import Override
from ...grouping import grouped
from ..mappers import policies as mappers
from ..tables import SYNC_OVERRIDE, SYNC_POLICY
from .entities import rows_of
from .rows import Rows

_ACCOUNT: BindParameter[Any] = bindparam("account_id")
_KIND: BindParameter[Any] = bindparam("kind")
_LIMIT: BindParameter[Any] = bindparam("limit")
_policy, _override = SYNC_POLICY.c, SYNC_OVERRIDE.c

VERSIONS = (
    rows_of(SYNC_POLICY)
    .where(_policy.kind == _KIND, _policy.account_id == _ACCOUNT)
    .order_by(_policy.version.desc())
    .limit(_LIMIT)
)
LAYERS = rows_of(SYNC_POLICY).order_by(_policy.kind, _policy.account_id, _policy.version)
_ALL_VERSIONS = 1_000_000

OVERRIDES_OF = (
    rows_of(SYNC_OVERRIDE)
    .where(_override.account_id == _ACCOUNT, _override.kind == _KIND)
    .order_by(_override.external_id, _override.field)
)
ALL_OVERRIDES = (
    rows_of(SYNC_OVERRIDE)
    .order_by(_override.account_id, _override.kind, _override.external_id, _override.field)
    .limit(_LIMIT)
    .offset(bindparam("offset"))
)
_REMOVE_OVERRIDE = delete(SYNC_OVERRIDE).where(
    _override.tenant_id == bindparam("tenant_id"),
    _override.account_id == _ACCOUNT,
    _override.kind == _KIND,
    _override.external_id == bindparam("external_id"),
    _override.field == bindparam("field"),
)


class SqlPolicies(Rows, Policies):
    """The table ``sync_policy``."""

    async def latest(self, kind: str, account_id: AccountId | None) -> PolicyDocument | None:
        """By primary key."""
        return next(iter(await self._versions(kind, account_id, limit=1)), None)

    async def all(self) -> Sequence[PolicyDocument]:
        """Of all versions, which are few, the latest."""
        documents = map(mappers.policy, await self._fetch(LAYERS))
        return list({(document.kind, document.account_id): document for document in documents}.values())

    async def versions(self, kind: str, account_id: AccountId | None) -> Sequence[PolicyDocument]:
        """By primary key."""
        return await self._versions(kind, account_id, limit=_ALL_VERSIONS)

    async def add(self, document: PolicyDocument) -> None:
        """One insert; of two at once, the primary key lets one through."""
        latest = await self.latest(document.kind, document.account_id)
        row = mappers.policy_row(self._tenant_id, document)
        follows = document.version == (latest.version if latest else 0) + 1
        if not follows or not await self._transaction.insert(SYNC_POLICY, (row,), 1):
            raise StaleVersion(f"the policy of {document.kind} was changed meanwhile", kind="policy")

    async def _versions(self, kind: str, account_id: AccountId | None, *, limit: int) -> Sequence[PolicyDocument]:
        key = mappers.NO_ACCOUNT if account_id is None else account_id
        return [mappers.policy(row) for row in await self._fetch(VERSIONS, kind=kind, account_id=key, limit=limit)]


class SqlOverrides(Rows, Overrides):
    """The table ``sync_override``."""

    async def of_records(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, Sequence[Override]]:
        """By primary key."""
        statement = self._transaction.among(OVERRIDES_OF, _override.external_id, external_ids)
        rows = await self._fetch(statement, account_id=account_id, kind=kind)
        return grouped(map(mappers.override, rows), lambda override: override.external_id)

    async def all(self, *, limit: int, offset: int) -> Sequence[Override]:
        """By primary key."""
        return [mappers.override(row) for row in await self._fetch(ALL_OVERRIDES, limit=limit, offset=offset)]

    async def put_many(self, overrides: Sequence[Override]) -> None:
        """In bulk; of two with one key the later one stays."""
        latest = {(o.account_id, o.kind, o.external_id, o.field): o for o in overrides}
        if latest:
            rows = (mappers.override_row(self._tenant_id, override) for override in latest.values())
            await self._transaction.upsert(SYNC_OVERRIDE, rows, len(latest))

    async def remove(self, account_id: AccountId, kind: str, external_id: str, field: str) -> None:
        """By primary key."""
        key = {"account_id": account_id, "kind": kind, "external_id": external_id, "field": field}
        if not await self._transaction.execute(_REMOVE_OVERRIDE, {"tenant_id": self._tenant_id, **key}):
            raise NotFound("override", field)
