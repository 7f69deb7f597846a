"""The console script in odd surroundings."""

import subprocess
import sys
from pathlib import Path

import pytest

from tresen.bootstrap.cli import told

# A command, and then a line as the work of any command writes it.
_LOGGED = """
import atexit, logging
from tresen.bootstrap.cli import main
atexit.register(lambda: logging.getLogger("tresen.any").info("done"))
main()
"""
TRESEN = str(Path(sys.executable).with_name("tresen"))


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The folder of an installation without a tenant."""
    subprocess.run([TRESEN, "db", "upgrade"], env={"TRESEN_DATA_DIR": str(tmp_path)}, capture_output=True, check=True)
    return tmp_path


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_break_nothing(closed: str, installed: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'"$0" tenant list {closed}', TRESEN],
        env={"TRESEN_DATA_DIR": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_who_asks_to_see_everything_sees_it(installed: Path) -> None:
    done = subprocess.run(
        [TRESEN, "tenant", "list"],
        env={"TRESEN_DATA_DIR": str(installed), "TRESEN_LOG_LEVEL": "DEBUG"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "DEBUG" in done.stderr.upper()


@pytest.mark.parametrize(
    ("argv", "level", "left", "variables"),
    [
        (["sync", "run"], "", ["sync", "run"], {}),
        (["sync", "run", "--verbose", "--force"], "", ["sync", "run", "--force"], {"TRESEN_LOG_LEVEL": "INFO"}),
        (["--verbose", "sync", "run"], "WARNING", ["sync", "run"], {"TRESEN_LOG_LEVEL": "INFO"}),
        (["db", "check", "--verbose"], "debug", ["db", "check"], {"TRESEN_LOG_LEVEL": "DEBUG"}),
        (["members", "show", "--", "--verbose"], "", ["members", "show", "--", "--verbose"], {}),
    ],
)
def test_verbose_goes_with_every_command(
    argv: list[str], level: str, left: list[str], variables: dict[str, str]
) -> None:
    assert told(argv, {"TRESEN_LOG_LEVEL": level}) == (left, variables)


def test_a_normal_command_writes_no_log_lines_unless_it_is_asked_to(installed: Path) -> None:
    def run(*options: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", _LOGGED, "tenant", "list", *options],
            env={"TRESEN_DATA_DIR": str(installed), "TRESEN_LOG_FORMAT": "json"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    assert run() == ""
    assert '"event": "done"' in run("--verbose")


def tresen(*argv: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([TRESEN, *argv], env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("argv", [("sync", "status"), ("tenant", "list"), ("members", "list", "--json")], ids=" ".join)
def test_a_command_in_a_wrong_folder_says_so_and_leaves_nothing_there(tmp_path: Path, argv: tuple[str, ...]) -> None:
    folder = tmp_path / "elsewhere"
    done = tresen(*argv, TRESEN_DATA_DIR=str(folder))
    assert (done.returncode, done.stdout) == (4, "")
    assert f"there is no database at {folder} (TRESEN_DATA_DIR); tresen tenant create SLUG NAME" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_not_where_it_was_said_to_be_is_named(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    done = tresen("sync", "status", TRESEN_DATA_DIR=str(tmp_path), TRESEN_DATABASE_URL=f"sqlite:///{file}")
    assert (done.returncode, f"no database at {file} (TRESEN_DATABASE_URL)" in done.stderr) == (4, True)
    assert list(tmp_path.iterdir()) == []


def test_a_temporary_database_is_made_for_every_command(tmp_path: Path) -> None:
    done = tresen("tenant", "list", TRESEN_DATA_DIR=str(tmp_path), TRESEN_DATABASE_URL="sqlite://")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_first_tenant_makes_the_database(tmp_path: Path) -> None:
    made = tresen("tenant", "create", "west", "West", TRESEN_DATA_DIR=str(tmp_path / "new"))
    assert made.returncode == 0, made.stderr
    assert "west" in tresen("tenant", "list", TRESEN_DATA_DIR=str(tmp_path / "new")).stdout


def test_it_runs_as_a_module_too(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tresen", "--version"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0
    assert done.stdout.strip()
