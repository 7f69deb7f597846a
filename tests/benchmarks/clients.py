"""The clients of the provider that is never what is being measured: encoded beforehand, found without a search."""

import json
import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

FIRST = ("Jürgen", "Anna", "Björn", "Zoë", "Lukas", "Mia", "Jonas", "Käthe", "Emil", "Sofia")
LAST = ("Müller", "Schmidt", "Weiß", "Krüger", "Öztürk", "Fischer", "Groß", "Bauer", "Jäger")
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
PAGE = 100


class Clients:
    """``count`` clients with ids from 1. They were edited a minute apart, in the order of their ids.

    Pages are whole answers, ready to be sent.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self.reset()

    def reset(self) -> None:
        """As they were at first."""
        dice = random.Random(7)  # noqa: S311 - the same records in every run
        self._rows = [encoded(record(n, dice)) for n in range(1, self._count + 1)]
        self._stamps = [stamp(n) for n in range(1, self._count + 1)]
        self._edits = self._count
        self._settle()

    def change(self, percent: float) -> int:
        """That share of them, spread over all, is edited: a minute apart, a day after the last edit. How many."""
        number = max(1, round(self._count * percent / 100))
        self._edits += 24 * 60
        for nth in range(number):
            place = nth * self._count // number
            self._edits += 1
            edited = {"city": f"Köln {self._edits}", "updated": {"updated_on_datetime": stamp(self._edits)}}
            self._stamps[place] = stamp(self._edits)
            self._rows[place] = encoded(json.loads(self._rows[place]) | edited)
        self._settle()
        return number

    def listed(self, number: int) -> bytes:
        """A page of all, by id; an empty one beyond the last."""
        return self._pages[number - 1] if number <= len(self._pages) else self._beyond

    def newest(self) -> bytes:
        """The one that was edited last, alone."""
        return self._newest

    def one(self, number: int) -> bytes | None:
        """One client."""
        return answer(b"200 OK", self._rows[number - 1]) if 1 <= number <= self._count else None

    def since(self, moment: str, *, behind: int, number: int = 1) -> bytes:
        """A page of those that were edited since and have greater ids than ``behind``, by id."""
        if moment not in self._found:
            self._found[moment] = sorted(key for _, key in self._by_stamp[bisect_left(self._by_stamp, (moment, 0)) :])
        ids = self._found[moment]
        start = bisect_right(ids, behind) + (number - 1) * PAGE
        rows = [self._rows[key - 1] for key in ids[start : start + PAGE]]
        return page("clients", rows, has_more=start + PAGE < len(ids), number=number)

    def _settle(self) -> None:
        starts = range(0, self._count, PAGE)
        self._pages = [
            page("clients", self._rows[at : at + PAGE], number=at // PAGE + 1, has_more=at + PAGE < self._count)
            for at in starts
        ]
        self._beyond = page("clients", [], number=len(self._pages) + 1, has_more=False)
        self._by_stamp = sorted(zip(self._stamps, range(1, self._count + 1), strict=True))
        latest = [self._rows[key - 1] for _, key in self._by_stamp[-1:]]
        self._newest = page("clients", latest, has_more=False)
        self._found: dict[str, Sequence[int]] = {}


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
        "updated": {"updated_on_datetime": stamp(number)},
    }


def stamp(minutes: int) -> str:
    """The civil time of the edit that was made so long after the first."""
    return (EPOCH + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S")


def encoded(one: dict[str, object]) -> bytes:
    """A row as it goes over the wire."""
    return json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode()


def page(name: str, rows: Iterable[bytes], *, has_more: bool, number: int = 1) -> bytes:
    """One page in the provider's envelope, as a whole answer."""
    pagination = encoded({"page": number, "page_size": PAGE, "has_more": has_more})
    return answer(b"200 OK", b'{"%s":[%s],"pagination":%s}' % (name.encode(), b",".join(rows), pagination))


def answer(status: bytes, body: bytes) -> bytes:
    """A whole answer."""
    head = b"HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % (status, len(body))
    return head + body
