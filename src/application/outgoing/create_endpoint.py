"""A new endpoint."""

import attrs

from ...domain.shared.errors import RuleViolation
from ...domain.shared.ids import EndpointId, TenantId
from ...domain.webhooks.endpoint import Endpoint, EndpointSecret, checked_name
from ...domain.webhooks.event_filter import EVERYTHING, checked_filters
from ..event_types import EventTypes
from ..ports.clock import Clock, IdSource
from ..ports.outgoing import SigningSecrets, WebhookSender
from ..ports.secrets import SecretBox
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions

ENDPOINTS_MAX = 20


@attrs.frozen(kw_only=True)
class NewEndpoint:
    """``events`` are filters: ``*``, ``membership.*``, ``lead.captured``."""

    tenant_id: TenantId
    name: str
    url: str = attrs.field(repr=False)
    events: tuple[str, ...] = (EVERYTHING,)


@attrs.frozen
class WithSecret:
    """The endpoint as it is kept, and its new signing secret, which is shown this once."""

    endpoint: Endpoint
    secret: str = attrs.field(repr=False)


@attrs.frozen
class CreateEndpoint:
    """Raises InvalidValue (``name``, ``url``, ``events``), AlreadyExists for a name that is taken, RuleViolation when
    the tenant has 20 already, NotConfigured without the installation's secret key."""

    _transactions: Transactions
    _sender: WebhookSender
    _secrets: SigningSecrets
    _box: SecretBox
    _clock: Clock
    _ids: IdSource
    _types: EventTypes

    async def __call__(self, new: NewEndpoint) -> WithSecret:
        """Make it, active."""
        now, secret = self._clock.now(), self._secrets.new()
        endpoint = Endpoint(
            id=EndpointId(self._ids.new()),
            tenant_id=new.tenant_id,
            name=checked_name(new.name),
            url=self._sender.checked_url(new.url),
            events=checked_filters(new.events),
            secrets=(EndpointSecret(sealed=self._box.seal(secret), created_at=now),),
            created_at=now,
        )
        self._types.check(endpoint.events)

        async def add(uow: UnitOfWork) -> Endpoint:
            if len(await uow.endpoints.all()) >= ENDPOINTS_MAX:
                raise RuleViolation(f"there are {ENDPOINTS_MAX} webhook endpoints already, and no more may be")
            # A copy, so that another try begins with what this one began with.
            added = attrs.evolve(endpoint)
            await uow.endpoints.add(added)
            return added

        return WithSecret(await self._transactions.run(new.tenant_id, "create_endpoint", add), secret)
