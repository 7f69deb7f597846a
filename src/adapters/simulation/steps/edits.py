"""What people do to records, here and there."""

import attrs

from ....domain.sync.schema import Values
from .step import StepHere, StepThere


@attrs.frozen(kw_only=True)
class EditHere(StepHere):
    """It is edited."""

    values: Values


@attrs.frozen(kw_only=True)
class EditAtCounter(StepHere):
    """Somebody edits it through Tresen, by the version that it had ``behind`` versions ago (None: whichever it is).

    ``values`` are what they type in: None clears, dates are ISO texts.
    """

    values: Values
    behind: int | None = None


@attrs.frozen(kw_only=True)
class CreateHere(StepHere):
    """It is made."""

    values: Values


@attrs.frozen(kw_only=True)
class DeleteHere(StepHere):
    """It is deleted."""


@attrs.frozen(kw_only=True)
class EditThere(StepThere):
    """It is edited."""

    values: Values


@attrs.frozen(kw_only=True)
class CreateThere(StepThere):
    """It is made. A membership's ``member`` is a name."""

    values: Values


@attrs.frozen(kw_only=True)
class EnterAnew(StepThere):
    """It was lost there, and is entered again, under another id and by the address that ours has."""

    values: Values


@attrs.frozen(kw_only=True)
class DeleteThere(StepThere):
    """It is deleted."""


@attrs.frozen(kw_only=True)
class Garble(StepThere):
    """Nobody can make sense of it from now on; ``has_stamp``: as after an edit."""

    has_stamp: bool = True


@attrs.frozen(kw_only=True)
class Mend(StepThere):
    """It can be read again, and no stamp tells."""
