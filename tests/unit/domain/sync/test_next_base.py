"""What is remembered after a decision that compared nothing."""

from itertools import product

import pytest

from tresen.domain.sync.action import Action
from tresen.domain.sync.canonical import Values
from tresen.domain.sync.decision import WHOLE, decide
from tresen.domain.sync.laws import Law
from tresen.domain.sync.policy import Deletes, Policy
from tresen.domain.sync.schema import Field, Schema
from tresen.domain.sync.side import GONE, UNKNOWN

SCHEMA = Schema("thing", (Field("a"), Field("b")))


def agreeing(action: Action) -> bool:
    """Whether the sides have the same record afterwards, as far as nothing waits for a person."""
    return action is Action.MERGE or action.value.startswith(("create", "restore"))


@pytest.mark.parametrize("base", [None, {}, {"a": "x", "b": "x"}])
def test_a_decision_that_compared_nothing_agrees_to_nothing(base: Values | None) -> None:
    """Every action but a merge, under every policy: an edit of the provider's is still one when our side is known."""
    theirs: Values = {"a": "y", "b": "x"}
    seen = set()
    for deletes, create, delete in product(Deletes, (False, True), (False, True)):
        policy = Policy(deletes=deletes, create_here=create, delete_there=delete)
        for ours, pins in product((GONE, UNKNOWN), ({}, {WHOLE: Law.OURS})):
            found = decide(SCHEMA, policy, base=base, ours=ours, theirs=theirs, overrides=pins)
            seen.add(found.action)
            assert found.next_base(base, theirs) == (theirs if agreeing(found.action) else base), found
    assert {Action.WAIT, Action.APART} <= seen


def test_what_the_provider_edited_while_nobody_could_see_ours_is_not_overwritten() -> None:
    base: Values = {"a": "x"}
    theirs: Values = {"a": "edited there"}
    policy = Policy(default=Law.NEWEST)
    waits = decide(SCHEMA, policy, base=base, ours=UNKNOWN, theirs=theirs)
    again = decide(SCHEMA, policy, base=waits.next_base(base, theirs), ours=base, theirs=theirs)
    assert (again.updates, again.pushes) == (theirs, {})


def test_what_the_provider_edited_and_we_deleted_is_asked_about_as_long_as_it_is_so() -> None:
    base: Values = {"a": "x"}
    theirs: Values = {"a": "edited there"}
    policy = Policy(delete_there=True, create_here=False)
    asked = decide(SCHEMA, policy, base=base, ours=GONE, theirs=theirs)
    again = decide(SCHEMA, policy, base=asked.next_base(base, theirs), ours=GONE, theirs=theirs)
    assert asked.action is again.action is Action.ASK
