"""How a run ended, so that it can be booked."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import IDS, NOON

from tresen.domain.jobs.job import Job, JobState
from tresen.domain.jobs.outcome import LONGEST_DELAY_S, Again, Dead
from tresen.domain.shared.ids import JobId, TenantId
from tresen.domain.shared.text import check_text

JOB = Job(
    id=JobId("1"),
    tenant_id=TenantId(IDS.new()),
    kind="mail",
    payload={},
    state=JobState.RUNNING,
    run_at=NOON,
    created_at=NOON,
)


@given(st.floats() | st.integers(), st.text(st.characters()))
def test_whatever_is_given_can_be_booked(delay_s: float, error: str) -> None:
    again = Again(JOB, delay_s, error)
    assert isinstance(again.delay_s, float)
    assert 0 <= again.delay_s <= LONGEST_DELAY_S
    for text in (again.error, Dead(JOB, error).error):
        check_text(text, "error", longest=10**6, may_be_empty=True)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (3.5, 3.5),
        (LONGEST_DELAY_S, LONGEST_DELAY_S),
        (math.inf, LONGEST_DELAY_S),
        (10**400, LONGEST_DELAY_S),
        (-math.inf, 0.0),
        (math.nan, 0.0),
    ],
)
def test_the_nearest_delay_is_kept(given: float, kept: float) -> None:
    assert Again(JOB, given, "no").delay_s == kept
