"""The three-way decision as laws: exhaustive over a small domain, drawn beyond it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.shared.ids import RunId
from tresen.domain.sync.decision import Decision, FieldDecision, Policy, decide
from tresen.domain.sync.journal import Change, journal
from tresen.domain.sync.laws import Edited, Law, Side
from tresen.domain.sync.schema import Field, Schema, Value, Values, folded

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
A, B = Field("a"), Field("b", folded)
ONE, BOTH = Schema("thing", (A,)), Schema("thing", (A, B))

SMALL: tuple[Values, ...] = ({}, {"a": None}, {"a": "x"}, {"a": "y"})
TIMES = (
    Edited(),
    Edited(ours_at=NOON),
    Edited(theirs_at=NOON),
    Edited(ours_at=LATER, theirs_at=NOON),
    Edited(ours_at=NOON, theirs_at=LATER),
    Edited(ours_at=NOON, theirs_at=NOON),
)
MIRRORED_LAW = {Law.THEIRS: Law.OURS, Law.OURS: Law.THEIRS, Law.NEWEST: Law.NEWEST}
MIRRORED_SIDE = {Side.THEIRS: Side.OURS, Side.OURS: Side.THEIRS}
MIRRORED_RULE = {
    "theirs": "ours",
    "ours": "theirs",
    "newest": "newest",
    "only_ours_changed": "only_theirs_changed",
    "only_theirs_changed": "only_ours_changed",
    "only_ours_known": "only_theirs_known",
    "only_theirs_known": "only_ours_known",
}


@attrs.frozen(kw_only=True)
class Case:
    """One record in one situation."""

    policy: Policy
    base: Values
    ours: Values
    theirs: Values
    edited: Edited

    def decide(self, schema: Schema = BOTH) -> Decision:
        return decide(schema, self.policy, base=self.base, ours=self.ours, theirs=self.theirs, edited=self.edited)

    def mirrored(self) -> "Case":
        return Case(
            policy=Policy(
                default=MIRRORED_LAW[self.policy.default],
                fields={name: MIRRORED_LAW[law] for name, law in self.policy.fields.items()},
            ),
            base=self.base,
            ours=self.theirs,
            theirs=self.ours,
            edited=attrs.evolve(self.edited, ours_at=self.edited.theirs_at, theirs_at=self.edited.ours_at),
        )

    def applied(self) -> "Case":
        """After the decision was written: our side updated, and what the provider holds is the new base."""
        decision = self.decide()
        return attrs.evolve(
            self, ours={**self.ours, **decision.updates}, base=decision.next_base(self.base, self.theirs)
        )

    def pushed(self) -> "Case":
        """After the diverging fields were pushed too, and the provider confirmed them."""
        after = self.applied()
        pushes = {d.field: d.value for d in self.decide().diverging}
        return attrs.evolve(after, theirs={**after.theirs, **pushes}, base={**after.base, **pushes})

    def journal(self) -> list[Change]:
        return list(
            journal(
                self.decide(), run_id=RunId(UUID(int=1)), kind="thing", external_id="7", local_id=UUID(int=2), at=NOON
            )
        )

    @property
    def tells_times(self) -> bool:
        """Whether "newest" can be settled at all; without, it falls back to the provider, which has no mirror."""
        return self.edited.ours_at is not None or self.edited.theirs_at is not None


@cache
def small_cases() -> tuple[Case, ...]:
    """Every base, ours and theirs of one field (two values, None, absent), under every law and order of edits."""
    return tuple(
        Case(policy=Policy(default=law), base=base, ours=ours, theirs=theirs, edited=edited)
        for law, base, ours, theirs, edited in product(Law, SMALL, SMALL, SMALL, TIMES)
    )


# Values that are close relatives: case, blanks, emptiness, and True beside 1.
VALUES: st.SearchStrategy[Value] = st.sampled_from((None, "", "x", "X", " x", "y", 0, 1, True, False, (), ("x",)))


def records(**always: st.SearchStrategy[Value]) -> st.SearchStrategy[dict[str, Value]]:
    return st.fixed_dictionaries({**always}, optional={n: VALUES for n in ("a", "b", "c") if n not in always})


def cases() -> st.SearchStrategy[Case]:
    times = st.none() | st.sampled_from((NOON, NOON + timedelta(milliseconds=300), LATER))
    return st.builds(
        Case,
        policy=st.builds(
            Policy,
            default=st.sampled_from(Law),
            fields=st.dictionaries(st.sampled_from(("a", "b")), st.sampled_from(Law)),
        ),
        base=records(),
        ours=records(),
        theirs=records(),
        edited=st.builds(Edited, ours_at=times, theirs_at=times, resolution_s=st.sampled_from((1, 60))),
    )


def mirrored(found: FieldDecision) -> FieldDecision:
    return attrs.evolve(
        found,
        ours=found.theirs,
        theirs=found.ours,
        side=MIRRORED_SIDE[found.side],
        rule=MIRRORED_RULE[found.rule],
        reason="",
    )


def assert_mirror(case: Case) -> None:
    """Swapping the sides swaps the decision. Both sides must have been observed: see ``without``."""
    here = [attrs.evolve(d, reason="") for d in case.decide().fields]
    there = [mirrored(d) for d in case.mirrored().decide().fields]
    assert here == there, case


def whole(case: Case) -> Case:
    """The same case with every field named on both sides: absence means different things here and there."""
    return attrs.evolve(
        case,
        ours={f.name: case.ours.get(f.name) for f in BOTH.fields},
        theirs={f.name: case.theirs.get(f.name) for f in BOTH.fields},
    )


def assert_idempotent(case: Case) -> None:
    after = case.applied()
    assert after.decide().updates == {}, case
    assert after.journal() == [], case
    assert after.applied() == after, case


def assert_convergent(case: Case) -> None:
    """Pushed and confirmed, the sides agree in every field that was observed, and nothing is left to say."""
    after = case.pushed()
    assert after.decide().fields == (), case
    for field in BOTH.fields:
        if field.name in case.theirs:
            assert field.same(after.ours.get(field.name), after.theirs[field.name]), case


def edits(case: Case, side: Values) -> Iterator[tuple[Field, Value]]:
    """What a side changed since the sides agreed; where they never did, what it holds, if it holds anything."""
    for field in BOTH.fields:
        if field.name in case.theirs:
            value = side.get(field.name)
            if not field.same(value, case.base.get(field.name)):
                yield field, value


def assert_no_lost_edit(case: Case) -> None:
    result = case.applied().ours
    written = {line.field: (line.ours, line.theirs) for line in case.journal()}
    for side in (case.ours, case.theirs):
        for field, value in edits(case, side):
            kept = field.same(result.get(field.name), value)
            assert kept or value in written.get(field.name, ()), (case, field.name, value)


def assert_reasoned(case: Case) -> None:
    for found in case.decide().fields:
        assert found.reason.strip()
        assert found.rule in MIRRORED_RULE
        assert found.value == (found.ours if found.side is Side.OURS else found.theirs)
        assert found.changes_ours is not found.diverges


@pytest.mark.parametrize("law", list(Law))
def test_a_value_that_only_one_side_ever_had_is_never_blanked(law: Law) -> None:
    ours_only = Case(policy=Policy(default=law), base={}, ours={"a": "x"}, theirs={"a": None}, edited=Edited())
    theirs_only = attrs.evolve(ours_only, ours={"a": ""}, theirs={"a": "x"})
    assert ours_only.decide().updates == {}
    assert theirs_only.decide().updates == {"a": "x"}
    assert "a" not in ours_only.applied().base
    assert ours_only.applied().applied().ours == {"a": "x"}


def test_the_laws_hold_for_every_small_case() -> None:
    assert len(small_cases()) == 3 * 4**3 * 6
    for case in small_cases():
        assert_idempotent(case)
        assert_convergent(case)
        assert_no_lost_edit(case)
        assert_reasoned(case)
        if case.policy.default is not Law.NEWEST or case.tells_times:
            assert_mirror(whole(case))


@given(cases())
def test_applying_a_decision_leaves_nothing_to_write(case: Case) -> None:
    assert_idempotent(case)


@given(cases())
def test_after_a_confirmed_push_the_sides_agree(case: Case) -> None:
    assert_convergent(case)


@given(cases())
def test_no_edit_is_lost(case: Case) -> None:
    assert_no_lost_edit(case)


@given(cases())
def test_no_decision_is_without_reason(case: Case) -> None:
    assert_reasoned(case)


@given(cases().filter(lambda case: case.tells_times))
def test_neither_side_is_favoured(case: Case) -> None:
    assert_mirror(whole(case))


def test_two_fields_are_decided_as_if_each_were_alone() -> None:
    """Disjoint edits of one record merge: every pair of small situations, under every pair of laws."""
    edited = Edited(ours_at=LATER, theirs_at=NOON)
    situations = list(product(SMALL, repeat=3))
    alone = {
        (law, n): decide(ONE, Policy(default=law), base=base, ours=ours, theirs=theirs, edited=edited).fields
        for law in Law
        for n, (base, ours, theirs) in enumerate(situations)
    }
    second = [tuple({"b": side["a"]} if side else {} for side in situation) for situation in situations]
    for first_law, second_law in product(Law, Law):
        policy = Policy(default=first_law, fields={"b": second_law})
        for (n, left), (m, right) in product(enumerate(situations), enumerate(second)):
            base, ours, theirs = ({**x, **y} for x, y in zip(left, right, strict=True))
            found = decide(BOTH, policy, base=base, ours=ours, theirs=theirs, edited=edited).fields
            expected = alone[first_law, n] + tuple(attrs.evolve(d, field="b") for d in alone[second_law, m])
            assert found == expected


@pytest.mark.parametrize("law", Law)
@pytest.mark.parametrize("base", [{}, {"a": "x"}])
@pytest.mark.parametrize("edited", TIMES)
def test_a_field_that_the_provider_does_not_name_is_left_alone(law: Law, base: Values, edited: Edited) -> None:
    """Unknown is not absent: a partial answer clears nothing."""
    found = decide(BOTH, Policy(default=law), base=base, ours={"a": "mine"}, theirs={}, edited=edited)
    assert found.fields == ()


@given(cases())
def test_only_fields_of_the_schema_that_were_observed_and_differ_are_decided(case: Case) -> None:
    expected = [
        f.name for f in BOTH.fields if f.name in case.theirs and not f.same(case.ours.get(f.name), case.theirs[f.name])
    ]
    assert [d.field for d in case.decide().fields] == expected


@given(cases())
def test_a_field_that_we_do_not_name_is_empty(case: Case) -> None:
    assert case.decide() == attrs.evolve(case, ours={n: case.ours.get(n) for n in BOTH.names}).decide()


@pytest.mark.parametrize("law", Law)
def test_true_is_not_one(law: Law) -> None:
    found = decide(ONE, Policy(default=law), base={"a": 1}, ours={"a": 1}, theirs={"a": True}, edited=Edited())
    (only,) = found.fields
    assert only.theirs is True


@pytest.mark.parametrize("law", Law)
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"a": "Anna", "b": "anna@x.de"}, {"b": "anna@x.de", "a": "Anna"}),
        ({"a": "Anna", "b": "anna@x.de"}, {"a": " Anna ", "b": "ANNA@X.DE"}),
        ({"a": None, "b": None}, {"a": "", "b": "  "}),
        ({}, {"a": (), "b": None}),
    ],
    ids=["reordered", "re-cased", "emptied", "never set"],
)
def test_another_way_to_write_it_is_no_change(law: Law, ours: Values, theirs: Values) -> None:
    """Whatever the base was and whoever was re-stamped last."""
    bases: tuple[Values, ...] = ({}, {"a": "old", "b": "old"}, ours, theirs)
    for base, edited in product(bases, TIMES):
        assert decide(BOTH, Policy(default=law), base=base, ours=ours, theirs=theirs, edited=edited).fields == ()


@pytest.mark.parametrize("edited", TIMES)
@pytest.mark.parametrize(
    ("law", "base", "ours", "theirs", "side", "rule"),
    [
        (Law.THEIRS, {"a": "x"}, "x", "y", Side.THEIRS, "only_theirs_changed"),
        (Law.THEIRS, {"a": "x"}, "y", "x", Side.THEIRS, "theirs"),
        (Law.THEIRS, {"a": "x"}, "y", "z", Side.THEIRS, "theirs"),
        (Law.THEIRS, {}, "y", "z", Side.THEIRS, "theirs"),
        (Law.OURS, {"a": "x"}, "x", "y", Side.OURS, "ours"),
        (Law.OURS, {"a": "x"}, "y", "x", Side.OURS, "only_ours_changed"),
        (Law.OURS, {"a": "x"}, "y", "z", Side.OURS, "ours"),
        (Law.OURS, {}, "y", "z", Side.OURS, "ours"),
        (Law.NEWEST, {"a": "x"}, "x", "y", Side.THEIRS, "only_theirs_changed"),
        (Law.NEWEST, {"a": "x"}, "y", "x", Side.OURS, "only_ours_changed"),
        (Law.NEWEST, {"a": "x"}, "x", None, Side.THEIRS, "only_theirs_changed"),
    ],
)
def test_who_wins_by_which_rule(
    law: Law, base: Values, ours: Value, theirs: Value, side: Side, rule: str, edited: Edited
) -> None:
    """One side's edit needs no clock; an owner's field never asks for one."""
    found = decide(ONE, Policy(default=law), base=base, ours={"a": ours}, theirs={"a": theirs}, edited=edited)
    (only,) = found.fields
    assert (only.side, only.rule) == (side, rule)


@pytest.mark.parametrize("base", [{}, {"a": "x"}])
@pytest.mark.parametrize(
    ("edited", "side"),
    [(Edited(ours_at=LATER, theirs_at=NOON), Side.OURS), (Edited(ours_at=NOON, theirs_at=LATER), Side.THEIRS)],
)
def test_two_edits_of_a_shared_field_are_settled_by_time(base: Values, edited: Edited, side: Side) -> None:
    found = decide(ONE, Policy(default=Law.NEWEST), base=base, ours={"a": "y"}, theirs={"a": "z"}, edited=edited)
    (only,) = found.fields
    assert (only.side, only.rule) == (side, "newest")


def test_updates_and_divergences_are_what_each_side_still_has_to_learn() -> None:
    policy = Policy(fields={"b": Law.OURS})
    found = decide(BOTH, policy, base={}, ours={"a": "x", "b": "x"}, theirs={"a": "y", "b": "y"}, edited=Edited())
    assert found.updates == {"a": "y"}
    assert [d.field for d in found.diverging] == ["b"]


def test_the_provider_wins_where_no_law_is_named() -> None:
    laws: Mapping[str, Law] = {"a": Law.NEWEST}
    assert Policy().law("a") is Law.THEIRS
    assert Policy(fields=laws).law("a") is Law.NEWEST
    assert Policy(default=Law.OURS, fields=laws).law("b") is Law.OURS
