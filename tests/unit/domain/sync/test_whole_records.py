"""A record that one side does not show, under every policy for deletions: exhaustively over a small domain."""

from itertools import product

import attrs
import pytest

from tresen.domain.sync.action import Action
from tresen.domain.sync.canonical import Values
from tresen.domain.sync.decision import WHOLE, decide
from tresen.domain.sync.laws import BUILT_IN, Law
from tresen.domain.sync.policy import Deletes, Policy
from tresen.domain.sync.schema import Field, Schema
from tresen.domain.sync.side import GONE, UNKNOWN, Shown, Side

from .cases import LAWS, Case, assert_mirror

# Their cases touch what other tests cover, many thousand times: watching them would only take time.
pytestmark = pytest.mark.no_cover

SCHEMA = Schema("thing", (Field("a"), Field("b")))
A: tuple[Values, ...] = ({}, {"a": None}, {"a": "x"}, {"a": "y"}, {"a": "z"})
B: tuple[Values, ...] = ({}, {"b": None}, {"b": "x"}, {"b": "y"})
# Two fields, each absent, nothing, or a value: 20 records. Three values in the first, two in the second are enough:
# only whether a field is as it was agreed plays a part, and whether any is not.
RECORDS: tuple[Values, ...] = tuple({**a, **b} for a, b in product(A, B))
BASES: tuple[Values | None, ...] = (None, *RECORDS)
SWITCHES = tuple(product((False, True), repeat=4))
POLICIES = tuple(
    Policy(deletes=deletes, create_here=ch, create_there=ct, delete_here=dh, delete_there=dt)
    for deletes, (ch, ct, dh, dt) in product(Deletes, SWITCHES)
)
PRESENCES: tuple[Shown, ...] = (GONE, UNKNOWN, {}, {"a": "x", "b": None})


def expected(policy: Policy, base: Values | None, values: Values, *, ours_has_it: bool) -> Action:
    """The table of the design, written down a second time and the other way round."""
    create = policy.create_there if ours_has_it else policy.create_here
    delete = policy.delete_here if ours_has_it else policy.delete_there
    if base is None:
        here_or_there = Action.CREATE_THERE if ours_has_it else Action.CREATE_HERE
        return here_or_there if create else Action.APART
    compared = base.keys() & values.keys()
    if not compared:
        return Action.ASK
    gone = Action.DELETE_HERE if ours_has_it else Action.DELETE_THERE
    if all(values[name] == base[name] for name in compared):
        known_alone = any(values[name] is not None for name in values.keys() - base.keys())
        asked = known_alone and policy.deletes is not Deletes.DELETE
        return (Action.ASK if asked else gone) if delete else Action.APART
    if policy.deletes is Deletes.DELETE and delete:
        return gone
    if policy.deletes is Deletes.KEEP_EDITED and create:
        return Action.RESTORE_THERE if ours_has_it else Action.RESTORE_HERE
    return Action.ASK


@pytest.mark.parametrize("ours_has_it", [True, False], ids=["theirs gone", "ours gone"])
@pytest.mark.parametrize("deletes", Deletes, ids=lambda deletes: deletes.value)
def test_every_small_record_that_one_side_lost(deletes: Deletes, ours_has_it: bool) -> None:
    """21 bases x 20 records x 3 policies for deletions x 16 switches x 2 sides: 40,320 cases.

    Laws of fields play no part, see below.
    """
    policies = [policy for policy in POLICIES if policy.deletes is deletes]
    for base, values, policy in product(BASES, RECORDS, policies):
        ours, theirs = (values, GONE) if ours_has_it else (GONE, values)
        case = Case(schema=SCHEMA, policy=policy, base=base, ours=ours, theirs=theirs)
        decision = case.decide()
        assert decision.action is expected(policy, base, values, ours_has_it=ours_has_it), case
        assert decision.rule.strip()
        assert decision.reason.strip()
        assert decision.fields == ()
        assert_nothing_is_lost(case, values)


@pytest.mark.parametrize("policy", POLICIES)
def test_every_small_record_mirrored(policy: Policy) -> None:
    """5 bases x 20 records x 48 policies x 2 sides: 9,600 cases. What becomes of it is mirrored, too."""
    bases: tuple[Values | None, ...] = (None, {}, {"a": "x"}, {"a": "x", "b": None}, {"a": "x", "b": "y"})
    for base, values in product(bases, RECORDS):
        for ours, theirs in ((values, GONE), (GONE, values)):
            assert_mirror(Case(schema=SCHEMA, policy=policy, base=base, ours=ours, theirs=theirs))


def assert_nothing_is_lost(case: Case, values: Values) -> None:
    """At rest, the record is on both sides or gone from both, or the policy keeps it apart or asks; and a value that
    is on neither side any more was told.
    """
    end, action = case.quiet(), case.decide().action
    if action in {Action.APART, Action.ASK}:
        assert end == case
        assert case.told() == []
    elif action in {Action.DELETE_HERE, Action.DELETE_THERE}:
        assert (end.ours, end.theirs, end.base) == (GONE, GONE, None), case
        first, *lost = case.told()
        assert (first.field, first.rule) == (WHOLE, case.decide().rule)
        told = {made.field: made.ours if action is Action.DELETE_HERE else made.theirs for made in lost}
        assert told == {name: value for name, value in values.items() if value is not None}, case
        assert all(made.value is None and made.reason for made in lost)
    else:
        assert end.ours == end.theirs == end.base == values, case
        assert end.decide().fields == ()
        is_restored = action in {Action.RESTORE_HERE, Action.RESTORE_THERE}
        assert [made.field for made in case.told()] == ([WHOLE] if is_restored else []), case


@pytest.mark.parametrize(("ours", "theirs"), [pair for pair in product(PRESENCES, PRESENCES) if UNKNOWN in pair])
@pytest.mark.parametrize("base", [None, {}, {"a": "y"}])
@pytest.mark.parametrize("overrides", [{}, {WHOLE: Law.OURS}])
def test_what_is_unknown_waits(ours: Shown, theirs: Shown, base: Values | None, overrides: dict[str, Law]) -> None:
    """Under every policy, whatever the other side has: unknown is not gone."""
    for policy in POLICIES:
        case = Case(schema=SCHEMA, policy=policy, base=base, ours=ours, theirs=theirs, overrides=overrides)
        decision = case.decide()
        assert (decision.action, decision.rule, decision.fields) == (Action.WAIT, "unknown", ())
        assert decision.reason.strip()
        assert case.told() == []
        assert case.quiet() == case


@pytest.mark.parametrize("base", [None, {}, {"a": "y"}])
@pytest.mark.parametrize("overrides", [{}, {WHOLE: Law.OURS}])
def test_what_both_sides_lost_is_forgotten(base: Values | None, overrides: dict[str, Law]) -> None:
    for policy in POLICIES:
        case = Case(schema=SCHEMA, policy=policy, base=base, ours=GONE, theirs=GONE, overrides=overrides)
        assert case.decide().action is Action.FORGET
        assert case.told() == []
        assert case.quiet().base is None


def test_a_record_that_a_person_pinned_stays_on_the_sides_where_it_is() -> None:
    """21 bases x 20 records x 48 policies x 2 sides: 40,320 cases."""
    for base, values, policy in product(BASES, RECORDS, POLICIES):
        for ours, theirs in ((values, GONE), (GONE, values)):
            found = decide(SCHEMA, policy, base=base, ours=ours, theirs=theirs, overrides={WHOLE: Law.OURS})
            assert (found.action, found.rule) == (Action.APART, "override")


@pytest.mark.parametrize("law", BUILT_IN, ids=lambda law: law.name)
def test_laws_of_fields_play_no_part_in_it(law: Law) -> None:
    for base, values, deletes in product(BASES, RECORDS, Deletes):
        for ours, theirs in ((values, GONE), (GONE, values)):
            plain = Policy(deletes=deletes, create_there=True, delete_there=True)
            found = decide(SCHEMA, attrs.evolve(plain, default=law), base=base, ours=ours, theirs=theirs)
            assert found == decide(SCHEMA, plain, base=base, ours=ours, theirs=theirs)


def test_another_way_to_write_it_is_no_edit() -> None:
    found = decide(SCHEMA, Policy(), base={"a": "x", "b": None}, ours={"a": " x", "b": ""}, theirs=GONE)
    assert found.action is Action.DELETE_HERE


def test_our_own_write_is_no_edit_of_the_provider_and_everything_else_is() -> None:
    policy = Policy(delete_there=True)
    was = {"a": "x", "b": "x"}

    def action(theirs: Values) -> Action:
        found = decide(SCHEMA, policy, base=was, ours=GONE, theirs=theirs, in_flight={"a": "y"})
        return found.action

    assert action({"a": "y", "b": "x"}) is Action.DELETE_THERE
    assert action({"a": "x", "b": "x"}) is Action.DELETE_THERE
    assert action({"a": "z", "b": "x"}) is Action.RESTORE_HERE
    assert action({"a": "y", "b": "y"}) is Action.RESTORE_HERE


def test_a_field_that_was_cleared_is_an_edit_and_one_that_is_not_named_is_none() -> None:
    base: Values = {"a": "x", "b": "y"}
    assert decide(SCHEMA, Policy(), base=base, ours={"a": "x", "b": None}, theirs=GONE).action is Action.ASK
    assert decide(SCHEMA, Policy(), base=base, ours={"a": "x"}, theirs=GONE).action is Action.DELETE_HERE
    there = Policy(delete_there=True)
    assert decide(SCHEMA, there, base=base, ours=GONE, theirs={"a": "x"}).action is Action.DELETE_THERE


@pytest.mark.parametrize("deletes", Deletes, ids=lambda deletes: deletes.value)
@pytest.mark.parametrize("create", [False, True])
def test_a_value_that_one_side_alone_knows_is_not_deleted_without_a_question(create: bool, deletes: Deletes) -> None:
    """Nor made anew on the side that may have no field for it: no deletion there would ever end."""
    policy = Policy(create_here=create, create_there=create, delete_there=True, deletes=deletes)
    wins = deletes is Deletes.DELETE
    base: Values = {"a": "x"}
    here = decide(SCHEMA, policy, base=base, ours={"a": "x", "b": "typed here"}, theirs=GONE)
    there = decide(SCHEMA, policy, base=base, ours=GONE, theirs={"a": "x", "b": "typed there"})
    assert (here.action, there.action) == ((Action.DELETE_HERE, Action.DELETE_THERE) if wins else (Action.ASK,) * 2)
    assert here.rule == there.rule == ("delete" if wins else "never_agreed")
    nothing = decide(SCHEMA, policy, base=base, ours={"a": "x", "b": " "}, theirs=GONE)
    assert (nothing.action, nothing.rule) == (Action.DELETE_HERE, "deleted")


@pytest.mark.parametrize("deletes", Deletes, ids=lambda deletes: deletes.value)
def test_a_value_that_one_side_alone_knows_and_nobody_edited_asks_nothing(deletes: Deletes) -> None:
    policy, base, holds = Policy(delete_there=True, deletes=deletes), {"a": "x"}, {"a": "x", "b": "first said"}
    for ours, theirs, gone in ((holds, GONE, Action.DELETE_HERE), (GONE, holds, Action.DELETE_THERE)):
        found = decide(SCHEMA, policy, base=base, ours=ours, theirs=theirs, untouched={"b"})
        assert (found.action, found.rule) == (gone, "deleted")
        assert decide(SCHEMA, policy, base=base, ours=ours, theirs=theirs, untouched={"a"}).rule != "deleted"


def test_that_nobody_edited_it_says_nothing_of_what_was_agreed_on() -> None:
    kept = {"a": "y", "b": "first said"}
    found = decide(SCHEMA, Policy(create_there=True), base={"a": "x"}, ours=kept, theirs=GONE, untouched={"a", "b"})
    assert found.action is Action.RESTORE_THERE


@pytest.mark.parametrize("shown", [{}, {"A": "x"}, {"b": None}], ids=["nothing", "a misspelt field", "another field"])
def test_of_what_shows_nothing_that_was_agreed_on_nobody_can_tell(shown: Values) -> None:
    """Unknown is not as it was."""
    policy = Policy(delete_there=True)
    for ours, theirs in ((shown, GONE), (GONE, shown)):
        found = decide(SCHEMA, policy, base={"a": "x"}, ours=ours, theirs=theirs)
        assert (found.action, found.rule) == (Action.ASK, "never_agreed")


def test_of_what_shows_nothing_but_our_own_write_nothing_was_edited() -> None:
    theirs: Values = {"a": "y"}
    found = decide(SCHEMA, Policy(delete_there=True), base={"a": "x"}, ours=GONE, theirs=theirs, in_flight={"a": "y"})
    assert found.action is Action.DELETE_THERE


@pytest.mark.parametrize(
    ("policy", "base", "ours", "theirs", "reason"),
    [
        (Policy(create_there=True), None, {"a": "x"}, GONE, "only we have it"),
        (Policy(), None, GONE, {"a": "x"}, "only the provider has it"),
        (Policy(), None, {"a": "x"}, GONE, "only we have it, and the policy does not create it on the other side"),
        (Policy(), {"a": "x"}, {"a": "x"}, GONE, "the provider deleted it, and nobody edited it since"),
        (Policy(), {}, {"a": "x"}, GONE, "the provider deleted it before anything was agreed on; a person decides"),
        (Policy(), {}, GONE, {"a": "x"}, "we deleted it before anything was agreed on; a person decides"),
        (
            Policy(),
            {"a": "x"},
            {},
            GONE,
            "the provider deleted it, and nothing is shown of what was agreed on; a person decides",
        ),
        (
            Policy(),
            {"a": "x"},
            {"a": "x", "b": "y"},
            GONE,
            "the provider deleted it, and ours holds what was never agreed on; a person decides",
        ),
        (
            Policy(delete_there=True, deletes=Deletes.DELETE),
            {"a": "x"},
            GONE,
            {"a": "x", "b": "y"},
            "we deleted it, and the provider's holds what was never agreed on; the deletion wins, that is journalled",
        ),
        (Policy(), {"a": "x"}, GONE, {"a": "x"}, "we deleted it, and the policy does not delete it on this side"),
        (Policy(), {"a": "x"}, GONE, {"a": "y"}, "we deleted what the provider edited; the edited record is restored"),
        (
            Policy(deletes=Deletes.DELETE),
            {"a": "x"},
            {"a": "y"},
            GONE,
            "the provider deleted what we edited; the deletion wins, the edit is journalled",
        ),
    ],
)
def test_the_reason_is_a_sentence(policy: Policy, base: Values | None, ours: Shown, theirs: Shown, reason: str) -> None:
    assert decide(SCHEMA, policy, base=base, ours=ours, theirs=theirs).reason == reason


@pytest.mark.parametrize("action", Action)
def test_mirroring_an_action_twice_gives_it_back(action: Action) -> None:
    here_and_there = {"here": "there", "there": "here"}
    first, _, last = action.value.rpartition("_")
    swapped = f"{first}_{here_and_there[last]}" if last in here_and_there else action.value
    assert action.mirrored.value == swapped
    assert action.mirrored.mirrored is action


@pytest.mark.parametrize("side", Side)
def test_mirroring_a_side_swaps_ours_and_theirs(side: Side) -> None:
    swapped = {Side.OURS: Side.THEIRS, Side.THEIRS: Side.OURS}
    assert side.mirrored is swapped.get(side, side)


def test_mirroring_a_policy_swaps_every_switch() -> None:
    policy = Policy(
        default=Law.OURS,
        fields={"a": Law.THEIRS, "b": Law.UNION},
        create_here=True,
        create_there=False,
        delete_here=False,
        delete_there=True,
    )
    assert policy.mirrored(LAWS) == attrs.evolve(
        policy,
        default=Law.THEIRS,
        fields={"a": Law.OURS, "b": Law.UNION},
        create_here=False,
        create_there=True,
        delete_here=True,
        delete_there=False,
    )
    for each in POLICIES:
        assert each.mirrored(LAWS).mirrored(LAWS) == each
