"""The queue of outgoing webhooks."""

import asyncio
import heapq
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import attrs

from .faults import HookFault, HookProgramme
from .hook import Hook
from .post import Posted, post

Sleep = Callable[[float], Awaitable[None]]
Now = Callable[[], datetime]

# One that is to go after its successor goes alone when there is none for so long.
_LONE_S = 1.0
_LOG_LENGTH = 10_000


@attrs.frozen(kw_only=True)
class Sent:
    """One attempt, or one webhook that was dropped (then ``attempt`` is 0). ``status`` None: no answer, see ``error``.

    ``faults`` are the words of those that befell it; ``answer`` is the body that came back.
    """

    at: datetime
    event: str
    target: str
    attempt: int
    faults: tuple[str, ...] = ()
    status: int | None = None
    error: str | None = None
    body: bytes = attrs.field(default=b"", repr=False)
    answer: bytes = attrs.field(default=b"", repr=False)


@attrs.define(order=True)
class Waiting:
    """A webhook in the queue, in the order in which it goes. ``held``: it goes after the next one."""

    due: datetime
    place: float
    hook: Hook = attrs.field(order=False)
    faults: tuple[str, ...] = attrs.field(order=False, default=())
    attempt: int = attrs.field(order=False, default=1)
    held: bool = attrs.field(order=False, default=False)


class Sender:
    """Sends one webhook at a time, each when it is due. ``limit_s``: how long a subscriber may take to answer.

    ``log`` has the latest attempts, oldest first. Times come from ``now``; ``sleep`` is only waited with by ``run``.
    """

    def __init__(self, *, now: Now, sleep: Sleep = asyncio.sleep, limit_s: float = 10.0) -> None:
        self.faults = HookProgramme()
        self.log: deque[Sent] = deque(maxlen=_LOG_LENGTH)
        self.now = now
        self._sleep = sleep
        self._limit_s = limit_s
        self._queue: list[Waiting] = []
        self._places = 0
        self._one_at_a_time = asyncio.Lock()
        self._more = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many are in the queue, retries included."""
        return len(self._queue)

    def send(self, hook: Hook) -> None:
        """Queue it, with whatever the fault programme has for it."""
        rules = {rule.kind: rule for rule in self.faults.judge(hook.event)}
        faults = tuple(sorted(rules))
        now = self.now()
        if HookFault.DROP in rules:
            self.log.append(Sent(at=now, event=hook.event, target=hook.target, attempt=0, faults=faults))
            return
        delay_s = rules[HookFault.DELAY].delay_ms / 1000 if HookFault.DELAY in rules else 0.0
        held = HookFault.REORDER in rules
        for _ in range(1 + (HookFault.DUPLICATE in rules)):
            self._places += 1
            due = now + timedelta(seconds=delay_s + (_LONE_S if held else 0.0))
            heapq.heappush(self._queue, Waiting(due, self._places, hook, faults, held=held))
        if not held:
            self._release(now)
        self._more.set()

    async def flush(self) -> int:
        """Send everything that is due now, waiting for nothing; the number of attempts made.

        Those that were held for a successor that did not come go last.
        """
        made = 0
        while (waiting := self._next(self.now())) is not None:
            await self._attempt(waiting)
            made += 1
        if any(waiting.held for waiting in self._queue):
            self._release(self.now())
            made += await self.flush()
        return made

    async def run(self) -> None:
        """Send each when it is due, until cancelled."""
        while True:
            self._more.clear()
            while (waiting := self._next(self.now())) is not None:
                await self._attempt(waiting)
            await self._rest()

    def reset(self) -> None:
        """An empty queue and log, no faults."""
        self._queue.clear()
        self.log.clear()
        self.faults.replace(())

    def _next(self, now: datetime) -> Waiting | None:
        if self._queue and self._queue[0].due <= now:
            return heapq.heappop(self._queue)
        return None

    def _release(self, now: datetime) -> None:
        """Whoever was held goes now, after all that came so far."""
        for waiting in self._queue:
            if waiting.held:
                self._places += 1
                waiting.held, waiting.due, waiting.place = False, now, self._places
        heapq.heapify(self._queue)

    async def _attempt(self, waiting: Waiting) -> None:
        async with self._one_at_a_time:
            hook, at = waiting.hook, self.now()
            letter = hook.write(at, HookFault.WRONG_SIGNATURE in waiting.faults)
            if letter is None:
                return
            posted = await post(hook.address, letter, limit_s=self._limit_s)
            self._note(waiting, at, letter.body, posted)
            delay_s = hook.judge(waiting.attempt, posted.status)
            if delay_s is not None:
                due = self.now() + timedelta(seconds=delay_s)
                heapq.heappush(self._queue, attrs.evolve(waiting, due=due, attempt=waiting.attempt + 1))

    def _note(self, waiting: Waiting, at: datetime, body: bytes, posted: Posted) -> None:
        self.log.append(
            Sent(
                at=at,
                event=waiting.hook.event,
                target=waiting.hook.target,
                attempt=waiting.attempt,
                faults=waiting.faults,
                status=posted.status,
                error=posted.error,
                body=body,
                answer=posted.body,
            )
        )

    async def _rest(self) -> None:
        """Until the next one is due, or something new is there."""
        if not self._queue:
            await self._more.wait()
            return
        seconds = max(0.0, (self._queue[0].due - self.now()).total_seconds())
        resting = asyncio.ensure_future(self._sleep(seconds))
        waking = asyncio.ensure_future(self._more.wait())
        try:
            await asyncio.wait((resting, waking), return_when=asyncio.FIRST_COMPLETED)
        finally:
            resting.cancel()
            waking.cancel()
