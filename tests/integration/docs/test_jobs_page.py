"""The jobs page says what the code does."""

import re

from tresen.adapters.jobs.sqlite import LEASE_S
from tresen.application.jobs.kinds import USUAL_RETRY
from tresen.application.jobs.worker import PARALLEL
from tresen.domain.jobs.job import PRIORITY_MAX, PRIORITY_MIN, JobState

from .pages import DOCS, rows

PAGE = DOCS / "reference/jobs.md"
TEXT = PAGE.read_text(encoding="utf-8")
_UNITS = {"s": 1, "min": 60, "h": 3_600}
_NEARLY_S = 60


def seconds(text: str) -> int:
    return sum(int(count) * _UNITS[unit] for count, unit in re.findall(r"(\d+) (s|min|h)", text))


def ceilings() -> dict[int, float]:
    """The longest wait after each failure, as the policy has it."""
    delays = {n: USUAL_RETRY.delay_s(n, jitter=1.0) for n in range(1, USUAL_RETRY.attempts + 1)}
    assert delays.pop(USUAL_RETRY.attempts) is None
    return {n: delay for n, delay in delays.items() if delay is not None}


def test_the_waits_are_those_of_the_policy() -> None:
    cells = re.findall(r"\| (\d+)(?: to (\d+))? \| ((?:\d+ (?:s|min|h) ?)+)", TEXT)
    told = {n: seconds(wait) for first, last, wait in cells for n in range(int(first), int(last or first) + 1)}
    policy = ceilings()
    assert told.keys() == policy.keys()
    for n, wait in told.items():
        assert abs(wait - policy[n]) < (_NEARLY_S if wait >= _UNITS["h"] else 1), n
    assert f"| {USUAL_RETRY.attempts} | dead |" in TEXT


def test_the_sum_is_right() -> None:
    hours = sum(ceilings().values()) / _UNITS["h"]
    assert 16 < hours / 2 < 17
    assert round(hours) == 33
    assert "16 to 17 hours on average, and 33 at most" in TEXT


def test_figures_are_the_codes() -> None:
    assert f"leased for {LEASE_S:.0f} seconds" in TEXT
    assert f"every {LEASE_S / 3:.0f}" in TEXT
    assert f"runs {PARALLEL} jobs at a time" in TEXT
    assert f"({PRIORITY_MIN} to {PRIORITY_MAX}, 0 without)" in TEXT


def test_every_state_is_explained() -> None:
    assert {state.value for state in JobState} <= rows(PAGE).keys()
