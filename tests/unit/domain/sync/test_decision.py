"""A record that both sides show: the laws of a decision, exhaustively over a small domain, and by example."""

from itertools import product

import attrs
import pytest

from tresen.domain.sync.canonical import Value, Values, folded, plain, sorted_set
from tresen.domain.sync.decision import WHOLE, Decision, FieldDecision, decide
from tresen.domain.sync.law_suite import TIMES
from tresen.domain.sync.laws import BUILT_IN, NEVER_EDITED, Contest, Edited, Law
from tresen.domain.sync.policy import Policy
from tresen.domain.sync.schema import Field, Schema
from tresen.domain.sync.side import Side
from tresen.domain.sync.step import Inputs

from .cases import Case, assert_lawful, assert_mirror

# Their cases touch what other tests cover, many thousand times: watching them would only take time.
pytestmark = pytest.mark.no_cover

OURS_LATER, THEIRS_LATER = TIMES[3], TIMES[4]
NAME, EMAIL, TAGS = Field("a"), Field("b", folded), Field("t", sorted_set)
ONE, BOTH, SETS = Schema("thing", (NAME,)), Schema("thing", (NAME, EMAIL)), Schema("thing", (TAGS,))
laws = pytest.mark.parametrize("law", BUILT_IN, ids=lambda law: law.name)

# Not observed, nothing, and three values: of texts, and of sets that contain and that overlap each other.
TEXTS: tuple[Values, ...] = ({}, {"a": None}, {"a": "x"}, {"a": "y"}, {"a": "z"})
TAGGED: tuple[Values, ...] = ({}, {"t": None}, {"t": ("a",)}, {"t": ("a", "b")}, {"t": ("b", "c")})
DOMAINS = {"texts": (ONE, TEXTS), "sets": (SETS, TAGGED)}


def only(
    schema: Schema, policy: Policy, base: Values, ours: Value, theirs: Value, edited: Edited = NEVER_EDITED
) -> tuple[Side, str]:
    (made,) = decide(schema, policy, base=base, ours={"a": ours}, theirs={"a": theirs}, edited=edited).fields
    return made.side, made.rule


@laws
@pytest.mark.parametrize("domain", DOMAINS)
def test_the_laws_hold_for_every_small_case(law: Law, domain: str) -> None:
    """5 bases x 5 ours x 5 theirs x 9 orders of edits, under each of 5 laws, for texts and for sets: 11,250 cases.

    One field is enough: each is decided as if it were alone, see the next test.
    """
    schema, sides = DOMAINS[domain]
    policy = Policy(default=law)
    for base, ours, theirs, edited in product(sides, sides, sides, TIMES):
        case = Case(schema=schema, policy=policy, base=base, ours=ours, theirs=theirs, edited=edited)
        assert_lawful(case)
        assert_mirror(case)


def test_two_fields_are_decided_as_if_each_were_alone() -> None:
    """Disjoint edits of one record merge: every pair of small situations, under every pair of laws: 102,400 cases.

    With two of the three values: where fields do not know of each other, a third adds nothing.
    """
    small = TEXTS[:4]
    situations = list(product(small, repeat=3))
    second = [tuple({"b": side["a"]} if side else {} for side in situation) for situation in situations]
    alone = {
        (law, n): decide(ONE, Policy(default=law), base=base, ours=ours, theirs=theirs, edited=OURS_LATER).fields
        for law in BUILT_IN
        for n, (base, ours, theirs) in enumerate(situations)
    }
    as_b = {key: tuple(attrs.evolve(made, field="b") for made in fields) for key, fields in alone.items()}
    for first_law, second_law in product(BUILT_IN, BUILT_IN):
        policy = Policy(default=first_law, fields={"b": second_law})
        for (n, left), (m, right) in product(enumerate(situations), enumerate(second)):
            base, ours, theirs = ({**x, **y} for x, y in zip(left, right, strict=True))
            found = decide(BOTH, policy, base=base, ours=ours, theirs=theirs, edited=OURS_LATER).fields
            assert found == alone[first_law, n] + as_b[second_law, m]


@laws
@pytest.mark.parametrize("override", BUILT_IN, ids=lambda law: f"override-{law.name}")
def test_an_override_is_the_law_of_that_field_and_of_no_other(law: Law, override: Law) -> None:
    """Every small case is decided as under the override alone, by the rule ``override``; the field beside it is not.

    Where nothing was agreed, one with an owner holds against a side that has a value alone.
    """
    schema = Schema("thing", (NAME, Field("b")))
    for base, ours, theirs, edited in product(TEXTS, TEXTS, TEXTS, (NEVER_EDITED, OURS_LATER)):
        twice = [{**side, **({"b": side["a"]} if side else {})} for side in (base, ours, theirs)]
        as_law = Inputs(base=twice[0], ours=twice[1], theirs=twice[2], edited=edited)
        found = attrs.evolve(as_law, overrides={"a": override}).decide(schema, Policy(default=law))
        expected = [
            as_overridden(made, override) if made.field == "a" else made
            for made in as_law.decide(schema, Policy(default=law, fields={"a": override})).fields
        ]
        assert list(found.fields) == expected


def as_overridden(made: FieldDecision, override: Law) -> FieldDecision:
    """What the override makes of what its law alone does."""
    if override.owner is not None and made.rule in {"only_ours_known", "only_theirs_known"}:
        verdict = override.judge(Contest(plain, False, made.base, made.ours, made.theirs, NEVER_EDITED))
        value = made.ours if override.owner is Side.OURS else made.theirs
        return attrs.evolve(made, rule="override", side=override.owner, value=value, reason=verdict.reason)
    return attrs.evolve(made, rule="override") if made.rule == override.name else made


@pytest.mark.parametrize("owner", [Law.OURS, Law.THEIRS], ids=lambda law: law.name)
@pytest.mark.parametrize(("ours", "theirs"), [(None, "x"), ("x", None)])
def test_a_person_may_say_of_a_field_that_was_never_agreed_that_it_is_empty(
    owner: Law, ours: Value, theirs: Value
) -> None:
    found = Inputs(base={}, ours={"a": ours}, theirs={"a": theirs}, overrides={"a": owner}).decide(ONE, Policy())
    (made,) = found.fields
    assert (made.side, made.value) == (owner.owner, ours if owner is Law.OURS else theirs)
    after = found.next_base({}, {"a": theirs})
    assert after == {"a": theirs}


@laws
def test_what_is_in_flight_is_left_alone_and_keeps_its_base(law: Law) -> None:
    """Whatever either side holds meanwhile. When the push fails, both edits are still there to be seen."""
    for base, ours, theirs, edited in product(TEXTS, TEXTS, TEXTS, TIMES):
        case = Case(
            schema=ONE,
            policy=Policy(default=law),
            base=base,
            ours=ours,
            theirs=theirs,
            edited=edited,
            in_flight={"a": "p"},
        )
        assert case.decide() == Decision(apart=frozenset({"a"}))
        assert case.applied() == case
        assert case.told() == []
        assert attrs.evolve(case.applied(), in_flight={}).decide() == attrs.evolve(case, in_flight={}).decide()


def test_only_the_field_in_flight_is_left_alone() -> None:
    found = decide(BOTH, Policy(), base={}, ours={"a": None}, theirs={"a": "x", "b": "y"}, in_flight={"b": "pushed"})
    assert found.updates == {"a": "x"}
    assert found.next_base({"b": "old"}, {"a": "x", "b": "y"}) == {"a": "x", "b": "old"}


@laws
@pytest.mark.parametrize("base", [{}, {"a": "x"}])
@pytest.mark.parametrize("edited", TIMES)
def test_a_field_that_a_side_does_not_name_is_left_alone(law: Law, base: Values, edited: Edited) -> None:
    """Unknown is not absent: a partial answer clears nothing, and changes nothing that was agreed."""
    named: Values = {"a": "mine"}
    for ours, theirs in ((named, {}), ({}, named)):
        found = decide(BOTH, Policy(default=law), base=base, ours=ours, theirs=theirs, edited=edited)
        assert found.fields == ()
        assert found.next_base(base, theirs) == base


@laws
def test_an_edit_of_the_provider_is_seen_once_our_value_is_known(law: Law) -> None:
    """What the provider shows while nobody looked at ours is not agreed on."""
    for base, ours, theirs, edited in product(TEXTS, TEXTS, TEXTS, TIMES):
        case = Case(schema=ONE, policy=Policy(default=law), base=base, ours={}, theirs=theirs, edited=edited)
        assert attrs.evolve(case.applied(), ours=ours).decide() == attrs.evolve(case, ours=ours).decide()


@laws
def test_without_a_base_nothing_was_agreed(law: Law) -> None:
    for ours, theirs, edited in product(TEXTS, TEXTS, TIMES):
        here = decide(ONE, Policy(default=law), base=None, ours=ours, theirs=theirs, edited=edited)
        assert here == decide(ONE, Policy(default=law), base={}, ours=ours, theirs=theirs, edited=edited)


@laws
def test_a_value_that_only_one_side_ever_had_is_never_blanked(law: Law) -> None:
    ours_only = Case(schema=ONE, policy=Policy(default=law), base={}, ours={"a": "x"}, theirs={"a": None})
    theirs_only = attrs.evolve(ours_only, ours={"a": ""}, theirs={"a": "x"})
    assert ours_only.decide().updates == {}
    assert ours_only.applied().base == {}
    assert ours_only.applied().applied().ours == {"a": "x"}
    assert theirs_only.decide().updates == {"a": "x"}
    assert theirs_only.decide().pushes == {}


@laws
def test_true_is_not_one(law: Law) -> None:
    (made,) = decide(ONE, Policy(default=law), base={"a": 1}, ours={"a": 1}, theirs={"a": True}).fields
    assert made.theirs is True


@laws
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
        (Law.ASK, {"a": "x"}, "x", "y", Side.THEIRS, "only_theirs_changed"),
        (Law.ASK, {"a": "x"}, "y", "x", Side.OURS, "only_ours_changed"),
        (Law.ASK, {"a": "x"}, "y", "z", Side.NEITHER, "ask"),
        (Law.ASK, {}, "y", "z", Side.NEITHER, "ask"),
        (Law.UNION, {"a": "x"}, "y", "z", Side.NEITHER, "union"),
        (Law.UNION, {"a": ("x",)}, ("x", "y"), (), Side.BOTH, "union"),
        (Law.UNION, {"a": ("x",)}, ("x", "y"), ("x", "y", "z"), Side.THEIRS, "union"),
        (Law.UNION, {"a": ("x",)}, ("y", "z"), ("z",), Side.OURS, "union"),
    ],
    ids=str,
)
def test_who_wins_by_which_rule(
    law: Law, base: Values, ours: Value, theirs: Value, side: Side, rule: str, edited: Edited
) -> None:
    """One side's edit needs no clock, nor does an owner's field; a merge that is one side's is that side's."""
    assert only(ONE, Policy(default=law), base, ours, theirs, edited) == (side, rule)


@pytest.mark.parametrize("base", [{}, {"a": "x"}])
@pytest.mark.parametrize(("edited", "side"), [(OURS_LATER, Side.OURS), (THEIRS_LATER, Side.THEIRS)])
def test_two_edits_of_a_shared_field_are_settled_by_time(base: Values, edited: Edited, side: Side) -> None:
    assert only(ONE, Policy(default=Law.NEWEST), base, "y", "z", edited) == (side, "newest")


def test_updates_and_pushes_are_what_each_side_still_has_to_learn() -> None:
    schema = Schema("thing", (NAME, EMAIL, TAGS, Field("n")))
    policy = Policy(fields={"b": Law.OURS, "t": Law.UNION, "n": Law.ASK})
    ours: Values = {"a": "x", "b": "x", "t": ("x",), "n": "x"}
    theirs: Values = {"a": "y", "b": "y", "t": ("y",), "n": "y"}
    found = decide(schema, policy, base=None, ours=ours, theirs=theirs)
    assert found.updates == {"a": "y", "t": ("x", "y")}
    assert found.pushes == {"b": "x", "t": ("x", "y")}
    assert [made.field for made in found.diverging] == ["b", "t"]
    assert [made.field for made in found.asked] == ["n"]
    assert found.asks
    assert found.next_base({"n": "old"}, theirs) == {"a": "y", "b": "y", "t": ("y",), "n": "old"}
    assert not attrs.evolve(found, fields=found.fields[:3]).asks


def test_pinning_the_whole_record_says_nothing_of_its_fields() -> None:
    inputs = Inputs(base={"a": "x"}, ours={"a": "x"}, theirs={"a": "y"})
    pinned = attrs.evolve(inputs, overrides={WHOLE: Law.OURS})
    assert pinned.decide(ONE, Policy()) == inputs.decide(ONE, Policy())


def test_the_law_of_a_field_is_the_policys_then_the_schemas_then_the_default() -> None:
    schema = Schema("thing", (Field("a", law=Law.OURS),))
    base = {"a": "x"}
    assert only(schema, Policy(default=Law.ASK), base, "y", "z") == (Side.OURS, "ours")
    assert only(schema, Policy(fields={"a": Law.ASK}), base, "y", "z") == (Side.NEITHER, "ask")
    assert only(ONE, Policy(default=Law.ASK), base, "y", "z") == (Side.NEITHER, "ask")
    assert only(ONE, Policy(), base, "y", "z") == (Side.THEIRS, "theirs")
