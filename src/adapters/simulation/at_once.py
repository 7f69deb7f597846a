"""What happens in the middle of something else, as by another process that is through before that goes on."""

from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """Nothing in memory waits, unless for somebody who has a transaction open: and nobody has one now."""
    try:
        work.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    work.close()
    raise RuntimeError("work waits for somebody's transaction")
