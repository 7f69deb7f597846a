"""Listing 50 members over HTTP, one request at a time, beside a bare ASGI function and the aim."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

from .figures import Figure, median

AIM_MS = 2.0
WARM, COUNTED = 300, 2000
PATH = "/api/v1/members?limit=50"
OK = 200


def figures(_: int, rounds: int) -> Sequence[Figure]:
    """p50 and p99 of the list."""
    found = {kind: [_latencies(kind) for _ in range(rounds)] for kind in ("bare", "tresen")}
    p50 = {kind: median(_quantile(one, 0.5) for one in taken) for kind, taken in found.items()}
    p99 = {kind: median(_quantile(one, 0.99) for one in taken) for kind, taken in found.items()}
    name = "API, list of 50 members"
    return [
        Figure(name=f"{name}: p50", unit="ms", value=p50["tresen"], reference="aim", reference_value=AIM_MS),
        Figure(name=f"{name}: p50", unit="ms", value=p50["tresen"], reference="bare", reference_value=p50["bare"]),
        Figure(name=f"{name}: p99", unit="ms", value=p99["tresen"], reference="bare", reference_value=p99["bare"]),
    ]


def _latencies(kind: str) -> Sequence[float]:
    with _server(kind) as (url, key):
        connection = HTTPConnection(urlsplit(url).netloc)
        taken = [_one(connection, key) for _ in range(WARM + COUNTED)][WARM:]
        connection.close()
        return sorted(taken)


def _one(connection: HTTPConnection, key: str) -> float:
    started = time.perf_counter()
    connection.request("GET", PATH, headers={"x-api-key": key})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != OK:
        sys.exit(f"{answer.status}: {body.decode()}")
    return (time.perf_counter() - started) * 1000


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[int(share * (len(ordered) - 1))]


@contextmanager
def _server(kind: str) -> Iterator[tuple[str, str]]:
    command = [sys.executable, "-m", "tests.benchmarks.api_server", kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            key = server.stdout.readline().removeprefix("key: ").strip()
            yield server.stdout.readline().removeprefix("ready: ").strip(), key
        finally:
            server.terminate()
