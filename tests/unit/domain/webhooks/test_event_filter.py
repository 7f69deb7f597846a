"""Which types of events an endpoint wants."""

import pytest

from tresen.domain.shared.errors import InvalidValue
from tresen.domain.webhooks.event_filter import FILTERS_MAX, checked_filters, is_wanted


@pytest.mark.parametrize(
    ("one", "event_type", "wanted"),
    [
        ("*", "lead.captured", True),
        ("lead.*", "lead.captured", True),
        ("lead.*", "lead.stage.changed", True),
        ("lead.*", "leads.captured", False),
        ("lead.*", "lead", False),
        ("lead.captured", "lead.captured", True),
        ("lead.captured", "lead.captured.again", False),
        ("lead", "lead.captured", False),
    ],
)
def test_a_filter_lets_pass_what_it_names(one: str, event_type: str, wanted: bool) -> None:
    assert is_wanted(("other.thing", one), event_type) is wanted


def test_filters_are_kept_in_order_and_once() -> None:
    assert checked_filters(["b.*", "a", "b.*"]) == ("b.*", "a")


@pytest.mark.parametrize("one", ["", "lead.", ".*", "*.created", "lead.*.x", "Lead", "lead captured", "a" * 101, "l\n"])
def test_what_is_no_filter_is_refused(one: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        checked_filters(["lead.*", one])
    assert refused.value.details["field"] == "events"


def test_there_is_at_least_one_filter_and_at_most_fifty() -> None:
    names = [f"a.b{n}" for n in range(FILTERS_MAX)]
    assert len(checked_filters(names)) == FILTERS_MAX == 50
    for wrong in ([], [*names, "a.c"]):
        with pytest.raises(InvalidValue):
            checked_filters(wrong)
