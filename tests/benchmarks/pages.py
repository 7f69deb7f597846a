"""A provider that is never what is being measured: pages encoded beforehand, served by a bare HTTP/1.1 loop.

``python -m tests.benchmarks.pages --port 0 --records 100000``
serves ``/v1/clients`` in the shape of a gym's provider (100 a page, ``has_more``, no totals), some 390 bytes and
16 fields a record, with umlauts; ``/v1/memberships`` and ``/v1/leads`` are empty. Prints ``ready: <url>``.

``/v1/clients/search?q=updated_on_datetime|gte|<moment>;id|gt|<id>`` gives what was edited since, and
``/v1/clients?sort=desc_updated_on_datetime`` the latest edit. ``POST /_control/change?percent=1`` edits that share of
the records, ``POST /_control/reset`` undoes it: ``steer`` does both. Bodies of requests are not read.
"""

import argparse
import asyncio
import re
import sys
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit
from urllib.request import Request, urlopen

from .clients import Clients, answer, encoded, page

_MISSING = answer(b"403 Forbidden", b'{"message":"Missing Authentication Token"}')
_NOBODY = answer(b"404 Not Found", b"{}")
_EMPTY = {
    path: page(path.split("/")[2], [], has_more=False)
    for path in ("/v1/memberships", "/v1/leads", "/v1/memberships/search", "/v1/leads/search")
}
_SINCE = re.compile(r"updated_on_datetime\|gte\|([\dT:-]+)(?:;id\|gt\|(\d+))?\Z")


def steer(url: str, what: str) -> None:
    """Tell the server at ``url`` (as it printed it) to ``change?percent=1`` or to ``reset``."""
    request = Request(f"{url.removesuffix('/v1')}/_control/{what}", method="POST", data=b"")  # noqa: S310 -- loopback
    with urlopen(request) as response:  # noqa: S310 -- loopback
        response.read()


def answer_to(clients: Clients, target: str) -> bytes:
    """The answer to a request for a path with its query."""
    path, query = urlsplit(target).path, dict(parse_qsl(urlsplit(target).query))
    if path == "/v1/clients":
        newest = query.get("sort") == "desc_updated_on_datetime"
        return clients.newest() if newest else clients.listed(int(query.get("page", "1")))
    if path == "/v1/clients/search":
        return _searched(clients, query)
    if path.startswith("/v1/clients/"):
        key = path.rpartition("/")[2]
        return (clients.one(int(key)) if key.isdigit() else None) or _NOBODY
    if path == "/_control/change":
        return answer(b"200 OK", encoded({"changed": clients.change(float(query.get("percent", "1")))}))
    if path == "/_control/reset":
        clients.reset()
        return answer(b"200 OK", b"{}")
    return _EMPTY.get(path, _MISSING)


def _searched(clients: Clients, query: Mapping[str, str]) -> bytes:
    wanted = _SINCE.match(query.get("q", ""))
    if wanted is None:
        return answer(b"400 Bad Request", b"{}")
    return clients.since(wanted[1], behind=int(wanted[2] or 0), number=int(query.get("page", "1")))


async def serve(port: int, records: int) -> None:
    """Until the process is ended."""
    clients = Clients(records)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(answer_to(clients, head.split(b" ", 2)[1].decode()))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", port)
    where = server.sockets[0].getsockname()[1]
    sys.stdout.write(f"ready: http://127.0.0.1:{where}/v1\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--records", type=int, default=100_000)
    given = parser.parse_args()
    asyncio.run(serve(given.port, given.records))


if __name__ == "__main__":
    main()
