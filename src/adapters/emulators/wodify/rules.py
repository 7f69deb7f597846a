"""Rules of the emulated gym that need no state: what a body means, and what follows from it."""

from collections.abc import Mapping
from datetime import date

import msgspec

from .bodies import ClientCreate, LeadConvert
from .envelopes import Refused
from .shapes import Client, Invoice, Lead, Membership, StatusChange, Template
from .vocabulary import ACTIVE, CLIENT_STATUSES, TEMPLATES

Labels = Mapping[str, tuple[str, Mapping[int, str]]]


def labelled(body: msgspec.Struct, labels: Labels) -> dict[str, object]:
    """The body's values, and beside each id the text that goes with it. Raises Refused (400) for ids on no list."""
    values: dict[str, object] = msgspec.structs.asdict(body)
    for name, (label, entries) in labels.items():
        key = values.get(name)
        if not isinstance(key, int):
            continue
        if key and key not in entries:
            raise Refused(400, f"{name} {key} is not on the list")
        values[label] = entries.get(key, "")
    return values


def assign(row: Client | Lead | Membership, values: Mapping[str, object]) -> None:
    """Set the fields of ``row`` that are named in ``values``."""
    for name, value in values.items():
        setattr(row, name, value)


def note_step(client: Client, before: int, after: int, when: str) -> None:
    """Note a change of status in the client's history, if there was one."""
    if before == after:
        return
    client.status_history = [
        *client.status_history,
        StatusChange(
            from_status_id=before,
            from_status=CLIENT_STATUSES.get(before, ""),
            to_status_id=after,
            to_status=CLIENT_STATUSES.get(after, ""),
            status_change_datetime=when,
        ),
    ]


def added(old: str, new: str) -> str:
    """Old notes with the new ones below; repeats are not added."""
    if new in {"", old}:
        return old
    return f"{old}\n{new}" if old else new


def client_of(lead: Lead, body: LeadConvert) -> ClientCreate:
    """The client that a lead becomes, with the body's values before the lead's."""
    given = msgspec.to_builtins(body)  # leaves out what is UNSET
    phone = given.pop("mobile_number", lead.phone_number)
    own = {name: getattr(lead, name) for name in ("first_name", "last_name", "email", "location_id", "gender_id")}
    kept = {name: getattr(lead, name) for name in ("date_of_birth", "lead_source_id", "tags", "notes")}
    values = {**own, **kept, **given, "phone_number": phone}
    values["client_status_id"] = values["client_status_id"] or ACTIVE
    return msgspec.convert(values, ClientCreate)


def template_of(key: int) -> Template:
    """The package with that id. Raises Refused (404)."""
    for template in TEMPLATES:
        if template.id == key:
            return template
    raise Refused(404, f"no template {key}")


def invoice_for(key: int, membership: Membership, template: Template, start: date) -> Invoice:
    """The unpaid invoice over a package's price, due on the day the membership starts."""
    return Invoice(
        id=key,
        client_id=membership.client_id,
        membership_id=membership.id,
        invoice_number=f"INV-{key}",
        description=template.name,
        amount=template.price,
        currency=template.currency,
        payment_status="Unpaid",
        invoice_date=start.isoformat(),
        due_date=start.isoformat(),
    )


def day_of(text: str) -> date:
    """The day of a date or date-time. Raises Refused (400)."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise Refused(400, f"{text} is no date") from None
