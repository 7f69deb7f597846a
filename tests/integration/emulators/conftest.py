"""An emulated gym on a loopback port, and clients with and without its key."""

from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest

from tresen.adapters.emulators.wodify import Sizes, WodifyEmulator

TODAY = date(2026, 3, 1)


class Pauses(list[float]):
    """Stands in for sleeping: notes the seconds and returns at once."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def emulator(pauses: Pauses) -> WodifyEmulator:
    return WodifyEmulator(today=TODAY, seed=7, sizes=Sizes(clients=130, memberships=220, leads=60), sleep=pauses)


@pytest.fixture
async def api(emulator: WodifyEmulator) -> AsyncIterator[httpx.AsyncClient]:
    """Talks to the small gym with the right key; paths are below ``/v1``."""
    headers = {"x-api-key": emulator.options.api_key}
    async with emulator.serving() as url, httpx.AsyncClient(base_url=url, headers=headers) as client:
        yield client


@pytest.fixture
async def control(emulator: WodifyEmulator, api: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """Talks to the control routes of the same gym, without a key."""
    async with httpx.AsyncClient(base_url=f"{emulator.root_url}/_emulator") as client:
        yield client
