"""Slices of what a statement names one by one: it takes only so many parameters."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

_SLICE = 5_000


def in_slices(values: Iterable[T]) -> Iterator[list[T]]:
    """All of them, in lists of up to 5000."""
    source = iter(values)
    while slice_ := list(islice(source, _SLICE)):
        yield slice_
