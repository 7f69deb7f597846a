"""The error tree: codes are a promise to clients and logs."""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator

import pytest

import tresen.domain
from tresen.domain.shared.errors import NotFound, TresenError

# What clients rely on. A line that changes here is a breaking change.
CODES = {
    "error": "TresenError",
    "rule_violation": "RuleViolation",
    "invalid_value": "InvalidValue",
    "illegal_transition": "IllegalTransition",
    "currency_mismatch": "CurrencyMismatch",
    "plan_held": "PlanHeld",
    "plan_stale": "PlanStale",
    "run_overtaken": "Overtaken",
    "sync_running": "SyncRunning",
    "not_found": "NotFound",
    "address_not_allowed": "AddressNotAllowed",
    "already_exists": "AlreadyExists",
    "stale_version": "StaleVersion",
    "not_allowed": "NotAllowed",
    "not_authenticated": "NotAuthenticated",
    "too_many_requests": "TooManyRequests",
    "not_configured": "NotConfigured",
    "storage_unavailable": "StorageUnavailable",
    "storage_conflict": "StorageConflict",
    "provider_error": "GatewayError",
    "provider_unavailable": "GatewayUnavailable",
    "provider_rejected": "GatewayRejected",
    "provider_not_found": "GatewayNotFound",
    "provider_credentials_refused": "CredentialsRefused",
    "provider_unsupported": "GatewayUnsupported",
    "provider_cursor_expired": "CursorExpired",
}


def tree(root: type[TresenError]) -> Iterator[type[TresenError]]:
    yield root
    for child in root.__subclasses__():
        yield from tree(child)


@pytest.fixture(scope="module")
def errors() -> list[type[TresenError]]:
    """Every error of the domain, its modules all loaded; not those that other layers add."""
    for module in pkgutil.walk_packages(tresen.domain.__path__, "tresen.domain."):
        importlib.import_module(module.name)
    return [e for e in tree(TresenError) if e.__module__.startswith("tresen.domain.")]


def test_the_codes_are_these(errors: list[type[TresenError]]) -> None:
    assert {e.code: e.__name__ for e in errors} == CODES


def test_no_two_errors_share_a_code(errors: list[type[TresenError]]) -> None:
    assert len({e.code for e in errors}) == len(errors)


def test_every_error_has_a_code_of_its_own_in_snake_case(errors: list[type[TresenError]]) -> None:
    for error in errors:
        assert "code" in vars(error), error
        assert re.fullmatch(r"[a-z]+(?:_[a-z]+)*", error.code), error


@pytest.mark.parametrize(
    ("code", "parents"),
    [
        ("invalid_value", {"rule_violation"}),
        ("illegal_transition", {"rule_violation"}),
        ("currency_mismatch", {"rule_violation"}),
        ("storage_conflict", {"storage_unavailable"}),
        ("provider_unavailable", {"provider_error"}),
        ("provider_not_found", {"provider_rejected", "provider_error"}),
        ("provider_credentials_refused", {"provider_error"}),
        ("provider_unsupported", {"provider_error"}),
    ],
)
def test_who_catches_a_family_catches_its_members(
    code: str, parents: set[str], errors: list[type[TresenError]]
) -> None:
    """A refused credential is not a rejection, and an outage is not one either: retries depend on it."""
    (error,) = (e for e in errors if e.code == code)
    above = {b.code for b in error.__mro__[1:] if issubclass(b, TresenError)}
    assert above == parents | {"error"}


def test_an_error_carries_its_text_and_the_values_that_explain_it() -> None:
    error = TresenError("no more than three", limit=3, names=["a"])
    assert (str(error), error.message) == ("no more than three", "no more than three")
    assert error.details == {"limit": 3, "names": ["a"]}


def test_a_detail_may_be_called_message() -> None:
    assert TresenError("text", message="other").details == {"message": "other"}


def test_not_found_says_what_and_which_in_plain_json() -> None:
    error = NotFound("member", 7)
    assert error.message == "no member 7"
    assert json.loads(json.dumps(error.details)) == {"kind": "member", "key": "7"}
