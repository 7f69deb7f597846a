"""A plan: what a sync would do, as a value that can be looked at, stored, compared and applied later.

Equal inputs give equal bytes. A plan is stale as soon as anything it was computed from is another.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from operator import itemgetter

import attrs

from .canonical import Value
from .decision import Decision
from .documents import line, policy_line, step_line
from .guards import Tally, Trip
from .policy import Policy
from .schema import Schema
from .side import Side
from .step import Step, count


class Fingerprint:
    """Of the steps of a plan, in any order."""

    def __init__(self, schema: Schema, policy: Policy) -> None:
        self._head = line(schema.kind) + policy_line(policy)
        self._count = self._sum = 0

    def add_line(self, text: str) -> None:
        """One more step, as its line."""
        self._count += 1
        self._sum = (self._sum + int.from_bytes(sha256(text.encode()).digest(), "big")) % _BITS

    def hex(self) -> str:
        """Of all so far."""
        return sha256(f"{self._head}{self._count} {self._sum:x}".encode()).hexdigest()


_BITS = 1 << 256


@attrs.frozen(kw_only=True)
class Plan:
    """``trips`` are the guards that it trips: then it must not be applied until a person lets it through."""

    kind: str
    policy: Policy
    steps: tuple[Step, ...]
    trips: tuple[Trip, ...]
    fingerprint: str

    @property
    def is_held(self) -> bool:
        """Whether a guard holds it."""
        return bool(self.trips)

    def to_bytes(self) -> bytes:
        """Text lines of JSON: the policy, then each step."""
        head = line(
            {"kind": self.kind, "fingerprint": self.fingerprint, "trips": [attrs.asdict(t) for t in self.trips]}
        )
        return "".join([head, policy_line(self.policy), *map(step_line, self.steps)]).encode()


def make_plan(schema: Schema, policy: Policy, steps: Iterable[Step], *, shared: int) -> Plan:
    """The plan of these steps, in any order. ``shared``: how many records both sides had before."""
    lined = sorted(((step.order, step_line(step), step) for step in steps), key=itemgetter(0, 1))
    tally, fingerprint = Tally(shared=shared), Fingerprint(schema, policy)
    for _, text, step in lined:
        count(step, schema, tally)
        fingerprint.add_line(text)
    return Plan(
        kind=schema.kind,
        policy=policy,
        steps=tuple(step for _, _, step in lined),
        trips=tally.trips(policy.guards),
        fingerprint=fingerprint.hex(),
    )


@attrs.frozen(kw_only=True)
class Difference:
    """A record that another policy would have treated otherwise."""

    step: Step
    instead: Step

    @property
    def fields(self) -> Sequence[str]:
        """The fields that differ, in order; none when only the action does."""
        would = _outcome(self.instead.decision)
        return [name for name, outcome in _outcome(self.step.decision).items() if outcome != would.get(name)]


def what_if(schema: Schema, policy: Policy, steps: Iterable[Step]) -> Iterable[Difference]:
    """Decide the same inputs anew under another policy, and give what comes out otherwise. Asks nobody.

    Another rule or reason for the same outcome is no difference.
    """
    for step in steps:
        decision, was = step.inputs.decide(schema, policy), step.decision
        if decision.action is not was.action or _outcome(decision) != _outcome(was):
            yield Difference(step=step, instead=attrs.evolve(step, decision=decision))


def _outcome(decision: Decision) -> dict[str, tuple[Side, Value]]:
    return {made.field: (made.side, made.value) for made in decision.fields}
