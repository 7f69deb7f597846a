"""What may be enqueued: only what every queue can keep, and every worker can read."""

from datetime import datetime
from typing import Any

import pytest

from tresen.domain.jobs.job import JobRequest
from tresen.domain.shared.errors import InvalidValue

HALF = "\ud800"


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        *[("kind", bad) for bad in ("", "a\0", HALF, "k" * 201, None, 1)],
        *[(field, bad) for field in ("key", "lane", "correlation_id") for bad in ("", "a\0", HALF, "k" * 2001, 1)],
        *[("payload", bad) for bad in ({"a": 1}, {1: "a"}, {"a": None}, {"a": HALF}, {HALF: "a"}, {"a": "\0"})],
        ("payload", {"a": "x" * 65_537}),
        ("run_at", datetime(2026, 3, 1)),  # noqa: DTZ001 - naive
        *[("priority", bad) for bad in (101, -101, 1.5, "1", None)],
    ],
)
def test_what_no_queue_can_keep_is_refused(field: str, bad: Any) -> None:
    values: dict[str, Any] = {"kind": "mail", field: bad}
    with pytest.raises(InvalidValue) as refused:
        JobRequest(**values)
    assert refused.value.details["field"] == field


def test_empty_texts_in_the_payload_are_texts() -> None:
    assert JobRequest(kind="mail", payload={"": ""}).payload == {"": ""}
