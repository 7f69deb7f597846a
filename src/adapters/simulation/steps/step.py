"""Something that happens, and to whom."""

import attrs


@attrs.frozen(kw_only=True)
class Step:
    """Something that happens."""


@attrs.frozen(kw_only=True)
class StepHere(Step):
    """Somebody does something to our record about ``who``."""

    tenant: int
    kind: str
    who: str


@attrs.frozen(kw_only=True)
class StepAt(Step):
    """Something that happens at an account."""

    account: int


@attrs.frozen(kw_only=True)
class StepThere(StepAt):
    """Somebody does something to the provider's record about ``who``, seen ``late_s`` seconds after its stamp."""

    kind: str
    who: str
    late_s: int = 0
