"""Policies, overrides, conflicts, plans, pushes and states."""

from uuid import UUID

import msgspec

from ....application.ports.sync_books import PolicyDocument
from ....domain.shared.ids import AccountId, TenantId
from ....domain.sync.conflict import Choice, Conflict, ConflictState, Resolution
from ....domain.sync.kept_plan import KeptPlan, Part, PlanState
from ....domain.sync.laws import Edited
from ....domain.sync.override import Override
from ....domain.sync.push import Push, PushState
from ....domain.sync.state import Phase, SyncState
from .values import Row, document, to_json, value, values, words

# In the place of an account, where a policy is the tenant's.
NO_ACCOUNT = AccountId(UUID(int=0))

_parts = msgspec.json.Decoder(tuple[Part, ...])


def policy_row(tenant_id: TenantId, d: PolicyDocument) -> Row:
    """To write."""
    account_id = NO_ACCOUNT if d.account_id is None else d.account_id
    return (tenant_id, d.kind, account_id, d.version, to_json(d.document), d.set_by, d.set_at)


def policy(row: Row) -> PolicyDocument:
    """As read."""
    return PolicyDocument(
        kind=row[1],
        account_id=None if row[2] == NO_ACCOUNT else row[2],
        version=row[3],
        document=document(row[4]),
        set_by=row[5],
        set_at=row[6],
    )


def override_row(tenant_id: TenantId, o: Override) -> Row:
    """To write."""
    return (
        tenant_id,
        o.account_id,
        o.kind,
        o.external_id,
        o.field,
        o.local_id,
        o.law,
        o.because,
        o.change_id,
        o.set_by,
        o.set_at,
    )


def override(row: Row) -> Override:
    """As read."""
    return Override(
        account_id=row[1],
        kind=row[2],
        external_id=row[3],
        field=row[4],
        local_id=row[5],
        law=row[6],
        because=row[7],
        change_id=row[8],
        set_by=row[9],
        set_at=row[10],
    )


def conflict_row(c: Conflict) -> Row:
    """To write."""
    edited, made = c.edited, c.resolution
    return (
        c.tenant_id,
        c.id,
        c.account_id,
        c.kind,
        c.external_id,
        c.local_id,
        c.field,
        to_json(c.base),
        to_json(c.ours),
        to_json(c.theirs),
        edited.ours_at,
        edited.theirs_at,
        edited.resolution_s,
        edited.skew_s,
        to_json(c.candidates),
        c.rule,
        c.reason,
        c.run_id,
        c.state.value,
        made.choice.value if made else None,
        to_json(made.value) if made else None,
        made.by if made else None,
        made.at if made else None,
        c.opened_at,
        c.updated_at,
        c.version,
    )


def conflict(row: Row) -> Conflict:
    """As read."""
    return Conflict(
        tenant_id=row[0],
        id=row[1],
        account_id=row[2],
        kind=row[3],
        external_id=row[4],
        local_id=row[5],
        field=row[6],
        base=value(row[7]),
        ours=value(row[8]),
        theirs=value(row[9]),
        edited=Edited(ours_at=row[10], theirs_at=row[11], resolution_s=row[12], skew_s=row[13]),
        candidates=tuple(words(row[14])),
        rule=row[15],
        reason=row[16],
        run_id=row[17],
        state=ConflictState(row[18]),
        resolution=_resolution(row),
        opened_at=row[23],
        updated_at=row[24],
        version=row[25],
    )


def _resolution(row: Row) -> Resolution | None:
    choice, chosen, by, at = row[19:23]
    return None if choice is None else Resolution(choice=Choice(choice), value=value(chosen), by=by, at=at)


def plan_row(p: KeptPlan) -> Row:
    """To write."""
    return (
        p.tenant_id,
        p.id,
        p.account_id,
        p.kind,
        p.run_id,
        p.state.value,
        to_json(p.parts),
        p.accepted_by,
        p.created_at,
        p.applied_at,
    )


def plan(row: Row) -> KeptPlan:
    """As read."""
    return KeptPlan(
        tenant_id=row[0],
        id=row[1],
        account_id=row[2],
        kind=row[3],
        run_id=row[4],
        state=PlanState(row[5]),
        parts=_parts.decode(row[6]),
        accepted_by=row[7],
        created_at=row[8],
        applied_at=row[9],
    )


def push_row(p: Push) -> Row:
    """To write."""
    return (
        p.tenant_id,
        p.id,
        p.account_id,
        p.kind,
        p.external_id,
        p.local_id,
        to_json(p.values),
        to_json(p.expected),
        p.run_id,
        p.state.value,
        p.attempts,
        p.why,
        p.created_at,
        p.updated_at,
    )


def push(row: Row) -> Push:
    """As read."""
    return Push(
        tenant_id=row[0],
        id=row[1],
        account_id=row[2],
        kind=row[3],
        external_id=row[4],
        local_id=row[5],
        values=values(row[6]),
        expected=values(row[7]),
        run_id=row[8],
        state=PushState(row[9]),
        attempts=row[10],
        why=row[11],
        created_at=row[12],
        updated_at=row[13],
    )


def state_row(tenant_id: TenantId, s: SyncState) -> Row:
    """To write."""
    return (
        tenant_id,
        s.account_id,
        s.kind,
        s.phase.value,
        s.run_id,
        s.seen,
        s.cursor,
        s.cursor_at,
        s.complete_at,
        s.succeeded_at,
        s.policy_version,
    )


def state(row: Row) -> SyncState:
    """As read."""
    return SyncState(
        account_id=row[1],
        kind=row[2],
        phase=Phase(row[3]),
        run_id=row[4],
        seen=row[5],
        cursor=row[6],
        cursor_at=row[7],
        complete_at=row[8],
        succeeded_at=row[9],
        policy_version=row[10],
    )
