"""A booking as Cal.com's webhooks show it."""

from ...domain.webhooks.fact import Json
from ..webhooks.documents import Document, said
from ..webhooks.times import read_instant, written

_TEXTS = {
    "ical_uid": "iCalUID",
    "status": "status",
    "title": "title",
    "service": "type",
    "description": "description",
    "notes": "additionalNotes",
    "location": "location",
    "reschedule_uid": "rescheduleUid",
    "rescheduled_by": "rescheduledBy",
    "cancelled_by": "cancelledBy",
    "cancellation_reason": "cancellationReason",
    "rejection_reason": "rejectionReason",
    "currency": "currency",
    "message": "message",
    "recording_url": "downloadLink",
}
_WHOLES = {
    "booking_id": "bookingId",
    "event_type_id": "eventTypeId",
    "sequence": "iCalSequence",
    "length_minutes": "length",
    "reschedule_id": "rescheduleId",
    "payment_id": "paymentId",
    "seats": "seatsPerTimeSlot",
}
_INSTANTS = {
    "starts_at": "startTime",
    "ends_at": "endTime",
    "reschedule_starts_at": "rescheduleStartTime",
    "reschedule_ends_at": "rescheduleEndTime",
}


def booking_values(payload: Document) -> dict[str, Json]:
    """What is said of: the booking, who gives it and who comes, why it changed. Statuses in small letters, as Cal.com's
    interface writes them; instants as RFC 3339 in UTC; ``price`` in minor units of ``currency``."""
    status = payload.text("status")
    values = said(
        [
            ("uid", payload.identity("uid") or payload.identity("bookingUid")),
            *((ours, payload.text(theirs)) for ours, theirs in _TEXTS.items()),
            *((ours, payload.whole(theirs)) for ours, theirs in _WHOLES.items()),
            *((ours, written(read_instant(payload.text(theirs)))) for ours, theirs in _INSTANTS.items()),
            ("price", payload.whole("price")),
            ("request_reschedule", payload.truth("requestReschedule")),
            ("requires_confirmation", payload.truth("requiresConfirmation")),
            ("organizer", _person(payload.document("organizer")) or None),
            ("attendees", [_person(one) for one in payload.documents("attendees")] or None),
            ("metadata", payload.plain("metadata") or None),
            ("responses", _responses(payload.document("responses")) or None),
        ]
    )
    if status is not None:
        values["status"] = status.lower()
    if "booking_id" not in values and payload.whole("id") is not None:
        values["booking_id"] = payload.whole("id")
    return values


def _person(person: Document) -> dict[str, Json]:
    return said(
        [
            ("name", person.text("name")),
            ("email", person.text("email")),
            ("phone", person.text("phoneNumber")),
            ("username", person.text("username")),
            ("time_zone", person.text("timeZone")),
            ("no_show", person.truth("noShow")),
        ]
    )


def _responses(fields: Document) -> dict[str, Json]:
    """Answers to the booking form: ``{field: {"label", "value"}}`` there, ``{field: value}`` here."""
    return said((name, fields.document(name).plain("value")) for name in fields.members if name.isprintable())
