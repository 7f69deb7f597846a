"""A key is refused from now on."""

import attrs

from ...domain.identity.credentials import ApiKey
from ...domain.shared.ids import ApiKeyId, TenantId
from ..ports.clock import Clock
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions


@attrs.frozen
class RevokeApiKey:
    """Revoking twice keeps the first time. Raises NotFound."""

    _transactions: Transactions
    _clock: Clock

    async def __call__(self, tenant_id: TenantId, key_id: ApiKeyId) -> ApiKey:
        """Revoke it."""

        async def revoke(uow: UnitOfWork) -> ApiKey:
            key = await uow.api_keys.get(key_id)
            if key.revoked_at is None:
                key.revoked_at = self._clock.now()
                await uow.api_keys.save(key)
            return key

        return await self._transactions.run(tenant_id, "revoke_api_key", revoke)
