"""What somebody wants to be known of a lead from now on."""

from typing import ClassVar

import attrs

from ..shared.person_details import PersonDetails, said
from ..shared.unset import UNSET, Unset


@attrs.frozen(kw_only=True)
class LeadDetails(PersonDetails):
    """Not the stage, which has a table of its own, and not the notes: both are changed at the provider first."""

    prose: ClassVar[frozenset[str]] = frozenset({"message"})
    source: str | None | Unset = attrs.field(default=UNSET, converter=said)
    interested_in: str | None | Unset = attrs.field(default=UNSET, converter=said)
    message: str | None | Unset = attrs.field(default=UNSET, converter=said)
    location: str | None | Unset = attrs.field(default=UNSET, converter=said)
