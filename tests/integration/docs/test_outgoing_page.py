"""The page on outgoing webhooks lists every type of event that aggregates record, and says the figures of the code."""

import importlib
import pkgutil
from collections.abc import Iterator

import attrs

import tresen.domain
from tresen.adapters.outgoing.sender import ANSWER_MAX, LIMITS
from tresen.application.event_types import EventTypes
from tresen.application.outgoing.create_endpoint import ENDPOINTS_MAX
from tresen.application.outgoing.deliver import CONCURRENCY, SCHEDULE
from tresen.application.outgoing.places import SHARES
from tresen.domain.shared.events import DomainEvent
from tresen.domain.webhooks.endpoint import FAILED_MESSAGES_MAX, FAILING_MAX
from tresen.domain.webhooks.event_filter import FILTERS_MAX
from tresen.domain.webhooks.message import EXCERPT_MAX

from .pages import DOCS, rows

PAGE = DOCS / "reference" / "outgoing-webhooks.md"


def events() -> Iterator[type[DomainEvent]]:
    """Every class of events."""
    for module in pkgutil.walk_packages(tresen.domain.__path__, "tresen.domain."):
        importlib.import_module(module.name)
    waiting = [event for event in DomainEvent.__subclasses__() if event.__module__.startswith("tresen.")]
    while waiting:
        event = waiting.pop()
        waiting += event.__subclasses__()
        yield event


def test_every_type_of_event_is_listed_with_its_subject_and_values() -> None:
    common = {field.name for field in attrs.fields(DomainEvent)}
    expected = {
        event.type: [
            f"`{event.subject_kind}`",
            ", ".join(f"`{field.name}`" for field in attrs.fields(event) if field.name not in common),
        ]
        for event in events()
    }
    listed = {name: cells[:2] for name, cells in rows(PAGE).items() if "." in name and not name.startswith("data.")}
    assert listed == expected


def test_every_type_of_event_is_one_that_filters_may_name() -> None:
    assert list(EventTypes().all) == sorted([*(event.type for event in events()), "provider.*"])


def test_the_figures_are_those_of_the_code() -> None:
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert f"none within {LIMITS.total:g} s" in text
    assert f"at most {ANSWER_MAX // 1024} KiB" in text
    assert f"first {EXCERPT_MAX} characters" in text
    assert f"after {FAILED_MESSAGES_MAX} messages in a row" in text
    assert f"or {FAILING_MAX.days} days without any success" in text
    assert f"{ENDPOINTS_MAX} endpoints per tenant, {FILTERS_MAX} filters per endpoint" in text
    assert f"At most {CONCURRENCY} messages are under way" in text
    waits = [_told(seconds) for seconds in SCHEDULE.delays_s]
    assert f"At once, then after {', '.join(waits[:-1])} and {waits[-1]}" in text


def test_the_shares_are_those_of_the_code() -> None:
    head = "| the last call to the endpoint |"
    table = PAGE.read_text(encoding="utf-8").partition(head)[2].partition("\n\n")[0].splitlines()[2:]
    told = [[cell.strip() for cell in line.strip("|").split("|")][1:] for line in table]
    assert told == [
        [str(share.endpoint), str(share.tenant), str(share.all), f"{share.wait_s:g} to {2 * share.wait_s:g} s"]
        for share in SHARES.values()
    ]


def _told(seconds: float) -> str:
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"
