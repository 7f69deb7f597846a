"""How long a person waits for ``tresen --help``, beside a bare Python."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from .figures import Figure, median

AIM_MS = 250.0
RUNS = 9


def figures(_: int, __: int) -> Sequence[Figure]:
    """Wall time, the median of nine."""
    tresen = str(Path(sys.executable).with_name("tresen"))
    name, value = "tresen --help", _wall_ms(tresen, "--help")
    bare = _wall_ms(sys.executable, "-c", "pass")
    return [
        Figure(name=name, unit="ms", value=value, reference="aim", reference_value=AIM_MS),
        Figure(name=name, unit="ms", value=value, reference="bare python", reference_value=bare),
    ]


def _wall_ms(*command: str) -> float:
    def once() -> float:
        started = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        return (time.perf_counter() - started) * 1000

    once()
    return median(once() for _ in range(RUNS))
