"""``tresen serve``, ``tresen worker`` and ``tresen demo``."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ...domain.shared.errors import InvalidValue
from ..runtime import DemoOptions, ServeOptions, WorkOptions
from .call import Given
from .screen import ConsoleScreen

_HOST, _PORT = ServeOptions().host, ServeOptions().port
_PORT_MAX = 65_535
_PARALLEL_MAX = 1_000


async def serve(
    *,
    host: Annotated[str, Parameter(help="Address to listen on.")] = _HOST,
    port: Annotated[int, Parameter(help="Port to listen on; 0 takes a free one.")] = _PORT,
    worker: Annotated[
        bool,
        Parameter(negative="--no-worker", help="Run jobs and schedules here; without it run tresen worker."),
    ] = True,
    call: Given,
) -> None:
    """Run the API and the page, jobs and schedules until SIGINT or SIGTERM. Prints "ready: URL" once requests are
    answered.
    """
    options = ServeOptions(host=host, port=_checked(port), worker=worker)
    await call.runtime.serve(options, ready=lambda url: call.terminal.say(f"ready: {url}"))


async def worker(
    *,
    parallel: Annotated[int, Parameter(help="How many jobs may run at a time.")] = WorkOptions().parallel,
    scheduler: Annotated[
        bool, Parameter(negative="--no-scheduler", help="Also look after the schedules; every tick runs once anyway.")
    ] = True,
    once: Annotated[bool, Parameter(negative=(), help="Run what is due, then end.", show_default=False)] = False,
    metrics_port: Annotated[
        int, Parameter(help="Port on which Prometheus finds this worker's metrics; 0 tells them nowhere.")
    ] = WorkOptions().metrics_port,
    metrics_host: Annotated[str, Parameter(help="Address of that port.")] = WorkOptions().metrics_host,
    call: Given,
) -> None:
    """Run jobs and schedules without the API until SIGINT or SIGTERM. On PostgreSQL as many as wanted."""
    if not 1 <= parallel <= _PARALLEL_MAX:
        raise InvalidValue(f"parallel is a number from 1 to {_PARALLEL_MAX}, not {parallel}", field="parallel")
    options = WorkOptions(
        parallel=parallel,
        scheduler=scheduler,
        once=once,
        metrics_host=metrics_host,
        metrics_port=_checked(metrics_port),
    )
    count = await call.runtime.work(options, ready=lambda: call.terminal.say("ready: waiting for jobs"))
    call.terminal.say(
        "broken off; what was in hand is taken over when its lease ends" if count is None else f"jobs run: {count}"
    )


async def demo(
    *,
    folder: Annotated[Path | None, Parameter(help="Where to keep the data; without it nothing is kept.")] = None,
    port: Annotated[int, Parameter(help="Port of the API and the page; 0 takes a free one.")] = 0,
    once: Annotated[
        bool, Parameter(negative=(), help="End after the first sync and the webhooks.", show_default=False)
    ] = False,
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
