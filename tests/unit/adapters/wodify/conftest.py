"""A Wodify that plays a script, behind the judgement that every answer passes."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest

from tresen.adapters.http.answers import RefuseBadAnswers
from tresen.adapters.http.messages import HttpRequest, HttpResponse, Transport
from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.wodify.envelope import effective_status
from tresen.adapters.wodify.gateway import WodifyGateway
from tresen.adapters.wodify.protocol import Protocol
from tresen.adapters.wodify.settings import read_options

SAMPLES = Path(__file__).parents[3] / "samples" / "wodify"
KEY = "test-key"
LATER = datetime(2026, 7, 20, 12, tzinfo=UTC)  # than all edits in the samples
Answer = HttpResponse | Callable[[HttpRequest], HttpResponse]


def sample(name: str, status: int = 200) -> HttpResponse:
    """An answer from the samples."""
    return HttpResponse(status=status, body=(SAMPLES / f"{name}.json").read_bytes())


def answer(value: object, status: int = 200) -> HttpResponse:
    """An answer with this value as JSON."""
    return HttpResponse(status=status, body=msgspec.json.encode(value))


def page(name: str, *items: object, has_more: bool = False, size: int = 100) -> HttpResponse:
    """One page of a list."""
    return answer({name: items, "pagination": {"page": 1, "page_size": size, "has_more": has_more}})


def query_of(request: HttpRequest) -> dict[str, str]:
    """The query of a request."""
    return dict(parse_qsl(urlsplit(request.url).query))


def body_of(request: HttpRequest) -> dict[str, object]:
    """The JSON object that a request carries."""
    return cast("dict[str, object]", msgspec.json.decode(request.body or b"null"))


class FakeWodify(Transport):
    """Answers by ``METHOD /path``; each route's last answer is repeated; what is not there is an unknown route."""

    def __init__(self, **_: object) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.sent: list[HttpRequest] = []

    def on(self, call: str, *answers: Answer) -> None:
        """What a route answers, in turn."""
        self.answers[call] = list(answers)

    def calls(self, call: str) -> list[HttpRequest]:
        """The requests that a route received."""
        return [request for request in self.sent if f"{request.method} {request.path.removeprefix('/v1')}" == call]

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.sent.append(request)
        script = self.answers.get(f"{request.method} {request.path.removeprefix('/v1')}")
        if script is None:
            return sample("missing_route", 403)
        step = script.pop(0) if len(script) > 1 else script[0]
        return step if isinstance(step, HttpResponse) else step(request)


MakeGateway = Callable[..., WodifyGateway]


@pytest.fixture
def wodify() -> FakeWodify:
    return FakeWodify()


@pytest.fixture
def gateway(wodify: FakeWodify) -> MakeGateway:
    """Makes a gateway of an account with these settings, ``location_id`` 20 besides."""

    def make(**settings: str) -> WodifyGateway:
        transport = RefuseBadAnswers(wodify, FixedClock(), effective_status)
        protocol = Protocol(base_url="https://api.wodify.com/v1", api_key=KEY)
        options = read_options({"location_id": "20", **settings})
        return WodifyGateway(protocol=protocol, transport=transport, options=options, clock=FixedClock(LATER))

    return make
