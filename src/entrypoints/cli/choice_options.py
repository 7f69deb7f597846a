"""How a conflict is decided, as it is typed in."""

from typing import Annotated
from uuid import UUID

import attrs
from cyclopts import Parameter

from ...domain.shared.errors import InvalidValue
from ...domain.sync.conflict import PAIRING, Choice, Conflict


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

    def ensure_fits(self, conflict: Conflict) -> None:
        """Raises InvalidValue, with the options that decide this one, for one that does not go with it."""
        is_pairing = conflict.field == PAIRING
        if self.candidate is not None and not is_pairing:
            decided = "--theirs, --ours or --value" if conflict.is_about_field else "--theirs or --ours"
            about = "a field" if conflict.is_about_field else "a record as a whole"
            message = f"--candidate goes with a pairing only; this one is about {about}: decide it by {decided}"
            raise InvalidValue(message, field="candidate")
        if self.value is not None and not conflict.is_about_field:
            about = "a pairing" if is_pairing else "a record as a whole"
            decided = "--candidate ID, or --theirs for a new record" if is_pairing else "--theirs or --ours"
            raise InvalidValue(
                f"--value goes with a field only; this is {about}: decide it by {decided}", field="value"
            )
