"""A plan: what a sync would do, as a value that can be looked at, stored, compared and applied later.

Equal inputs give equal bytes. A plan is stale as soon as anything it was computed from is another.
"""

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from operator import itemgetter

import attrs

from ..shared.errors import InvalidValue
from ..shared.given import ensure_is, ensure_whole
from .canonical import Value
from .decision import Decision
from .documents import line, policy_line, read_policy_line, read_step, step_line
from .guards import Tally, Trip
from .laws import Laws
from .policy import Policy, ensure_fields
from .readable import ensure_readable
from .schema import Schema
from .side import Side
from .step import Step, count


class Fingerprint:
    """Of what a plan was computed from: the schema's fields, the policy, how many records both sides had, and the
    steps, in any order. Canonical forms are functions, and tell by what the steps decide.
    """

    def __init__(self, schema: Schema, policy: Policy, *, shared: int) -> None:
        fields = [[field.name, field.law and field.law.name] for field in schema.fields]
        self._head = line([schema.kind, fields, schema.match, shared]) + policy_line(policy)
        self._count = self._sum = 0

    def add_line(self, text: str) -> None:
        """One more step, as its line."""
        self._count += 1
        self._sum = (self._sum + int.from_bytes(sha256(text.encode()).digest(), "big")) % _BITS

    def hex(self) -> str:
        """Of all so far."""
        return sha256(f"{self._head}{self._count} {self._sum:x}".encode()).hexdigest()


_BITS = 1 << 256
_MOST_SHARED = 2**63 - 1


@attrs.frozen(kw_only=True)
class Plan:
    """``shared`` is how many records both sides had before, ``trips`` are the guards that it trips: then it must not be
    applied until a person lets it through.
    """

    kind: str
    policy: Policy
    shared: int
    steps: tuple[Step, ...]
    trips: tuple[Trip, ...]
    fingerprint: str

    @property
    def is_held(self) -> bool:
        """Whether a guard holds it."""
        return bool(self.trips)

    def to_bytes(self) -> bytes:
        """Text lines of JSON: what it is, the policy, then each step. ``read_plan`` reads them back."""
        head = line(
            {
                "kind": self.kind,
                "fingerprint": self.fingerprint,
                "shared": self.shared,
                "trips": [attrs.asdict(t) for t in self.trips],
            }
        )
        return "".join([head, policy_line(self.policy), *map(step_line, self.steps)]).encode()


def make_plan(schema: Schema, policy: Policy, steps: Iterable[Step], *, shared: int) -> Plan:
    """The plan of these steps, in any order. ``shared``: how many records both sides had before.

    Raises InvalidValue for what ``read_plan`` could not read back: it names the record and what of it is no value of a
    field or cannot be kept, and fields that the schema lacks, also of what a side shows. A step that is
    given again counts once for the guards.
    """
    ensure_is(Schema, schema, "schema")
    ensure_is(Policy, policy, "policy")
    ensure_fields(schema, policy.fields)
    ensure_whole(shared, "shared", 0, _MOST_SHARED)
    lined = sorted((_lined(step, schema) for step in steps), key=itemgetter(0, 1))
    tally, fingerprint = Tally(shared=shared), Fingerprint(schema, policy, shared=shared)
    before = ""
    for _, text, step in lined:
        if text != before:
            count(step, schema, tally)
        before = text
        fingerprint.add_line(text)
    return Plan(
        kind=schema.kind,
        policy=policy,
        shared=shared,
        steps=tuple(step for _, _, step in lined),
        trips=tally.trips(policy.guards),
        fingerprint=fingerprint.hex(),
    )


def _lined(step: Step, schema: Schema) -> tuple[tuple[str, str], str, Step]:
    ensure_readable(step, schema)
    return step.order, step_line(step), step


def read_plan(data: bytes, schema: Schema, laws: Laws) -> Plan:
    """The plan that ``Plan.to_bytes`` wrote: the same bytes again.

    Raises InvalidValue for anything else: one that was changed or cut since, one of another schema, one with a law that
    is not there any more.
    """
    ensure_is(bytes, data, "data", " object, as Plan.to_bytes gives")
    try:
        head, policy, *texts = data.decode().splitlines()
        shared = json.loads(head)["shared"]
        steps = [read_step(text, laws) for text in texts]
        plan = make_plan(schema, read_policy_line(policy, schema, laws), steps, shared=shared)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidValue(f"this is no plan: {error}") from None
    if plan.to_bytes() != data:
        raise InvalidValue(f"this is no plan of {schema.kind} as it was made: it was changed since, or the schema was")
    return plan


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

    Another rule or reason for the same outcome is no difference. Raises InvalidValue for what is no step.
    """
    for step in steps:
        ensure_is(Step, step, "steps", " each")
        decision, was = step.inputs.decide(schema, policy), step.decision
        if decision.action is not was.action or _outcome(decision) != _outcome(was):
            yield Difference(step=step, instead=attrs.evolve(step, decision=decision))


def _outcome(decision: Decision) -> dict[str, tuple[Side, Value]]:
    return {made.field: (made.side, made.value) for made in decision.fields}
