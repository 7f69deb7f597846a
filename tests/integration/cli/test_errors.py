"""What goes wrong is told in one line, with an exit code that scripts can rely on."""

import subprocess
import sys

import pytest
from tests.integration.cli.desk import Desk, DeskRuntime, everything

from tresen.domain.shared.errors import (
    AlreadyExists,
    CredentialsRefused,
    GatewayUnavailable,
    NotConfigured,
    StorageConflict,
    StorageUnavailable,
    TresenError,
)

NOBODY = "019cae6b-6600-7000-8000-0000000fffff"
NORTH = ("--tenant", "north")


@pytest.mark.parametrize(
    ("failure", "code", "hint"),
    [
        (NotConfigured("set it up"), 4, None),
        (StorageUnavailable("disk full"), 5, "db check"),
        (StorageConflict("busy"), 5, "again"),
        (GatewayUnavailable("away"), 6, "provider check"),
        (CredentialsRefused("no"), 6, "tresen provider renew-key; tresen provider list"),
        (CredentialsRefused("no", account="wodify/the mill"), 6, "tresen provider renew-key 'wodify/the mill'"),
        (NotConfigured("blocked", account="main", credential_state="blocked"), 4, "tresen provider renew-key main"),
        (AlreadyExists("there"), 1, None),
    ],
)
def test_each_error_has_its_exit_code_and_its_hint(
    desk: Desk, failure: TresenError, code: int, hint: str | None
) -> None:
    desk.runtime.failure = failure
    result = desk("tenant", "list")
    error, *hints = result.err.splitlines()
    assert (result.code, result.out, error) == (code, "", f"error: {failure.message}")
    assert len(hints) == (hint is not None)
    assert hint is None or hint in hints[0]


def test_with_json_an_error_is_a_document(desk: Desk) -> None:
    result = desk("leads", "show", NOBODY, "--json", *NORTH)
    assert (result.code, result.out) == (3, "")
    assert result.error == {
        "code": "not_found",
        "message": f"no lead {NOBODY}",
        "details": {"kind": "lead", "key": NOBODY},
    }


def test_wrong_usage_with_json_is_a_document_too(desk: Desk) -> None:
    result = desk("leads", "show", "--json")
    assert result.code == 2
    assert result.error["code"] == "usage"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("sync", "resolve", NOBODY, "--value", "a\udcff"), "--value"),
        (("sync", "resolve", NOBODY, "--value=\udcff"), "--value"),
        (("sync", "resolve", NOBODY, "--theirs", "--by", "\udcff"), "--by"),
        (("sync", "policy", "set", "member", "--guard", "deleted=5%", "--guard", "\udcff=5%"), "--guard"),
        (("sync", "explain", "lead", "\udcff"), "an argument"),
    ],
)
def test_bytes_that_are_no_text_are_told_with_their_option(desk: Desk, words: tuple[str, ...], name: str) -> None:
    result = desk(*words)
    assert (result.code, result.out) == (2, "")
    assert result.err.splitlines()[0] == f"error: {name} is no text: it holds bytes that are no UTF-8"


def test_wrong_usage_points_to_the_help_of_the_command(desk: Desk) -> None:
    result = desk("members", "list", "--bogus")
    assert (result.code, result.err.splitlines()[-1]) == (2, "hint: tresen members list --help")


def test_the_unforeseen_is_one_line_without_its_secrets(desk: Desk) -> None:
    desk.runtime.failure = RuntimeError("postgres://user:hunter2@host")
    result = desk("tenant", "list")
    assert result.code == 1
    assert result.err.count("\n") == 1
    assert "TRESEN_LOG_LEVEL=DEBUG" in result.err
    assert "hunter2" not in result.err
    assert desk("tenant", "list", "--json").error["details"].keys() == {"correlation_id"}


def test_an_interruption_has_its_own_code(desk: Desk) -> None:
    desk.runtime.failure = KeyboardInterrupt()
    result = desk("tenant", "list")
    assert (result.code, result.err) == (130, "interrupted\n")


def test_a_reader_that_has_read_enough_is_no_error() -> None:
    script = (
        "import sys\n"
        "from tests.integration.cli.desk import DeskRuntime\n"
        "from tresen.entrypoints.cli.app import run\n"
        "class Talker(DeskRuntime):\n"
        "    async def demo(self, options, screen):\n"
        "        while True:\n"
        "            screen.say('once more')\n"
        "sys.exit(run(['demo'], Talker(None)))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        complaints = process.stderr.read()
        assert (process.wait(), complaints) == (0, "")


def test_several_tenants_must_be_told_apart(desk: Desk) -> None:
    result = desk("members", "list")
    assert result.code == 2
    assert "north, south" in result.err


def test_an_unknown_tenant_is_not_found(desk: Desk) -> None:
    assert desk("members", "list", "--tenant", "west").code == 3


def test_a_tenant_can_be_named_by_its_id(desk: Desk) -> None:
    assert desk("members", "list", "--tenant", str(desk.world.south.id)).code == 0


def test_without_any_tenant_the_first_step_is_told(desk: Desk) -> None:
    desk.world.store._rooms.clear()
    result = desk("members", "list")
    assert result.code == 4
    assert "tresen tenant create" in result.err


def test_the_only_tenant_needs_no_name(desk: Desk) -> None:
    desk.world.store._rooms.pop(desk.world.south.id)
    assert desk("members", "list").code == 0


BAD: list[tuple[str, ...]] = [
    ("serve", "--port", "70000"),
    ("serve", "--port", "http"),
    ("demo", "--port", "-1"),
    ("db", "upgrade", "now"),
    ("db", "backup", "a", "b"),
    ("db", "check", "--deep"),
    ("tenant", "create", "West Gym", "West"),
    ("tenant", "create", "west", "West", "--zone", "Mars/Base"),
    ("tenant", "create", "west", " "),
    ("tenant", "list", "all"),
    ("tenant", "list", "--call", "x"),
    ("user", "create", "--email", "nobody", "--name", "N", "--role", "owner", "--password-stdin", *NORTH),
    ("user", "create", "--email", "a@b.example", "--name", "N", "--role", "king", "--password-stdin", *NORTH),
    ("user", "list", "--limit", "0", *NORTH),
    ("user", "list", "--order-by", "password_hash", *NORTH),
    ("user", "import", *NORTH),
    ("user", "import", "-", "--from-env", "USERLIST", *NORTH),
    ("user", "import", "-", *NORTH),
    ("user", "import", "-", "--domain", "x.example", "--admins", "nobody", *NORTH),
    ("key", "create", "--name", "n", "--scope", "members:burn", *NORTH),
    ("key", "create", "--name", " ", "--scope", "members:read", *NORTH),
    ("key", "create", "--name", "n", "--scope", "installation", *NORTH),
    ("key", "create", "--name", "n", "--scope", "members:read", "--expires", "2020-01-01", *NORTH),
    ("key", "create", "--name", "n", "--scope", "members:read", "--expires", "9999-12-31", *NORTH),
    ("key", "create", "--name", "n", "--scope", "members:read", "--expires", "soon", *NORTH),
    ("key", "revoke", "tresen_key_abc", *NORTH),
    ("key", "list", "--bogus", *NORTH),
    ("provider", "connect", "unheard-of", "--key-stdin", *NORTH),
    ("provider", "connect", "memory", "--set", "nonsense", "--key-stdin", *NORTH),
    ("provider", "connect", "memory", "--set", "allow_unproven=1", "--set", "allow_unproven=2", "--key-stdin", *NORTH),
    ("provider", "connect", "memory", "--location-id", "1", "--set", "location_id=2", "--key-stdin", *NORTH),
    ("provider", "connect", "memory", "--name", "", "--key-stdin", *NORTH),
    ("provider", "connect", "memory", *NORTH),
    ("provider", "list", "x", *NORTH),
    ("provider", "check", "a", "b", *NORTH),
    ("sync", "run", "orders", *NORTH),
    ("sync", "run", "--since", "today", *NORTH),
    ("sync", "status", "now", *NORTH),
    ("sync", "run", "members", "--accept-guard", NOBODY, *NORTH),
    ("sync", "run", "--force", "--accept-guard", NOBODY, *NORTH),
    ("sync", "run", "--accept-guard", "42", *NORTH),
    ("sync", "plan", "orders", *NORTH),
    ("sync", "plan", "members", "--limit", "0", *NORTH),
    ("sync", "plan", "show", "42", *NORTH),
    ("sync", "plan", "show", NOBODY, "--offset", "-1", *NORTH),
    ("sync", "plan", "list", "--limit", "201", *NORTH),
    ("sync", "apply", *NORTH),
    ("sync", "runs", "--kind", "orders", *NORTH),
    ("sync", "runs", "--state", "sleepy", *NORTH),
    ("sync", "runs", "show", "42", *NORTH),
    ("sync", "conflicts", "--state", "sleepy", *NORTH),
    ("sync", "conflicts", "--kind", "order", *NORTH),
    ("sync", "conflicts", "--offset", "-1", *NORTH),
    ("sync", "conflicts", "show", "42", *NORTH),
    ("sync", "resolve", NOBODY, *NORTH),
    ("sync", "resolve", NOBODY, "--ours", "--theirs", *NORTH),
    ("sync", "resolve", NOBODY, "--all", "--ours", *NORTH),
    ("sync", "resolve", NOBODY, "--kind", "member", "--ours", *NORTH),
    ("sync", "resolve", "--ours", *NORTH),
    ("sync", "resolve", "--all", "--value", "x", "--yes", *NORTH),
    ("sync", "resolve", "--all", "--kind", "order", "--ours", "--yes", *NORTH),
    ("sync", "reopen", "42", *NORTH),
    ("sync", "explain", "order", NOBODY, *NORTH),
    ("sync", "explain", "member", *NORTH),
    ("sync", "history", "order", NOBODY, *NORTH),
    ("sync", "undo", *NORTH),
    ("sync", "undo", "--change", NOBODY, "--run", NOBODY, *NORTH),
    ("sync", "undo", "--record", "member", NOBODY, *NORTH),
    ("sync", "undo", "--to-version", "1", *NORTH),
    ("sync", "undo", "--record", "member", NOBODY, "--to-version", "0", *NORTH),
    ("sync", "undo", "--record", "order", NOBODY, "--to-version", "1", *NORTH),
    ("sync", "overrides", "--limit", "0", *NORTH),
    ("sync", "overrides", "remove", "order", "1001", "email", *NORTH),
    ("sync", "whatif", NOBODY, *NORTH),
    ("sync", "whatif", NOBODY, "--set", "email=ours", *NORTH),
    ("sync", "whatif", NOBODY, "--set", "order.email=ours", *NORTH),
    ("sync", "whatif", NOBODY, "--set", "member.email", *NORTH),
    ("sync", "policy", "show", "order", *NORTH),
    ("sync", "policy", "set", "member", *NORTH),
    ("sync", "policy", "set", "order", "email=ours", *NORTH),
    ("sync", "policy", "set", "member", "email", *NORTH),
    ("sync", "policy", "set", "member", "email=ours", "email=theirs", *NORTH),
    ("sync", "policy", "set", "member", "email=mine", *NORTH),
    ("sync", "policy", "set", "member", "emil=ours", *NORTH),
    ("sync", "policy", "set", "member", "--default", "mine", *NORTH),
    ("sync", "policy", "set", "member", "--deletes", "never", *NORTH),
    ("sync", "policy", "set", "member", "--guard", "deleted", *NORTH),
    ("sync", "policy", "set", "member", "--guard", "deleted=101%", *NORTH),
    ("sync", "policy", "set", "member", "--guard", "renamed=5%", *NORTH),
    ("sync", "policy", "versions", "order", *NORTH),
    ("sync", "policy", "reset", "order", *NORTH),
    ("sync", "pushes", "--state", "sleepy", *NORTH),
    ("members", "list", "--status", "sleepy", *NORTH),
    ("members", "list", "--offset", "-1", *NORTH),
    ("members", "list", "--live", "--q", "ada", *NORTH),
    ("members", "list", "--account", "main", *NORTH),
    ("memberships", "list", "--status", "sleepy", *NORTH),
    ("memberships", "list", "--limit", "0", *NORTH),
    ("memberships", "list", "--limit", "201", *NORTH),
    ("memberships", "list", "--offset", "-1", *NORTH),
    ("memberships", "list", "--q", "ada", *NORTH),
    ("memberships", "sell", "--package", "Gold", "--start-date", "2026-04-01", *NORTH),
    ("memberships", "sell", "--package", "Gold", "--start-date", "2026-02-30", "--member", NOBODY, *NORTH),
    (
        "memberships",
        "sell",
        "--package",
        "G",
        "--start-date",
        "2026-04-01",
        "--member",
        NOBODY,
        "--email",
        "a@b.c",
        *NORTH,
    ),
    ("memberships", "update", NOBODY, *NORTH),
    ("memberships", "update", NOBODY, "--monthly-price", "-1", *NORTH),
    ("memberships", "cancel", NOBODY, "--reason", " ", *NORTH),
    ("memberships", "cancel", NOBODY, *NORTH),
    ("leads", "list", "--status", "sleepy", *NORTH),
    ("leads", "list", "--live", "--desc", *NORTH),
    ("leads", "create", "--email", "nobody", "--first-name", "N", *NORTH),
    ("leads", "create", "--email", "a@b.example", *NORTH),
    ("leads", "update", NOBODY, *NORTH),
    ("leads", "update", NOBODY, "--status", "unknown", *NORTH),
    ("leads", "update", NOBODY, "--status", "sleepy", *NORTH),
    ("leads", "convert", NOBODY, "--package", " ", "--start-date", "2026-04-01", *NORTH),
    ("leads", "convert", NOBODY, "--package", "Gold", "--start-date", "tomorrow", *NORTH),
    ("tasks", "list", "--status", "sleepy", *NORTH),
    ("tasks", "done", "42", *NORTH),
    ("nonsense",),
]


@pytest.mark.parametrize("argv", BAD, ids=" ".join)
def test_bad_input_is_refused_and_changes_nothing(desk: Desk, argv: tuple[str, ...]) -> None:
    before = everything(desk.world.store)
    result = desk(*argv, stdin="anna:secret-of-anna")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: ")
    assert "secret-of-anna" not in result.err
    assert everything(desk.world.store) == before
    assert (desk.runtime.served, desk.runtime.demos, desk.runtime.paper.targets) == ([], [], [])


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("schedules", "edit", "x", "--every", "2x"), '--every: "2x" is not a time such as 30s, 5m, 24h or 1d.'),
        (("tasks", "done", "nope"), 'ID: "nope" is not an id such as 0'),
        (("jobs", "list", "--limit", "x"), '--limit: "x" is not a whole number.'),
        (
            ("key", "create", "--name", "a", "--scope", "members:read", "--expires", "soon"),
            '--expires: "soon" is not a day such as 2026-12-31.',
        ),
        (
            ("memberships", "update", NOBODY, "--monthly-price", "49,00"),
            '--monthly-price: "49,00" is not an amount such as 49.00.',
        ),
        (
            ("members", "edit", NOBODY, "--email-opt-in=maybe"),
            '--email-opt-in: "maybe" is not one of true and false.',
        ),
    ],
    ids=lambda v: v[0] if isinstance(v, tuple) else "",
)
def test_what_cannot_be_read_is_told_in_plain_words(desk: Desk, argv: tuple[str, ...], said: str) -> None:
    result = desk(*argv, *NORTH)
    assert result.code == 2
    assert result.err.startswith(f"error: Invalid value for {said}")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (
            ("provider", "connect", "memory", "--enable-writes", "false"),
            "'false'; --enable-writes takes no value: write --enable-writes or --disable-writes",
        ),
        (
            ("sync", "policy", "set", "member", "--delete-here", "false"),
            "'false'; options take no value: write --delete-here or --no-delete-here",
        ),
        (("sync", "plan", "leads", "--whole", "yes"), "'yes'; --whole takes no value"),
        (("sync", "plan", "leads", "now"), "'now'"),
    ],
    ids=lambda v: v[0] if isinstance(v, tuple) else "",
)
def test_what_is_too_much_is_told_in_plain_words(desk: Desk, argv: tuple[str, ...], said: str) -> None:
    result = desk(*argv, *NORTH)
    assert result.code == 2
    assert result.err.splitlines()[0] == f"error: unexpected argument {said}"


MISSING: list[tuple[str, ...]] = [
    ("key", "revoke", NOBODY),
    ("provider", "check", "nobody"),
    ("sync", "run", "--account", "nobody"),
    ("sync", "run", "--accept-guard", NOBODY),
    ("sync", "plan", "members", "--account", "nobody"),
    ("sync", "plan", "show", NOBODY),
    ("sync", "plan", "list", "--account", "nobody"),
    ("sync", "apply", NOBODY),
    ("sync", "runs", "--account", "nobody"),
    ("sync", "runs", "show", NOBODY),
    ("sync", "conflicts", "--account", "nobody"),
    ("sync", "conflicts", "show", NOBODY),
    ("sync", "resolve", NOBODY, "--ours"),
    ("sync", "resolve", NOBODY, "--value", "x"),
    ("sync", "reopen", NOBODY),
    ("sync", "explain", "member", NOBODY),
    ("sync", "explain", "member", "nobody/1001"),
    ("sync", "explain", "member", "memory/1001"),
    ("sync", "history", "member", NOBODY),
    ("sync", "undo", "--change", NOBODY),
    ("sync", "undo", "--run", NOBODY),
    ("sync", "overrides", "remove", "member", NOBODY, "email"),
    ("sync", "overrides", "remove", "member", "memory/1001", "email"),
    ("sync", "whatif", NOBODY, "--default", "ours"),
    ("sync", "policy", "show", "member", "--account", "nobody"),
    ("sync", "policy", "set", "member", "email=ours", "--account", "nobody"),
    ("members", "show", NOBODY),
    ("members", "list", "--live", "--account", "nobody"),
    ("memberships", "sell", "--package", "Gold", "--start-date", "2026-04-01", "--member", NOBODY),
    ("memberships", "list", "--member", NOBODY),
    ("memberships", "list", "--member", "1001"),
    ("memberships", "show", NOBODY),
    ("memberships", "update", NOBODY, "--package", "Gold"),
    ("memberships", "cancel", NOBODY, "--reason", "moved"),
    ("leads", "show", NOBODY),
    ("leads", "update", NOBODY, "--status", "lost"),
    ("leads", "convert", NOBODY, "--package", "Gold", "--start-date", "2026-04-01"),
    ("tasks", "show", NOBODY),
    ("tasks", "done", NOBODY),
]


@pytest.mark.parametrize("argv", MISSING, ids=" ".join)
def test_what_is_not_there_is_not_found_and_nothing_changes(desk: Desk, argv: tuple[str, ...]) -> None:
    before = everything(desk.world.store)
    result = desk(*argv, *NORTH)
    assert (result.code, result.out) == (3, "")
    assert "shows what there is" in result.err
    assert everything(desk.world.store) == before


def test_a_file_that_is_not_there_is_not_found(desk: Desk) -> None:
    assert desk("user", "import", "/nowhere/users.txt", *NORTH).code == 3


def test_another_tenants_things_are_not_found(desk: Desk) -> None:
    desk.world.enrol()
    desk.world.attract()
    desk("sync", "run", *NORTH)
    member = desk("members", "list", "--json", *NORTH).json["members"][0]["id"]
    lead = desk("leads", "list", "--json", *NORTH).json["leads"][0]["id"]
    assert desk("members", "show", member, *NORTH).code == 0
    assert desk("members", "show", member, "--tenant", "south").code == 3
    assert desk("leads", "update", lead, "--status", "lost", "--tenant", "south").code == 3


def test_nothing_is_opened_for_wrong_usage() -> None:
    runtime = DeskRuntime(None, failure=AssertionError("opened"))
    assert Desk(runtime)("members", "show").code == 2


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (("memberships", "sell", "--start-date", "2026-04-01"), "--package is missing."),
        (("memberships", "sell", "--start-date", "2026-04-01", "--package"), "--package needs a value."),
        (
            ("memberships", "sell", "--start-date", "2026-04-01", "--pakage", "Gold"),
            "--package is missing. Did you mean --package instead of --pakage?",
        ),
        (("memberships", "update"), "ID is missing."),
        (("sync", "undo", "--record", "member"), "--record needs 2 values."),
    ],
)
def test_what_was_not_given_is_missing(desk: Desk, argv: tuple[str, ...], says: str) -> None:
    result = desk(*argv)
    assert (result.code, result.err.splitlines()[0]) == (2, f"error: {says}")
