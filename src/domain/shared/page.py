"""How lists are asked for and answered."""

from typing import Generic, TypeVar

import attrs

from .errors import InvalidValue

MAX_LIMIT = 200
MAX_OFFSET = 10_000_000

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Listing:
    """Which part of a list: filter, window and order.

    ``status`` and ``q`` (free text) filter; ``limit`` 1–200; ``offset`` from 0; ``order_by`` is a field the
    list allows, ``None`` for its default. Raises InvalidValue outside those bounds.
    """

    status: str | None = None
    q: str | None = None
    limit: int = 50
    offset: int = 0
    order_by: str | None = None
    descending: bool = False

    def __attrs_post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise InvalidValue(f"limit must be between 1 and {MAX_LIMIT}, not {self.limit}", field="limit")
        if not 0 <= self.offset <= MAX_OFFSET:
            raise InvalidValue(f"offset must be between 0 and {MAX_OFFSET}, not {self.offset}", field="offset")

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for less than everything."""
        return self.status is not None or bool(self.q and self.q.strip())


@attrs.frozen
class Page(Generic[T]):
    """One window of a list and the count of everything that the filter matches."""

    items: tuple[T, ...]
    count: int
