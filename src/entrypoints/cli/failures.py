"""Errors for people (one line, and a hint where there is something to do) and for programs (one JSON document)."""

import json
from collections.abc import Sequence
from shlex import quote

from ...domain.shared.errors import (
    CredentialsRefused,
    GatewayUnavailable,
    GatewayUnsupported,
    IllegalTransition,
    NotFound,
    StorageConflict,
    StorageUnavailable,
    TresenError,
)
from .documents import plain
from .renewal import renewal
from .terminal import Terminal

# The first that fits; a NotFound has a hint of its own kind.
_HINTS: tuple[tuple[type[TresenError], str], ...] = (
    (StorageConflict, "somebody else is writing; run it again"),
    (StorageUnavailable, "tresen db check looks for what is wrong; tresen db upgrade brings the schema up to date"),
    (GatewayUnavailable, "try again later; tresen provider check tells how the provider is"),
    (GatewayUnsupported, "do it at the provider itself; the next sync takes it over"),
)

# What lists the things of a kind, so that the right id can be copied.
_LISTS = {
    "tenant": "tresen tenant list",
    "member": "tresen members list",
    "membership": "tresen memberships list",
    "lead": "tresen leads list",
    "staff task": "tresen tasks list",
    "account": "tresen provider list",
    "provider account": "tresen provider list",
    "API key": "tresen key list",
    "delivery": "tresen webhooks list",
    "run": "tresen sync runs",
    "plan": "tresen sync plan list",
    "run or plan": "tresen sync plan list",
    "conflict": "tresen sync conflicts --state all",
    "override": "tresen sync overrides",
    "change": "tresen sync history KIND ID",
}

# By the error's code: they are of the syncs, and nothing of these is loaded for them.
_NEXT = {
    "plan_held": "look at it: tresen sync plan show {plan}; let it through: tresen sync apply {plan} --accept-guard",
    "plan_stale": "make a new one: tresen sync plan {kind}; or sync again: tresen sync run {kind} --force",
}

_BUSY = "tresen sync status shows how far it is"

# An undo is no plan that is kept: what holds it is let through by the command itself.
_HELD_UNDO = "look at it: the same command with --dry-run; let it through: the same command with --accept-guard"

# Where the ids are from that a command of the syncs takes, by its words.
_IDS = {
    "undo": "tresen sync runs lists runs, tresen sync history KIND ID changes; a record goes back by "
    "--record KIND ID --to-version N",
    "runs show": "tresen sync runs lists them",
    "plan show": "tresen sync plan list lists them",
    "apply": "tresen sync plan list lists them",
    "whatif": "tresen sync runs lists runs, tresen sync plan list plans",
    "conflicts show": "tresen sync conflicts lists them",
    "resolve": "tresen sync conflicts lists them",
    "reopen": "tresen sync conflicts --state resolved lists them",
    "history": "tresen members list and tresen leads list show ids",
    "explain": "tresen members list and tresen leads list show ids",
    "overrides remove": "tresen sync overrides lists them",
}


def hint_for(error: TresenError) -> str | None:
    """What can be done about it, None where the message says it all."""
    if isinstance(error, NotFound):
        listing = _LISTS.get(str(error.details["kind"]))
        return f"{listing} shows what there is" if listing else None
    if error.code == "sync_running":  # by its word, as above
        return _BUSY
    if isinstance(error, CredentialsRefused) or "credential_state" in error.details:
        account = error.details.get("account")
        return renewal(None if account is None else str(account), None)
    if instead := _by_option(error) or _instead(error):
        return instead
    if error.code in _NEXT:
        return _NEXT[error.code].format_map(error.details) if "plan" in error.details else _HELD_UNDO
    return next((hint for kind, hint in _HINTS if isinstance(error, kind)), None)


def _by_option(error: TresenError) -> str | None:
    """The option that gives what is missing."""
    if isinstance(accounts := error.details.get("accounts"), list):
        return f"name one: the same command with {' or '.join(f'--account {quote(str(one))}' for one in accounts)}"
    return "the same command with --force" if error.details.get("needs") == "force" else None


def _instead(error: TresenError) -> str | None:
    if not isinstance(error, IllegalTransition):
        return None
    if "member_id" in error.details:
        return f"look at the member: tresen members show {error.details['member_id']}"
    if "membership_id" in error.details:
        return f"tresen memberships cancel {error.details['membership_id']} --reason TEXT"
    return None


def complain(error: TresenError, terminal: Terminal, *, as_json: bool) -> None:
    """Write an error of Tresen's to the error stream."""
    if as_json:
        _as_json(terminal, error.code, error.message, error.details)
        return
    terminal.complain(f"error: {error.message}")
    hint = hint_for(error)
    if hint:
        terminal.complain(f"hint: {hint}")


def complain_of_usage(message: str, commands: Sequence[str], terminal: Terminal, *, as_json: bool) -> None:
    """Write what is wrong with the arguments; ``commands`` are the words of the command that was recognised."""
    if as_json:
        _as_json(terminal, "usage", message, {})
        return
    terminal.complain(f"error: {message}")
    ids = _IDS.get(" ".join(commands[1:])) if list(commands[:1]) == ["sync"] else None
    terminal.complain(f"hint: {' '.join(['tresen', *commands])} --help{f'; {ids}' if ids else ''}")


def complain_of_unexpected(correlation_id: str, terminal: Terminal, *, as_json: bool) -> None:
    """Write that something unforeseen happened; the log has the rest under the correlation id."""
    message = f"something unexpected happened ({correlation_id}); run with TRESEN_LOG_LEVEL=DEBUG to see where"
    if as_json:
        _as_json(terminal, "unexpected", message, {"correlation_id": correlation_id})
        return
    terminal.complain(f"error: {message}")


def _as_json(terminal: Terminal, code: str, message: str, details: object) -> None:
    document = {"error": {"code": code, "message": message, "details": plain(details)}}
    terminal.complain(json.dumps(document, ensure_ascii=False))
