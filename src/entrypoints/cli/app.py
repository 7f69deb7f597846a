"""``tresen``: the command line. Groups are loaded when they are used, so that ``--help`` stays quick."""

import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from inspect import BoundArguments
from typing import TYPE_CHECKING

import cyclopts
from cyclopts import App

from ...domain.shared.errors import TresenError
from ..runtime import Runtime
from .answer import Answer, show
from .call import Call
from .exit_codes import ExitCode, exit_code_of, exit_codes_text
from .failures import complain, complain_of_unexpected, complain_of_usage
from .terminal import ReaderGone, Terminal
from .usage import no_unicode, usage_message

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

Command = Callable[..., Awaitable[Answer | None] | None]

ABOUT = "Keeps members, leads and memberships in step with the provider that a business already uses."

# Taken by the console script before the commands are read.
VERBOSE = "--verbose"

# Command or group, where it is defined, and what the root help says about it.
COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("demo", "serving:demo", "Try everything out: a gym provider's stand-in, a tenant, a first sync, API and page."),
    ("serve", "serving:serve", "Run the API and the page, jobs and schedules until interrupted."),
    ("worker", "serving:worker", "Run jobs and schedules without the API until interrupted."),
    ("simulate", "simulating:simulate", "Prove the sync: people, failures and crashes from seeds, and what must hold."),
    ("db", "db:group", "The database: upgrade, back up, check."),
    ("tenant", "tenants:group", "Tenants: create, list."),
    ("user", "users:group", "Users: create, list, import."),
    ("key", "keys:group", "API keys: create, revoke, list."),
    ("provider", "providers:group", "Provider accounts: connect, set, renew-key, list, check, webhooks."),
    ("sync", "sync:group", "Bring members and leads in step with the provider; see how it stands."),
    ("members", "members:group", "Members: list, show, edit."),
    ("memberships", "memberships:group", "Memberships: list, show, sell, update, cancel."),
    ("packages", "packages:group", "Packages, which are sold as memberships: list."),
    ("leads", "leads:group", "Leads: list, show, create, edit, update, convert."),
    ("tasks", "tasks:group", "Staff tasks, which no machine may or can do: list, show, done."),
    ("schedules", "schedules:group", "Schedules, for what is done again and again: list, run, pause, resume, edit."),
    ("jobs", "jobs:group", "Jobs, which workers do later: list, show, retry, cancel."),
    ("webhooks", "webhooks:group", "Webhooks that came in: list, show, replay."),
    (
        "webhook-endpoints",
        "webhook_endpoints:group",
        (
            "Who is told by webhooks what happens here: list, show, create, update, rotate, disable, enable, delete, "
            "test, messages, replay."
        ),
    ),
    ("audit", "audit:group", "Who changed, or tried to change, something through the API: list."),
)


def create_cli(*, fancy: bool = False) -> App:
    """The commands, without anything that they need. ``fancy``: help with frames, for a terminal."""
    cli = App(
        name="tresen",
        help=ABOUT,
        help_epilogue=f"{VERBOSE} with any command: log lines, not only warnings.\n\n{exit_codes_text()}",
        help_format="plaintext",
        help_formatter="default" if fancy else "plain",
        version=_version,
    )
    for name, place, about in COMMANDS:
        cli.command(f"{__package__}.{place}", name=name, help=about)
    return cli


def run(argv: Sequence[str], runtime: Runtime, terminal: Terminal | None = None) -> int:
    """Run one command and give its exit code; everything that goes wrong has been told by then, without a traceback.

    ``argv`` is without the program's name.
    """
    seat = terminal or Terminal.of_process()
    try:
        return int(_run(argv, Call(runtime=runtime, terminal=seat)))
    except ReaderGone:
        _silence(seat)
        return int(ExitCode.OK)


def _run(argv: Sequence[str], call: Call) -> ExitCode:
    as_json = "--json" in argv
    cli = create_cli(fancy=call.terminal.out.isatty())
    try:
        command, bound, handed_in = cli.parse_args(argv, exit_on_error=False, print_error=False)
    except cyclopts.CycloptsError as error:
        complain_of_usage(
            usage_message(error, [name for name, _, _ in COMMANDS]),
            error.command_chain or (),
            call.terminal,
            as_json=as_json,
        )
        return ExitCode.USAGE
    unreadable = no_unicode(argv, bound.arguments)
    if unreadable is not None:
        complain_of_usage(unreadable, (), call.terminal, as_json=as_json)
        return ExitCode.USAGE
    for name in handed_in:
        bound.arguments[name] = call
    return _guarded(command, bound, call, as_json=as_json)


def _guarded(command: Command, bound: BoundArguments, call: Call, *, as_json: bool) -> ExitCode:
    import logging
    from uuid import uuid4

    from ...application.log_context import bound as logged_with

    correlation_id = uuid4().hex
    try:
        with logged_with(correlation_id=correlation_id):
            return _finish(command(*bound.args, **bound.kwargs), call)
    except TresenError as error:
        complain(error, call.terminal, as_json=as_json)
        return exit_code_of(error)
    except KeyboardInterrupt:
        call.terminal.complain("interrupted")
        return ExitCode.INTERRUPTED
    except ReaderGone:
        raise
    except Exception as error:
        logging.getLogger(__name__).debug("unexpected error %s", correlation_id, exc_info=error)
        complain_of_unexpected(correlation_id, call.terminal, as_json=as_json)
        return ExitCode.FAILED


def _finish(result: Awaitable[Answer | None] | None, call: Call) -> ExitCode:
    if result is None:
        return ExitCode.OK
    import asyncio

    async def wait() -> Answer | None:
        return await result

    with asyncio.Runner(loop_factory=_fast_loop()) as runner:
        answer = runner.run(wait())
    if answer is None:
        return ExitCode.OK
    show(answer, call.terminal)
    return answer.code


def _fast_loop() -> "Callable[[], AbstractEventLoop] | None":
    """uvloop's where there is one (not on Windows): half the time per request of the server and of a sync."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def _silence(terminal: Terminal) -> None:
    """Whoever read our output has gone: nothing of what is still buffered may complain about it at the exit.

    As Python's documentation of ``signal`` advises ("Note on SIGPIPE").
    """
    if terminal.out is sys.stdout:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _version() -> str:
    from importlib.metadata import version

    return version("tresen")
