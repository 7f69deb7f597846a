"""The emulated voice agents' calls."""

import hashlib
import hmac
import random
from collections.abc import Mapping
from datetime import datetime
from functools import partial

import msgspec

from ..routing import Refused
from ..sending.hook import Hook, Letter, forged, retrying
from ..sending.sender import Sender

AGENT = "agent_1"
_EVENTS = ["call_started", "call_ended", "call_analyzed"]
# At most three more tries; how long Retell waits between them is not published.
RETRY_DELAYS_S = (1.0, 2.0, 4.0)


class Agent(msgspec.Struct):
    """A voice agent and where its events go."""

    agent_id: str
    webhook_url: str | None = None
    webhook_events: list[str] = msgspec.field(default_factory=lambda: list(_EVENTS))


class Call(msgspec.Struct, omit_defaults=True):
    """A call as the interface shows it; instants in Unix milliseconds."""

    call_id: str
    agent_id: str
    call_type: str
    call_status: str
    direction: str | None = None
    from_number: str | None = None
    to_number: str | None = None
    metadata: dict[str, str] = {}
    start_timestamp: int | None = None
    end_timestamp: int | None = None
    duration_ms: int | None = None
    disconnection_reason: str | None = None
    transcript: str | None = None
    call_analysis: dict[str, object] | None = None


class Store:
    """Methods raise Refused 404 for an unknown call. ``inbound``: the webhook of each number that can be called."""

    def __init__(self, *, seed: int, sender: Sender, api_key: str) -> None:
        self._seed, self._sender, self._key = seed, sender, api_key
        self.reset()

    def reset(self) -> None:
        """One agent, no calls."""
        self.agents: dict[str, Agent] = {AGENT: Agent(agent_id=AGENT)}
        self.calls: dict[str, Call] = {}
        self.inbound: dict[str, str] = {}
        self._dice = random.Random(self._seed)  # noqa: S311 -- reproducible ids, no secret

    def call(
        self, caller: str, called: str, *, direction: str = "inbound", metadata: Mapping[str, str] | None = None
    ) -> Call:
        """A call that is not connected yet."""
        call = Call(
            call_id=self._id(),
            agent_id=AGENT,
            call_type="phone_call",
            call_status="registered",
            direction=direction,
            from_number=caller,
            to_number=called,
            metadata=dict(metadata or {}),
        )
        self.calls[call.call_id] = call
        return call

    def get(self, key: str) -> Call:
        """By id."""
        found = self.calls.get(key)
        if found is None:
            raise Refused(404, "not_found", "Not Found")
        return found

    def start(self, key: str) -> Call:
        """Somebody answers."""
        call = self.get(key)
        call.call_status, call.start_timestamp = "ongoing", self._milliseconds()
        self._tell("call_started", call)
        return call

    def end(self, key: str, *, reason: str = "user_hangup", transcript: str = "Grüß Gott!") -> Call:
        """Somebody hangs up; or nobody ever answered, and then it was not told as started either."""
        call = self.get(key)
        call.end_timestamp = self._milliseconds()
        call.disconnection_reason = reason
        if call.start_timestamp is None:
            call.call_status = "not_connected"
        else:
            call.call_status, call.transcript = "ended", transcript
            call.duration_ms = call.end_timestamp - call.start_timestamp
        self._tell("call_ended", call)
        return call

    def analyse(self, key: str, *, summary: str = "Wants a trial lesson.", successful: bool = True) -> Call:
        """What the call came to, some time after its end."""
        call = self.get(key)
        call.call_analysis = {
            "call_summary": summary,
            "in_voicemail": False,
            "user_sentiment": "Positive",
            "call_successful": successful,
            "custom_analysis_data": {},
        }
        self._tell("call_analyzed", call)
        return call

    def inbound_call(self, caller: str, called: str) -> dict[str, object]:
        """What the inbound webhook is asked."""
        asked = {
            "call_id": self._id(),
            "agent_id": AGENT,
            "agent_version": 1,
            "from_number": caller,
            "to_number": called,
        }
        return {"event": "call_inbound", "event_timestamp": self._milliseconds(), "call_inbound": asked}

    def emit(self, event: str, data: Mapping[str, object]) -> int:
        """``data`` as the call of that event, whatever it holds; to how many."""
        return self._send(event, str(data.get("agent_id", AGENT)), {"call": data})

    def _tell(self, event: str, call: Call) -> None:
        shown: dict[str, object] = msgspec.to_builtins(call)
        if event != "call_analyzed":
            shown.pop("call_analysis", None)
        self._send(event, call.agent_id, {"call": shown})

    def _send(self, event: str, agent_id: str, more: Mapping[str, object]) -> int:
        agent = self.agents.get(agent_id)
        if agent is None or agent.webhook_url is None or event not in agent.webhook_events:
            return 0
        body = msgspec.json.encode({"event": event, "event_timestamp": self._milliseconds(), **more})
        self._sender.send(
            Hook(
                event=event,
                target=agent.agent_id,
                address=agent.webhook_url,
                write=partial(_write, body, self._key),
                judge=retrying(RETRY_DELAYS_S, accepted=range(200, 300)),
            )
        )
        return 1

    def _milliseconds(self) -> int:
        return int(self._sender.now().timestamp() * 1000)

    def _id(self) -> str:
        return f"call_{self._dice.getrandbits(96):024x}"


def _write(body: bytes, key: str, at: datetime, wrong: bool) -> Letter:
    return letter(body, key, at, wrong=wrong)


def letter(body: bytes, key: str, at: datetime, *, wrong: bool = False) -> Letter:
    """Signed at the time of each attempt: the HMAC of the body with the milliseconds behind it."""
    milliseconds = int(at.timestamp() * 1000)
    proof = hmac.digest(forged(key, wrong).encode(), body + str(milliseconds).encode(), hashlib.sha256).hex()
    return Letter(
        headers={"Content-Type": "application/json", "X-Retell-Signature": f"v={milliseconds},d={proof}"}, body=body
    )
