"""The laws of a decision beyond the small domain: drawn records, policies, overrides and times."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.sync.action import Action
from tresen.domain.sync.decision import decide
from tresen.domain.sync.policy import Policy
from tresen.domain.sync.side import Presence
from tresen.domain.sync.step import Inputs

from .cases import (
    Case,
    assert_convergent,
    assert_idempotent,
    assert_mirror,
    assert_no_lost_edit,
    assert_reasoned,
)
from .drawn import EDITED, LAW, POLICIES, RELATED, SCHEMA, inputs, records

# Their cases touch what other tests cover, many thousand times: watching them would only take time.
pytestmark = pytest.mark.no_cover


def cases() -> st.SearchStrategy[Case]:
    """Both sides show the record."""
    return st.builds(
        Case,
        schema=st.just(SCHEMA),
        policy=POLICIES,
        base=st.none() | records(),
        ours=records(),
        theirs=records(),
        edited=EDITED,
        overrides=st.dictionaries(st.sampled_from(SCHEMA.names), LAW, max_size=2),
    )


def whole_cases() -> st.SearchStrategy[Case]:
    """Every field is named on both sides."""
    whole = st.fixed_dictionaries(dict.fromkeys(SCHEMA.names, RELATED))
    return st.builds(attrs.evolve, cases(), ours=whole, theirs=whole)


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


@given(whole_cases())
def test_neither_side_is_favoured(case: Case) -> None:
    assert_mirror(case)


@given(cases(), st.sets(st.sampled_from(SCHEMA.names)))
def test_what_is_in_flight_changes_nothing_else(case: Case, names: set[str]) -> None:
    flying = attrs.evolve(case, in_flight=dict.fromkeys(names, "pushed"))
    assert flying.decide().fields == tuple(made for made in case.decide().fields if made.field not in names)
    base, after = case.base or {}, flying.applied().base or {}
    assert {name: after.get(name, ...) for name in names} == {name: base.get(name, ...) for name in names}


@given(cases())
def test_only_fields_of_the_schema_that_were_observed_and_differ_are_decided(case: Case) -> None:
    assert not isinstance(case.ours, Presence)
    assert not isinstance(case.theirs, Presence)
    expected = [
        f.name
        for f in SCHEMA.fields
        if f.name in case.ours and f.name in case.theirs and not f.same(case.ours[f.name], case.theirs[f.name])
    ]
    assert [made.field for made in case.decide().fields] == expected


@given(inputs(), POLICIES)
def test_inputs_decide_as_decide_does(drawn: Inputs, policy: Policy) -> None:
    """And never raise, whatever the sides hold."""
    arguments = attrs.asdict(drawn, recurse=False)
    assert arguments.pop("candidates") == ()
    assert drawn.decide(SCHEMA, policy) == decide(SCHEMA, policy, **arguments)


@given(inputs(), POLICIES)
def test_a_record_that_may_be_one_of_several_is_asked_for(drawn: Inputs, policy: Policy) -> None:
    decision = attrs.evolve(drawn, candidates=("1", "2")).decide(SCHEMA, policy)
    assert (decision.action, decision.rule, decision.asks) == (Action.ASK, "ambiguous", True)
    assert decision.reason.strip()
