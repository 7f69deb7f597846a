"""Which tests are watched for coverage: those that go through the code once, in this process.

Being watched more than doubles what a test takes. What the others here pass through is watched elsewhere: with
PostgreSQL it is what SQLite runs, too, and the stores in memory carry every unit test; the rooms below play whole
stories, or start processes, over parts that the unit and contract suites cover; and what is tried with many values, or
with whatever Hypothesis draws, is watched with the first ones alone. So the gates ask more of the tests that are left:
these alone must reach them.
"""

from collections.abc import Iterator

import pytest

STORIES = ("bootstrap", "complaints", "docs", "jobs", "schedules", "sync", "webhooks")
"""The rooms of ``tests/integration`` that nobody watches."""


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """In a worker of xdist, pytest-cov measures anew from here on, and would leave running what it began when it was
    loaded: that goes into no report, but would watch every test, also those that are marked.
    """
    plugin = session.config.pluginmanager.get_plugin("_cov")
    begun = None if plugin is None else plugin.cov_controller
    if begun is not None and hasattr(session.config, "workerinput"):
        begun.pause()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out of the measuring whatever only repeats."""
    for item in items:
        if _repeats(item):
            item.add_marker(pytest.mark.no_cover)


def _repeats(item: pytest.Item) -> bool:
    inside = item.path.relative_to(item.config.rootpath / "tests").parts
    fixtures = getattr(item, "fixturenames", ())
    with_postgres = "postgresql" in item.name or "postgres_server" in fixtures
    in_memory = inside[0] == "contract" and "memory" in item.name
    drawn = item.get_closest_marker("hypothesis") is not None
    is_story = inside[0] == "integration" and inside[1] in STORIES
    return with_postgres or in_memory or drawn or is_story or any(_turns(item))


def _turns(item: pytest.Item) -> Iterator[int]:
    """At which of its values, from 0, each parameter is. Those of fixtures are other adapters, and not meant."""
    indices = item.callspec.indices if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    for mark in item.iter_markers("parametrize"):
        names = mark.args[0].split(",") if isinstance(mark.args[0], str) else mark.args[0]
        yield from (indices[name.strip()] for name in names)
