"""What Cal.com's webhooks say, as facts about bookings.

A booking's ``uid`` is the subject, not its ``iCalUID``, although a move gives a new uid and keeps the iCalUID. While a
move waits for confirmation (``BOOKING_REQUESTED`` with a ``rescheduleUid``) two bookings live under one iCalUID, the
kept one and the asked one; ordered as one subject, the end of the one would outdate the other. And what follows
later (no-shows, meetings) names the uid alone, so that ``needs`` could not find an iCalUID. The chain of an
appointment that is moved is in the values: ``ical_uid``, which lasts, and ``reschedule_uid``, the uid it had before.
A move does not *need* the former booking: it tells everything itself, and the former one may be older than the webhook.

Cal.com keeps no order and no ids of deliveries, and may send one event through several webhooks.
"""

from datetime import datetime

import attrs

from ...domain.webhooks.fact import Fact, Ignored, Reading, Unusable
from ..webhooks.documents import Document, business_key, content_hash, read_document
from ..webhooks.times import read_instant
from .booking import booking_values


@attrs.frozen
class _Kind:
    """``rank``: how late in a booking's life; None: not one of its states, so that it is never out of date.

    ``is_part``: tells nothing of the booking but its id and what happened, so that the booking should be known.
    ``recurs``: may come to say again what it said before, after it said something else.
    """

    type: str
    rank: int | None = None
    is_part: bool = False
    recurs: bool = False


KINDS = {
    "BOOKING_REQUESTED": _Kind("booking.requested", 0),
    "BOOKING_CREATED": _Kind("booking.created", 1),
    "BOOKING_RESCHEDULED": _Kind("booking.rescheduled", 1),
    "BOOKING_REJECTED": _Kind("booking.rejected", 2),
    "BOOKING_CANCELLED": _Kind("booking.cancelled", 2),
    "BOOKING_PAYMENT_INITIATED": _Kind("booking.payment_initiated"),
    "BOOKING_PAID": _Kind("booking.paid"),
    "BOOKING_NO_SHOW_UPDATED": _Kind("booking.no_show_updated", is_part=True, recurs=True),
    "MEETING_STARTED": _Kind("meeting.started", is_part=True),
    "MEETING_ENDED": _Kind("meeting.ended", is_part=True),
    "RECORDING_READY": _Kind("recording.ready", is_part=True),
    "RECORDING_TRANSCRIPTION_GENERATED": _Kind("recording.transcribed", is_part=True),
}
_FORM = "application/x-www-form-urlencoded"


def normalise(body: bytes, content_type: str) -> Reading:
    """What it says. Raises nothing."""
    if content_type.lower().startswith(_FORM):
        return Unusable("form-encoded: the webhook has a custom payload template at Cal.com; take it away there")
    return read_document(body, _read)


def _read(envelope: Document) -> Reading:
    trigger = envelope.identity("triggerEvent")
    if trigger is None:
        return Unusable("no triggerEvent: the webhook has a custom payload template at Cal.com, or sent an error")
    if trigger == "PING":
        return Ignored("a test", trigger)
    kind = KINDS.get(trigger)
    if kind is None:
        return Ignored("a trigger that is not used", trigger)
    # Triggers by the clock are flat: the booking's columns stand beside the trigger.
    payload = envelope.document("payload") if "payload" in envelope.members else envelope
    subject = _subject(payload)
    if subject is None:
        return Unusable("names no booking")
    return Fact(
        type=kind.type,
        subject_kind="booking",
        subject_id=subject,
        business_key=_business_key(trigger, subject, payload, envelope.text("createdAt") if kind.recurs else None),
        order=_order(kind, payload),
        needs=subject if kind.is_part else None,
        occurred_at=_occurred_at(trigger, envelope, payload),
        values=booking_values(payload),
    )


def _subject(payload: Document) -> str | None:
    """The uid; bookings with seats once came without one, and are then told by what else names them."""
    number = payload.whole("bookingId")
    return (
        payload.identity("uid")
        or payload.identity("bookingUid")
        or payload.identity("iCalUID")
        or (f"booking:{number}" if number is not None else None)
    )


def _business_key(trigger: str, subject: str, payload: Document, stamp: str | None) -> str:
    """The stamp is that of one attempt to send: with it, the same by another webhook is another fact."""
    content = {name: value for name, value in payload.members.items() if name != "createdAt"}
    parts = (trigger, subject, payload.whole("iCalSequence"), content_hash(content))
    return business_key(*parts, *([stamp] if stamp else []))


def _order(kind: _Kind, payload: Document) -> tuple[int, ...] | None:
    """None also without a sequence, and for bookings with seats, where each seat has a life of its own."""
    sequence = payload.whole("iCalSequence")
    if kind.rank is None or sequence is None or payload.whole("seatsPerTimeSlot") is not None:
        return None
    return (sequence, kind.rank)


def _occurred_at(trigger: str, envelope: Document, payload: Document) -> datetime | None:
    by_clock = {"MEETING_STARTED": "startTime", "MEETING_ENDED": "endTime"}
    if trigger in by_clock and payload is envelope:
        return read_instant(payload.text(by_clock[trigger]))
    return read_instant(envelope.text("createdAt"))
