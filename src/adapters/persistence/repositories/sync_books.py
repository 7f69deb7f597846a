"""Policies, overrides, conflicts, plans, pushes, states and due records."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import BindParameter, Select, bindparam, delete, func, literal, select

from ....application.ports.sync_books import (
    Conflicts,
    DueRecords,
    Overrides,
    Plans,
    Policies,
    PolicyDocument,
    Pushes,
    SyncStates,
)
from ....domain.shared.errors import AlreadyExists, NotFound, StaleVersion, StorageConflict
from ....domain.shared.ids import AccountId, ConflictId, PlanId, PushId, TenantId
from ....domain.sync.conflict import Conflict, ConflictState
from ....domain.sync.kept_plan import KeptPlan
from ....domain.sync.override import Override
from ....domain.sync.push import Push, PushState
from ....domain.sync.state import SyncState
from ..connection import Transaction
from ..hints import few
from ..mappers import sync_books as mappers
from ..mappers.values import Row
from ..tables import (
    DUE_RECORD,
    SYNC_CONFLICT,
    SYNC_OVERRIDE,
    SYNC_PLAN,
    SYNC_PLAN_STEP,
    SYNC_POLICY,
    SYNC_PUSH,
    SYNC_STATE,
)
from .entities import Shape, SqlEntities, SqlVersioned, rows_of
from .slices import in_slices

T = TypeVar("T")

CONFLICTS = Shape("conflict", SYNC_CONFLICT, mappers.conflict_row, mappers.conflict)
PLANS = Shape("plan", SYNC_PLAN, mappers.plan_row, mappers.plan)
PUSHES = Shape("push", SYNC_PUSH, mappers.push_row, mappers.push)

_policy, _override, _conflict, _push = SYNC_POLICY.c, SYNC_OVERRIDE.c, SYNC_CONFLICT.c, SYNC_PUSH.c
_plan, _step, _state, _due = SYNC_PLAN.c, SYNC_PLAN_STEP.c, SYNC_STATE.c, DUE_RECORD.c
_ACCOUNT: BindParameter[Any] = bindparam("account_id")
_KIND: BindParameter[Any] = bindparam("kind")
_LIMIT: BindParameter[Any] = bindparam("limit")

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

# Written out: neither database sees from a parameter that a partial index holds what is asked for.
_IS_OPEN = _conflict.state == literal(ConflictState.OPEN.value, literal_execute=True)
_IS_WAITING = _push.state == literal(PushState.WAITING.value, literal_execute=True)
_open_side = (_conflict.account_id == _ACCOUNT, _conflict.kind == _KIND, _IS_OPEN)
OPEN_OF = rows_of(SYNC_CONFLICT).where(*_open_side).order_by(_conflict.external_id, _conflict.field)
COUNT_OPEN = (
    select(func.count()).select_from(SYNC_CONFLICT).where(_conflict.tenant_id == bindparam("tenant_id"), *_open_side)
)

LATEST_PLANS = rows_of(SYNC_PLAN).order_by(_plan.created_at.desc(), _plan.id.desc()).limit(_LIMIT)
LATEST_OF_ACCOUNT = LATEST_PLANS.where(_plan.account_id == _ACCOUNT)
_of_plan = (_step.tenant_id == bindparam("tenant_id"), _step.plan_id == bindparam("plan_id"))
STEPS = (
    select(_step.number, _step.kind, _step.line)
    .where(*_of_plan, _step.number >= bindparam("start"))
    .order_by(_step.number)
    .limit(_LIMIT)
)
_REMOVE_STEPS = delete(SYNC_PLAN_STEP).where(*_of_plan)

_waiting_side = (_push.account_id == _ACCOUNT, _push.kind == _KIND, _IS_WAITING)
WAITING = rows_of(SYNC_PUSH).where(*_waiting_side).order_by(_push.created_at, _push.id).limit(_LIMIT)
COUNT_WAITING = (
    select(func.count()).select_from(SYNC_PUSH).where(_push.tenant_id == bindparam("tenant_id"), *_waiting_side)
)
_unanswered_side = (
    few(_push.account_id == _ACCOUNT),
    _push.kind == _KIND,
    _push.state != literal(PushState.DONE.value, literal_execute=True),
    _push.state != literal(PushState.DROPPED.value, literal_execute=True),
)
UNANSWERED_OF = rows_of(SYNC_PUSH).where(*_unanswered_side).order_by(_push.created_at, _push.id)
CREATING = select(_push.local_id).where(
    _push.tenant_id == bindparam("tenant_id"), *_unanswered_side, _push.external_id.is_(None)
)

STATE = rows_of(SYNC_STATE).where(_state.account_id == _ACCOUNT, _state.kind == _KIND)
STATES = rows_of(SYNC_STATE).order_by(_state.account_id, _state.kind)

_due_side = (_due.tenant_id == bindparam("tenant_id"), _due.account_id == _ACCOUNT, _due.kind == _KIND)
DUE = select(_due.external_id).where(*_due_side)
_NOT_DUE = delete(DUE_RECORD).where(*_due_side, _due.external_id.in_(bindparam("ids", expanding=True)))


class _Rows:
    """What collections of values share: the transaction and the tenant."""

    def __init__(self, transaction: Transaction, tenant_id: TenantId) -> None:
        self._transaction = transaction
        self._tenant_id = tenant_id

    async def _fetch(self, statement: Select[Any], **parameters: object) -> Sequence[Row]:
        return await self._transaction.fetch(statement, {"tenant_id": self._tenant_id, **parameters})


class SqlPolicies(_Rows, Policies):
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


class SqlOverrides(_Rows, Overrides):
    """The table ``sync_override``."""

    async def of_records(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, Sequence[Override]]:
        """By primary key."""
        statement = self._transaction.among(OVERRIDES_OF, _override.external_id, external_ids)
        rows = await self._fetch(statement, account_id=account_id, kind=kind)
        return _grouped(map(mappers.override, rows), lambda override: override.external_id)

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


class SqlConflicts(SqlVersioned[Conflict, ConflictId], Conflicts):
    """The table ``sync_conflict``."""

    async def open_of(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, Sequence[Conflict]]:
        """By the index of the open ones."""
        statement = self._transaction.among(OPEN_OF, _conflict.external_id, external_ids)
        found = await self._select(statement, account_id=account_id, kind=kind)
        return _grouped(found, lambda conflict: conflict.external_id)

    async def count_open(self, account_id: AccountId, kind: str) -> int:
        """By the index of the open ones."""
        parameters = {"tenant_id": self._tenant_id, "account_id": account_id, "kind": kind}
        return int((await self._transaction.fetch(COUNT_OPEN, parameters))[0][0])


class SqlPlans(SqlEntities[KeptPlan, PlanId], Plans):
    """The tables ``sync_plan`` and ``sync_plan_step``."""

    async def latest(self, *, limit: int, account_id: AccountId | None = None) -> Sequence[KeptPlan]:
        """By index; of one instant, the greater id first."""
        if account_id is None:
            return await self._select(LATEST_PLANS, limit=limit)
        return await self._select(LATEST_OF_ACCOUNT, limit=limit, account_id=account_id)

    async def add_steps(self, plan_id: PlanId, start: int, steps: Sequence[tuple[str, str]]) -> None:
        """In bulk; the foreign key knows a plan that is not there."""
        rows = [(self._tenant_id, plan_id, number, kind, line) for number, (kind, line) in enumerate(steps, start)]
        if rows and not await self._transaction.insert(SYNC_PLAN_STEP, rows, len(rows)):
            raise AlreadyExists("there is such a step already", kind="step")

    async def steps(self, plan_id: PlanId, *, start: int, limit: int) -> Sequence[tuple[int, str, str]]:
        """By primary key."""
        parameters = {"tenant_id": self._tenant_id, "plan_id": plan_id, "start": start, "limit": limit}
        rows = await self._transaction.fetch(STEPS, parameters, long=True)
        return [(int(number), str(kind), str(line)) for number, kind, line in rows]

    async def remove_steps(self, plan_id: PlanId) -> None:
        """One delete."""
        await self._transaction.execute(_REMOVE_STEPS, {"tenant_id": self._tenant_id, "plan_id": plan_id})


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
        return _grouped(found, lambda push: str(push.external_id))

    async def creating(self, account_id: AccountId, kind: str) -> Collection[UUID]:
        """By the index of the unanswered ones."""
        parameters = {"tenant_id": self._tenant_id, "account_id": account_id, "kind": kind}
        return {local_id for (local_id,) in await self._transaction.fetch(CREATING, parameters)}

    async def count_waiting(self, account_id: AccountId, kind: str) -> int:
        """By the index of the waiting ones."""
        parameters = {"tenant_id": self._tenant_id, "account_id": account_id, "kind": kind}
        return int((await self._transaction.fetch(COUNT_WAITING, parameters))[0][0])


class SqlSyncStates(_Rows, SyncStates):
    """The table ``sync_state``."""

    async def get(self, account_id: AccountId, kind: str) -> SyncState:
        """By primary key."""
        rows = await self._fetch(STATE, account_id=account_id, kind=kind)
        return mappers.state(rows[0]) if rows else SyncState(account_id=account_id, kind=kind)

    async def all(self) -> Sequence[SyncState]:
        """By primary key."""
        return [mappers.state(row) for row in await self._fetch(STATES)]

    async def put(self, state: SyncState) -> None:
        """One upsert."""
        await self._transaction.upsert(SYNC_STATE, (mappers.state_row(self._tenant_id, state),), 1)


class SqlDueRecords(_Rows, DueRecords):
    """The table ``due_record``."""

    async def all(self, account_id: AccountId, kind: str) -> Collection[str]:
        """By primary key."""
        parameters = {"tenant_id": self._tenant_id, "account_id": account_id, "kind": kind}
        return {str(external_id) for (external_id,) in await self._transaction.fetch_raw(DUE, parameters)}

    async def add(self, account_id: AccountId, kind: str, external_ids: Iterable[str]) -> None:
        """Those that are not there yet. Raises StorageConflict when somebody else adds one of them at this moment."""
        wanted = list(dict.fromkeys(external_ids))
        if not wanted:
            return
        known = self._transaction.among(DUE, _due.external_id, wanted)
        there = {row[0] for row in await self._fetch(known, account_id=account_id, kind=kind)}
        rows = [(self._tenant_id, account_id, kind, key) for key in wanted if key not in there]
        if rows and not await self._transaction.insert(DUE_RECORD, rows, len(rows)):
            raise StorageConflict("one of the records became due by somebody else meanwhile")

    async def remove(self, account_id: AccountId, kind: str, external_ids: Collection[str]) -> None:
        """In slices."""
        for slice_ in in_slices(external_ids):
            parameters = {"tenant_id": self._tenant_id, "account_id": account_id, "kind": kind, "ids": slice_}
            await self._transaction.execute(_NOT_DUE, parameters)


def _grouped(rows: Iterable[T], key: Callable[[T], str]) -> Mapping[str, Sequence[T]]:
    found: defaultdict[str, list[T]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return dict(found)
