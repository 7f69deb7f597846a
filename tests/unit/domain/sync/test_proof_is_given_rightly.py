"""What proves a deletion, or says when something was, is refused where it is given wrongly."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import attrs
import pytest

from tresen.domain.shared.errors import InvalidValue
from tresen.domain.sync.generation import Generation
from tresen.domain.sync.plan import make_plan
from tresen.domain.sync.policy import Policy
from tresen.domain.sync.schema import Field, Schema
from tresen.domain.sync.side import GONE, UNKNOWN, delivered
from tresen.domain.sync.step import Inputs, Step

# What somebody without a type checker writes.
Wrong = Any
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SCHEMA = Schema("person", (Field("name"),))
ADA = {"name": "Ada"}


@pytest.mark.parametrize("wrong", ["1001", b"1001", 1001, [1001], None, ["1001", None]])
def test_one_id_or_none_is_no_page_of_ids(wrong: Wrong) -> None:
    generation = Generation()
    with pytest.raises(InvalidValue) as found:
        generation.add(wrong)
    assert found.value.message.startswith("external_ids ")
    assert len(generation) == 0, "nothing of the page is taken"
    generation.add(["1001"])
    generation.complete()
    with pytest.raises(InvalidValue) as found:
        generation.missing(wrong)
    assert found.value.message.startswith("external_ids ")
    assert generation.missing(["1001", "1002"]) == ["1002"]


@pytest.mark.parametrize(
    ("deliver", "says"),
    [
        (lambda wrong: delivered(ADA, at=wrong(NOON.replace(tzinfo=None)), seen_at=NOON), "at needs a time zone"),
        (lambda wrong: delivered(ADA, at=wrong(NOON.replace(tzinfo=None)), seen_at=None), "at needs a time zone"),
        (lambda wrong: delivered(ADA, at=NOON, seen_at=wrong(NOON.replace(tzinfo=None))), "seen_at needs a time"),
        (lambda wrong: delivered(ADA, at=wrong("2026-01-02"), seen_at=None), "at is a datetime, not '2026-01-02'"),
        (lambda wrong: delivered(ADA, at=NOON, seen_at=wrong("2026-01-02")), "seen_at is a datetime"),
        (lambda wrong: delivered(ADA, at=wrong(None), seen_at=None), "at is a datetime, not None"),
        (lambda wrong: delivered(wrong(None), at=NOON, seen_at=None), "shown is None, which does not tell why"),
        (lambda wrong: delivered(wrong("gone"), at=NOON, seen_at=None), "shown is a mapping of fields to values"),
    ],
)
def test_what_is_delivered_wrongly_is_refused(deliver: Callable[[Wrong], object], says: str) -> None:
    with pytest.raises(InvalidValue) as found:
        deliver(lambda value: value)
    assert found.value.message.startswith(says)


def test_a_late_delivery_in_another_zone_is_late() -> None:
    berlin = datetime.fromisoformat("2026-03-01T12:30:00+01:00")
    assert delivered(ADA, at=berlin, seen_at=NOON) is UNKNOWN


def test_a_step_that_is_given_again_counts_once_for_the_guards() -> None:
    """The same six times is one record that would be deleted; six are six."""
    inputs = Inputs(base=ADA, ours=ADA, theirs=GONE)
    lost = Step(external_id="1", local_id=UUID(int=1), inputs=inputs, decision=inputs.decide(SCHEMA, Policy()))
    assert make_plan(SCHEMA, Policy(), [lost] * 6, shared=6).trips == ()
    others = [attrs.evolve(lost, external_id=str(n)) for n in range(6)]
    assert [trip.count for trip in make_plan(SCHEMA, Policy(), [*others, *others], shared=6).trips] == [6]
