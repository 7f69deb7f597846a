"""A tenant's settings are checked where they are set."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.shared.errors import InvalidValue
from tresen.domain.shared.ids import SiteId, TenantId
from tresen.domain.tenancy.tenant import Site, Tenant

TENANT = Tenant(id=TenantId(UUID(int=1)), slug="my-gym", name="My Gym", created_at=datetime(2026, 5, 4, tzinfo=UTC))


def test_a_new_tenant_has_plain_defaults() -> None:
    assert (TENANT.zone, TENANT.locale, TENANT.region, TENANT.currency) == ("UTC", "en-GB", "DE", "EUR")


def with_value(field: str, value: str) -> Tenant:
    values: dict[str, Any] = {field: value}
    return attrs.evolve(TENANT, **values)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "a"),
        ("slug", "7"),
        ("slug", "a" * 63),
        ("slug", "a--b"),
        ("name", "Ä"),
        ("name", "x" * 200),
        ("zone", "Europe/Berlin"),
        ("zone", "America/Argentina/Buenos_Aires"),
        ("locale", "de"),
        ("locale", "de-DE"),
        ("locale", "gsw-CH"),
        ("region", "CH"),
        ("currency", "CHF"),
    ],
)
def test_values_of_the_right_form_are_kept(field: str, value: str) -> None:
    assert getattr(with_value(field, value), field) == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", ""),
        ("slug", "-a"),
        ("slug", "a-"),
        ("slug", "A"),
        ("slug", "a_b"),
        ("slug", "a.b"),
        ("slug", "ä"),
        ("slug", "a\n"),
        ("slug", "a" * 64),
        ("name", ""),
        ("name", " \t"),
        ("name", "x" * 201),
        ("zone", ""),
        ("zone", "CET+1"),
        ("zone", "Europe"),
        ("zone", "europe/berlin"),
        ("zone", "../../etc/passwd"),
        ("zone", "/etc/localtime"),
        ("locale", "de_DE"),
        ("locale", "DE"),
        ("locale", "de-de"),
        ("region", "DEU"),
        ("region", "de"),
        ("currency", "€"),
        ("currency", "euro"),
    ],
)
def test_values_of_another_form_are_refused_and_the_field_is_named(field: str, value: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        with_value(field, value)
    assert refused.value.details == {"field": field}


def test_the_day_turns_at_midnight_of_the_tenants_zone() -> None:
    berlin = attrs.evolve(TENANT, zone="Europe/Berlin")
    assert berlin.today(datetime(2026, 5, 4, 21, 59, tzinfo=UTC)) == date(2026, 5, 4)
    assert berlin.today(datetime(2026, 5, 4, 22, 0, tzinfo=UTC)) == date(2026, 5, 5)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.timezones()))  # noqa: DTZ001 - bounds
def test_today_depends_on_the_instant_not_on_how_it_is_written(now: datetime) -> None:
    auckland = attrs.evolve(TENANT, zone="Pacific/Auckland")
    assert auckland.today(now) == auckland.today(now.astimezone(UTC))
    assert auckland.today(now) == datetime.fromtimestamp(now.timestamp(), ZoneInfo("Pacific/Auckland")).date()


def test_today_of_a_naive_time_is_refused() -> None:
    with pytest.raises(InvalidValue):
        TENANT.today(datetime(2026, 5, 4))  # noqa: DTZ001 - that it is refused is what is tested


def test_a_site_may_lie_in_another_zone_but_not_in_an_invented_one() -> None:
    site = Site(id=SiteId(UUID(int=2)), tenant_id=TENANT.id, name="Harbour")
    assert site.zone is None
    assert attrs.evolve(site, zone="Asia/Tokyo").zone == "Asia/Tokyo"
    with pytest.raises(InvalidValue, match="IANA") as refused:
        attrs.evolve(site, zone="Mars/Olympus")
    assert refused.value.details == {"field": "zone"}
