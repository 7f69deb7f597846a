"""Policies, overrides, conflicts, plans, pushes, states and due records in memory."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from heapq import nlargest, nsmallest
from itertools import chain
from typing import TypeVar
from uuid import UUID

from ...application.ports.sync_books import (
    Conflicts,
    DueRecords,
    Overrides,
    Plans,
    Policies,
    PolicyDocument,
    Pushes,
    SyncStates,
)
from ...domain.shared.errors import AlreadyExists, NotFound, StaleVersion
from ...domain.shared.ids import AccountId, ConflictId, PlanId, PushId, TenantId
from ...domain.sync.conflict import Conflict, ConflictState
from ...domain.sync.kept_plan import KeptPlan
from ...domain.sync.override import Override
from ...domain.sync.push import Push, PushState
from ...domain.sync.state import SyncState
from .entities import MemoryEntities, MemoryVersioned
from .store import LayerKey, OverrideKey, PlanStep, RecordKey
from .tables import Draft

V = TypeVar("V")

_UNANSWERED = {PushState.WAITING, PushState.REFUSED}


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


class MemoryConflicts(MemoryVersioned[Conflict, ConflictId], Conflicts):
    """Conflicts."""

    def __init__(self, tenant_id: TenantId, rows: Draft[UUID, Conflict]) -> None:
        super().__init__("conflict", tenant_id, rows, self._same_question)

    async def open_of(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, Sequence[Conflict]]:
        """Copies."""
        keys = ((account_id, kind, external_id) for external_id in dict.fromkeys(external_ids))
        rows = chain.from_iterable(self._rows.among("open record", key) for key in keys)
        return _grouped(map(self._rows.copy, sorted(rows, key=lambda c: c.field)), lambda c: c.external_id)

    async def count_open(self, account_id: AccountId, kind: str) -> int:
        """One by one."""
        return sum(1 for _ in self._rows.among("open side", (account_id, kind)))

    def _same_question(self, one: Conflict) -> Iterable[Conflict]:
        if one.state is not ConflictState.OPEN:
            return ()
        return self._rows.among("open", (one.account_id, one.kind, one.external_id, one.field))


class MemoryPlans(MemoryEntities[KeptPlan, PlanId], Plans):
    """Plans and their steps."""

    def __init__(
        self,
        tenant_id: TenantId,
        rows: Draft[UUID, KeptPlan],
        steps: Draft[tuple[PlanId, int], tuple[PlanId, PlanStep]],
    ) -> None:
        super().__init__("plan", tenant_id, rows)
        self._steps = steps

    async def latest(self, *, limit: int, account_id: AccountId | None = None) -> Sequence[KeptPlan]:
        """Copies; of one instant, the greater id first."""
        rows = (row for row in self._rows.all() if account_id in (None, row.account_id))
        return [self._rows.copy(row) for row in nlargest(limit, rows, key=lambda p: (p.created_at, p.id))]

    async def add_steps(self, plan_id: PlanId, start: int, steps: Sequence[tuple[str, str]]) -> None:
        """Keep them."""
        if plan_id not in self._rows:
            raise NotFound("plan", plan_id)
        numbered = [(number, kind, line) for number, (kind, line) in enumerate(steps, start)]
        if any((plan_id, number) in self._steps for number, _, _ in numbered):
            raise AlreadyExists("there is such a step already", kind="step")
        for step in numbered:
            self._steps.put((plan_id, step[0]), (plan_id, step))

    async def steps(self, plan_id: PlanId, *, start: int, limit: int) -> Sequence[PlanStep]:
        """By number."""
        return nsmallest(limit, (step for _, step in self._steps.among("plan", plan_id) if step[0] >= start))

    async def remove_steps(self, plan_id: PlanId) -> None:
        """Forget them."""
        for _, (number, _, _) in list(self._steps.among("plan", plan_id)):
            self._steps.remove((plan_id, number))


class MemoryPushes(MemoryEntities[Push, PushId], Pushes):
    """Pushes."""

    def __init__(self, tenant_id: TenantId, rows: Draft[UUID, Push]) -> None:
        super().__init__("push", tenant_id, rows)

    async def waiting(self, account_id: AccountId, kind: str, *, limit: int) -> Sequence[Push]:
        """Copies; of one instant, the smaller id first."""
        rows = self._rows.among("side", (account_id, kind, PushState.WAITING))
        return [self._rows.copy(row) for row in nsmallest(limit, rows, key=_oldest)]

    async def of_records(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, Sequence[Push]]:
        """Copies; of one instant, the smaller id first."""
        keys = ((account_id, kind, external_id) for external_id in dict.fromkeys(external_ids))
        rows = chain.from_iterable(self._rows.among("record", key) for key in keys)
        unanswered = sorted((row for row in rows if row.state in _UNANSWERED), key=_oldest)
        return _grouped(map(self._rows.copy, unanswered), lambda push: push.external_id or "")

    async def creating(self, account_id: AccountId, kind: str) -> Collection[UUID]:
        """Of those that wait and those that were refused."""
        rows = (row for state in _UNANSWERED for row in self._rows.among("side", (account_id, kind, state)))
        return {row.local_id for row in rows if row.external_id is None}

    async def count_waiting(self, account_id: AccountId, kind: str) -> int:
        """One by one."""
        return sum(1 for _ in self._rows.among("side", (account_id, kind, PushState.WAITING)))


class MemorySyncStates(SyncStates):
    """By account and kind."""

    def __init__(self, rows: Draft[tuple[AccountId, str], SyncState]) -> None:
        self._rows = rows

    async def get(self, account_id: AccountId, kind: str) -> SyncState:
        """What was kept, or a fresh one."""
        return self._rows.find((account_id, kind)) or SyncState(account_id=account_id, kind=kind)

    async def all(self) -> Sequence[SyncState]:
        """By key."""
        return sorted(self._rows.all(), key=lambda state: (state.account_id, state.kind))

    async def put(self, state: SyncState) -> None:
        """Keep it."""
        self._rows.put((state.account_id, state.kind), state)


class MemoryDueRecords(DueRecords):
    """Keys."""

    def __init__(self, rows: Draft[RecordKey, RecordKey]) -> None:
        self._rows = rows

    async def all(self, account_id: AccountId, kind: str) -> Collection[str]:
        """A set."""
        return {external_id for _, _, external_id in self._rows.among("side", (account_id, kind))}

    async def add(self, account_id: AccountId, kind: str, external_ids: Iterable[str]) -> None:
        """Keep them."""
        for external_id in external_ids:
            self._rows.put((account_id, kind, external_id), (account_id, kind, external_id))

    async def remove(self, account_id: AccountId, kind: str, external_ids: Collection[str]) -> None:
        """Forget them."""
        for external_id in external_ids:
            self._rows.remove((account_id, kind, external_id))


def _override_key(override: Override) -> OverrideKey:
    return (override.account_id, override.kind, override.external_id, override.field)


def _oldest(push: Push) -> tuple[object, ...]:
    return (push.created_at, push.id)


def _grouped(rows: Iterable[V], key: Callable[[V], Hashable]) -> Mapping[str, Sequence[V]]:
    found: defaultdict[str, list[V]] = defaultdict(list)
    for row in rows:
        found[str(key(row))].append(row)
    return dict(found)
