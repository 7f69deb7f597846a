"""What somebody wants to be known of a member from now on."""

from datetime import date

import attrs

from ..shared.errors import InvalidValue
from ..shared.person_details import PersonDetails, said
from ..shared.unset import UNSET, Unset


@attrs.frozen(kw_only=True)
class MemberDetails(PersonDetails):
    """Not the status, which follows from memberships. Dates are civil dates; None as an opt-in: nobody said."""

    location: str | None | Unset = attrs.field(default=UNSET, converter=said)
    joined_on: date | None | Unset = UNSET
    born_on: date | None | Unset = UNSET
    street: str | None | Unset = attrs.field(default=UNSET, converter=said)
    postcode: str | None | Unset = attrs.field(default=UNSET, converter=said)
    city: str | None | Unset = attrs.field(default=UNSET, converter=said)
    country: str | None | Unset = attrs.field(default=UNSET, converter=said)
    email_opt_in: bool | None | Unset = UNSET
    sms_opt_in: bool | None | Unset = UNSET


def check_born(day: date, *, today: date) -> None:
    """Raises InvalidValue for a day of birth to come."""
    if day > today:
        raise InvalidValue(f"nobody was born after today, on {day}", field="born_on")
