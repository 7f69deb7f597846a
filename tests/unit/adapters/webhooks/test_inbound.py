"""What Retell is told of a call that rings."""

from tresen.adapters.retell.inbound import RetellCallAnswers
from tresen.application.ports.inbound_calls import CallSetup


def test_nothing_special_leaves_everything_as_it_is() -> None:
    answer = RetellCallAnswers().answer(CallSetup())
    assert (answer.status, answer.body) == (200, {"call_inbound": {}})


def test_only_what_is_different_is_named() -> None:
    setup = CallSetup(agent="agent_x", variables={"name": "Ana"}, metadata={"tenant": "t"})
    assert RetellCallAnswers().answer(setup).body == {
        "call_inbound": {
            "override_agent_id": "agent_x",
            "dynamic_variables": {"name": "Ana"},
            "metadata": {"tenant": "t"},
        }
    }
    assert RetellCallAnswers().answer(CallSetup(reject=True)).body == {"call_inbound": {"reject": True}}
