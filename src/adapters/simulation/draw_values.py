"""Values that people type in: each another, so that one that is lost can be told."""

from random import Random

from ...application.sync.records.kinds import LEAD, MEMBER
from ...domain.sync.schema import Value

_STAGES = ("new", "contacted", "qualified", "lost", "on ice")
_STATES = ("active", "paused", "cancelled", "frozen")


def chance(rnd: Random, percent: int) -> bool:
    """Whether it happens, in so many of a hundred cases."""
    return rnd.randrange(100) < percent


def new_values(rnd: Random, kind: str, who: str) -> dict[str, Value]:
    """Of a new record."""
    if kind == LEAD:
        return {"last_name": "Lead", "email": _address(rnd, who), "status": "new", "source": rnd.choice(("web", None))}
    if kind == MEMBER:
        return {"last_name": "Member", "email": _address(rnd, who), "status": "active", "city": "Ulm"}
    return {"kind": "plan", "starts_on": "2026-01-01", "flagged_active": True, "price": "49.00 EUR"}


def some_values(rnd: Random, kind: str, who: str, number: int) -> dict[str, Value]:
    """Of one to three fields that are edited."""
    pool = any_values(rnd, kind, who, number)
    return {name: pool[name] for name in rnd.sample(sorted(pool), rnd.choice((1, 1, 2, 3)))}


def any_values(rnd: Random, kind: str, who: str, number: int) -> dict[str, Value]:
    """Of each field that people edit."""
    pool: dict[str, Value]
    if kind == LEAD:
        pool = _person(rnd, who, number) | {
            "status": rnd.choice(_STAGES),
            "notes": rnd.choice((f"note {number}", f"note {number}", None)),
            "source": f"source {number}",
        }
    elif kind == MEMBER:
        pool = _person(rnd, who, number) | {
            "status": rnd.choice(_STATES),
            "city": f"City {number}",
            "email_opt_in": rnd.choice((True, False, None)),
            "born_on": f"1990-01-{1 + number % 28:02d}",
        }
    else:
        pool = {"kind": f"kind {number}", "auto_renew": rnd.choice((True, False, None)), "price": f"{number}.50 EUR"}
    return pool


def counter_values(rnd: Random, kind: str, who: str, number: int) -> dict[str, Value]:
    """Of each field that people edit through Tresen."""
    pool = _person(rnd, who, number) | {"location": f"site {number}"}
    if kind == LEAD:
        return pool | {"source": f"source {number}", "message": rnd.choice((f"message {number}", None))}
    return pool | {
        "city": rnd.choice((f"City {number}", f" City {number} ", None)),
        "email_opt_in": rnd.choice((True, False, None)),
        "born_on": f"1990-01-{1 + number % 28:02d}",
    }


def written_values(rnd: Random, kind: str, number: int) -> dict[str, Value]:
    """Of each field that a counter writes at the provider itself, as an edit there may change it, too."""
    if kind == LEAD:
        notes = rnd.choice((f"note {number}", f"note {number}", None))
        return {"status": rnd.choice(("new", "contacted", "qualified", "lost")), "notes": notes}
    ends = {"flagged_active": rnd.choice((True, False)), "on_hold": rnd.choice((True, False))}
    return {**ends, "price": f"{number}.50 EUR"}


def entered_values(rnd: Random, who: str, number: int) -> dict[str, Value]:
    """Of a lead that is entered."""
    pool = _person(rnd, who, number)
    address = f"{who}@example.org"
    values: dict[str, Value] = {
        "last_name": rnd.choice(("Lead", "Lead", pool["last_name"])),
        "email": rnd.choice((address, address, address, address.lower(), pool["email"])),
    }
    more = {
        "phone": pool["phone"],
        "message": f"message {number}",
        "interested_in": f"course {number}",
        "source": f"source {number}",
    }
    return values | {name: more[name] for name in rnd.sample(sorted(more), rnd.choice((0, 1, 2)))}


def wrong_values(rnd: Random, kind: str) -> dict[str, Value]:
    """Something that cannot be kept."""
    ways: list[dict[str, Value]] = [{"email": "no address"}, {"phone": "none"}, {"last_name": "two\nlines"}]
    ways.append({"first_name": "", "last_name": ""})
    ways.append({"born_on": "2999-01-01"} if kind == MEMBER else {"status": "new"})
    return rnd.choice(ways)


def _person(rnd: Random, who: str, number: int) -> dict[str, Value]:
    phone = f"30 {1000000 + number}"
    return {
        "last_name": rnd.choice((f"Name {number}", f" Name {number} ", "")),
        "email": rnd.choice((f"{who.lower()}.{number}@example.org", f"{who}.{number}@Example.org", None)),
        "phone": rnd.choice((f"0{phone}", f"+49 {phone}", None)),
    }


def _address(rnd: Random, who: str) -> str | None:
    written = f"{who}@example.org"
    return rnd.choice((written, written, written.lower(), written.upper(), None))
