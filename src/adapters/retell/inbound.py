"""What Retell wants to be told of a call that rings."""

from ...application.ports.inbound_calls import CallAnswers, CallSetup
from ...application.ports.webhooks import SynchronousAnswer
from ...domain.webhooks.fact import Json


class RetellCallAnswers(CallAnswers):
    """``{"call_inbound": {}}`` leaves everything as it is set up at Retell."""

    def answer(self, setup: CallSetup) -> SynchronousAnswer:
        """Only what is to be different is named."""
        told: dict[str, Json] = {}
        if setup.reject:
            told["reject"] = True
        if setup.agent is not None:
            told["override_agent_id"] = setup.agent
        if setup.variables:
            told["dynamic_variables"] = dict(setup.variables)
        if setup.metadata:
            told["metadata"] = dict(setup.metadata)
        return SynchronousAnswer(body={"call_inbound": told})
