"""An inbox in memory."""

import pytest
from tests.post import Post, build_post, in_memory

from tresen.adapters.memory.clock import FixedClock


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def post(clock: FixedClock) -> Post:
    return await build_post(in_memory(clock))
