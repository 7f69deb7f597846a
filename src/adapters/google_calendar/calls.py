"""Calls to Google with a token that is good."""

from collections.abc import Callable

import attrs

from ...application.ports.clock import Clock
from ..http.messages import HttpRequest, HttpResponse, Transport
from .protocol import CalendarProtocol
from .token import Grantee, TokenCell

_UNAUTHORIZED = 401
Build = Callable[[CalendarProtocol], HttpRequest]


@attrs.frozen(kw_only=True)
class CalendarCalls:
    """One account's. A token that is refused is replaced once: it may have been revoked before its time."""

    base_url: str
    grantee: Grantee
    transport: Transport
    cell: TokenCell
    clock: Clock

    async def send(self, build: Build) -> HttpResponse:
        """The answer. Raises CallFailed, and CredentialsRefused when there is no token to be had."""
        response, token = await self._once(build)
        if response.status == _UNAUTHORIZED:
            self.cell.drop(token)
            response, _ = await self._once(build)
        return response

    async def _once(self, build: Build) -> tuple[HttpResponse, str]:
        token = await self.cell.get(self.grantee, self.transport, self.clock)
        protocol = CalendarProtocol(base_url=self.base_url, token=token)
        return await self.transport.send(build(protocol)), token
