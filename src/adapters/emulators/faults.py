"""The fault programme: which requests an emulated provider answers badly, and how.

Everything is counted, nothing is drawn at random per request: the same rules, seed and requests give the same faults.
"""

import random
from enum import StrEnum

import attrs
import msgspec

from .messages import Request


class Fault(StrEnum):
    """What can go wrong. The first five are decided before the request has an effect, the others after it."""

    LATENCY = "latency"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    ERROR_ENVELOPE = "error_envelope"
    MISSING_ROUTE = "missing_route"
    CLOSE_AFTER_EFFECT = "close_after_effect"
    TRUNCATED_JSON = "truncated_json"
    CUT_CONNECTION = "cut_connection"

    @property
    def after_effect(self) -> bool:
        """Whether the request is carried out before the answer is spoilt."""
        return self in {Fault.CLOSE_AFTER_EFFECT, Fault.TRUNCATED_JSON, Fault.CUT_CONNECTION}


@attrs.frozen(kw_only=True)
class FaultRule:
    """One kind of fault and the requests it befalls.

    ``method`` None means any; ``path`` is a prefix of the full path ("" means any). Of the matching requests every
    ``every``-th is hit, at most ``times`` in all (None: for ever). ``latency_ms`` belongs to LATENCY,
    ``retry_after_s`` to RATE_LIMITED (None: no ``Retry-After`` header). Raises ValueError for
    figures that make no sense.
    """

    kind: Fault
    method: str | None = None
    path: str = ""
    every: int = 1
    times: int | None = None
    latency_ms: int = 0
    retry_after_s: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.every < 1:
            raise ValueError("every must be at least 1")
        if self.times is not None and self.times < 0:
            raise ValueError("times must not be negative")
        if (self.kind is Fault.LATENCY) != (self.latency_ms > 0):
            raise ValueError("latency_ms belongs to the kind latency, and is positive there")

    def matches(self, request: Request) -> bool:
        """Whether this rule looks at ``request`` at all."""
        return self.method in {None, request.method} and request.path.startswith(self.path)


def read_rules(text: bytes) -> tuple[FaultRule, ...]:
    """Rules from a JSON list of objects with FaultRule's fields. Raises ValueError, for misspelt fields too."""
    raws = msgspec.json.decode(text, type=tuple[dict[str, object], ...])
    known = {field.name for field in attrs.fields(FaultRule)}
    if unknown := sorted({name for raw in raws for name in raw} - known):
        raise ValueError(f"a fault rule has no {', '.join(unknown)}")
    return msgspec.convert(raws, tuple[FaultRule, ...])


@attrs.define
class RuleCount:
    """A rule and what became of it so far: requests ``matched`` and faults ``played``."""

    rule: FaultRule
    matched: int = 0
    played: int = 0

    def due(self, request: Request) -> bool:
        """Count ``request`` if it matches, and tell whether it is one to hit."""
        if not self.rule.matches(request):
            return False
        self.matched += 1
        exhausted = self.rule.times is not None and self.played >= self.rule.times
        return self.matched % self.rule.every == 0 and not exhausted


@attrs.frozen
class Verdict:
    """What befalls one request: a delay in seconds, and at most one fault besides.

    ``cut`` is where a spoilt body ends, as a share of it in [0, 1).
    """

    delay_s: float = 0.0
    rule: FaultRule | None = None
    cut: float = 0.0


UNTOUCHED = Verdict()


@attrs.define
class FaultProgramme:
    """Rules in force and their counts. Delays add up; of other faults due at once the first rule's is played."""

    seed: int = 0
    counts: list[RuleCount] = attrs.field(factory=list, init=False)
    _cuts: random.Random = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self.replace(())

    def replace(self, rules: tuple[FaultRule, ...]) -> None:
        """Put ``rules`` in force, with counts and cut positions from the start."""
        self.counts = [RuleCount(rule) for rule in rules]
        self._cuts = random.Random(self.seed)  # noqa: S311 -- reproducible faults, no secret

    def judge(self, request: Request) -> Verdict:
        """Count ``request`` against every rule and say what befalls it."""
        due = [count for count in self.counts if count.due(request)]
        if not due:
            return UNTOUCHED
        delays = [count for count in due if count.rule.kind is Fault.LATENCY]
        others = [count for count in due if count.rule.kind is not Fault.LATENCY][:1]
        for count in (*delays, *others):
            count.played += 1
        return Verdict(
            delay_s=sum(count.rule.latency_ms for count in delays) / 1000,
            rule=others[0].rule if others else None,
            cut=self._cuts.random(),
        )
