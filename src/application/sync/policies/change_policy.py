"""Policies are looked at and changed: a layer for the tenant, and one for each account on top of it."""

from collections.abc import Mapping, Sequence

import attrs

from ....domain.shared.errors import NotFound
from ....domain.shared.ids import AccountId, TenantId
from ....domain.sync.policy import Policy, read_policy
from ....domain.sync.schema import Schema
from ....domain.tenancy.provider_account import ProviderAccount
from ...ports.clock import Clock
from ...ports.gym import GymProviders
from ...ports.sync_books import PolicyDocument
from ...ports.unit_of_work import UnitOfWork
from ...transactions import Transactions
from .held_back import held_back
from .policy_book import PolicyBook


@attrs.frozen(kw_only=True)
class ShownPolicy:
    """``policy`` is what holds, ``schema`` names the fields; ``layers`` are those that say something, the tenant's
    first. ``held_back`` are the switches of an account's policy that are on and do not count there, each with why.
    """

    kind: str
    account_id: AccountId | None
    policy: Policy
    schema: Schema
    layers: tuple[PolicyDocument, ...]
    held_back: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class ShowPolicy:
    """Raises NotFound for the account and the kind of record."""

    _transactions: Transactions
    _policies: PolicyBook
    _schemas: Mapping[str, Schema]
    _gyms: GymProviders

    async def __call__(self, tenant_id: TenantId, kind: str, *, account_id: AccountId | None = None) -> ShownPolicy:
        """For an account, or for the tenant alone. No provider is called."""
        schema = schema_of(self._schemas, kind)

        async def ask(uow: UnitOfWork) -> tuple[ProviderAccount | None, ShownPolicy]:
            account = None if account_id is None else await uow.accounts.get(account_id)
            layers = [await uow.policies.latest(kind, owner) for owner in _owners(account_id)]
            return account, ShownPolicy(
                kind=kind,
                account_id=account_id,
                policy=await self._policies.effective(uow, account_id, schema),
                schema=schema,
                layers=tuple(layer for layer in layers if layer is not None and layer.document),
            )

        account, shown = await self._transactions.read(tenant_id, ask)
        if account is None:
            return shown
        return attrs.evolve(shown, held_back=await held_back(self._gyms, account, kind, shown.policy))


@attrs.frozen
class ListPolicyVersions:
    """Raises NotFound for the account and the kind of record."""

    _transactions: Transactions
    _schemas: Mapping[str, Schema]

    async def __call__(
        self, tenant_id: TenantId, kind: str, *, account_id: AccountId | None = None
    ) -> Sequence[PolicyDocument]:
        """Every version of a layer, latest first."""
        schema_of(self._schemas, kind)

        async def ask(uow: UnitOfWork) -> Sequence[PolicyDocument]:
            if account_id is not None:
                await uow.accounts.get(account_id)
            return await uow.policies.versions(kind, account_id)

        return await self._transactions.read(tenant_id, ask)


@attrs.frozen
class SetPolicy:
    """Replaces a layer as a whole; an empty document takes it away.

    Raises NotFound for the account and the kind of record, InvalidValue for a document that makes no policy.
    """

    _transactions: Transactions
    _policies: PolicyBook
    _schemas: Mapping[str, Schema]
    _clock: Clock

    async def __call__(
        self,
        tenant_id: TenantId,
        kind: str,
        document: Mapping[str, object],
        *,
        account_id: AccountId | None = None,
        by: str,
    ) -> PolicyDocument:
        """The new version of the layer. One that says what the latest says already is no new version."""
        schema = schema_of(self._schemas, kind)
        read_policy(document, schema, self._policies.laws)

        async def work(uow: UnitOfWork) -> PolicyDocument:
            if account_id is not None:
                await uow.accounts.get(account_id)
            latest = await uow.policies.latest(kind, account_id)
            if latest is not None and latest.document == document:
                return latest
            layer = PolicyDocument(
                account_id=account_id,
                kind=kind,
                version=1 if latest is None else latest.version + 1,
                document=document,
                set_by=by,
                set_at=self._clock.now(),
            )
            await uow.policies.add(layer)
            return layer

        return await self._transactions.run(tenant_id, "set_policy", work)


def schema_of(schemas: Mapping[str, Schema], kind: str) -> Schema:
    """The schema of a kind of record. Raises NotFound."""
    if kind not in schemas:
        raise NotFound("kind of record", kind)
    return schemas[kind]


def _owners(account_id: AccountId | None) -> tuple[AccountId | None, ...]:
    return (None,) if account_id is None else (None, account_id)
