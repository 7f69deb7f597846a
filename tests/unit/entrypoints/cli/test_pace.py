import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.entrypoints.cli.pace import Pace


@pytest.mark.parametrize(
    ("pace", "text"),
    [
        (Pace(done=3000, seconds=2.5, total=12_000), "3,000 of 12,000, 1,200/s, about 8 s left"),
        (Pace(done=1000, seconds=10, total=31_000), "1,000 of 31,000, 100/s, about 5 min left"),
        (Pace(done=3000, seconds=2.5), "3,000, 1,200/s"),
        (Pace(done=0, seconds=0, total=10), "0 of 10"),
        (Pace(done=20, seconds=0.001, total=20), "20 of 20"),
        (Pace(done=0, seconds=4, total=10), "0 of 10"),
        (Pace(done=11, seconds=1, total=10), "11, 11/s"),
        (Pace(done=5, seconds=1, total=0), "5, 5/s"),
        (Pace(done=10, seconds=1, total=10), "10 of 10, 10/s"),
    ],
)
def test_pace_reads(pace: Pace, text: str) -> None:
    assert str(pace) == text


@given(st.integers(0, 10**7), st.floats(-1, 10**6), st.none() | st.integers(-5, 10**7))
def test_a_pace_can_always_be_told(done: int, seconds: float, total: int | None) -> None:
    text = str(Pace(done=done, seconds=seconds, total=total))
    assert text.startswith(f"{done:,}")
    assert "-" not in text
