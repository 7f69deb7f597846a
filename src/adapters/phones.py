"""Phone numbers by the world's numbering plans (Google's libphonenumber, as ported to Python)."""

import functools
import re

import attrs

from ..application.ports.phones import PhoneBook
from ..domain.shared.contact import PhoneNumber

# Signs that people put between digits and that never mean anything.
_SEPARATORS = str.maketrans("", "", " \u00a0-./()")
_CODE_LENGTHS = (1, 2, 3)


class LibraryPhoneBook(PhoneBook):
    """E.164 where the library can parse the number and its length is possible; whether it is in use is not asked.

    The library takes some 20 µs a number, which is much for a listing of 100,000. Numbers in international form take
    a short cut through its length tables and come out the same. The library is only imported at the first number.
    """

    def read(self, raw: str, region: str) -> PhoneNumber:
        """An unknown region is none: then only numbers with a country code can be told."""
        return PhoneNumber(raw, international_e164(raw) or library_e164(raw, region))


@attrs.frozen
class NumberingPlan:
    """What the numbers behind one calling code look like.

    ``lengths`` are those of a full number without the code; ``trunk_prefix`` matches what is dialled before it only
    inside the country, which the library takes off.
    """

    lengths: frozenset[int]
    trunk_prefix: re.Pattern[str] | None

    def is_full_number(self, digits: str) -> bool:
        """Whether the library would take these digits as they are. False: ask the library."""
        if len(digits) not in self.lengths or not digits.strip("0"):
            return False
        if self.trunk_prefix is None:
            return True
        found = self.trunk_prefix.match(digits)
        return found is None or found.end() == 0


def international_e164(raw: str) -> str | None:
    """E.164 of a plainly written international number; None: ask the library."""
    if raw[:1] != "+":
        return None
    digits = raw[1:].replace(" ", "")
    if not (digits.isdigit() and digits.isascii()):
        digits = digits.translate(_SEPARATORS)
        if not (digits.isdigit() and digits.isascii()):
            return None
    length, plan = _plan_before(digits[: _CODE_LENGTHS[-1]])
    return f"+{digits}" if plan is not None and plan.is_full_number(digits[length:]) else None


def library_e164(raw: str, region: str) -> str | None:
    """E.164 by the library, None where it is no number, of an impossible length, or lacks its area code.

    A number without its area code is dialled only in its own town; in E.164 it would be somebody else's.
    """
    import phonenumbers  # noqa: PLC0415 -- 40 ms that most commands never need

    try:
        number = phonenumbers.parse(raw, region.upper() or None)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@functools.cache
def _plan_before(beginning: str) -> tuple[int, NumberingPlan | None]:
    """The calling code's length and plan of a number that begins so; there are at most 1110 beginnings to remember."""
    for length in _CODE_LENGTHS:
        plan = _plan(beginning[:length])
        if plan is not None:
            return length, plan
    return 0, None


@functools.cache
def _plan(code: str) -> NumberingPlan | None:
    """The plan of a calling code, None when no country has it; there are at most 999 codes to remember."""
    import phonenumbers  # noqa: PLC0415

    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code)) if code and code[0] != "0" else None
    if not regions:
        return None
    metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(int(code), regions[0])
    general = metadata.general_desc if metadata else None
    if metadata is None or general is None:
        return None
    prefix = metadata.national_prefix_for_parsing
    local = set(general.possible_length_local_only)
    return NumberingPlan(
        frozenset(length for length in general.possible_length if length > 0 and length not in local),
        re.compile(prefix) if prefix else None,
    )
