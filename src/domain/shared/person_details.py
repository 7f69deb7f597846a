"""What somebody wants to be known of a person from now on."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import ClassVar, Self

import attrs

from .contact import EmailAddress, PhoneNumber
from .errors import InvalidValue
from .text import check_line, check_prose, trimmed_text
from .unset import UNSET, Unset
from .wrong_values import WrongValues


def trimmed(text: str | Unset) -> str | Unset:
    """A part of a name."""
    return text.strip() if isinstance(text, str) else text


def said(text: str | None | Unset) -> str | None | Unset:
    """A text, trimmed; an empty one says nothing."""
    return text if isinstance(text, Unset) else trimmed_text(text)


@attrs.frozen(kw_only=True)
class PersonDetails:
    """UNSET leaves, None clears; so does an empty text. Raises InvalidValue for a text that cannot be kept, is too long
    or has control characters in it, and for a phone number without digits; one for all of them. ``prose`` are fields of
    more than a line.
    """

    prose: ClassVar[frozenset[str]] = frozenset()
    first_name: str | Unset = attrs.field(default=UNSET, converter=trimmed)
    last_name: str | Unset = attrs.field(default=UNSET, converter=trimmed)
    email: EmailAddress | None | Unset = UNSET
    phone: PhoneNumber | None | Unset = UNSET

    def __attrs_post_init__(self) -> None:
        wrong = WrongValues()
        for name, value in self.given.items():
            wrong.read(partial(self._check, name, value))
        wrong.last(lambda: None)

    def _check(self, name: str, value: object) -> None:
        text = value.raw if isinstance(value, EmailAddress | PhoneNumber) else value
        if isinstance(text, str):
            (check_prose if name in self.prose else check_line)(text, name)
        if isinstance(value, PhoneNumber) and not value.canonical:
            raise InvalidValue(f"{value.raw!r} is no phone number", field=name)

    @property
    def given(self) -> Mapping[str, object]:
        """What is set, by its name."""
        every = ((field.name, getattr(self, field.name)) for field in attrs.fields(type(self)))
        return {name: value for name, value in every if not isinstance(value, Unset)}

    def without(self, names: Collection[str]) -> Self:
        """The same, but these stay as they are."""
        return attrs.evolve(self, **dict.fromkeys(names, UNSET))

    def changes(self, person: object) -> Mapping[str, object]:
        """What of it is another value than the person's own. Raises InvalidValue when no name would be left."""
        wanted = {name: value for name, value in self.given.items() if getattr(person, name) != value}
        if wanted.keys() & {"first_name", "last_name"}:
            names = [wanted.get(name, getattr(person, name)) for name in ("first_name", "last_name")]
            if not any(names):
                raise InvalidValue("somebody without any name cannot be found again", field="first_name")
        return wanted
