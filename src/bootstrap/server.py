"""The API under uvicorn, until it is told to stop."""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import uvicorn

from ..entrypoints.api.app import ApiSettings, create_api
from ..entrypoints.runtime import ServeOptions
from .background import Loop, in_background
from .installation import Installation
from .ports import ensure_named, not_to_be_had
from .settings import Settings

_STOP = (signal.SIGINT, signal.SIGTERM)
_GRACE_S = 10


class Server(uvicorn.Server):
    """Says when it answers, and leaves the process alive after a signal so that everything else ends in order."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None], stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell, self._tell_end = started, stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        if self.started:
            self._tell()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Tell first: what goes on beside the server stops while open requests are answered."""
        self._tell_end()
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The first signal asks for an orderly end, a second one hurries it."""
        loop = asyncio.get_running_loop()
        for number in _STOP:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in _STOP:
                loop.remove_signal_handler(number)


async def serve(
    installation: Installation,
    options: ServeOptions,
    *,
    ready: Callable[[str], None],
    until: asyncio.Event | None = None,
) -> None:
    """Listen and answer, and do jobs and schedules beside it, until SIGINT or SIGTERM, or ``until`` is set.

    Raises NotConfigured when the address cannot be had.
    """
    use_cases = await installation.ready()
    with _listening(options) as listener:
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        app = create_api(use_cases, _api_settings(installation.settings))
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_GRACE_S,
        )
        async with in_background(_beside(installation, options)) as stop:
            server = Server(config, lambda: ready(f"http://{shown}:{port}"), stop.set)
            with _ending(server, until):
                await server.serve(sockets=[listener])


@contextmanager
def _ending(server: Server, until: asyncio.Event | None) -> Iterator[None]:
    if until is None:
        yield
        return
    waiting = asyncio.ensure_future(until.wait())
    waiting.add_done_callback(lambda task: None if task.cancelled() else server.handle_exit(signal.SIGTERM, None))
    try:
        yield
    finally:
        waiting.cancel()


def _beside(installation: Installation, options: ServeOptions) -> Sequence[Loop]:
    return (installation.worker().run, *installation.loops()) if options.worker else ()


@contextmanager
def _listening(options: ServeOptions) -> Iterator[socket.socket]:
    ensure_named(options.host, option="--host")
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    try:
        listener = socket.create_server((options.host, options.port), family=family)
    except (OSError, OverflowError, UnicodeError) as error:
        raise not_to_be_had(options.host, options.port, error, option="--port") from None
    with listener:
        # Accepted connections inherit it. asyncio sets it only on sockets with an explicit protocol number; without it
        # head and body, written one after the other, wait 40 ms for the client's acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener


def _api_settings(settings: Settings) -> ApiSettings:
    return ApiSettings(
        public_url=settings.public_url,
        trusted_proxies=settings.trusted_proxies,
        cors_origins=settings.cors_origins,
        principal_limit=settings.principal_limit,
        address_limit=settings.address_limit,
    )
