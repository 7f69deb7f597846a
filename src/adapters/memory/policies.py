"""Policies and overrides in memory."""

from collections.abc import Collection, Mapping, Sequence

from ...application.ports.sync_books import Overrides, Policies, PolicyDocument
from ...domain.shared.errors import NotFound, StaleVersion
from ...domain.shared.ids import AccountId
from ...domain.sync.override import Override
from .store import LayerKey, OverrideKey
from .tables import Draft


class MemoryPolicies(Policies):
    """Documents by layer and version."""

    def __init__(self, rows: Draft[tuple[LayerKey, int], PolicyDocument]) -> None:
        self._rows = rows

    async def latest(self, kind: str, account_id: AccountId | None) -> PolicyDocument | None:
        """A copy."""
        return next(iter(await self.versions(kind, account_id)), None)

    async def all(self) -> Sequence[PolicyDocument]:
        """Copies."""
        latest: dict[tuple[str, bytes], PolicyDocument] = {}
        for row in sorted(self._rows.all(), key=lambda d: d.version):
            latest[row.kind, row.account_id.bytes if row.account_id else b""] = row
        return [self._rows.copy(latest[key]) for key in sorted(latest)]

    async def versions(self, kind: str, account_id: AccountId | None) -> Sequence[PolicyDocument]:
        """Copies, latest first."""
        rows = sorted(self._rows.among("layer", (kind, account_id)), key=lambda d: -d.version)
        return [self._rows.copy(row) for row in rows]

    async def add(self, document: PolicyDocument) -> None:
        """Keep a copy."""
        latest = await self.latest(document.kind, document.account_id)
        if document.version != (latest.version if latest else 0) + 1:
            raise StaleVersion(f"the policy of {document.kind} was changed meanwhile", kind="policy")
        self._rows.put(((document.kind, document.account_id), document.version), document)


class MemoryOverrides(Overrides):
    """By account, kind, external id and field."""

    def __init__(self, rows: Draft[OverrideKey, Override]) -> None:
        self._rows = rows

    async def of_records(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, Sequence[Override]]:
        """By field."""
        found = {key: list(self._rows.among("record", (account_id, kind, key))) for key in external_ids}
        return {key: sorted(rows, key=lambda o: o.field) for key, rows in found.items() if rows}

    async def all(self, *, limit: int, offset: int) -> Sequence[Override]:
        """By key."""
        return sorted(self._rows.all(), key=_override_key)[offset : offset + limit]

    async def put_many(self, overrides: Sequence[Override]) -> None:
        """Keep them."""
        for override in overrides:
            self._rows.put(_override_key(override), override)

    async def remove(self, account_id: AccountId, kind: str, external_id: str, field: str) -> None:
        """Forget it."""
        key = (account_id, kind, external_id, field)
        if key not in self._rows:
            raise NotFound("override", field)
        self._rows.remove(key)


def _override_key(override: Override) -> OverrideKey:
    return (override.account_id, override.kind, override.external_id, override.field)
