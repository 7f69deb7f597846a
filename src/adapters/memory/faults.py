"""Failures on order."""

from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager

import attrs

from ...domain.shared.errors import GatewayError


@attrs.frozen
class Fault:
    """``after`` says when a call fails: 0 before anything happens; 1 after a write took effect, or after as many
    pages of a listing."""

    error: GatewayError
    after: int = 0


class Faults:
    """``outage`` fails every call until it is None again; ``calls`` lists the calls made, by method name."""

    def __init__(self) -> None:
        self.outage: GatewayError | None = None
        self.calls: list[str] = []
        self._planned: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def fail_next(self, call: str, error: GatewayError, *, after: int = 0) -> None:
        """The next call of that method that has no fault planned yet raises this."""
        self._planned[call].append(Fault(error, after))

    def take(self, call: str) -> Fault | None:
        """Note a call; the fault that is due now."""
        self.calls.append(call)
        if self.outage is not None:
            return Fault(self.outage)
        planned = self._planned[call]
        return planned.popleft() if planned else None

    @contextmanager
    def around(self, call: str) -> Iterator[None]:
        """A call with an effect: raises before or after it."""
        fault = self.take(call)
        if fault is not None and fault.after == 0:
            raise fault.error
        yield
        if fault is not None:
            raise fault.error
