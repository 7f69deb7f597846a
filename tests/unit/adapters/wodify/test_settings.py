"""Settings of an account."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tresen.adapters.wodify.settings import Options, read_options
from tresen.domain.shared.errors import InvalidValue


def test_without_settings_the_defaults_hold() -> None:
    assert read_options({}) == Options()
    assert read_options({"location_id": " "}) == Options()


def test_every_setting_arrives() -> None:
    options = read_options(
        {
            "location_id": "20",
            "page_size": "50",
            "max_pages": "7",
            "last_page_first": "no",
            "calls_per_second": "2.5",
            "burst": "3",
            "convert_route": "/leads/{id}/make-client",
            "templates_route": "/packages",
            "allow_unproven": "true",
            "member_words": '{"Stammgast":"active"}',
            "lead_words": '{"Neu":"new"}',
            "updated_zone": "Europe/Berlin",
            "changed_since": "true",
            "changes_overlap_minutes": "90",
        }
    )
    assert (options.location_id, options.page_size, options.calls_per_second, options.burst) == (20, 50, 2.5, 3)
    assert [route.path for route in options.convert_routes] == ["/leads/{id}/make-client"]
    assert [route.path for route in options.template_routes] == ["/packages"]
    assert options.allow_unproven
    assert (options.max_pages, options.last_page_first) == (7, False)
    assert (options.member_words.ours("stammgast"), options.lead_words.ours("neu")) == ("active", "new")
    assert options.updated_zone == ZoneInfo("Europe/Berlin")
    assert (options.changed_since, options.changes_overlap) == (True, timedelta(minutes=90))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("colour", "red"),
        ("location_id", "main"),
        ("changed_since", "perhaps"),
        ("changes_overlap_minutes", "0"),
        ("changes_overlap_minutes", "1441"),
        ("changes_overlap_minutes", "-5"),
        ("location_id", "0"),
        ("page_size", "101"),
        ("page_size", "0"),
        ("max_pages", "0"),
        ("max_pages", "many"),
        ("last_page_first", "maybe"),
        ("convert_route", "/leads/{id}/a\nb"),
        ("calls_per_second", "0"),
        ("calls_per_second", "nan"),
        ("calls_per_second", "inf"),
        ("calls_per_second", "fast"),
        ("burst", "-1"),
        ("convert_route", "leads/{id}/convert"),
        ("convert_route", "/leads/convert"),
        ("convert_route", "/leads/{id}/{x}"),
        ("convert_route", "/leads/{id}/../x"),
        ("convert_route", "/leads/{id}?x=1"),
        ("templates_route", "/{id}"),
        ("allow_unproven", "perhaps"),
        ("member_words", "x"),
        ("lead_words", '{"Neu":"active"}'),
        ("updated_zone", "Berlin"),
        ("updated_zone", "../etc/passwd"),
    ],
)
def test_settings_that_make_no_sense_are_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        read_options({name: text})
    assert caught.value.details["field"] == name
