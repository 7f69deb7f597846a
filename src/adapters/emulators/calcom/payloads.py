"""What Cal.com's webhooks say, and how they are signed."""

import hashlib
import hmac

import msgspec

from ..sending.hook import Letter, forged
from .shapes import EVENT_TYPES, Booking

UNSIGNED = "no-secret-provided"

PING_PAYLOAD = {
    "type": "Test",
    "title": "Test trigger event",
    "description": "",
    "startTime": "2026-01-01T10:00:00Z",
    "endTime": "2026-01-01T10:30:00Z",
    "attendees": [{"email": "jdoe@example.com", "name": "John Doe", "timeZone": "Europe/London"}],
    "organizer": {"name": "Cal", "email": "no-reply@example.com", "timeZone": "Europe/London"},
}


def envelope(trigger: str, payload: object, *, at: str) -> bytes:
    """As most triggers are told; ``at`` is an RFC 3339 text."""
    return msgspec.json.encode({"triggerEvent": trigger, "createdAt": at, "payload": payload})


def booking_payload(booking: Booking, host_email: str) -> dict[str, object]:
    """The parts that all triggers of a booking share."""
    kind = EVENT_TYPES[booking.event_type_id]
    return {
        "type": kind.slug,
        "title": booking.title,
        "startTime": booking.start,
        "endTime": booking.end,
        "organizer": {
            "id": 1,
            "name": "Front Desk",
            "email": host_email,
            "username": "desk",
            "timeZone": "Europe/Berlin",
            "language": {"locale": "de"},
            "utcOffset": 60,
        },
        "attendees": [
            {
                "name": one.name,
                "email": one.email,
                "timeZone": one.time_zone,
                "language": {"locale": one.language},
                "utcOffset": 60,
                **({"phoneNumber": one.phone_number} if one.phone_number else {}),
            }
            for one in booking.attendees
        ],
        "uid": booking.uid,
        "bookingId": booking.id,
        "eventTypeId": booking.event_type_id,
        "iCalUID": booking.ics_uid,
        "iCalSequence": booking.ics_sequence,
        "status": booking.status.upper(),
        "length": kind.length,
        "requiresConfirmation": kind.requires_confirmation,
        "metadata": booking.metadata,
    }


def moved_payload(old: Booking, by: str | None) -> dict[str, object]:
    """What is added when a booking takes the place of another."""
    return {
        "rescheduleUid": old.uid,
        "rescheduleId": old.id,
        "rescheduleStartTime": old.start,
        "rescheduleEndTime": old.end,
        "rescheduledBy": by,
    }


def flat(trigger: str, booking: Booking) -> bytes:
    """As the triggers that a timer fires are told: the row itself, without an envelope."""
    columns = {
        "id": booking.id,
        "uid": booking.uid,
        "title": booking.title,
        "startTime": booking.start,
        "endTime": booking.end,
        "eventTypeId": booking.event_type_id,
        "status": booking.status.upper(),
        "iCalUID": booking.ics_uid,
        "iCalSequence": booking.ics_sequence,
        "attendees": [{"name": one.name, "email": one.email} for one in booking.attendees],
    }
    return msgspec.json.encode({"triggerEvent": trigger, **columns})


def letter(body: bytes, secret: str | None, wrong: bool) -> Letter:
    """The POST: the signature is the HMAC of the body, or a phrase where the subscription has no secret."""
    signature = hmac.digest(forged(secret, wrong).encode(), body, hashlib.sha256).hex() if secret else UNSIGNED
    return Letter(
        headers={
            "Content-Type": "application/json",
            "X-Cal-Signature-256": signature,
            "X-Cal-Webhook-Version": "2021-10-20",
        },
        body=body,
    )
