"""Log lines: structured, with the task's context, without secrets."""

import json
import logging
from collections.abc import Iterator

import pytest

from tresen.application.gym import provider_writes
from tresen.application.log_context import bound
from tresen.bootstrap.logging import configure_logging
from tresen.bootstrap.settings import Settings

LOG = logging.getLogger("tresen.test")
# Calls that fail, and writes that become a task.
ANSWERED = ("tresen.calls", provider_writes.__name__)


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in ANSWERED:
        logging.getLogger(name).setLevel(logging.NOTSET)


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_carries_its_values_and_the_context_of_the_task(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings(log_format="json"), usual_level="INFO")
    with bound(tenant="studio", correlation_id="abc"):
        LOG.info("sync %s", "done", extra={"count": 3})
    (line,) = written(capsys)
    assert (line["event"], line["level"], line["logger"]) == ("sync done", "info", "tresen.test")
    assert (line["tenant"], line["correlation_id"], line["count"]) == ("studio", "abc", 3)
    assert str(line["timestamp"]).endswith("Z")


@pytest.mark.parametrize("name", ["password", "api_key", "access_token", "Authorization", "credentials"])
def test_what_is_named_like_a_secret_is_masked(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings(log_format="json"), usual_level="INFO")
    LOG.info("call", extra={name: "hunter2"})
    (line,) = written(capsys)
    assert line[name] == "***"


def test_tracebacks_are_kept_for_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings(log_format="json"), usual_level="INFO")
    try:
        raise RuntimeError("what happened")
    except RuntimeError:
        LOG.exception("unexpected")
    (line,) = written(capsys)
    assert "RuntimeError: what happened" in str(line["exception"])


@pytest.mark.parametrize(
    ("level", "usual", "expected"), [("AUTO", "WARNING", 0), ("AUTO", "INFO", 1), ("INFO", "ERROR", 1)]
)
def test_the_level_is_the_given_one_else_the_usual_one(
    level: str, usual: str, expected: int, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(Settings(log_format="json", log_level=level), usual_level=usual)
    LOG.info("line")
    assert len(written(capsys)) == expected


@pytest.mark.parametrize(
    ("level", "usual", "expected"), [("AUTO", "WARNING", 0), ("AUTO", "INFO", 1), ("WARNING", "WARNING", 1)]
)
def test_what_a_commands_answer_tells_is_no_log_line_as_well(
    level: str, usual: str, expected: int, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(Settings(log_format="json", log_level=level), usual_level=usual)
    for name in ANSWERED:
        logging.getLogger(name).warning("it failed")
        assert len(written(capsys)) == expected


def test_people_get_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings(log_format="plain"), usual_level="INFO")
    LOG.info("sync done", extra={"count": 3})
    (line,) = capsys.readouterr().err.splitlines()
    assert "sync done" in line
    assert "count=3" in line
    assert "\x1b[" not in line
