"""Request bodies while they arrive: for how long one may take, and how much of all of them is held."""

import asyncio
from types import TracebackType
from typing import Self

import attrs
from litestar.types import HTTPReceiveMessage, Receive, WebSocketReceiveMessage

from ...domain.shared.errors import TresenError

# Half a MiB a second for the largest webhooks. Whoever is slower could hold any number of connections for ever.
ARRIVAL_S = 10.0
MOST_HELD = 64 * 1_048_576
# Some clients read no answer before they have sent everything, and see nothing but a broken connection when it is
# closed before: for them so much more is read and forgotten.
_DRAINED, _DRAIN_S = 6 * 1_048_576, 2.0

Received = HTTPReceiveMessage | WebSocketReceiveMessage


class SlowBody(TresenError):
    """The body did not arrive in time."""

    code = "slow_body"


class TooBusy(TresenError):
    """Too many bodies are arriving at this moment."""

    code = "too_busy"


@attrs.define(eq=False)
class Arrivals:
    """All bodies that are arriving. ``most_held`` are the bytes of unfinished ones together."""

    seconds: float = ARRIVAL_S
    most_held: int = MOST_HELD
    held: int = attrs.field(default=0, init=False)

    def watch(self, receive: Receive) -> "Arrival":
        """One request's; its time begins when its body is first asked for."""
        return Arrival(self, receive)


@attrs.define(eq=False)
class Arrival:
    """A request's ``receive``, within these bounds. What it holds is given back when the body is complete, at the
    latest on leaving it as a context manager."""

    _all: Arrivals
    _receive: Receive
    _deadline: float | None = attrs.field(default=None, init=False)
    _held: int = attrs.field(default=0, init=False)
    _read: int = attrs.field(default=0, init=False)
    is_complete: bool = attrs.field(default=False, init=False)

    async def __call__(self) -> Received:
        """The next message. Raises SlowBody, TooBusy."""
        if self.is_complete:
            return await self._receive()  # until the client leaves
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().time() + self._all.seconds
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise SlowBody(f"the body did not arrive within {self._all.seconds:g} seconds") from None
        before = self._read
        if self._goes_on(message):
            self._hold(self._read - before)
        else:
            self.is_complete = True
            self._give_back()
        return message

    async def drain(self) -> None:
        """Read what is still on its way and forget it, within bounds."""
        try:
            async with asyncio.timeout(min(_DRAIN_S, self._all.seconds)):
                while self._read < _DRAINED and self._goes_on(await self._receive()):
                    pass
        except TimeoutError:
            return

    def _goes_on(self, message: Received) -> bool:
        if message["type"] != "http.request":
            return False
        self._read += len(message.get("body", b""))
        return message.get("more_body", False)

    def _hold(self, size: int) -> None:
        if self._all.held + size > self._all.most_held:
            raise TooBusy("too many bodies are arriving at this moment")
        self._all.held += size
        self._held += size

    def _give_back(self) -> None:
        self._all.held -= self._held
        self._held = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_back()
