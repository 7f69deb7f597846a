"""A studio for every test."""

import pytest

from .studio import Studio


@pytest.fixture
def studio() -> Studio:
    """A tenant with one account; nothing is synced yet."""
    return Studio()
