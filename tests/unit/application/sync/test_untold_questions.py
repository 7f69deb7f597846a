"""Of which open conflicts of a record a step tells what became."""

import attrs
import pytest
from tests.builders import a_tenant, an_account
from tests.sync_books import a_conflict

from tresen.application.sync.deciding.open_questions import is_untold
from tresen.domain.sync.conflict import PAIRING, Conflict
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.policy import BUILT_IN_POLICY
from tresen.domain.sync.schema import Field, Schema
from tresen.domain.sync.side import GONE, Shown
from tresen.domain.sync.step import Inputs, Step

SCHEMA = Schema(kind="member", fields=(Field("city"), Field("street")))
BASE = {"city": "Berlin", "street": "Ring 1"}


def a_step(ours: Shown, theirs: Shown, **in_flight: str) -> Step:
    inputs = Inputs(base=BASE, ours=ours, theirs=theirs, in_flight=in_flight)
    decision = inputs.decide(SCHEMA, BUILT_IN_POLICY)
    return Step(external_id="7", local_id=None, inputs=inputs, decision=decision)


def about(field: str) -> Conflict:
    return attrs.evolve(a_conflict(an_account(a_tenant().id)), field=field)


@pytest.mark.parametrize(
    ("step", "untold"),
    [
        pytest.param(a_step(BASE, BASE), False, id="both show it"),
        pytest.param(a_step(BASE, {"street": "Ring 1"}), True, id="theirs does not show it"),
        pytest.param(a_step({"street": "Ring 1"}, BASE), True, id="ours does not name it"),
        pytest.param(a_step(BASE, BASE, city="Bonn"), True, id="it is on its way"),
        pytest.param(a_step(BASE, GONE), False, id="they have none"),
        pytest.param(a_step(GONE, {"street": "Ring 1"}), False, id="we have none"),
    ],
)
def test_what_a_side_does_not_show_is_not_told(step: Step, untold: bool) -> None:
    assert is_untold(SCHEMA, step, about("city")) is untold


@pytest.mark.parametrize("field", [WHOLE, PAIRING, "no_more"])
def test_what_is_about_no_field_is_told_where_both_are_there(field: str) -> None:
    assert not is_untold(SCHEMA, a_step(BASE, {}), about(field))
