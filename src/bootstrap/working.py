"""Jobs and schedules without the API."""

from collections.abc import Callable

from ..entrypoints.runtime import WorkOptions
from .background import run_until_told
from .installation import Installation


async def work(installation: Installation, options: WorkOptions, *, ready: Callable[[], None]) -> int:
    """Run jobs, and schedules unless the options say otherwise; how many jobs were run."""
    await installation.ready()
    await run_until_told(installation.loops(), ready=ready)
    return 0
