"""Options that several commands share, and the command groups."""

import enum
from collections.abc import Collection
from typing import Annotated, TypeVar

import attrs
from cyclopts import App, Parameter
from cyclopts.validators import Number

from ...domain.shared.errors import InvalidValue
from ...domain.shared.page import MAX_OFFSET, Listing

TenantOption = Annotated[
    str | None, Parameter(name="--tenant", metavar="SLUG", help="Slug or id of the tenant; without it the only one.")
]
AccountOption = Annotated[
    str | None,
    Parameter(
        name="--account",
        metavar="NAME",
        help="The provider account, if there are several: its provider, name, provider/name or id.",
    ),
]
AccountsOption = Annotated[
    str | None,
    Parameter(
        name="--account",
        metavar="NAME",
        help="The provider account, by provider, name, provider/name or id; without it all.",
    ),
]
LimitOption = Annotated[int, Parameter(help="How many at most, 1 to 200.", validator=Number(gte=1, lte=200))]
OffsetOption = Annotated[int, Parameter(help="How many to pass over first.", validator=Number(gte=0, lte=MAX_OFFSET))]
ByOption = Annotated[
    str | None, Parameter(metavar="NAME", help="Who decides it; without it the name of the login here.")
]
YesOption = Annotated[bool, Parameter(negative=(), show_default=False, help="Do it without asking.")]
JsonOption = Annotated[bool, Parameter(name="--json", negative=(), help="Print one JSON document.", show_default=False)]

ALL = "all"

_E = TypeVar("_E", bound=enum.Enum)


def command_group(name: str, about: str) -> App:
    """A group such as ``tresen members``."""
    return App(name=name, help=about, help_epilogue="", version_flags=())


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class WindowOptions:
    """Which part of a list."""

    q: Annotated[str | None, Parameter(help="Only those with these words in name, e-mail or phone.")] = None
    limit: Annotated[int, Parameter(help="How many at most, 1 to 200.")] = 50
    offset: Annotated[int, Parameter(help="How many to pass over first.")] = 0
    order_by: Annotated[str | None, Parameter(metavar="FIELD", help="Field to order by.")] = None
    desc: Annotated[bool, Parameter(negative=(), help="Last first.", show_default=False)] = False

    def window(self, orders: Collection[str], status: str | None = None) -> Listing:
        """As the readers take it. Raises InvalidValue, with the fields by which the list can be ordered."""
        if self.order_by is not None and self.order_by not in orders:
            raise InvalidValue(f"cannot order by {self.order_by!r}; choose from {', '.join(orders)}", field="order_by")
        return Listing(
            status=status,
            q=self.q,
            limit=self.limit,
            offset=self.offset,
            order_by=self.order_by,
            descending=self.desc,
        )


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class ListOptions(WindowOptions):
    """Which part of a list of things that have a status."""

    status: Annotated[str | None, Parameter(metavar="WORD", help="Only those in this status.")] = None

    def listing(self, statuses: type[enum.Enum], orders: Collection[str]) -> Listing:
        """As the readers take it. Raises InvalidValue, with the words and fields that the list knows."""
        if self.status is not None:
            word(statuses, self.status, "status")
        return self.window(orders, self.status)


def word(words: type[_E], text: str, field: str) -> _E:
    """The member of an enum with that value. Raises InvalidValue with the words that there are."""
    try:
        return words(text)
    except ValueError:
        known = ", ".join(str(w.value) for w in words)
        raise InvalidValue(f"{text!r} is no {field}; choose from {known}", field=field) from None


def word_or_all(words: type[_E], text: str | None, field: str) -> _E | None:
    """The same for a filter, which ``all`` takes away as well as saying nothing; None: all of them."""
    if text in {None, ALL}:
        return None
    known_word(text, [*(str(each.value) for each in words), ALL], field)
    return word(words, str(text), field)


def known_word(text: str | None, words: Collection[str], field: str) -> None:
    """Raises InvalidValue, with the words that there are, for any other than None."""
    if text is not None and text not in words:
        raise InvalidValue(f"{text!r} is no {field}; choose from {', '.join(words)}", field=field)
