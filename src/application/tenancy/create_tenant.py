"""A new business."""

from collections.abc import Awaitable, Callable

import attrs

from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import TenantId
from ...domain.shared.iso_codes import CURRENCIES, REGIONS
from ...domain.tenancy.tenant import Tenant
from ..ports.clock import Clock, IdSource
from ..ports.directory import Directory


@attrs.frozen(kw_only=True)
class NewTenant:
    """See Tenant for the forms of the values."""

    slug: str
    name: str
    zone: str = "UTC"
    locale: str = "en-GB"
    region: str = "DE"
    currency: str = "EUR"


async def nothing_more(tenant_id: TenantId) -> None:
    """For embedders that give a tenant nothing to begin with."""


@attrs.frozen
class CreateTenant:
    """Raises InvalidValue, AlreadyExists (the slug is taken).

    ``_then`` is told of a tenant that is there; what it fails to do must be made up for elsewhere.
    """

    _directory: Directory
    _clock: Clock
    _ids: IdSource
    _then: Callable[[TenantId], Awaitable[None]] = nothing_more

    async def __call__(self, new: NewTenant) -> Tenant:
        """Make it. Its currency and region must be in use now: one that is retired later does no harm to who has it."""
        tenant = Tenant(
            id=TenantId(self._ids.new()),
            slug=new.slug,
            name=new.name.strip(),
            zone=new.zone,
            locale=new.locale,
            region=new.region,
            currency=new.currency,
            created_at=self._clock.now(),
        )
        if tenant.currency not in CURRENCIES:
            raise InvalidValue(f"{tenant.currency!r} is no currency of ISO 4217, such as EUR", field="currency")
        if tenant.region not in REGIONS:
            raise InvalidValue(f"{tenant.region!r} is no country of ISO 3166, such as DE", field="region")
        await self._directory.add_tenant(tenant)
        await self._then(tenant.id)
        return tenant
