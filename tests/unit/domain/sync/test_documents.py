"""Steps as lines: equal steps give equal bytes, and are read back equal."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.shared.errors import InvalidValue
from tresen.domain.sync.action import Action
from tresen.domain.sync.canonical import Value
from tresen.domain.sync.documents import line, policy_line, read_step, step_line
from tresen.domain.sync.laws import Edited, Law, Laws
from tresen.domain.sync.policy import Policy
from tresen.domain.sync.schema import Field, Schema
from tresen.domain.sync.side import GONE
from tresen.domain.sync.step import Inputs, Step

from .drawn import VALUES, steps

LAWS = Laws()
TOKYO = ZoneInfo("Asia/Tokyo")
SCHEMA = Schema("thing", (Field("a"), Field("b")))
INPUTS = Inputs(
    base={"a": "x"},
    ours={"a": "ü\"'\n"},
    theirs={"a": ("1", "x")},
    edited=Edited(ours_at=datetime(2026, 5, 4, tzinfo=UTC), resolution_s=60, skew_s=5),
    overrides={"a": Law.NEWEST},
    in_flight={"b": True},
    candidates=(),
)
STEP = Step(
    external_id="7",
    local_id=UUID(int=7),
    local_version=3,
    fingerprint=b"\x01\xff",
    proof="listing",
    pushes={"a": 1},
    inputs=INPUTS,
    decision=INPUTS.decide(SCHEMA, Policy()),
)


def document(**changes: object) -> str:
    return line({**json.loads(step_line(STEP)), **changes})


@given(steps())
def test_a_step_is_read_back_as_it_was(step: Step) -> None:
    text = step_line(step)
    again = read_step(text, LAWS)
    assert again == step
    assert step_line(again) == text
    assert again.decision.apart == step.decision.apart


@given(steps())
def test_a_step_is_one_line_of_utf8_for_every_reader(step: Step) -> None:
    """Whatever stands in its values: breaks of lines of all kinds, and halves of characters."""
    text = step_line(step)
    assert text.splitlines(keepends=True) == [text]
    assert text.endswith("\n")
    assert text.encode().decode() == text


@given(VALUES)
def test_a_value_keeps_its_type(value: Value) -> None:
    inputs = Inputs(base={"a": value}, ours=GONE, theirs={"a": value})
    step = Step(external_id="7", local_id=None, inputs=inputs, decision=inputs.decide(SCHEMA, Policy()))
    again = read_step(step_line(step), LAWS).inputs
    assert again.base is not None
    assert type(again.base["a"]) is type(value)
    assert again == inputs


def test_true_and_one_and_texts_of_them_give_other_bytes() -> None:
    values: tuple[Value, ...] = (True, 1, "1", "true", ("1",), None, "")
    lines = {step_line(attrs.evolve(STEP, inputs=attrs.evolve(INPUTS, base={"a": value}))) for value in values}
    assert len(lines) == len(values)


def test_umlauts_stand_as_they_are_and_keys_in_order() -> None:
    text = step_line(STEP)
    assert "ü" in text
    assert list(json.loads(text)) == sorted(json.loads(text))
    assert line({"b": 1, "a": "\ud800\u2028"}) == '{"a":"\\ud800\\u2028","b":1}\n'


def test_the_order_of_mappings_is_no_part_of_it() -> None:
    one, other = {"a": "x", "b": "y"}, {"b": "y", "a": "x"}
    assert step_line(attrs.evolve(STEP, pushes=one)) == step_line(attrs.evolve(STEP, pushes=other))


def test_one_instant_is_one_text_whatever_the_zone() -> None:
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    here, there = Edited(ours_at=noon, theirs_at=noon), Edited(ours_at=noon.astimezone(TOKYO), theirs_at=noon)
    one, other = (attrs.evolve(STEP, inputs=attrs.evolve(INPUTS, edited=edited)) for edited in (here, there))
    assert one == other
    assert step_line(one) == step_line(other)


def test_a_law_of_ones_own_is_read_by_its_name() -> None:
    mine = Law(name="meins „ü“", judge=Law.ASK.judge)
    step = attrs.evolve(STEP, inputs=attrs.evolve(INPUTS, overrides={"a": mine}))
    assert read_step(step_line(step), Laws([mine])) == step
    with pytest.raises(InvalidValue, match="there is no law"):
        read_step(step_line(step), LAWS)


def test_a_policy_with_its_version() -> None:
    assert json.loads(policy_line(Policy(version=4)))["version"] == 4
    assert policy_line(Policy(version=4)) != policy_line(Policy(version=5))


@pytest.mark.parametrize("name", sorted(json.loads(step_line(STEP))))
def test_a_step_that_lacks_a_key_is_none(name: str) -> None:
    found = json.loads(step_line(STEP))
    del found[name]
    with pytest.raises(InvalidValue):
        read_step(line(found), LAWS)


@pytest.mark.parametrize(
    "changes",
    [
        {"action": "smash"},
        {"ours": "lost"},
        {"ours": 5},
        {"theirs": "gone"},
        {"theirs": {}},
        {"base": "x"},
        {"base": {"a": 0.5}},
        {"base": {"a": {"b": "c"}}},
        {"base": {"a": [1]}},
        {"edited": []},
        {"edited": ["noon", None, 1, 0]},
        {"edited": [None, None, None, 0]},
        {"edited": [None, None, 1, True]},
        {"overrides": {"a": "none"}},
        {"overrides": {"a": []}},
        {"overrides": []},
        {"fields": [["a"]]},
        {"fields": [["a", "west", None, "r", "r"]]},
        {"fields": [["a", "ours", None, 5, "r"]]},
        {"fields": 5},
        {"local_id": "7"},
        {"local_id": 7},
        {"local_version": "3"},
        {"fingerprint": "xy"},
        {"fingerprint": 12},
        {"external_id": 7},
        {"proof": []},
        {"pushes": None},
        {"candidates": [1]},
        {"untouched": [1]},
        {"untouched": None},
        {"rule": None},
        {"reason": None},
    ],
    ids=str,
)
def test_anything_else_is_no_step(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        read_step(document(**changes), LAWS)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=6,
)


@given(st.text(max_size=8) | JSON.map(json.dumps) | st.sampled_from(("[" * 100_000, "", "null", "{}")))
def test_what_was_never_a_step_is_refused_and_nothing_else(text: str) -> None:
    with pytest.raises(InvalidValue):
        read_step(text, LAWS)


@given(st.sampled_from(sorted(json.loads(step_line(STEP)))), JSON)
def test_a_damaged_step_is_refused_or_read_and_nothing_else(name: str, value: object) -> None:
    """Where it is read, it is a step again, that gives the same line."""
    text = document(**{name: value})
    try:
        step = read_step(text, LAWS)
    except InvalidValue:
        return
    assert read_step(step_line(step), LAWS) == step


def test_a_step_that_merges_nothing_has_no_field_in_flight() -> None:
    inputs = attrs.evolve(INPUTS, theirs=GONE)
    step = attrs.evolve(STEP, inputs=inputs, decision=inputs.decide(SCHEMA, Policy()))
    assert step.decision.action is not Action.MERGE
    assert read_step(step_line(step), LAWS).decision.apart == frozenset()
