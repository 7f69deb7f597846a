"""By which laws records are merged."""

from datetime import datetime
from uuid import UUID

from ....application.ports.sync_books import PolicyDocument
from ....application.sync.policies.change_policy import ShownPolicy
from ....domain.sync.policy import policy_document
from ..policy_documents import PolicyBody, body_of
from .values import Answer


class PolicyLayerAnswer(Answer):
    """What the tenant (``account_id`` null) or an account says; ``document`` is what was put, empty where it was taken
    away. ``version`` counts from 1."""

    account_id: UUID | None
    kind: str
    version: int
    document: PolicyBody
    set_by: str
    set_at: datetime


class PolicyAnswer(Answer):
    """What holds for a kind of record: ``document`` in full, ``laws`` by field. ``layers`` are those that say
    something, the tenant's before the account's; without any, what is built in holds. ``version`` grows with every
    change of a layer. ``held_back``: of an account, why ``create_there`` or ``delete_there`` does not count there
    though it is on, such as writing that is switched off."""

    kind: str
    account_id: UUID | None
    version: int
    document: PolicyBody
    laws: dict[str, str]
    layers: list[PolicyLayerAnswer]
    held_back: dict[str, str]


class OnePolicyAnswer(Answer):
    """One policy."""

    policy: PolicyAnswer


class OnePolicyLayerAnswer(Answer):
    """The layer as it was put."""

    layer: PolicyLayerAnswer


class PolicyVersionsAnswer(Answer):
    """Every version of a layer, latest first."""

    versions: list[PolicyLayerAnswer]
    count: int


def policy(shown: ShownPolicy) -> PolicyAnswer:
    """What holds."""
    return PolicyAnswer(
        kind=shown.kind,
        account_id=shown.account_id,
        version=shown.policy.version,
        document=body_of(policy_document(shown.policy)),
        laws={field.name: shown.policy.law(field).name for field in shown.schema.fields},
        layers=[policy_layer(layer) for layer in shown.layers],
        held_back=dict(shown.held_back),
    )


def policy_layer(layer: PolicyDocument) -> PolicyLayerAnswer:
    """A layer."""
    return PolicyLayerAnswer(
        account_id=layer.account_id,
        kind=layer.kind,
        version=layer.version,
        document=body_of(layer.document),
        set_by=layer.set_by,
        set_at=layer.set_at,
    )
