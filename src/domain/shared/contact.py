"""E-mail addresses and phone numbers as values: kept as given, compared in a canonical form."""

import re

import attrs

from .errors import InvalidValue

# Pragmatic form check (RFC 5321 lengths, no quoted local parts): enough to catch typing errors; only a sent
# mail proves an address.
_EMAIL = re.compile(r"[^\s@\"(),:;<>\[\\\]]{1,64}@(?:[^\W_](?:[^\W_]|-){0,62}\.)+[^\W\d_](?:[^\W_]|-){1,62}")
_EMAIL_MAX = 254


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
        """Trimmed and case-folded: what matching and uniqueness look at."""
        return self.raw.strip().casefold()

    @property
    def is_well_formed(self) -> bool:
        """Whether the text has the form of an address."""
        return len(self.raw) <= _EMAIL_MAX and ".." not in self.raw and bool(_EMAIL.fullmatch(self.raw.strip()))

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
        return self.e164 or "".join(c for c in self.raw if c.isdigit())

    def __str__(self) -> str:
        return self.e164 or self.raw
