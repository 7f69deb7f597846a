"""A new business."""

import attrs

from ...domain.shared.ids import TenantId
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


@attrs.frozen
class CreateTenant:
    """Raises InvalidValue, AlreadyExists (the slug is taken)."""

    _directory: Directory
    _clock: Clock
    _ids: IdSource

    async def __call__(self, new: NewTenant) -> Tenant:
        """Make it."""
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
        await self._directory.add_tenant(tenant)
        return tenant
