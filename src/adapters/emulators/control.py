"""Routes below ``/_emulator`` by which a test or a demo steers an emulator. They need no key and know no faults.

``GET state`` · ``POST reset`` · ``POST faults`` with ``{"rules": [...]}`` (replaces all rules) ·
``POST <kind>/<id>`` with a JSON merge patch · ``DELETE <kind>/<id>``.
"""

from abc import abstractmethod
from collections import Counter
from typing import Protocol

import attrs
import msgspec

from .faults import FaultProgramme, read_rules
from .messages import Answer, Request, json_answer
from .provider import Provider

CONTROL_PATH = "/_emulator/"


class Steered(Protocol):
    """What can be steered: an emulator."""

    provider: Provider
    faults: FaultProgramme
    calls: Counter[str]

    @abstractmethod
    def reset(self) -> None:
        """Back to the beginning: data, faults and counts."""


@attrs.frozen
class FaultsBody:
    """Body of ``POST /_emulator/faults``."""

    rules: msgspec.Raw


def control_answer(emulator: Steered, request: Request) -> Answer:
    """Carry out a control request; 404 for an unknown route or row, 400 for a body that does not fit."""
    target = request.path.removeprefix(CONTROL_PATH)
    try:
        match (request.method, target):
            case ("GET", "state"):
                return json_answer(200, state_of(emulator))
            case ("POST", "reset"):
                emulator.reset()
                return json_answer(200, state_of(emulator))
            case ("POST", "faults"):
                body = msgspec.json.decode(request.body, type=FaultsBody)
                emulator.faults.replace(read_rules(bytes(body.rules)))
                return json_answer(200, state_of(emulator))
        return row_answer(emulator, request, target.split("/"))
    except ValueError as error:  # msgspec's validation errors are ValueErrors too
        return json_answer(400, {"message": str(error)})


def row_answer(emulator: Steered, request: Request, segments: list[str]) -> Answer:
    """Edit or remove one row at the provider."""
    match (request.method, *segments):
        case ("POST", kind, key):
            row = emulator.provider.edit(kind, key, request.body)
            if row is not None:
                return Answer(200, row)
        case ("DELETE", kind, key) if emulator.provider.remove(kind, key):
            return json_answer(200, {"removed": True})
    return json_answer(404, {"message": "no such control route or row"})


def state_of(emulator: Steered) -> dict[str, object]:
    """What ``GET /_emulator/state`` shows: rows per kind, calls per route, rules with their counts."""
    return {
        "counts": dict(emulator.provider.counts()),
        "calls": dict(sorted(emulator.calls.items())),
        "faults": [
            {**attrs.asdict(count.rule), "matched": count.matched, "played": count.played}
            for count in emulator.faults.counts
        ],
    }
