"""The one table from errors to statuses."""

import json
from collections.abc import Iterator

import pytest

from tresen.domain.shared import errors
from tresen.entrypoints.api.errors import STATUS_OF, InvalidRequest, MalformedRequest, problem


def tree(root: type[errors.TresenError]) -> Iterator[type[errors.TresenError]]:
    yield root
    for child in root.__subclasses__():
        yield from tree(child)


def told(error: Exception) -> dict[str, object]:
    made = problem(error, instance="/x", correlation_id="c-1")
    body: dict[str, object] = json.loads(made.body)
    assert body["status"] == made.status
    return body


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NotAuthenticated("x"), 401),
        (errors.NotAllowed("x"), 403),
        (errors.NotFound("lead", 1), 404),
        (errors.AlreadyExists("x"), 409),
        (errors.StaleVersion("x"), 409),
        (errors.IllegalTransition("x"), 409),
        (errors.NotConfigured("x"), 409),
        (errors.RuleViolation("x"), 422),
        (errors.InvalidValue("x", field="f"), 422),
        (errors.TooManyRequests("x", retry_after_s=7), 429),
        (errors.GatewayUnsupported("x"), 501),
        (errors.GatewayRejected("x"), 502),
        (errors.GatewayNotFound("x"), 502),
        (errors.CredentialsRefused("x"), 502),
        (errors.GatewayUnavailable("x"), 503),
        (errors.StorageUnavailable("x"), 503),
        (errors.StorageConflict("x"), 503),
        (MalformedRequest("x"), 400),
        (InvalidRequest([]), 422),
    ],
)
def test_an_error_has_the_status_of_its_most_special_class(error: errors.TresenError, status: int) -> None:
    body = told(error)
    assert body["status"] == status
    assert body["code"] == error.code
    assert body["error"] == body["title"]
    assert body["message"] == body["detail"] == error.message


def test_every_error_of_the_domain_is_foreseen() -> None:
    unforeseen = [
        cls
        for cls in tree(errors.TresenError)
        if cls.__module__ == errors.__name__
        and cls is not errors.TresenError
        and next(STATUS_OF[c] for c in cls.__mro__ if c in STATUS_OF) == 500
    ]
    assert unforeseen == []


def test_a_problem_explains_itself_with_values() -> None:
    body = told(errors.IllegalTransition("no", status="lost", allowed=["contacted"]))
    assert body["details"] == {"status": "lost", "allowed": ["contacted"]}
    assert body["instance"] == "/x"
    assert body["correlation_id"] == "c-1"


def test_an_invalid_value_names_its_field() -> None:
    body = told(errors.InvalidValue("no price", field="monthly_price"))
    assert body["errors"] == [{"field": "monthly_price", "code": "invalid_value", "message": "no price"}]
    assert "details" not in body


def test_a_limit_says_when_to_come_back() -> None:
    made = problem(errors.TooManyRequests("x", retry_after_s=7), instance="/x", correlation_id="c")
    assert made.headers["Retry-After"] == "7"


@pytest.mark.parametrize("error", [ValueError("SELECT 1"), errors.TresenError("SELECT 1", sql="SELECT 1")])
def test_what_nobody_foresaw_tells_nothing(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    body = told(error)
    assert body["status"] == 500
    assert "SELECT" not in json.dumps(body)
    assert "SELECT 1" in caplog.text
