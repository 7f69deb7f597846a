"""A process that syncs members once: ``python -m tests.integration.sync.syncing FOLDER DATABASE_URL PROVIDER_URL``.

Prints ``state created reason`` at the end. The tests kill it, or run it beside another.
"""

import asyncio
import sys
from pathlib import Path

from .gym import opened


async def main(folder: str, database_url: str, provider_url: str) -> None:
    """One run."""
    async with opened(Path(folder), database_url, provider_url, adjust=lambda _: None) as gym:
        sys.stdout.write("opened\n")
        sys.stdout.flush()
        run = await gym.use_cases.sync.members(gym.tenant.id, gym.account.id, force=True)
        sys.stdout.write(f"{run.state.value}\t{run.counts.created}\t{run.reason}\n")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
