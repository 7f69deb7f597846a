"""Plans: equal inputs give equal bytes, and any other input another fingerprint."""

import json
from datetime import UTC, datetime
from random import Random
from typing import Any, cast
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.shared.errors import InvalidValue
from tresen.domain.sync.action import Action
from tresen.domain.sync.canonical import Values
from tresen.domain.sync.decision import Decision, FieldDecision
from tresen.domain.sync.documents import policy_line, read_step, step_line
from tresen.domain.sync.guards import Guards, Share
from tresen.domain.sync.laws import Edited, Law, Laws
from tresen.domain.sync.plan import Fingerprint, Plan, make_plan, read_plan, what_if
from tresen.domain.sync.policy import BUILT_IN_POLICY, Deletes, Policy
from tresen.domain.sync.schema import Field, Schema
from tresen.domain.sync.side import GONE, UNKNOWN, Side
from tresen.domain.sync.step import Inputs, Step

from .drawn import KEPT_TEXTS, POLICIES, SCHEMA, steps

ONE = Schema("thing", (Field("a"), Field("b")))
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
INPUTS = Inputs(base={"a": "x"}, ours={"a": "y"}, theirs={"a": "z"})


def step(number: int, inputs: Inputs = INPUTS, policy: Policy = BUILT_IN_POLICY) -> Step:
    return Step(external_id=f"{number}", local_id=UUID(int=number), inputs=inputs, decision=inputs.decide(ONE, policy))


def plan(*given_steps: Step, policy: Policy = BUILT_IN_POLICY, shared: int = 0) -> Plan:
    return make_plan(ONE, policy, given_steps, shared=shared)


@given(st.lists(steps(KEPT_TEXTS), max_size=4), POLICIES, st.randoms(use_true_random=False))
def test_the_order_of_the_steps_does_not_matter(made: list[Step], policy: Policy, chance: Random) -> None:
    shuffled = list(made)
    chance.shuffle(shuffled)
    one = make_plan(SCHEMA, policy, made, shared=2)
    other = make_plan(SCHEMA, policy, iter(shuffled), shared=2)
    assert one.to_bytes() == other.to_bytes()
    assert one.fingerprint == other.fingerprint


def test_steps_that_stand_in_one_place_have_an_order_too() -> None:
    one, other = (attrs.evolve(step(1), proof=proof) for proof in ("answer", "listing"))
    assert plan(one, other).to_bytes() == plan(other, one).to_bytes()


@given(st.lists(steps(KEPT_TEXTS), max_size=3), POLICIES)
def test_a_plan_is_the_policy_and_its_steps_in_lines(made: list[Step], policy: Policy) -> None:
    found = make_plan(SCHEMA, policy, made, shared=0)
    head, second, *rest = found.to_bytes().decode().splitlines(keepends=True)
    assert json.loads(head) == {
        "kind": "thing",
        "fingerprint": found.fingerprint,
        "shared": 0,
        "trips": [attrs.asdict(trip) for trip in found.trips],
    }
    assert second == policy_line(policy)
    assert tuple(read_step(text, Laws()) for text in rest) == found.steps
    assert [each.order for each in found.steps] == sorted(each.order for each in made)


@given(st.lists(steps(KEPT_TEXTS), max_size=4), POLICIES)
def test_a_fingerprint_may_be_taken_step_by_step(made: list[Step], policy: Policy) -> None:
    fingerprint = Fingerprint(SCHEMA, policy, shared=0)
    for each in made:
        fingerprint.add_line(step_line(each))
    assert fingerprint.hex() == make_plan(SCHEMA, policy, made, shared=0).fingerprint


OTHER_INPUTS: dict[str, Inputs] = {
    "base": attrs.evolve(INPUTS, base={"a": "X"}),
    "no base": attrs.evolve(INPUTS, base=None),
    "empty base": attrs.evolve(INPUTS, base={}),
    "ours": attrs.evolve(INPUTS, ours={"a": "Y"}),
    "more of ours": attrs.evolve(INPUTS, ours={"a": "y", "b": None}),
    "theirs": attrs.evolve(INPUTS, theirs={"a": True}),
    "theirs of another type": attrs.evolve(INPUTS, theirs={"a": 1}),
    "gone": attrs.evolve(INPUTS, theirs=GONE),
    "unknown": attrs.evolve(INPUTS, theirs=UNKNOWN),
    "ours gone": attrs.evolve(INPUTS, ours=GONE),
    "ours edited": attrs.evolve(INPUTS, edited=Edited(ours_at=NOON)),
    "theirs edited": attrs.evolve(INPUTS, edited=Edited(theirs_at=NOON)),
    "resolution": attrs.evolve(INPUTS, edited=Edited(resolution_s=60)),
    "skew": attrs.evolve(INPUTS, edited=Edited(skew_s=60)),
    "override": attrs.evolve(INPUTS, overrides={"b": Law.OURS}),
    "another override": attrs.evolve(INPUTS, overrides={"b": Law.ASK}),
    "pin": attrs.evolve(INPUTS, overrides={"*": Law.OURS}),
    "in flight": attrs.evolve(INPUTS, in_flight={"b": "x"}),
    "another in flight": attrs.evolve(INPUTS, in_flight={"b": "y"}),
    "candidates": attrs.evolve(INPUTS, candidates=("1",)),
    "untouched": attrs.evolve(INPUTS, untouched=frozenset({"b"})),
}


def test_any_other_input_gives_another_fingerprint() -> None:
    """Also where the decision is the same: nothing is decided of some here, so that only the inputs differ."""
    first = step(1)
    blank = attrs.evolve(first, decision=attrs.evolve(first.decision, fields=()))
    others = [
        blank,
        *(attrs.evolve(blank, inputs=inputs) for inputs in OTHER_INPUTS.values()),
        attrs.evolve(first, external_id=None),
        attrs.evolve(first, external_id="2"),
        attrs.evolve(first, local_id=None),
        attrs.evolve(first, local_id=UUID(int=2)),
        attrs.evolve(first, local_version=1),
        attrs.evolve(first, fingerprint=b"1"),
        attrs.evolve(first, proof="listing"),
        attrs.evolve(first, pushes={"a": "y"}),
        attrs.evolve(first, decision=attrs.evolve(first.decision, reason="because")),
    ]
    plans = [plan(first), plan(), plan(first, first), plan(first, step(2)), *map(plan, others)]
    plans += [plan(first, policy=policy) for policy in (Policy(version=1), Policy(deletes=Deletes.ASK))]
    schemas = [
        Schema("other", ONE.fields),
        Schema("thing", (*ONE.fields, Field("c"))),
        Schema("thing", (Field("a", law=Law.OURS), Field("b"))),
        Schema("thing", ONE.fields, match=(("a",),)),
    ]
    plans += [make_plan(schema, Policy(), [first], shared=0) for schema in schemas]
    plans.append(plan(first, shared=1))
    assert len({each.fingerprint for each in plans}) == len(plans)
    assert len({each.to_bytes() for each in plans}) == len(plans)


@given(st.lists(steps(KEPT_TEXTS), max_size=3), POLICIES, st.integers(0, 20))
def test_a_plan_is_read_back_as_it_was(made: list[Step], policy: Policy, shared: int) -> None:
    found = make_plan(SCHEMA, policy, made, shared=shared)
    assert read_plan(found.to_bytes(), SCHEMA, Laws()) == found


def test_what_is_no_plan_or_not_as_it_was_made_is_refused() -> None:
    policy = Policy(default=Law.ASK, version=3)
    data = plan(step(1), step(2), policy=policy, shared=4).to_bytes()
    head, rules, *rest = data.decode().splitlines(keepends=True)
    changed = [
        data.replace(b'"shared":4', b'"shared":5'),
        data.replace(b'"version":3', b'"version":4'),
        data.replace(b'"theirs":{"a":"z"}', b'"theirs":{"a":"Z"}'),
        "".join([head, rules, *rest[:1]]).encode(),
        "".join([head, rules, *reversed(rest)]).encode(),
    ]
    nothing = [b"", b"{}", b"[]\n{}\n", b"\xff", head.encode(), data.replace(b'"shared":4', b'"shared":"many"')]
    for each in [*changed, *nothing]:
        assert each != data
        with pytest.raises(InvalidValue):
            read_plan(each, ONE, Laws())
    with pytest.raises(InvalidValue, match="of other as it was made"):
        read_plan(data, Schema("other", ONE.fields), Laws())
    assert read_plan(data, ONE, Laws()).policy == policy


HEAD, RULES = plan(step(1)).to_bytes().splitlines(keepends=True)[:2]
NO_PLANS: tuple[Any, ...] = (
    b"[" * 100_000 + b"\n{}\n",
    HEAD + b"[" * 100_000,
    HEAD + RULES + b"[" * 100_000,
    *(
        HEAD.replace(b'"shared":0', b'"shared":' + bad) + RULES
        for bad in (b"NaN", b"1e999", b"-1", b"true", b"1" * 5000)
    ),
    *(HEAD + RULES.replace(b'"version":0', b'"version":' + bad) for bad in (b"null", b"-1", b"0.5", b"[[]]")),
    HEAD + b'[["version",[]]]',
    HEAD + b"[[[],1]]",
    None,
    5,
    "{}",
)


@pytest.mark.parametrize("data", NO_PLANS, ids=range(len(NO_PLANS)))
def test_whatever_else_is_read_is_refused(data: Any) -> None:
    with pytest.raises(InvalidValue):
        read_plan(data, ONE, Laws())


@given(st.binary(max_size=9), st.integers(0, 2_000), st.integers(0, 9))
def test_a_plan_with_other_bytes_in_it_is_refused(other: bytes, place: int, length: int) -> None:
    data = plan(step(1), step(2)).to_bytes()
    place %= len(data)
    changed = data[:place] + other + data[place + length :]
    if changed != data:
        with pytest.raises(InvalidValue):
            read_plan(changed, ONE, Laws())


UNKEPT: tuple[Any, ...] = (1.5, float("nan"), ["x"], 10**5000, "\ud83d\ude00", "a\0", ("x", 1), {}, b"x")


@pytest.mark.parametrize("value", UNKEPT, ids=range(len(UNKEPT)))
@pytest.mark.parametrize("part", ["base", "ours", "theirs", "in_flight", "pushes"])
def test_what_could_not_be_read_back_is_not_planned(part: str, value: Any) -> None:
    """Also where nothing is decided of it: the lines of a plan hold all that the sides show."""
    odd: Any = {"a": "y", "unread": value}
    made = step(1)
    if part == "pushes":
        made = attrs.evolve(made, pushes=odd)
    else:
        parts: dict[str, Any] = {part: odd}
        made = attrs.evolve(made, inputs=attrs.evolve(INPUTS, **parts), decision=Decision())
    with pytest.raises(InvalidValue, match="the step of record '1") as refused:
        plan(made)
    assert refused.value.details["field"] == "unread"
    assert refused.value.message.encode()


@pytest.mark.parametrize(
    "changes",
    [
        {"external_id": "\ud83d"},
        {"proof": "\0"},
        {"inputs": attrs.evolve(INPUTS, candidates=("\ud83d\ude00",))},
        {"inputs": attrs.evolve(INPUTS, theirs=cast("Values", {5: "x"}))},
        {"inputs": attrs.evolve(INPUTS, theirs={"a": "other"})},
        {"inputs": attrs.evolve(INPUTS, theirs={})},
        {"inputs": attrs.evolve(INPUTS, theirs=GONE)},
        {"decision": Decision(action=cast("Action", "ask"))},
        {"decision": Decision(reason=cast("str", None))},
        {"decision": Decision(reason="\ud83d\ude00")},
        {"decision": Decision(apart=frozenset({"z"}))},
        {"decision": Decision(fields=(FieldDecision("z", None, None, None, None, Side.OURS, "r", "r"),))},
        {"decision": Decision(fields=(FieldDecision("a", "x", "y", "z", cast("str", 0.5), Side.BOTH, "r", "r"),))},
        {"decision": Decision(fields=(FieldDecision("a", "x", "y", "z", "y", cast("Side", "ours"), "r", "r"),))},
    ],
    ids=ascii,
)
def test_a_step_that_was_not_decided_like_this_is_not_planned(changes: Any) -> None:
    with pytest.raises(InvalidValue, match="the step of record"):
        plan(attrs.evolve(step(1), **changes))


@pytest.mark.parametrize("shared", [-1, 1.5, float("nan"), "x", None, True])
def test_how_many_records_both_sides_had_is_a_number(shared: Any) -> None:
    with pytest.raises(InvalidValue, match="shared is a whole number"):
        plan(shared=shared)


@pytest.mark.parametrize("wrong", [None, INPUTS, "step", Decision()], ids=ascii)
def test_only_steps_are_planned(wrong: Any) -> None:
    with pytest.raises(InvalidValue, match="steps is a Step each, not"):
        plan(wrong)
    with pytest.raises(InvalidValue, match="steps is a Step each, not"):
        list(what_if(ONE, Policy(), [wrong]))
    with pytest.raises(InvalidValue, match="a thing has no field 'z'"):
        plan(policy=Policy(fields={"z": Law.OURS}))


def test_a_plan_that_trips_a_guard_is_held() -> None:
    policy = Policy(guards=Guards(deleted=Share(0, 1)))
    lost = attrs.evolve(INPUTS, ours={"a": "x"}, theirs=GONE)
    calm, held = (plan(*(step(n, lost) for n in range(count)), policy=policy, shared=9) for count in (1, 2))
    assert (calm.is_held, held.is_held) == (False, True)
    assert [(trip.guard, trip.count, trip.shared) for trip in held.trips] == [("deleted", 2, 9)]


def test_what_another_policy_would_do_otherwise() -> None:
    both = Inputs(base={"a": "x", "b": "x"}, ours={"a": "y", "b": "x"}, theirs={"a": "z", "b": "z"})
    lost = attrs.evolve(INPUTS, theirs=GONE)
    made = [step(1), step(2, both), step(3, lost), step(4, attrs.evolve(INPUTS, theirs={"a": "y"}))]
    found = {each.step.external_id: each for each in what_if(ONE, Policy(default=Law.OURS), made)}
    assert {key: each.fields for key, each in found.items()} == {"1": ["a"], "2": ["a", "b"]}
    assert found["1"].instead.decision.pushes == {"a": "y"}
    (only,) = what_if(ONE, Policy(deletes=Deletes.DELETE), made)
    assert (only.step.external_id, only.fields, only.instead.decision.action) == ("3", [], Action.DELETE_HERE)


@given(st.lists(steps(KEPT_TEXTS), max_size=3), POLICIES)
def test_the_same_policy_does_nothing_otherwise(made: list[Step], policy: Policy) -> None:
    again = [attrs.evolve(each, decision=each.inputs.decide(SCHEMA, policy)) for each in made]
    assert list(what_if(SCHEMA, policy, again)) == []


@pytest.mark.parametrize("law", [Law.NEWEST, Law.ASK, Law.UNION], ids=lambda law: law.name)
def test_another_rule_for_the_same_outcome_is_no_difference(law: Law) -> None:
    taken = attrs.evolve(INPUTS, ours={"a": "x"})
    assert list(what_if(ONE, Policy(default=law), [step(1, taken)])) == []
    owned = step(2, attrs.evolve(INPUTS, edited=Edited(theirs_at=NOON)))
    assert list(what_if(ONE, Policy(default=Law.NEWEST), [owned])) == []
