"""Bodies of the calls that write."""

from collections.abc import Mapping

import msgspec
from msgspec import Raw

from ...application.ports.gym import NewPerson
from ...domain.shared.errors import GatewayRejected, GatewayUnavailable
from .envelope import UNREADABLE, fields_of
from .quoting import word
from .words import Words

# What a record shows but no update takes.
_SHOWN_ONLY = frozenset({"id", "tags", "created", "updated", "status_history", "lead_group", "is_converted_to_client"})
_CARRIED_OVER = ("first_name", "last_name", "email", "location_id", "gender_id", "date_of_birth")


class WireStatus(msgspec.Struct):
    """An entry of a gym's list of states."""

    id: int
    status: str


def person_body(person: NewPerson, location_id: int) -> Mapping[str, object]:
    """What creates a lead or a client; nothing is sent for what is not known."""
    body = {
        "location_id": location_id,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "phone_number": person.phone,
        "notes": person.notes,
    }
    return {name: value for name, value in body.items() if value is not None}


def replacement_body(record: Raw, changes: Mapping[str, object]) -> Mapping[str, object]:
    """A record with changes, whole, because an update replaces: what is left out would be lost."""
    kept: dict[str, object] = {name: raw for name, raw in fields_of(record).items() if name not in _SHOWN_ONLY}
    return {**kept, **changes}


def conversion_body(lead: Raw) -> Mapping[str, object]:
    """What makes a client of a lead: the lead's own values, so that nothing depends on what Wodify takes over."""
    fields = fields_of(lead)
    body: dict[str, object] = {name: fields[name] for name in _CARRIED_OVER if name in fields}
    if "phone_number" in fields:
        body["mobile_number"] = fields["phone_number"]
    return body


def status_changes(stage: str, statuses: list[Raw], words: Words) -> Mapping[str, object]:
    """The changes that put a lead into ``stage``, one of our words. Raises GatewayRejected when no state means it."""
    known = [_status(raw) for raw in statuses]
    for entry in known:
        if words.ours(entry.status) == stage:
            return {"lead_status_id": entry.id, "lead_status": entry.status}
    raise GatewayRejected(
        f"this gym has no lead status that means {stage!r}", stage=stage, known=[word(entry.status) for entry in known]
    )


def _status(raw: Raw) -> WireStatus:
    try:
        return msgspec.json.decode(raw, type=WireStatus)
    except UNREADABLE:
        raise GatewayUnavailable("wodify's lead statuses have an unknown form") from None
