"""The page on schedules says what the code does."""

import re
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest

from tresen.adapters.cron import read_cron
from tresen.application.schedules.seeds import SEEDS
from tresen.application.schedules.timings import TimingText
from tresen.domain.schedules.ticks import ticks
from tresen.entrypoints.cli.spans import two_units

from .pages import DOCS

TEXT = (DOCS / "reference/schedules.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^\| (\w+(?:/\w+)?) \| ([\d-]+), [^|]+ \| `([^`]+)` \| ([^|]+) \|$", TEXT, re.MULTILINE)


def written(timing: TimingText) -> str:
    return f"`{timing.cron}`" if timing.every_s is None else f"every {two_units(timing.every_s)}"


def test_every_seed_stands_there_as_it_is() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| `(\w+)` \| ([^|]+) \|", TEXT, re.MULTILINE)
    assert rows == [(seed.name, seed.kind, written(seed.timing)) for seed in SEEDS]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 10


@pytest.mark.parametrize(("zone", "day", "expression", "told"), EXAMPLES)
def test_an_example_is_what_happens(zone: str, day: str, expression: str, told: str) -> None:
    clock = ZoneInfo(zone)
    start = datetime.fromisoformat(day).replace(tzinfo=clock).astimezone(UTC)
    found = ticks(read_cron(expression), start - timedelta(microseconds=1), clock)
    shown = (tick.astimezone(clock) for tick in found)
    of_day = takewhile(lambda one: one.date().isoformat() == day, shown)
    offset = re.compile(r"([+-]\d\d)(\d\d)$")
    said = ", ".join(offset.sub(r"(\1:\2)", f"{one:%H:%M %z}") for one in of_day)
    assert (said or "none") == told
