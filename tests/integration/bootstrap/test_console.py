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


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_break_nothing(closed: str, tmp_path: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'"$0" tenant list {closed}', TRESEN],
        env={"TRESEN_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_who_asks_to_see_everything_sees_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [TRESEN, "tenant", "list"],
        env={"TRESEN_DATA_DIR": str(tmp_path), "TRESEN_LOG_LEVEL": "DEBUG"},
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


def test_a_normal_command_writes_no_log_lines_unless_it_is_asked_to(tmp_path: Path) -> None:
    def run(*options: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", _LOGGED, "tenant", "list", *options],
            env={"TRESEN_DATA_DIR": str(tmp_path), "TRESEN_LOG_FORMAT": "json"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    assert run() == ""
    assert '"event": "done"' in run("--verbose")


def test_it_runs_as_a_module_too(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tresen", "--version"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0
    assert done.stdout.strip()
