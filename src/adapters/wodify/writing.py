"""Bodies of the calls that write."""

from collections.abc import Mapping

import msgspec
from msgspec import Raw

from ...domain.shared.errors import GatewayRejected, GatewayUnavailable
from ...domain.sync.schema import Values
from .envelope import UNREADABLE, fields_of
from .quoting import word
from .words import Words

# What a record shows but no update takes.
_SHOWN_ONLY = frozenset({"id", "tags", "created", "updated", "status_history", "lead_group", "is_converted_to_client"})
_PERSON: Mapping[str, str] = {
    "first_name": "first_name",
    "last_name": "last_name",
    "email": "email",
    "phone": "phone_number",
}
# Our fields that an update takes, with Wodify's names. It knows countries by ids whose list nobody has seen, and what
# becomes of dates that are sent is not known either.
CLIENT_FIELDS: Mapping[str, str] = {
    **_PERSON,
    "street": "street_address_1",
    "postcode": "zipcode",
    "city": "city",
    "email_opt_in": "is_email_subscribed",
    "sms_opt_in": "is_sms_subscribed",
}
LEAD_FIELDS: Mapping[str, str] = {**_PERSON, "notes": "notes"}
# Without it an update's notes are added below the old ones.
KEEP_NOTES: Mapping[str, object] = {"is_overwrite_notes": True}
_FLAGS = frozenset({"email_opt_in", "sms_opt_in"})
_CARRIED_OVER = ("first_name", "last_name", "email", "location_id", "gender_id", "date_of_birth")


class WireStatus(msgspec.Struct):
    """An entry of a gym's list of states."""

    id: int
    status: str


def wire_values(values: Values, wire: Mapping[str, str]) -> Mapping[str, object]:
    """Values under Wodify's names, those that ``wire`` knows; None is its empty text, or no for a flag."""
    return {
        wire[name]: (name not in _FLAGS and "") if value is None else value
        for name, value in values.items()
        if name in wire
    }


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
