"""Subprocesses of the benchmarks, each a fresh interpreter."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def measured(module: str, *arguments: str) -> dict[str, float]:
    """What ``python -m module arguments`` prints as its one JSON line."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{module} failed:\n{done.stdout}{done.stderr}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


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
