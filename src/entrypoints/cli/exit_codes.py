"""The exit codes of ``tresen``: one table for the command line, its help and its reference page."""

import enum

from ...domain.shared.errors import GatewayError, InvalidValue, NotConfigured, NotFound, StorageUnavailable, TresenError


class ExitCode(enum.IntEnum):
    """What a shell script may rely on."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    NOT_CONFIGURED = 4
    STORAGE = 5
    PROVIDER = 6
    HELD = 7
    INTERRUPTED = 130


MEANINGS: dict[ExitCode, str] = {
    ExitCode.OK: "done; a sync run that was skipped says why and counts as done",
    ExitCode.FAILED: "what was asked for failed: a sync run failed, a check found problems, a rule forbids it",
    ExitCode.USAGE: "wrong usage or an invalid value; nothing was changed",
    ExitCode.NOT_FOUND: "there is no such tenant, record, account, key or file, or nothing else of that id",
    ExitCode.NOT_CONFIGURED: "something must be set up first; the message says what",
    ExitCode.STORAGE: "the database cannot be read or written now",
    ExitCode.PROVIDER: "the provider is unavailable or refused",
    ExitCode.HELD: "a guard holds a sync's plan: nothing of it was written, a person must look",
    ExitCode.INTERRUPTED: "interrupted (Ctrl+C)",
}

_CODES: tuple[tuple[type[TresenError], ExitCode], ...] = (
    (InvalidValue, ExitCode.USAGE),
    (NotFound, ExitCode.NOT_FOUND),
    (NotConfigured, ExitCode.NOT_CONFIGURED),
    (StorageUnavailable, ExitCode.STORAGE),
    (GatewayError, ExitCode.PROVIDER),
)


def exit_code_of(error: TresenError) -> ExitCode:
    """The exit code for an error; FAILED for those without one of their own."""
    if error.code == "plan_held":  # by its word, so that nothing of the syncs is loaded for it
        return ExitCode.HELD
    return next((code for kind, code in _CODES if isinstance(error, kind)), ExitCode.FAILED)


def exit_codes_text() -> str:
    """The table as the help shows it."""
    lines = [f"{code.value:>5}  {meaning}" for code, meaning in MEANINGS.items()]
    return "Exit codes:\n\n" + "\n".join(lines)
