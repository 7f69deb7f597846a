"""A tenant: one business, with its zone, locale and settings."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import attrs

from ..shared.errors import InvalidValue
from ..shared.ids import SiteId, TenantId
from ..shared.time_range import as_utc
from ..shared.zones import ensure_zone

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LOCALE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?")
_REGION = re.compile(r"[A-Z]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_NAME_MAX = 200


def _checked(pattern: re.Pattern[str], value: str, field: str, example: str) -> str:
    if not pattern.fullmatch(value):
        raise InvalidValue(f"{value!r} is no {field}, such as {example}", field=field)
    return value


@attrs.frozen(kw_only=True)
class Tenant:
    """One business (company, organisation, family). ``slug`` is unique in the installation.

    ``zone`` is an IANA name (civil times and dates are meant in it), ``locale`` like ``de-DE``, ``region`` an
    ISO 3166 code for national phone numbers, ``currency`` ISO 4217. Raises InvalidValue for anything else.
    """

    id: TenantId
    slug: str = attrs.field()
    name: str = attrs.field()
    zone: str = attrs.field(default="UTC")
    locale: str = attrs.field(default="en-GB")
    region: str = attrs.field(default="DE")
    currency: str = attrs.field(default="EUR")
    created_at: datetime

    @slug.validator
    def _slug(self, _: object, value: str) -> None:
        _checked(_SLUG, value, "slug", "my-gym (a-z, 0-9 and dashes)")

    @name.validator
    def _name(self, _: object, value: str) -> None:
        if not value.strip() or len(value) > _NAME_MAX:
            raise InvalidValue("a tenant's name has 1 to 200 characters", field="name")

    @zone.validator
    def _zone(self, _: object, value: str) -> None:
        ensure_zone(value)

    @locale.validator
    def _locale(self, _: object, value: str) -> None:
        _checked(_LOCALE, value, "locale", "de-DE")

    @region.validator
    def _region(self, _: object, value: str) -> None:
        _checked(_REGION, value, "region", "DE")

    @currency.validator
    def _currency(self, _: object, value: str) -> None:
        _checked(_CURRENCY, value, "currency", "EUR")

    def today(self, now: datetime) -> date:
        """The civil date in the tenant's zone at an aware instant."""
        return as_utc(now).astimezone(ZoneInfo(self.zone)).date()


@attrs.frozen(kw_only=True)
class Site:
    """A branch or location of a tenant.

    ``zone`` (IANA) overrides the tenant's where the branch lies elsewhere. Raises InvalidValue for another word.
    """

    id: SiteId
    tenant_id: TenantId
    name: str
    zone: str | None = attrs.field(default=None)
    external_location: str | None = None

    @zone.validator
    def _zone(self, _: object, value: str | None) -> None:
        if value is not None:
            ensure_zone(value)
