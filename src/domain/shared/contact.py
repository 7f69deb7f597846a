"""E-mail addresses and phone numbers as values: kept as given, compared in a canonical form."""

import re

import attrs

from .errors import InvalidValue
from .text import folded_text

# Pragmatic form check (no quoted local parts, no address literals): enough to catch typing errors; only a sent
# mail proves an address. Letters of every script pass, their combining marks too, which ``\w`` would refuse.
_ATOM = r"[^\s@\"(),:;<>\[\\\].]+"
_LETTER, _LETTER_OR_DIGIT = r"[a-zA-Z\u00a1-\U0010ffff]", r"[a-zA-Z0-9\u00a1-\U0010ffff]"
_REST = rf"(?:[a-zA-Z0-9\u00a1-\U0010ffff-]{{0,61}}{_LETTER_OR_DIGIT})"
_EMAIL = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@(?:{_LETTER_OR_DIGIT}{_REST}?\.)+{_LETTER}{_REST}")
_EMAIL_MAX, _LOCAL_MAX = 254, 64  # octets: RFC 5321 §4.5.3.1, RFC 3696 erratum 1690; UTF-8 by RFC 6531


@attrs.frozen
class EmailAddress:
    """An address as it was written (``raw``). Two are the same when their ``canonical`` forms are equal.

    The constructor accepts any text, for what providers hold; ``parse`` is for people's input.
    """

    raw: str

    @classmethod
    def parse(cls, text: str, field: str = "email") -> "EmailAddress":
        """The trimmed address. Raises InvalidValue when it cannot be one."""
        address = cls(text.strip())
        if not address.is_well_formed:
            raise InvalidValue(f"{text!r} is no e-mail address", field=field)
        return address

    @property
    def canonical(self) -> str:
        """Trimmed and without regard to case and Unicode composition: what matching and uniqueness look at."""
        return folded_text(self.raw.strip())

    @property
    def is_well_formed(self) -> bool:
        """Whether the text, trimmed, has the form of an address."""
        text = self.raw.strip()
        if not text.isprintable() or len(text.encode()) > _EMAIL_MAX:
            return False
        match = _EMAIL.fullmatch(text)
        return match is not None and len(match[1].encode()) <= _LOCAL_MAX

    def __str__(self) -> str:
        return self.raw


@attrs.frozen
class PhoneNumber:
    """A number as it was written (``raw``) and in E.164 (``+4930123456``), None where that cannot be told.

    Adapters compute E.164 with a numbering-plan library and the tenant's region; the domain only keeps it.
    """

    raw: str
    e164: str | None = None

    @property
    def canonical(self) -> str:
        """What matching looks at: E.164 where known, else the digits as written."""
        return self.e164 or "".join(c for c in self.raw if c.isdecimal())

    def __str__(self) -> str:
        return self.e164 or self.raw
