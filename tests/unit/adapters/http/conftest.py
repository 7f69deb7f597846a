"""A transport that plays a script, and calls to send through it."""

from collections.abc import Callable

import pytest

from tresen.adapters.http.messages import HttpRequest, HttpResponse, Transport
from tresen.adapters.memory.clock import FixedClock

Step = HttpResponse | Exception


class ScriptedTransport(Transport):
    """Answers or raises what the script says, in turn; the last step is repeated. ``sent`` are the calls."""

    def __init__(self, *script: Step) -> None:
        self._script = list(script)
        self.sent: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.sent.append(request)
        step = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if isinstance(step, Exception):
            raise step
        return step


Script = Callable[..., ScriptedTransport]


@pytest.fixture
def script() -> Script:
    return ScriptedTransport


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def read() -> HttpRequest:
    return HttpRequest(
        method="GET",
        url="https://api.example.com/v1/clients/7?q=anna@example.com",
        headers={"x-api-key": "very-secret"},
        idempotent=True,
        operation="clients.get",
    )


@pytest.fixture
def write() -> HttpRequest:
    return HttpRequest(
        method="POST", url="https://api.example.com/v1/leads", body=b"{}", idempotent=False, operation="leads.create"
    )
