"""Subprocesses of the benchmarks, each a fresh interpreter."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def measured(module: str, *arguments: str) -> dict[str, float]:
    """What ``python -m module arguments`` prints as its one JSON line."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{module} failed:\n{done.stdout}{done.stderr}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def command(name: str, *arguments: str, **environment: str) -> None:
    """Run an installed command."""
    program = str(Path(sys.executable).with_name(name))
    done = subprocess.run(
        [program, *arguments], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{name} {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")


@contextmanager
def serving(module: str, *arguments: str) -> Iterator[str]:
    """The URL from the line ``ready: <url>`` of a server, ended afterwards."""
    with subprocess.Popen([sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            line = next((line for line in server.stdout if line.startswith("ready: ")), None)
            if line is None:
                sys.exit(f"{module} did not start")
            yield line.removeprefix("ready: ").strip()
        finally:
            server.terminate()
