"""A studio with schedules."""

import pytest
from tests.unit.application.schedules.planner import Planner
from tests.unit.application.studio import Studio


@pytest.fixture
def planner(studio: Studio) -> Planner:
    """Without any schedule yet."""
    return Planner(studio)
