"""The shell around an emulated provider: a loopback port, the fault programme, call counts and the control routes."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from .connection import Connection
from .control import CONTROL_PATH, control_answer
from .faults import Fault, FaultProgramme, FaultRule, Verdict
from .messages import Answer, Reply, Request, wire_form
from .provider import Provider

Sleep = Callable[[float], Awaitable[None]]
LOOPBACK = "127.0.0.1"


class Emulator:
    """A provider on a loopback port.

    ``calls`` counts requests by route (``unknown`` for the rest), spoilt ones included; ``faults`` may be changed at
    any time. ``sleep`` waits out latencies, in seconds: tests hand in their own.
    """

    def __init__(
        self, provider: Provider, *, seed: int, faults: tuple[FaultRule, ...] = (), sleep: Sleep = asyncio.sleep
    ) -> None:
        self.provider = provider
        self.calls: Counter[str] = Counter()
        self.faults = FaultProgramme(seed)
        self._first_faults = faults
        self._sleep = sleep
        self._port: int | None = None
        self.faults.replace(faults)

    @property
    def url(self) -> str:
        """Base URL, such as ``http://127.0.0.1:40123/v1``. Raises RuntimeError while it is not serving."""
        return self.root_url + self.provider.base_path

    @property
    def root_url(self) -> str:
        """The same without the provider's base path; control routes hang below it."""
        if self._port is None:
            raise RuntimeError("the emulator is not serving")
        return f"http://{LOOPBACK}:{self._port}"

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[str]:
        """Serve on the running loop until the block is left; yields ``url``. Port 0 takes a free one."""
        peers: set[Connection] = set()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Connection(self.respond, peers), LOOPBACK, port)
        self._port = server.sockets[0].getsockname()[1]
        try:
            yield self.url
        finally:
            self._port = None
            server.close()
            for peer in tuple(peers):
                await peer.shut()
            await server.wait_closed()

    def reset(self) -> None:
        """Data, call counts and faults as they were at the start."""
        self.provider.reset()
        self.calls.clear()
        self.faults.replace(self._first_faults)

    async def steer(self, request: Request) -> Answer:
        """Carry out a control request."""
        return control_answer(self, request)

    async def respond(self, request: Request) -> Reply:
        """The bytes for one request, with whatever the fault programme has for it."""
        if request.path.startswith(CONTROL_PATH):
            return complete_reply(await self.steer(request))
        self.calls[self.provider.route_of(request) or "unknown"] += 1
        verdict = self.faults.judge(request)
        if verdict.delay_s:
            await self._sleep(verdict.delay_s)
        rule = verdict.rule
        if rule is None:
            return complete_reply(self.provider.answer(request))
        if rule.kind.after_effect:
            return spoilt_reply(self.provider.answer(request), rule.kind, verdict)
        answer = self.provider.fault_answer(rule.kind)
        if rule.kind is Fault.RATE_LIMITED and rule.retry_after_s is not None:
            answer = Answer(answer.status, answer.body, (("retry-after", str(rule.retry_after_s)),))
        return complete_reply(answer)


def complete_reply(answer: Answer) -> Reply:
    """The answer as it should be."""
    return Reply(b"".join(wire_form(answer)))


def spoilt_reply(answer: Answer, fault: Fault, verdict: Verdict) -> Reply:
    """The answer as it arrives when ``fault`` strikes after the effect.

    TRUNCATED_JSON: fewer bytes, rightly announced, so the JSON breaks off. CUT_CONNECTION: more announced than sent.
    CLOSE_AFTER_EFFECT: not a byte.
    """
    if fault is Fault.CLOSE_AFTER_EFFECT:
        return Reply(b"", close=True)
    kept = answer.body[: 1 + int(verdict.cut * (len(answer.body) - 1))]
    if fault is Fault.TRUNCATED_JSON:
        return complete_reply(Answer(answer.status, kept, answer.headers))
    head, _ = wire_form(answer)
    return Reply(head + kept, close=True)
