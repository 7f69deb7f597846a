"""Webhooks a second: verified, looked at for duplicates, on the disk (SQLite, ``synchronous=FULL``), answered.

One server process, 16 connections that each wait for their answer; beside it the floors of ``ingest_server``.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

import attrs
import uvloop

from .figures import Figure, median
from .ingest_server import signature

CONNECTIONS, WARM, SECONDS, PREPARED = 16, 1_000, 4.0, 40_000
AIM_PER_S, STRETCH_PER_S, AIM_P99_MS = 3_000.0, 5_500.0, 12.0
SERVERS = ("tresen", "alone", "together")
_PAYLOAD = {"status": "processing", "currency": "EUR", "total": "49.00", "note": "y" * 300}


@attrs.frozen
class Load:
    """What one server did."""

    per_s: float
    p99_ms: float


def figures(_: int, rounds: int) -> Sequence[Figure]:
    """Throughput and p99."""
    found = {kind: [_measured(kind) for _ in range(rounds)] for kind in SERVERS}
    per_s = {kind: median(load.per_s for load in loads) for kind, loads in found.items()}
    p99 = {kind: median(load.p99_ms for load in loads) for kind, loads in found.items()}
    name = "webhooks taken in, 16 connections"
    references = {
        "aim": AIM_PER_S,
        "stretch": STRETCH_PER_S,
        "bare, one by one": per_s["alone"],
        "bare, together": per_s["together"],
    }
    delays = {"aim": AIM_P99_MS, "bare, one by one": p99["alone"], "bare, together": p99["together"]}
    return [
        *(
            Figure(name=name, unit="per s", value=per_s["tresen"], reference=word, reference_value=value)
            for word, value in references.items()
        ),
        *(
            Figure(name=f"{name}: p99", unit="ms", value=p99["tresen"], reference=word, reference_value=value)
            for word, value in delays.items()
        ),
    ]


def _measured(kind: str) -> Load:
    with _server(kind) as (url, path):
        return uvloop.run(_load(url, _requests(path)))


def _requests(path: str) -> Sequence[bytes]:
    """Made before, so that only sending them costs time."""
    requests = []
    for number in range(PREPARED):
        body = json.dumps({"id": number, "number": str(number), **_PAYLOAD}).encode()
        lines = (
            f"POST {path} HTTP/1.1",
            "host: bench",
            "user-agent: bench/1",
            "content-type: application/json",
            "x-wc-webhook-topic: order.updated",
            "x-wc-webhook-id: 142",
            f"x-wc-webhook-delivery-id: {number:032x}",
            f"x-wc-webhook-signature: {signature(body)}",
            f"content-length: {len(body)}",
        )
        requests.append("\r\n".join((*lines, "", "")).encode() + body)
    return requests


async def _load(url: str, requests: Sequence[bytes]) -> Load:
    address = urlsplit(url)
    next_one = iter(requests)
    taken: list[float] = []
    ends = time.perf_counter() + SECONDS + 60

    async def connection(count: int) -> None:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        for _ in range(count):
            request = next(next_one, None)
            started = time.perf_counter()
            if request is None or started > ends:
                break
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            taken.append((time.perf_counter() - started) * 1000)
            if not head.startswith(b"HTTP/1.1 2"):
                sys.exit(head.decode() + (await reader.read(1_000)).decode())
        writer.close()

    await asyncio.gather(*(connection(WARM // CONNECTIONS) for _ in range(CONNECTIONS)))
    taken.clear()
    started = time.perf_counter()
    ends = started + SECONDS
    await asyncio.gather(*(connection(PREPARED) for _ in range(CONNECTIONS)))
    seconds = time.perf_counter() - started
    taken.sort()
    return Load(per_s=len(taken) / seconds, p99_ms=taken[int(0.99 * (len(taken) - 1))])


@contextmanager
def _server(kind: str) -> Iterator[tuple[str, str]]:
    command = [sys.executable, "-m", "tests.benchmarks.ingest_server", kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            path = server.stdout.readline().removeprefix("path: ").strip()
            yield server.stdout.readline().removeprefix("ready: ").strip(), path
        finally:
            server.terminate()
