"""Policies that somebody might set."""

from random import Random

from ...application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from .draw_values import chance

_LAWS = ("theirs", "ours", "newest", "ask", "union")
_FIELDS = {
    MEMBER: ("last_name", "email", "phone", "status", "city", "email_opt_in", "born_on"),
    LEAD: ("last_name", "email", "phone", "status", "notes", "source"),
    MEMBERSHIP: ("kind", "auto_renew", "price"),
}


def policy(rnd: Random, kind: str) -> dict[str, object]:
    """A document, as ``read_policy`` takes it."""
    document: dict[str, object] = {}
    if chance(rnd, 60):
        document["default"] = rnd.choice(_LAWS[:4])
    fields = {name: rnd.choice(_LAWS) for name in _FIELDS[kind] if chance(rnd, 30)}
    if fields:
        document["fields"] = fields
    if chance(rnd, 60):
        document["deletes"] = rnd.choice(("keep_edited", "delete", "ask"))
    for switch, percent in (("create_here", 10), ("delete_here", 20), ("create_there", 60), ("delete_there", 50)):
        if chance(rnd, percent):
            document[switch] = switch.endswith("there")
    if chance(rnd, 25):
        document["clock_skew_s"] = rnd.choice((60, 300))
    if chance(rnd, 40):
        guard = rnd.choice(("deleted", "blanked", "conflicts"))
        document["guards"] = {guard: {"percent": rnd.choice((0, 10, 30)), "at_least": rnd.choice((0, 1, 2))}}
    return document
