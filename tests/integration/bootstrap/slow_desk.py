"""``tresen worker`` with one kind of job that waits for a line on the standard input: a process of ``test_ending``.

``python -m tests.integration.bootstrap.slow_desk DATABASE_URL DATA_FOLDER``; prints ``ready``, and ``begun`` or
``finished`` for a job.
"""

import asyncio
import sys
from functools import partial
from pathlib import Path

from dependency_injector import providers

from tresen.application.jobs.kinds import JobKind
from tresen.bootstrap.container import Container
from tresen.bootstrap.installation import installed
from tresen.bootstrap.settings import Settings
from tresen.bootstrap.working import work
from tresen.domain.jobs.job import Job
from tresen.entrypoints.runtime import WorkOptions

_say = partial(print, flush=True)


async def _until_told(_: Job) -> None:
    _say("begun")
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin, told.set)
    try:
        await told.wait()
    finally:
        loop.remove_reader(sys.stdin)
    _say("finished")


def _adjust(container: Container) -> None:
    container.job_kinds.add_args(providers.Object(JobKind(name="slow", run=_until_told)))


async def main(url: str, folder: str) -> None:
    """The process."""
    settings = Settings(data_dir=Path(folder), database_url=url)
    async with installed(settings, adjust=_adjust) as installation:
        count = await work(installation, WorkOptions(scheduler=False), ready=partial(_say, "ready"))
    _say(f"ran {count}")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
