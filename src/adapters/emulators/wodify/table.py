"""Rows of one kind, in the order they were made, with their JSON kept ready."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

import attrs
import msgspec

from ..messages import Answer
from ..rows import merged
from .envelopes import Refused, list_answer
from .search import BadQuery, comparable, parse_query, parse_sort, searchable_fields
from .shapes import Row

R = TypeVar("R", bound=Row)
LARGEST_PAGE = 100


@attrs.frozen(kw_only=True)
class Listing(Generic[R]):
    """How one kind is listed: the array's name, what an item lacks or calls otherwise, what cannot be searched by."""

    name: str
    shape: type[R]
    omitted: frozenset[str] = frozenset()
    renamed: Mapping[str, str] = attrs.field(factory=dict)
    unsearchable: frozenset[str] = frozenset()

    def item(self, row: R) -> bytes:
        """``row`` as a list shows it."""
        if not self.omitted and not self.renamed:
            return msgspec.json.encode(row)
        shown: dict[str, object] = msgspec.to_builtins(row)
        return msgspec.json.encode(
            {self.renamed.get(name, name): value for name, value in shown.items() if name not in self.omitted}
        )


class Table(Generic[R]):
    """Rows by id. A row that was changed in place has to be put again."""

    def __init__(self, listing: Listing[R], rows: Iterable[R] = ()) -> None:
        self._listing = listing
        self._fields = searchable_fields(listing.shape, without=listing.unsearchable, renamed=listing.renamed)
        self._rows: dict[int, R] = {row.id: row for row in rows}
        self._items: dict[int, bytes] = {}
        self._orders: dict[str, Sequence[R]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[R]:
        return iter(self._rows.values())

    def get(self, key: int) -> R:
        """The row. Raises Refused (404)."""
        try:
            return self._rows[key]
        except KeyError:
            raise Refused(404, f"no record {key} among the {self._listing.name}") from None

    def put(self, row: R) -> None:
        """Add the row, or make known that it was changed."""
        self._rows[row.id] = row
        self._items.pop(row.id, None)
        self._orders.clear()

    def remove(self, key: int) -> None:
        """Take the row away. Raises Refused (404)."""
        self.get(key)
        del self._rows[key]
        self._items.pop(key, None)
        self._orders.clear()

    def patched(self, row: R, patch: bytes) -> R:
        """A copy of ``row`` with a JSON merge patch applied. Raises ValueError if the outcome has another shape."""
        changes = msgspec.json.decode(patch, type=dict[str, object])
        if changes.get("id", row.id) != row.id:
            raise ValueError("an id cannot be edited")
        return msgspec.convert(merged(msgspec.to_builtins(row), changes), self._listing.shape)

    def page(self, query: Mapping[str, str]) -> Answer:
        """The page that ``page``, ``page_size``, ``sort`` and ``q`` ask for. Raises Refused (400).

        Without ``sort`` rows come in the order they were made; a larger ``page_size`` than 100 counts as 100.
        """
        try:
            number = positive(query, "page", default=1)
            size = min(positive(query, "page_size", default=LARGEST_PAGE), LARGEST_PAGE)
            rows = self._ordered(query.get("sort", ""))
            if "q" in query:
                chosen = parse_query(query["q"], self._fields)
                rows = [row for row in rows if chosen(row)]
        except BadQuery as error:
            raise Refused(400, str(error)) from error
        start, end = (number - 1) * size, number * size
        items = [self._item(row) for row in rows[start:end]]
        return list_answer(self._listing.name, items, page=number, page_size=size, has_more=len(rows) > end)

    def _ordered(self, sort: str) -> Sequence[R]:
        if sort not in self._orders:
            rows = list(self._rows.values())
            if sort:
                field, descending = parse_sort(sort, self._fields)
                rows.sort(key=lambda row: _rank(comparable(field.read(row))), reverse=descending)
            self._orders[sort] = rows
        return self._orders[sort]

    def _item(self, row: R) -> bytes:
        item = self._items.get(row.id)
        if item is None:
            item = self._items[row.id] = self._listing.item(row)
        return item


def _rank(value: str | float) -> tuple[float, str]:
    return (0.0, value) if isinstance(value, str) else (value, "")


def positive(query: Mapping[str, str], name: str, *, default: int) -> int:
    """A whole number from 1 on. Raises BadQuery."""
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise BadQuery(f"{name} must be a whole number from 1 on")
    return int(text)
