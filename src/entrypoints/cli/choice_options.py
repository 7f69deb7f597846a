"""How a conflict is decided, as it is typed in."""

from typing import Annotated
from uuid import UUID

import attrs
from cyclopts import Parameter

from ...domain.shared.errors import InvalidValue
from ...domain.sync.conflict import Choice


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class ChoiceOptions:
    """Exactly one of them."""

    theirs: Annotated[
        bool,
        Parameter(negative=(), show_default=False, help="Take what the provider has; for a pairing: a new record."),
    ] = False
    ours: Annotated[bool, Parameter(negative=(), show_default=False, help="Keep what is here; not for a pairing.")] = (
        False
    )
    value: Annotated[
        str | None,
        Parameter(
            metavar="TEXT",
            help="Take this value, of the field's type: a text, true or false, a whole number, a JSON list for a set; "
            "an empty text for none.",
        ),
    ] = None
    candidate: Annotated[UUID | None, Parameter(metavar="ID", help="For a pairing: it is this record of ours.")] = None

    def choice(self) -> Choice:
        """What was chosen. Raises InvalidValue unless it is one thing."""
        given = {
            Choice.THEIRS: self.theirs,
            Choice.OURS: self.ours or self.candidate is not None,
            Choice.VALUE: self.value is not None,
        }
        chosen = [choice for choice, said in given.items() if said]
        if len(chosen) != 1:
            raise InvalidValue("choose one of --theirs, --ours, --value and --candidate", field="choice")
        return chosen[0]
