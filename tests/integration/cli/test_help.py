"""Help is quick, complete, and loads nothing heavy."""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module

import pytest
from cyclopts import App
from tests.integration.cli.reference import BEGIN, PAGE, commands, rendered

from tresen.entrypoints.cli.app import COMMANDS, create_cli
from tresen.entrypoints.cli.exit_codes import MEANINGS

HEAVY = {
    "alembic",
    "asyncpg",
    "dependency_injector",
    "httpx",
    "litestar",
    "pgqueuer",
    "prometheus_client",
    "sqlalchemy",
    "structlog",
}
TOLD = """
import sys
from tresen.entrypoints.cli.app import run
before = "rich" in sys.modules
code = run({argv!r}, None)
print("code", code, "rich" if before else "plain", *(sorted(m for m in sys.modules if "." not in m)), file=sys.stderr)
"""


def groups(app: App, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], App]]:
    for name, inner in app.resolved_commands().items():
        if not name.startswith("-") and any(not each.startswith("-") for each in inner.resolved_commands()):
            yield (*words, name), inner
            yield from groups(inner, (*words, name))


def help_of(*argv: str) -> tuple[str, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", TOLD.format(argv=[*argv, "--help"])], capture_output=True, text=True, check=True
    )
    return done.stdout, done.stderr.split()


def test_help_loads_nothing_heavy() -> None:
    _, told = help_of()
    assert told[:3] == ["code", "0", "plain"]
    assert not HEAVY & set(told)
    assert "cyclopts" in told


def test_the_help_of_a_command_loads_nothing_heavy() -> None:
    _, told = help_of("sync", "run")
    assert told[:3] == ["code", "0", "plain"]
    assert not HEAVY & set(told)


def test_root_help_lists_every_command_and_every_exit_code() -> None:
    text, _ = help_of()
    words = text.split()
    assert [name for name, _, _ in COMMANDS if f"{name}:" not in words] == []
    assert [code for code in MEANINGS if str(code.value) not in words] == []


def test_the_summary_of_a_group_names_every_command_of_it() -> None:
    for name, place, about in COMMANDS:
        module, _, what = place.partition(":")
        if what != "group":
            continue
        group = import_module(f"tresen.entrypoints.cli.{module}").group
        assert group.help == about, name
        told = about.rpartition(":")[2].replace(" ", "").rstrip(".").split(",")
        if name != "sync":
            assert sorted(told) == sorted(word for word in group.resolved_commands() if not word.startswith("-"))


def test_no_command_has_an_option_that_nobody_wrote() -> None:
    """The framework gives an option for an empty one to whatever takes several words, unless it is told not to."""
    stray = {
        " ".join(words): [name for argument in command.assemble_argument_collection() for name in argument.names]
        for words, command in commands(create_cli())
    }
    assert {words: names for words, names in stray.items() if any(name.startswith("--empty") for name in names)} == {}


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("importlib.metadata.version", lambda _: "9.8.7")
        create_cli()(["--version"], exit_on_error=False, result_action="return_value")
    assert capsys.readouterr().out == "9.8.7\n"


def test_every_option_of_every_command_says_what_it_is_for() -> None:
    silent = [
        (words, argument.names)
        for words, command in commands(create_cli())
        for argument in command.assemble_argument_collection()
        if argument.show and not argument.parameter.help
    ]
    assert silent == []


@pytest.mark.parametrize("words", [("sync", "policy", "set"), ("sync", "whatif")], ids=" ".join)
def test_nothing_given_is_no_default_that_is_told(words: tuple[str, ...]) -> None:
    assert "()" not in help_of(*words)[0]


def test_both_names_of_a_flag_are_on_the_reference_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert "| `--enable-writes`, `--disable-writes` |" in page
    assert "| `--delete-here`, `--no-delete-here` |" in page
    assert " BOOL`" not in page


def test_every_command_that_prints_data_takes_json() -> None:
    without = {
        " ".join(words)
        for words, command in commands(create_cli())
        if not any("--json" in argument.names for argument in command.assemble_argument_collection())
    }
    assert without == {"tresen demo", "tresen serve", "tresen worker"}


def test_the_commands_that_were_asked_for_are_there() -> None:
    wanted = {
        *("demo", "serve", "db upgrade", "db backup", "db check", "tenant create", "tenant list"),
        *("user create", "user list", "user import", "key create", "key revoke", "key list"),
        *("provider connect", "provider list", "provider check", "sync run", "sync status"),
        *("worker", "jobs list", "jobs show", "jobs retry", "jobs cancel", "schedules list", "schedules run"),
        *("schedules pause", "schedules resume", "webhooks list", "webhooks show", "webhooks replay"),
        *("provider webhooks ensure", "webhook-endpoints create", "webhook-endpoints list"),
        *(
            "sync plan",
            "sync plan show",
            "sync plan list",
            "sync apply",
            "sync runs",
            "sync runs show",
            "sync conflicts",
        ),
        *("sync conflicts show", "sync resolve", "sync reopen", "sync explain", "sync history", "sync undo"),
        *("sync overrides", "sync overrides remove", "sync whatif", "sync policy show", "sync policy set"),
        *("sync policy versions", "sync policy reset", "sync pushes"),
        *("members list", "members show", "leads list", "leads show", "leads convert", "tasks list", "tasks done"),
    }
    assert wanted <= {" ".join(words[1:]) for words, _ in commands(create_cli())}


def test_every_command_that_a_group_advertises_is_taken() -> None:
    """A group's text ends with them: "… : list, show." """
    refused = []
    for words, app in groups(create_cli()):
        _, _, told = " ".join(str(app.help).split()).rstrip(".").rpartition(": ")
        names = {name for name, _ in app.resolved_commands().items()}
        refused += [(*words, word) for word in told.split(", ") if re.fullmatch("[a-z]+", word) and word not in names]
    assert refused == []


@pytest.mark.parametrize("group", ["conflicts", "runs", "overrides"])
def test_what_lists_by_itself_takes_the_word_list_too(group: str) -> None:
    assert "--limit" in help_of("sync", group, "list")[0]


def test_the_reference_page_says_what_the_commands_say() -> None:
    """After a change: python -m tests.integration.cli.reference."""
    _, _, told = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    assert told == rendered()


def test_the_help_of_a_sync_says_of_the_accounts_what_the_reference_says() -> None:
    (run,) = (command for words, command in commands(create_cli()) if words == ("tresen", "sync", "run"))
    assert str(run.help) == "Sync now, all accounts side by side."
    assert str(run.default_command.__doc__).startswith(str(run.help))
