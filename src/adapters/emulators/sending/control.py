"""Control routes of webhooks.

``GET hooks/log`` · ``POST hooks/faults`` with ``{"rules": [...]}`` (replaces all) · ``POST hooks/flush`` ·
``POST hooks/send`` with ``{"event": "...", "data": {...}}``, all below ``/_emulator``.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Protocol

import attrs
import msgspec

from ..control import CONTROL_PATH, FaultsBody
from ..messages import Answer, Request, json_answer
from .faults import read_hook_rules
from .sender import Sender, Sent

HOOKS_PATH = f"{CONTROL_PATH}hooks/"


class Emitting(Protocol):
    """Whoever can send an event on demand."""

    @abstractmethod
    def emit(self, event: str, data: Mapping[str, object]) -> int:
        """To how many subscribers it goes. Raises ValueError."""


@attrs.frozen(kw_only=True)
class EventBody:
    """Body of ``POST hooks/send``."""

    event: str
    data: Mapping[str, object] = attrs.field(factory=dict)


async def hooks_answer(provider: Emitting, sender: Sender, request: Request) -> Answer:
    """Carry out a control request of webhooks; 404 for an unknown route, 400 for a body that does not fit."""
    try:
        match (request.method, request.path.removeprefix(HOOKS_PATH)):
            case ("GET", "log"):
                return json_answer(200, log_of(sender))
            case ("POST", "faults"):
                body = msgspec.json.decode(request.body, type=FaultsBody)
                sender.faults.replace(read_hook_rules(bytes(body.rules)))
                return json_answer(200, log_of(sender))
            case ("POST", "send"):
                event = msgspec.json.decode(request.body, type=EventBody)
                return json_answer(200, {"subscribers": provider.emit(event.event, event.data)})
            case ("POST", "flush"):
                return json_answer(200, {"attempts": await sender.flush()})
    except ValueError as error:  # msgspec's validation errors are ValueErrors too
        return json_answer(400, {"message": str(error)})
    return json_answer(404, {"message": "no such control route"})


def log_of(sender: Sender) -> dict[str, object]:
    """What ``GET hooks/log`` shows: what was sent and answered, what waits, rules with their counts."""
    return {
        "sent": [shown(sent) for sent in sender.log],
        "waiting": sender.waiting,
        "faults": [
            {**attrs.asdict(count.rule), "matched": count.matched, "played": count.played}
            for count in sender.faults.counts
        ],
    }


def shown(sent: Sent) -> dict[str, object]:
    """An attempt, its bodies as text."""
    texts = {"body": sent.body.decode(errors="replace"), "answer": sent.answer.decode(errors="replace")}
    return {**attrs.asdict(sent), **texts}
