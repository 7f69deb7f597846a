"""``tresen serve`` and ``tresen demo``."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ...domain.shared.errors import InvalidValue
from ..runtime import DemoOptions, ServeOptions
from .call import Given
from .screen import ConsoleScreen

_HOST, _PORT = ServeOptions().host, ServeOptions().port
_PORT_MAX = 65_535


async def serve(
    *,
    host: Annotated[str, Parameter(help="Address to listen on.")] = _HOST,
    port: Annotated[int, Parameter(help="Port to listen on; 0 takes a free one.")] = _PORT,
    call: Given,
) -> None:
    """Run the API and the page until SIGINT or SIGTERM. Prints "ready: URL" once requests are answered."""
    options = ServeOptions(host=host, port=_checked(port))
    await call.runtime.serve(options, ready=lambda url: call.terminal.say(f"ready: {url}"))


async def demo(
    *,
    folder: Annotated[Path | None, Parameter(help="Where to keep the data; without it nothing is kept.")] = None,
    port: Annotated[int, Parameter(help="Port of the API and the page; 0 takes a free one.")] = 0,
    once: Annotated[bool, Parameter(negative=(), help="End after the first sync.", show_default=False)] = False,
    call: Given,
) -> None:
    """Try everything out, with nothing to set up: a gym provider's stand-in, a tenant, an admin, a first sync, then
    API and page.
    """
    options = DemoOptions(folder=folder, port=_checked(port), once=once)
    await call.runtime.demo(options, ConsoleScreen(call.terminal))


def _checked(port: int) -> int:
    if not 0 <= port <= _PORT_MAX:
        raise InvalidValue(f"a port is a number from 0 to {_PORT_MAX}, not {port}", field="port")
    return port
