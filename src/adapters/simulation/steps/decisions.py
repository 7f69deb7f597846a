"""What people decide, and take back."""

import attrs

from ....domain.sync.schema import Values
from .step import StepAt, StepHere


@attrs.frozen(kw_only=True)
class Resolve(StepAt):
    """A person decides the first open conflict of an account: ``theirs``, ``ours``, or ``value``, which they type in:
    that of its field in ``values``.
    """

    kind: str
    choice: str
    values: Values = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Reopen(StepAt):
    """A person wants the latest conflict of an account that is not open decided anew."""

    kind: str


@attrs.frozen(kw_only=True)
class LetGo(StepAt):
    """A person takes the first override of an account away."""

    kind: str


@attrs.frozen(kw_only=True)
class Undo(StepAt):
    """A person undoes the latest run of an account that wrote anything here."""


@attrs.frozen(kw_only=True)
class UndoChange(StepAt):
    """A person undoes one line of an account's journal: the latest about that kind but for ``back``."""

    kind: str
    back: int = 0


@attrs.frozen(kw_only=True)
class UndoRecord(StepHere):
    """A person brings our record about ``who`` back to the version that it had ``back`` versions ago."""

    back: int = 1
