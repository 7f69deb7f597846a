"""Rows by what they belong to."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from ..domain.sync.conflict import Conflict

T = TypeVar("T")


def grouped(rows: Iterable[T], key: Callable[[T], str]) -> Mapping[str, Sequence[T]]:
    """The rows of each key that has any, in the order in which they came."""
    found: defaultdict[str, list[T]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return dict(found)


def about_whom(conflicts: Iterable[Conflict], local_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Conflict]]:
    """Those of each of these records that are about it as a whole, in the order in which they came."""
    wanted = frozenset(local_ids)
    found: defaultdict[UUID, list[Conflict]] = defaultdict(list)
    for conflict in conflicts:
        for local_id in wanted.intersection(conflict.whole_records):
            found[local_id].append(conflict)
    return dict(found)
