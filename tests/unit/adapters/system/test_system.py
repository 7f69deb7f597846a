"""The machine's identifiers."""

import time
from uuid import UUID

import pytest

from tresen.adapters.system import UuidSource, uuid7


def milliseconds(one: UUID) -> int:
    return one.int >> 80


def test_the_bits_lie_where_rfc_9562_puts_them() -> None:
    """The example of appendix A.6."""
    ordinal = 0x017F22E279B0 << 74 | 0xCC3 << 62 | 0x18C4DC0C0C07398F
    assert uuid7(ordinal) == UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")


def test_ids_carry_the_instant_of_their_creation() -> None:
    before = time.time_ns() // 1_000_000
    made = milliseconds(UuidSource().new())
    assert before <= made <= time.time_ns() // 1_000_000


def test_ids_grow_when_the_clock_stands_or_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    source, moments = UuidSource(), iter([5_000, 5_000, 5_000, 4_000, 1, 5_001])
    monkeypatch.setattr(time, "time_ns", lambda: next(moments) * 1_000_000)
    made = [source.new() for _ in range(6)]
    assert made == sorted(set(made))
    assert [milliseconds(one) for one in made] == [5_000] * 5 + [5_001]


def test_a_full_millisecond_runs_over_into_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 5_000 * 1_000_000)
    source = UuidSource()
    source.new()
    source._last = (5_000 << 74) + (1 << 74) - 1
    last, following = uuid7(source._last), source.new()
    assert following > last
    assert (milliseconds(following), following.version) == (5_001, 7)


def test_two_sources_do_not_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 5_000 * 1_000_000)
    sources = [UuidSource() for _ in range(100)]
    assert len({source.new() for source in sources}) == 100
