"""A front desk, and the emulators of the providers that send to it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.integration.webhooks.front_desk import FrontDesk, front_desk

from tresen.adapters.memory.clock import FixedClock


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def desk(tmp_path: Path, clock: FixedClock) -> AsyncIterator[FrontDesk]:
    async with front_desk(tmp_path, clock) as desk:
        yield desk
