"""Failures on order."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import attrs

from ...domain.shared.errors import GatewayError


@attrs.frozen
class Fault:
    """``after`` says when a call fails: 0 before anything happens; 1 after a write took effect, or after as many
    pages of a listing or of changes."""

    error: GatewayError
    after: int = 0


@attrs.frozen
class _Event:
    call: str
    page: int
    happen: Callable[[], object]


class Faults:
    """``outage`` fails every call, and every further page, until it is None again; ``calls`` lists the calls made.

    A call goes by its method's name; one of a source by its kind in the plural: ``members`` is the listing, the others
    are ``members.changes``, ``members.get``, ``members.push`` and so on.
    """

    def __init__(self) -> None:
        self.outage: GatewayError | None = None
        self.calls: list[str] = []
        self._planned: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._events: list[_Event] = []

    def fail_next(self, call: str, error: GatewayError, *, after: int = 0) -> None:
        """The next call of that method that has no fault planned yet raises this."""
        self._planned[call].append(Fault(error, after))

    def meanwhile(self, call: str, happen: Callable[[], object], *, page: int = 0) -> None:
        """Something happens, once, just before that call reaches that page (from 0), or before its effect."""
        self._events.append(_Event(call, page, happen))

    def take(self, call: str) -> Fault | None:
        """Note a call; the fault that is due now."""
        self.calls.append(call)
        if self.outage is not None:
            return Fault(self.outage)
        planned = self._planned[call]
        return planned.popleft() if planned else None

    def turn(self, call: str, page: int, fault: Fault | None) -> None:
        """A call reaches a page: let happen what was to happen, and raise what is due there."""
        due = [event for event in self._events if (event.call, event.page) == (call, page)]
        self._events = [event for event in self._events if event not in due]
        for event in due:
            event.happen()
        if fault is not None and fault.after == page:
            raise fault.error
        if self.outage is not None:
            raise self.outage

    @contextmanager
    def around(self, call: str) -> Iterator[None]:
        """A call with an effect: raises before or after it."""
        fault = self.take(call)
        self.turn(call, 0, fault)
        yield
        if fault is not None:
            raise fault.error
