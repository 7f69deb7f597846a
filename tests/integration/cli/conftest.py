"""Desks over the fakes."""

import asyncio

import pytest
from tests.integration.cli.desk import Desk, DeskRuntime
from tests.integration.cli.quarrels import Quarrel, begin
from tests.world import build_world


@pytest.fixture
def desk() -> Desk:
    """Two studios, north and south."""
    return Desk(DeskRuntime(asyncio.run(build_world())))


@pytest.fixture
def quarrel(desk: Desk) -> Quarrel:
    """Eight members in the north, in step."""
    return begin(desk)
