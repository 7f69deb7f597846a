"""An endpoint is changed, rotates its secret, is switched off and on, goes."""

from datetime import timedelta

import attrs

from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import EndpointId, TenantId
from ...domain.shared.unset import UNSET, Unset
from ...domain.webhooks.endpoint import DisabledReason, Endpoint
from ..event_types import EventTypes
from ..ports.clock import Clock
from ..ports.outgoing import SigningSecrets, WebhookSender
from ..ports.secrets import SecretBox
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions
from .create_endpoint import WithSecret
from .give_up import GiveUp
from .queueing import cancel_deliveries

OVERLAP_HOURS = 24
OVERLAP_HOURS_MAX = 24 * 30


@attrs.frozen(kw_only=True)
class EndpointChange:
    """UNSET leaves a value as it is."""

    tenant_id: TenantId
    endpoint_id: EndpointId
    name: str | Unset = UNSET
    url: str | Unset = attrs.field(default=UNSET, repr=False)
    events: tuple[str, ...] | Unset = UNSET


@attrs.frozen
class UpdateEndpoint:
    """Raises NotFound, InvalidValue, AlreadyExists for a name that is taken. Messages that wait go to the new address;
    the new filters count for what happens from now on."""

    _transactions: Transactions
    _sender: WebhookSender
    _types: EventTypes

    async def __call__(self, change: EndpointChange) -> Endpoint:
        """The endpoint as it is now."""

        async def update(uow: UnitOfWork) -> Endpoint:
            endpoint = await uow.endpoints.get(change.endpoint_id)
            if not isinstance(change.name, Unset):
                endpoint.rename(change.name)
            if not isinstance(change.url, Unset):
                endpoint.url = self._sender.checked_url(change.url)
            if not isinstance(change.events, Unset):
                endpoint.filter_by(change.events)
                self._types.check(endpoint.events)
            await uow.endpoints.save(endpoint)
            return endpoint

        return await self._transactions.run(change.tenant_id, "update_endpoint", update)


@attrs.frozen
class RotateSecret:
    """Raises NotFound, InvalidValue (field ``overlap_hours``: 0 to 720)."""

    _transactions: Transactions
    _secrets: SigningSecrets
    _box: SecretBox
    _clock: Clock

    async def __call__(
        self, tenant_id: TenantId, endpoint_id: EndpointId, *, overlap_hours: int = OVERLAP_HOURS
    ) -> WithSecret:
        """A new secret; the former one signs beside it while the overlap lasts."""
        if not 0 <= overlap_hours <= OVERLAP_HOURS_MAX:
            raise InvalidValue(f"the overlap is from 0 to {OVERLAP_HOURS_MAX} hours", field="overlap_hours")
        secret = self._secrets.new()
        sealed = self._box.seal(secret)

        async def rotate(uow: UnitOfWork) -> Endpoint:
            endpoint = await uow.endpoints.get(endpoint_id)
            endpoint.rotate(sealed, now=self._clock.now(), overlap=timedelta(hours=overlap_hours))
            await uow.endpoints.save(endpoint)
            return endpoint

        return WithSecret(await self._transactions.run(tenant_id, "rotate_endpoint_secret", rotate), secret)


@attrs.frozen
class SwitchEndpoint:
    """Switches it off and on. Raises NotFound, IllegalTransition when it is so already."""

    _transactions: Transactions
    _give_up: GiveUp

    async def disable(self, tenant_id: TenantId, endpoint_id: EndpointId) -> Endpoint:
        """Send nothing any more; what waits is cancelled, and may be replayed once it is enabled."""

        async def disable(uow: UnitOfWork) -> Endpoint:
            endpoint = await uow.endpoints.get(endpoint_id)
            await self._give_up(uow, endpoint, DisabledReason.PERSON)
            return endpoint

        return await self._transactions.run(tenant_id, "disable_endpoint", disable)

    async def enable(self, tenant_id: TenantId, endpoint_id: EndpointId) -> Endpoint:
        """Send what happens from now on."""

        async def enable(uow: UnitOfWork) -> Endpoint:
            endpoint = await uow.endpoints.get(endpoint_id)
            endpoint.enable()
            await uow.endpoints.save(endpoint)
            await self._give_up.take_back(uow, endpoint)
            return endpoint

        return await self._transactions.run(tenant_id, "enable_endpoint", enable)


@attrs.frozen
class DeleteEndpoint:
    """Raises NotFound."""

    _transactions: Transactions
    _give_up: GiveUp

    async def __call__(self, tenant_id: TenantId, endpoint_id: EndpointId) -> None:
        """Forget it, its messages and their attempts."""

        async def delete(uow: UnitOfWork) -> None:
            endpoint = await uow.endpoints.get(endpoint_id)
            await uow.endpoints.remove(endpoint_id)
            await cancel_deliveries(uow, endpoint_id)
            await self._give_up.take_back(uow, endpoint)

        await self._transactions.run(tenant_id, "delete_endpoint", delete)
