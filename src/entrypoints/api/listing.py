"""How lists are asked for: ``status``, ``q``, ``limit``, ``offset``, ``orderBy``, ``order``."""

from collections.abc import Collection
from enum import Enum
from typing import Annotated

from litestar.di import Provide
from litestar.params import QueryParameter

from ...domain.shared.errors import InvalidValue
from ...domain.shared.page import MAX_LIMIT, MAX_OFFSET, Listing

WINDOW = frozenset({"limit", "offset"})
LISTING = WINDOW | {"status", "q", "orderBy", "order"}

Status = Annotated[str | None, QueryParameter(name="status", description="Only those in this status")]
Query = Annotated[str | None, QueryParameter(name="q", description="Words to be found, in any order", max_length=200)]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=MAX_LIMIT, description=f"1 to {MAX_LIMIT}")]
Offset = Annotated[int, QueryParameter(name="offset", ge=0, le=MAX_OFFSET, description="How many to pass over")]
OrderBy = Annotated[str | None, QueryParameter(name="orderBy", description="A field of the list")]
ORDERS = ("asc", "desc")
Order = Annotated[str, QueryParameter(name="order", max_length=100, schema_extra={"enum": list(ORDERS)})]


def listing_of(orders: Collection[str], statuses: Collection[str]) -> Provide:
    """The dependency of a list with these fields to order by and these statuses.

    It raises InvalidValue for other words.
    """

    def listing(
        status: Status = None,
        q: Query = None,
        limit: Limit = 50,
        offset: Offset = 0,
        order_by: OrderBy = None,
        order: Order = "asc",
    ) -> Listing:
        ensure_one_of(statuses, status, "status")
        ensure_one_of(orders, order_by, "orderBy")
        if q is not None and "\x00" in q:
            raise InvalidValue("q holds a character that no text has", field="q")
        descending = is_descending(order)
        return Listing(status=status, q=q, limit=limit, offset=offset, order_by=order_by, descending=descending)

    return Provide(listing, sync_to_thread=False)


def words(states: type[Enum]) -> tuple[str, ...]:
    """The states' words."""
    return tuple(state.value for state in states)


def is_descending(order: str) -> bool:
    """What ``order`` says. Raises InvalidValue for another word."""
    ensure_one_of(ORDERS, order, "order")
    return order == "desc"


def ensure_one_of(allowed: Collection[str], given: str | None, field: str) -> None:
    """A parameter that takes one of these words, or none. Raises InvalidValue, with the words that there are."""
    if given is not None and given not in allowed:
        raise InvalidValue(f"{field} is one of {', '.join(allowed)}, not {given!r}", field=field)
