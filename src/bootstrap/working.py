"""Jobs and schedules without the API."""

import asyncio
from collections.abc import Callable

from ..entrypoints.runtime import WorkOptions
from .background import run_until_told
from .installation import Installation
from .metrics import metrics_told


async def work(installation: Installation, options: WorkOptions, *, ready: Callable[[], None]) -> int | None:
    """Run jobs, and schedules unless the options say otherwise; how many jobs were run, None when it was broken off.

    Raises NotConfigured when the metrics' address cannot be had.
    """
    await installation.ready()
    with metrics_told(options.metrics_host, options.metrics_port):
        return await _work(installation, options, ready)


async def _work(installation: Installation, options: WorkOptions, ready: Callable[[], None]) -> int | None:
    worker = installation.worker(options.parallel)
    if options.once:
        if options.scheduler:
            await installation.tick()
        ready()
        return await worker.run_pending()
    count: int | None = None

    async def counted(stop: asyncio.Event) -> None:
        nonlocal count
        count = await worker.run(stop)

    await run_until_told((counted, *installation.loops(scheduler=options.scheduler)), ready=ready)
    return count
