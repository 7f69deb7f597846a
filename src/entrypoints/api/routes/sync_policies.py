"""By which laws records are merged: what holds, and the tenant's and the accounts' layers of it."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
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
from ..bodies import Body, Text
from ..dependencies import Asking, Uses
from ..records import RecordKind

_LAYER = frozenset({"account_id"})
Layer = Annotated[
    UUID | None, QueryParameter(name="account_id", description="This provider account's layer; else the tenant's")
]
_Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
_Records = Annotated[int, msgspec.Meta(ge=0, le=2**31)]


class ShareBody(Body):
    """``percent`` of the records that both sides have, and never less than ``at_least`` records."""

    percent: _Percent | msgspec.UnsetType = msgspec.UNSET
    at_least: _Records | msgspec.UnsetType = msgspec.UNSET


class GuardsBody(Body):
    """How many records a sync may delete, how many may lose the value of one field, how many may be in conflict,
    before a person is asked."""

    deleted: ShareBody | msgspec.UnsetType = msgspec.UNSET
    blanked: ShareBody | msgspec.UnsetType = msgspec.UNSET
    conflicts: ShareBody | msgspec.UnsetType = msgspec.UNSET


class PolicyBody(Body):
    """A layer as a whole; what it does not name is as in the layer below. ``default`` and the values of ``fields`` are
    laws: theirs, ours, newest, union, ask. ``deletes``: what happens to a record that one side deleted and the other
    edited. ``create_there`` and ``delete_there`` allow to create and to delete at the provider."""

    default: Text | msgspec.UnsetType = msgspec.UNSET
    fields: Mapping[Text, Text] | msgspec.UnsetType = msgspec.UNSET
    deletes: Literal["keep_edited", "delete", "ask"] | msgspec.UnsetType = msgspec.UNSET
    create_here: bool | msgspec.UnsetType = msgspec.UNSET
    create_there: bool | msgspec.UnsetType = msgspec.UNSET
    delete_here: bool | msgspec.UnsetType = msgspec.UNSET
    delete_there: bool | msgspec.UnsetType = msgspec.UNSET
    guards: GuardsBody | msgspec.UnsetType = msgspec.UNSET


def document_of(body: PolicyBody) -> Mapping[str, Any]:
    """What was sent, as it is stored."""
    document: dict[str, Any] = msgspec.to_builtins(body)
    return document


@get(
    "/policies/{record_kind:str}",
    summary="The policy of a kind of record",
    opt=needs(Scope.SYNC_READ, query=_LAYER),
)
async def get_policy(record_kind: RecordKind, asking: Asking, uses: Uses, account_id: Layer = None) -> OnePolicyAnswer:
    """What holds for an account, or for the tenant where no account says otherwise."""
    shown = await uses.sync.show_policy(asking.tenant_id, record_kind, account_id=_account(account_id))
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
    found = await uses.sync.policy_versions(asking.tenant_id, record_kind, account_id=_account(account_id))
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
    layer = await uses.sync.set_policy(
        asking.tenant_id, record_kind, document_of(data), account_id=_account(account_id), by=asking.name
    )
    return OnePolicyLayerAnswer(layer=policy_layer(layer))


@delete(
    "/policies/{record_kind:str}",
    summary="Take a layer of a policy away",
    opt=needs(Scope.POLICIES_WRITE, query=_LAYER),
)
async def reset_policy(record_kind: RecordKind, asking: Asking, uses: Uses, account_id: Layer = None) -> None:
    """What is below holds again; the versions stay."""
    await uses.sync.set_policy(asking.tenant_id, record_kind, {}, account_id=_account(account_id), by=asking.name)


def _account(account_id: UUID | None) -> AccountId | None:
    return AccountId(account_id) if account_id else None


HANDLERS = (get_policy, list_versions, put_policy, reset_policy)
