from collections.abc import Iterator

import pytest

from tresen.domain.shared import errors
from tresen.domain.shared.errors import NotFound, TresenError
from tresen.entrypoints.cli.exit_codes import MEANINGS, ExitCode, exit_code_of, exit_codes_text
from tresen.entrypoints.cli.failures import hint_for


def kinds(root: type[TresenError] = TresenError) -> Iterator[type[TresenError]]:
    yield root
    for kind in root.__subclasses__():
        yield from kinds(kind)


def test_every_code_has_a_meaning_and_is_in_the_help() -> None:
    assert set(MEANINGS) == set(ExitCode)
    assert all(f"{code.value}  {meaning}" in exit_codes_text() for code, meaning in MEANINGS.items())


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.RuleViolation, 1),
        (errors.InvalidValue, 2),
        (errors.IllegalTransition, 1),
        (errors.AlreadyExists, 1),
        (errors.StaleVersion, 1),
        (errors.NotConfigured, 4),
        (errors.StorageUnavailable, 5),
        (errors.StorageConflict, 5),
        (errors.GatewayUnavailable, 6),
        (errors.GatewayRejected, 6),
        (errors.GatewayNotFound, 6),
        (errors.CredentialsRefused, 6),
    ],
)
def test_errors_map_to_codes(kind: type[TresenError], code: int) -> None:
    assert exit_code_of(kind("x")) == code


def test_no_error_ever_looks_like_success() -> None:
    for kind in kinds():
        if "entrypoints" in kind.__module__:
            continue  # the API's own: it never reaches the command line
        error = kind.__new__(kind)  # constructors differ
        TresenError.__init__(error, "x")
        assert exit_code_of(error) not in {ExitCode.OK, ExitCode.INTERRUPTED}


@pytest.mark.parametrize("kind", ["tenant", "member", "membership", "lead", "staff task", "account"])
def test_what_is_not_found_can_be_listed(kind: str) -> None:
    hint = hint_for(NotFound(kind, 1))
    assert hint is not None
    assert hint.startswith("tresen ")


def test_what_has_no_list_has_no_hint() -> None:
    assert hint_for(NotFound("file", "x")) is None
