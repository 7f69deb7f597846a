"""By which laws records are merged: what holds, and the tenant's and the accounts' layers of it."""

from typing import Annotated
from uuid import UUID

from litestar import delete, get, put
from litestar.params import JSONBody, QueryParameter

from ....domain.identity.role import Scope
from ....domain.shared.ids import AccountId
from ..access import needs
from ..answers.sync_policies import (
    OnePolicyAnswer,
    OnePolicyLayerAnswer,
    PolicyVersionsAnswer,
    policy,
    policy_layer,
)
from ..dependencies import Asking, Uses
from ..policy_documents import PolicyBody, document_of
from ..records import RecordKind, ensure_kind

_LAYER = frozenset({"account_id"})
Layer = Annotated[
    UUID | None, QueryParameter(name="account_id", description="This provider account's layer; else the tenant's")
]


@get(
    "/policies/{record_kind:str}",
    summary="The policy of a kind of record",
    opt=needs(Scope.SYNC_READ, query=_LAYER),
)
async def get_policy(record_kind: RecordKind, asking: Asking, uses: Uses, account_id: Layer = None) -> OnePolicyAnswer:
    """What holds for an account, or for the tenant where no account says otherwise."""
    kind = ensure_kind(uses, record_kind)
    shown = await uses.sync.show_policy(asking.tenant_id, kind, account_id=_account(account_id))
    return OnePolicyAnswer(policy=policy(shown))


@get(
    "/policies/{record_kind:str}/versions",
    summary="Every version of a layer of a policy",
    opt=needs(Scope.SYNC_READ, query=_LAYER),
)
async def list_versions(
    record_kind: RecordKind, asking: Asking, uses: Uses, account_id: Layer = None
) -> PolicyVersionsAnswer:
    """Latest first, each with who put it and when."""
    kind = ensure_kind(uses, record_kind)
    found = await uses.sync.policy_versions(asking.tenant_id, kind, account_id=_account(account_id))
    return PolicyVersionsAnswer(versions=[policy_layer(one) for one in found], count=len(found))


@put(
    "/policies/{record_kind:str}",
    summary="Put a layer of a policy",
    opt=needs(Scope.POLICIES_WRITE, query=_LAYER),
)
async def put_policy(
    record_kind: RecordKind, asking: Asking, uses: Uses, data: JSONBody[PolicyBody], account_id: Layer = None
) -> OnePolicyLayerAnswer:
    """The tenant's, or an account's on top of it, as a whole. The next sync looks at every record anew. Try it first:
    `POST /api/v1/sync/what-if`."""
    kind = ensure_kind(uses, record_kind)
    layer = await uses.sync.set_policy(
        asking.tenant_id,
        kind,
        document_of(data),
        account_id=_account(account_id),
        by=asking.name,
    )
    return OnePolicyLayerAnswer(layer=policy_layer(layer))


@delete(
    "/policies/{record_kind:str}",
    summary="Take a layer of a policy away",
    opt=needs(Scope.POLICIES_WRITE, query=_LAYER),
)
async def reset_policy(record_kind: RecordKind, asking: Asking, uses: Uses, account_id: Layer = None) -> None:
    """What is below holds again; the versions stay."""
    kind = ensure_kind(uses, record_kind)
    await uses.sync.set_policy(asking.tenant_id, kind, {}, account_id=_account(account_id), by=asking.name)


def _account(account_id: UUID | None) -> AccountId | None:
    return AccountId(account_id) if account_id else None


HANDLERS = (get_policy, list_versions, put_policy, reset_policy)
