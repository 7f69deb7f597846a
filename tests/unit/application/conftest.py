"""A studio for every test, with all log lines really written: a line that cannot be made fails its test."""

import logging

import pytest

from .studio import Studio


@pytest.fixture(autouse=True)
def _every_log_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="tresen")


@pytest.fixture
def studio() -> Studio:
    """A tenant with one account; nothing is synced yet."""
    return Studio()
