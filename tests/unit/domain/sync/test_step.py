"""Inputs and steps: what they are made of is looked at, and stays as it was given."""

import copy
import pickle
from typing import Any, cast

import attrs
import pytest

from tresen.domain.shared.errors import InvalidValue
from tresen.domain.sync.documents import step_line
from tresen.domain.sync.laws import Law
from tresen.domain.sync.policy import Policy
from tresen.domain.sync.schema import Field, Schema
from tresen.domain.sync.side import GONE
from tresen.domain.sync.step import Inputs, Step

# What a type checker would refuse; not everybody has one.
Wrong = Any

SCHEMA = Schema("thing", (Field("a"), Field("b")))
SOUND: Wrong = {"base": {"a": "x"}, "ours": {"a": "y"}, "theirs": {"a": "z"}}


def step(**changes: Wrong) -> Step:
    inputs = Inputs(**SOUND)
    made = Step(external_id="7", local_id=None, inputs=inputs, decision=inputs.decide(SCHEMA, Policy()))
    return attrs.evolve(made, **changes)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base", GONE),
        ("base", [("a", "x")]),
        ("ours", None),
        ("ours", "gone"),
        ("theirs", "gone"),
        ("theirs", []),
        ("edited", None),
        ("overrides", None),
        ("overrides", {"a": "ours"}),
        ("in_flight", None),
        ("in_flight", ["a"]),
        ("candidates", "17"),
        ("candidates", (17,)),
        ("candidates", None),
        ("untouched", "ab"),
        ("untouched", (17,)),
        ("untouched", None),
    ],
)
def test_what_inputs_are_made_of_is_looked_at(name: str, value: Wrong) -> None:
    with pytest.raises(InvalidValue) as refused:
        Inputs(**{**SOUND, name: value})
    assert refused.value.message.startswith(name)
    assert str(refused.value.details["field"]).partition(".")[0] == name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("external_id", 7),
        ("local_id", "7"),
        ("local_version", "1"),
        ("local_version", -1),
        ("fingerprint", "ff"),
        ("proof", 1),
        ("pushes", None),
        ("pushes", ["a"]),
        ("inputs", SOUND),
        ("decision", None),
    ],
)
def test_what_a_step_is_made_of_is_looked_at(name: str, value: Wrong) -> None:
    with pytest.raises(InvalidValue) as refused:
        step(**{name: value})
    assert refused.value.message.startswith(name)
    assert refused.value.details["field"] == name


def test_what_is_changed_afterwards_is_no_input() -> None:
    given: Wrong = {
        "base": {"a": "x"},
        "ours": {"a": "x"},
        "theirs": {"a": "x"},
        "in_flight": {"a": "x"},
        "overrides": {"a": Law.OURS},
        "candidates": ["1"],
        "untouched": ["a"],
    }
    inputs, pushes = Inputs(**given), {"a": "x"}
    made = step(inputs=inputs, pushes=pushes)
    line = step_line(made)
    for each in ("base", "ours", "theirs", "in_flight"):
        given[each]["a"] = "changed"
    given["overrides"]["a"] = Law.THEIRS
    given["candidates"].append("2")
    given["untouched"].append("b")
    pushes["a"] = "changed"
    assert step_line(made) == line


@pytest.mark.parametrize("name", ["base", "ours", "theirs", "in_flight", "overrides"])
def test_nobody_changes_inputs(name: str) -> None:
    inputs = Inputs(**SOUND)
    with pytest.raises(TypeError):
        cast("dict[str, object]", getattr(inputs, name))["a"] = "changed"
    assert Inputs(**SOUND) == inputs == copy.deepcopy(inputs) == pickle.loads(pickle.dumps(inputs))  # noqa: S301
    assert attrs.evolve(inputs, candidates=("1",)).ours is inputs.ours


@pytest.mark.parametrize("name", ["base", "ours", "theirs", "in_flight"])
def test_true_is_not_one(name: str) -> None:
    """Else two equal steps would give different bytes."""
    one, true = (Inputs(**{**SOUND, name: {"a": value}}) for value in (1, True))
    assert one != true
    assert step(inputs=one) != step(inputs=true)
    assert step(pushes={"a": 1}) != step(pushes={"a": True})
    decided = [Inputs(**{**SOUND, "theirs": {"a": value}}).decide(SCHEMA, Policy()) for value in (1, True)]
    assert decided[0] != decided[1]
    assert len({made.fields for made in decided}) == len(decided)
