"""A plan: what a sync would do, as a value that can be looked at, stored, compared and applied later.

Equal inputs give equal bytes. A plan is stale as soon as anything it was computed from is another.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

import attrs

from .documents import line, policy_line, step_line
from .guards import Tally, Trip
from .policy import Policy
from .schema import Schema
from .step import Step, count


class Fingerprint:
    """Of the steps of a plan, in any order."""

    def __init__(self, schema: Schema, policy: Policy) -> None:
        self._head = line(schema.kind) + policy_line(policy)
        self._count = self._sum = 0

    def add(self, step: Step) -> None:
        """One more step."""
        self._count += 1
        self._sum = (self._sum + int.from_bytes(sha256(step_line(step).encode()).digest(), "big")) % _BITS

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
    ordered = sorted(steps, key=lambda step: step.order)
    tally, fingerprint = Tally(shared=shared), Fingerprint(schema, policy)
    for step in ordered:
        count(step, schema, tally)
        fingerprint.add(step)
    return Plan(
        kind=schema.kind,
        policy=policy,
        steps=tuple(ordered),
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
        was = {made.field: made for made in self.step.decision.fields}
        would = {made.field: made for made in self.instead.decision.fields}
        return [name for name in was if _told(was[name]) != _told(would.get(name))]


def what_if(schema: Schema, policy: Policy, steps: Iterable[Step]) -> Iterable[Difference]:
    """Decide the same inputs anew under another policy, and give what comes out otherwise. Asks nobody."""
    for step in steps:
        decision = step.inputs.decide(schema, policy)
        if decision != step.decision:
            yield Difference(step=step, instead=attrs.evolve(step, decision=decision))


def _told(made: object) -> object:
    return None if made is None else (getattr(made, "side", None), getattr(made, "value", None))
