"""A provider that is never what is being measured: pages encoded beforehand, served by a bare HTTP/1.1 loop.

``python -m tests.benchmarks.pages --port 0 --records 100000``
serves ``/v1/clients`` in the shape of a gym's provider (100 a page, ``has_more``, no totals), some 390 bytes and
16 fields a record, with umlauts; ``/v1/memberships`` and ``/v1/leads`` are empty. Prints ``ready: <url>``.
"""

import argparse
import asyncio
import json
import random
import sys
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

FIRST = ("Jürgen", "Anna", "Björn", "Zoë", "Lukas", "Mia", "Jonas", "Käthe", "Emil", "Sofia")
LAST = ("Müller", "Schmidt", "Weiß", "Krüger", "Öztürk", "Fischer", "Groß", "Bauer", "Jäger")
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
PAGE = 100


def record(number: int, dice: random.Random) -> dict[str, object]:
    """One client with the fields that Tresen keeps."""
    first, last = dice.choice(FIRST), dice.choice(LAST)
    return {
        "id": number,
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}.{number}@example.test".lower(),
        "phone_number": f"+49 30 {dice.randrange(10**7):07d}",
        "client_status": dice.choice(("Active", "Suspended", "Inactive")),
        "location_id": dice.randrange(1, 20),
        "date_of_birth": str(date(1960, 1, 1) + timedelta(days=dice.randrange(15000))),
        "street_address_1": f"Hauptstraße {dice.randrange(200)}",
        "zipcode": f"{dice.randrange(10000, 99999)}",
        "city": "Köln",
        "country": "Germany",
        "is_email_subscribed": dice.random() < 0.5,
        "is_sms_subscribed": dice.random() < 0.5,
        "member_since": str(date(2016, 1, 1) + timedelta(days=dice.randrange(3000))),
        "updated": {"updated_on_datetime": (EPOCH + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%S")},
    }


def pages(records: int) -> list[bytes]:
    """All pages as they go over the wire."""
    dice = random.Random(7)  # noqa: S311 - the same records in every run
    rows = [record(n, dice) for n in range(1, records + 1)]
    return [
        page("clients", rows[at : at + PAGE], at // PAGE + 1, has_more=at + PAGE < records)
        for at in range(0, records, PAGE)
    ]


def page(name: str, rows: list[dict[str, object]], number: int, *, has_more: bool) -> bytes:
    """One page in the provider's envelope."""
    envelope = {name: rows, "pagination": {"page": number, "page_size": PAGE, "has_more": has_more}}
    body = json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
    return _answer(b"200 OK", body)


def _answer(status: bytes, body: bytes) -> bytes:
    head = b"HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % (status, len(body))
    return head + body


async def serve(port: int, records: int) -> None:
    """Until the process is ended."""
    clients = pages(records)
    beyond = page("clients", [], len(clients) + 1, has_more=False)
    other = {f"/v1/{name}": page(name, [], 1, has_more=False) for name in ("memberships", "leads")}
    missing = _answer(b"403 Forbidden", b'{"message":"Missing Authentication Token"}')

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                target = urlsplit(head.split(b" ", 2)[1].decode())
                if target.path == "/v1/clients":
                    number = int(dict(parse_qsl(target.query)).get("page", "1"))
                    writer.write(clients[number - 1] if number <= len(clients) else beyond)
                else:
                    writer.write(other.get(target.path, missing))
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
