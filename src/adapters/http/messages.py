"""HTTP calls as plain values: what is sent, what comes back, and who sends."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

import attrs


@attrs.frozen(kw_only=True)
class HttpRequest:
    """One call. Header names are in lower case.

    ``idempotent`` says that making it twice does no more than making it once. ``operation`` names it in logs and
    metrics, such as ``clients.list``. ``attempt`` counts the tries from 1. Address, headers and body may hold
    personal data or secrets and stay out of ``repr``.
    """

    method: str
    url: str = attrs.field(repr=False)
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    body: bytes | None = attrs.field(default=None, repr=False)
    idempotent: bool
    operation: str
    attempt: int = 1

    @property
    def path(self) -> str:
        """The path alone: queries carry search texts, that is personal data."""
        return urlsplit(self.url).path


@attrs.frozen(kw_only=True)
class HttpResponse:
    """An answer, read to its end. Header names are in lower case; the last of repeated headers counts."""

    status: int
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    body: bytes = attrs.field(default=b"", repr=False)


class Transport(Protocol):
    """Makes a call."""

    @abstractmethod
    async def send(self, request: HttpRequest) -> HttpResponse:
        """The answer. Raises CallFailed when there is none or when it counts as none, and AddressForbidden."""
