"""What can go wrong with webhooks on their way out, counted like the faults of answers; nothing is left to chance."""

from collections.abc import Sequence
from enum import StrEnum

import attrs
import msgspec


class HookFault(StrEnum):
    """DUPLICATE: sent twice. REORDER: sent after the one that follows it. DROP: never sent. DELAY: sent later.
    WRONG_SIGNATURE: every attempt is signed with a secret that is not the subscriber's."""

    DUPLICATE = "duplicate"
    REORDER = "reorder"
    DROP = "drop"
    DELAY = "delay"
    WRONG_SIGNATURE = "wrong_signature"


@attrs.frozen(kw_only=True)
class HookRule:
    """One kind of fault and the webhooks it befalls.

    ``event`` is a prefix of the provider's word for what happened ("" means any). Of the matching webhooks every
    ``every``-th is hit, at most ``times`` in all (None: for ever). ``delay_ms`` belongs to DELAY. Raises ValueError
    for figures that make no sense.
    """

    kind: HookFault
    event: str = ""
    every: int = 1
    times: int | None = None
    delay_ms: int = 0

    def __attrs_post_init__(self) -> None:
        if self.every < 1:
            raise ValueError("every must be at least 1")
        if self.times is not None and self.times < 0:
            raise ValueError("times must not be negative")
        if (self.kind is HookFault.DELAY) != (self.delay_ms > 0):
            raise ValueError("delay_ms belongs to the kind delay, and is positive there")


def read_hook_rules(text: bytes) -> tuple[HookRule, ...]:
    """Rules from a JSON list of objects with HookRule's fields. Raises ValueError, for misspelt fields too."""
    raws = msgspec.json.decode(text, type=tuple[dict[str, object], ...])
    known = {field.name for field in attrs.fields(HookRule)}
    if unknown := sorted({name for raw in raws for name in raw} - known):
        raise ValueError(f"a webhook fault has no {', '.join(unknown)}")
    return msgspec.convert(raws, tuple[HookRule, ...])


@attrs.define
class HookRuleCount:
    """A rule and what became of it so far: webhooks ``matched`` and faults ``played``."""

    rule: HookRule
    matched: int = 0
    played: int = 0

    def hits(self, event: str) -> bool:
        """Count the webhook if it matches, and tell whether it is one to hit."""
        if not event.startswith(self.rule.event):
            return False
        self.matched += 1
        exhausted = self.rule.times is not None and self.played >= self.rule.times
        hit = self.matched % self.rule.every == 0 and not exhausted
        self.played += hit
        return hit


@attrs.define
class HookProgramme:
    """Rules in force and their counts. Each webhook suffers every fault that is due for it."""

    counts: list[HookRuleCount] = attrs.field(factory=list, init=False)

    def replace(self, rules: Sequence[HookRule]) -> None:
        """Put ``rules`` in force, with counts from the start."""
        self.counts = [HookRuleCount(rule) for rule in rules]

    def judge(self, event: str) -> tuple[HookRule, ...]:
        """Count the webhook against every rule; those that hit it."""
        return tuple([count.rule for count in self.counts if count.hits(event)])
