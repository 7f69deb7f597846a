"""Values are looked at together, so that somebody who typed several wrong is told of each at once."""

from collections.abc import Callable
from typing import TypeVar

from .errors import InvalidValue, InvalidValues
from .unset import UNSET, Unset

T = TypeVar("T")


class WrongValues:
    """What was found wrong so far."""

    def __init__(self) -> None:
        self._found: list[InvalidValue] = []

    def read(self, look: Callable[[], T]) -> T | Unset:
        """What it gives; UNSET where that is wrong."""
        try:
            return look()
        except InvalidValue as error:
            self._add(error)
            return UNSET

    def last(self, look: Callable[[], T]) -> T:
        """What it gives, when nothing was wrong. Raises InvalidValue for what was, InvalidValues for several."""
        try:
            given = look()
        except InvalidValue as error:
            self._add(error)
        else:
            if not self._found:
                return given
        raise self._found[0] if len(self._found) == 1 else InvalidValues(self._found) from None

    def _add(self, error: InvalidValue) -> None:
        self._found += error.every if isinstance(error, InvalidValues) else [error]
