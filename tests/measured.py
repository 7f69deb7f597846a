"""Which tests are watched for coverage: those that go through the code once, in this process.

Being watched nearly doubles what a test takes. What the others here pass through is watched elsewhere: with PostgreSQL
it is what SQLite runs, too, and the rooms below play whole stories, or start processes, over parts that the unit and
contract suites cover. So the gates ask more of the tests that are left: these alone must reach them.
"""

import pytest

STORIES = ("bootstrap", "complaints", "docs", "jobs", "schedules", "sync", "webhooks")
"""The rooms of ``tests/integration`` that nobody watches."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out of the measuring whatever only repeats."""
    for item in items:
        if _repeats(item):
            item.add_marker(pytest.mark.no_cover)


def _repeats(item: pytest.Item) -> bool:
    inside = item.path.relative_to(item.config.rootpath / "tests").parts
    fixtures = getattr(item, "fixturenames", ())
    with_postgres = "postgresql" in item.name or "postgres_server" in fixtures
    return with_postgres or (inside[0] == "integration" and inside[1] in STORIES)
