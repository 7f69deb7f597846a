"""The console script in odd surroundings."""

import subprocess
import sys
from pathlib import Path

import pytest

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


def test_it_runs_as_a_module_too(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tresen", "--version"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0
    assert done.stdout.strip()
