"""What a sync keeps, for tests: valid, small, and different in exactly what the test names."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from tresen.application.ports.sync_books import PolicyDocument
from tresen.domain.shared.ids import AccountId, ConflictId, PlanId, PushId
from tresen.domain.sync.canonical import Value, Values
from tresen.domain.sync.conflict import Conflict, ConflictState
from tresen.domain.sync.kept_plan import KeptPlan, Part, PlanState
from tresen.domain.sync.override import Override
from tresen.domain.sync.push import Push, PushState
from tresen.domain.tenancy.provider_account import ProviderAccount

from .builders import IDS, NOON, RUN


def a_policy(
    kind: str = "member",
    account_id: AccountId | None = None,
    *,
    version: int = 1,
    document: Mapping[str, object] | None = None,
) -> PolicyDocument:
    return PolicyDocument(
        kind=kind,
        account_id=account_id,
        version=version,
        document={"default": "ours"} if document is None else document,
        set_by="Ada",
        set_at=NOON,
    )


def an_override(
    account: ProviderAccount,
    external_id: str = "17",
    field: str = "email",
    *,
    kind: str = "member",
    law: str = "ours",
    local_id: UUID | None = None,
) -> Override:
    return Override(
        account_id=account.id,
        kind=kind,
        external_id=external_id,
        local_id=local_id or IDS.new(),
        field=field,
        law=law,
        because="it was undone",
        set_by="Ada",
        set_at=NOON,
    )


def a_conflict(
    account: ProviderAccount,
    external_id: str = "17",
    field: str = "email",
    *,
    kind: str = "member",
    base: Value = None,
    ours: Value = "a",
    theirs: Value = "b",
    state: ConflictState = ConflictState.OPEN,
    opened_at: datetime = NOON,
) -> Conflict:
    return Conflict(
        id=ConflictId(IDS.new()),
        tenant_id=account.tenant_id,
        account_id=account.id,
        kind=kind,
        external_id=external_id,
        local_id=IDS.new(),
        field=field,
        base=base,
        ours=ours,
        theirs=theirs,
        rule="ask",
        reason="both changed it",
        run_id=RUN,
        state=state,
        opened_at=opened_at,
        updated_at=opened_at,
    )


def a_plan(
    account: ProviderAccount,
    *,
    parts: Sequence[Part] = (),
    state: PlanState = PlanState.BROKEN,
    created_at: datetime = NOON,
) -> KeptPlan:
    return KeptPlan(
        id=PlanId(IDS.new()),
        tenant_id=account.tenant_id,
        account_id=account.id,
        kind="members",
        run_id=RUN,
        state=state,
        parts=tuple(parts),
        created_at=created_at,
    )


def a_push(
    account: ProviderAccount,
    external_id: str | None = "17",
    *,
    kind: str = "member",
    values: Values | None = None,
    expected: Values | None = None,
    state: PushState = PushState.WAITING,
    created_at: datetime = NOON,
) -> Push:
    return Push(
        id=PushId(IDS.new()),
        tenant_id=account.tenant_id,
        account_id=account.id,
        kind=kind,
        external_id=external_id,
        local_id=IDS.new(),
        values=values or {},
        expected=expected or {},
        run_id=RUN,
        state=state,
        created_at=created_at,
        updated_at=created_at,
    )
