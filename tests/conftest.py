"""Fixtures for all tests, and how Hypothesis draws for them.

The same examples on every run, no database of failures, and no time limit: a machine that is busy is no fault.
"""

from hypothesis import settings

pytest_plugins = ["tests.measured", "tests.postgres"]

settings.register_profile("tests", derandomize=True, deadline=None)
settings.load_profile("tests")
