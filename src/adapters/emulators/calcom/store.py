"""The emulated calendar: bookings, subscriptions, and what one tells the other."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec

from ..routing import Refused
from ..rows import patched
from ..sending.hook import Hook, Letter, once
from ..sending.sender import Sender
from .payloads import PING_PAYLOAD, booking_payload, envelope, flat, letter, moved_payload
from .shapes import (
    EVENT_TYPES,
    TRIGGERS,
    AbsentBody,
    Booking,
    BookingBody,
    RescheduleBody,
    Webhook,
    WebhookBody,
    WebhookPatch,
)

_SCHEDULED = ("MEETING_STARTED", "MEETING_ENDED")


class Store:
    """Methods raise Refused for what Cal.com refuses, and then change nothing."""

    def __init__(self, *, seed: int, sender: Sender, host_email: str) -> None:
        self._seed, self._sender, self._host_email = seed, sender, host_email
        self.reset()

    def reset(self) -> None:
        """No bookings, no subscriptions."""
        self.bookings: dict[str, Booking] = {}
        self.webhooks: dict[int, Webhook] = {}
        self._dice = random.Random(self._seed)  # noqa: S311 -- reproducible ids, no secret
        self._numbers = 900

    def book(self, body: BookingBody) -> Booking:
        """A new booking, pending where its event type asks for confirmation."""
        kind = EVENT_TYPES.get(body.event_type_id)
        if kind is None:
            raise Refused(404, "NotFoundException", f"Event type with id {body.event_type_id} not found")
        status = "pending" if kind.requires_confirmation else "accepted"
        booking = self._new(body, status)
        self._tell("BOOKING_REQUESTED" if kind.requires_confirmation else "BOOKING_CREATED", booking)
        return booking

    def reschedule(self, uid: str, body: RescheduleBody) -> Booking:
        """A new booking with a new uid in the place of the old one. Where confirmation is asked for and it is not the
        host who moves it, the new one is pending and told as a request."""
        old = self._open(uid)
        kind = EVENT_TYPES[old.event_type_id]
        pending = kind.requires_confirmation and body.rescheduled_by != self._host_email
        made_from = BookingBody(
            event_type_id=old.event_type_id, start=body.start, attendee=old.attendees[0], metadata=old.metadata
        )
        new = self._new(made_from, "pending" if pending else "accepted")
        new.ics_uid, new.ics_sequence = old.ics_uid, old.ics_sequence + 1
        new.rescheduled_from_uid, old.rescheduled_to_uid = old.uid, new.uid
        new.rescheduling_reason, new.rescheduled_by_email = body.rescheduling_reason, body.rescheduled_by
        self._change(old, "cancelled")
        trigger = "BOOKING_REQUESTED" if pending else "BOOKING_RESCHEDULED"
        self._tell(trigger, new, moved_payload(old, body.rescheduled_by))
        return new

    def cancel(self, uid: str, reason: str | None) -> Booking:
        """The booking, cancelled."""
        booking = self._open(uid)
        booking.cancellation_reason = reason
        self._change(booking, "cancelled")
        self._tell("BOOKING_CANCELLED", booking, {"cancellationReason": reason, "cancelledBy": self._host_email})
        return booking

    def confirm(self, uid: str) -> Booking:
        """A pending booking, kept now; told as one that is made."""
        booking = self._pending(uid)
        self._change(booking, "accepted")
        self._tell("BOOKING_CREATED", booking)
        return booking

    def decline(self, uid: str, reason: str | None) -> Booking:
        """A pending booking, rejected."""
        booking = self._pending(uid)
        self._change(booking, "rejected")
        self._tell("BOOKING_REJECTED", booking, {"rejectionReason": reason})
        return booking

    def mark_absent(self, uid: str, body: AbsentBody) -> Booking:
        """Who did not come; told with the booking's uid and nothing else of it."""
        booking = self.booking(uid)
        absent = {one.email: one.absent for one in body.attendees}
        for attendee in booking.attendees:
            attendee.absent = absent.get(attendee.email, attendee.absent)
        booking.absent_host = body.host
        self._change(booking, booking.status)
        payload = {
            "message": f"{', '.join(absent)} marked as no-show",
            "bookingUid": uid,
            "bookingId": booking.id,
            "attendees": [{"email": email, "noShow": missing} for email, missing in absent.items()],
        }
        self._send("BOOKING_NO_SHOW_UPDATED", envelope("BOOKING_NO_SHOW_UPDATED", payload, at=self._now()))
        return booking

    def meeting(self, trigger: str, uid: str) -> int:
        """MEETING_STARTED or MEETING_ENDED, as the timer tells it; to how many."""
        return self._send(trigger, flat(trigger, self.booking(uid)))

    def ping(self) -> int:
        """The test button, for every subscription."""
        body = envelope("PING", PING_PAYLOAD, at=self._now())
        for webhook in self.webhooks.values():
            self._queue("PING", webhook, body)
        return len(self.webhooks)

    def emit(self, event: str, data: Mapping[str, object]) -> int:
        """``data`` as that trigger's payload, whatever it holds; to how many."""
        if event in _SCHEDULED:
            return self._send(event, msgspec.json.encode({"triggerEvent": event, **data}))
        return self.ping() if event == "PING" else self._send(event, envelope(event, data, at=self._now()))

    def subscribe(self, body: WebhookBody) -> Webhook:
        """A new subscription. Two with the same address are two, each is told everything."""
        _ensure_known(body.triggers)
        webhook = Webhook(
            id=self._number(),
            user_id=1,
            subscriber_url=body.subscriber_url,
            triggers=body.triggers,
            active=body.active,
            payload_template=body.payload_template,
            secret=body.secret,
        )
        self.webhooks[webhook.id] = webhook
        return webhook

    def change(self, key: str, patch: WebhookPatch) -> Webhook:
        """A subscription, changed."""
        webhook = self.webhook(key)
        if patch.triggers is not msgspec.UNSET:
            _ensure_known(patch.triggers)
        for name in ("active", "subscriber_url", "triggers", "secret", "payload_template"):
            value = getattr(patch, name)
            if value is not msgspec.UNSET:
                setattr(webhook, name, value)
        return webhook

    def unsubscribe(self, key: str) -> Webhook:
        """A subscription, gone."""
        return self.webhooks.pop(self.webhook(key).id)

    def webhook(self, key: str) -> Webhook:
        """By id."""
        found = self.webhooks.get(int(key)) if key.isascii() and key.isdigit() else None
        if found is None:
            raise Refused(404, "NotFoundException", f"Webhook with id {key} not found")
        return found

    def booking(self, uid: str) -> Booking:
        """By uid."""
        found = self.bookings.get(uid)
        if found is None:
            raise Refused(404, "NotFoundException", f"Booking with uid {uid} was not found in the database")
        return found

    def edit(self, uid: str, patch: bytes) -> Booking:
        """A booking edited behind the scenes: nobody is told."""
        booking = patched(self.booking(uid), patch)
        booking.updated_at = self._now()
        self.bookings[uid] = booking
        return booking

    def _open(self, uid: str) -> Booking:
        booking = self.booking(uid)
        if booking.status in {"cancelled", "rejected"}:
            raise Refused(400, "BadRequestException", f"Booking with uid {uid} is {booking.status}")
        return booking

    def _pending(self, uid: str) -> Booking:
        booking = self.booking(uid)
        if booking.status != "pending":
            raise Refused(400, "BadRequestException", f"Booking with uid {uid} is not pending")
        return booking

    def _new(self, body: BookingBody, status: str) -> Booking:
        kind = EVENT_TYPES[body.event_type_id]
        try:
            start = datetime.fromisoformat(body.start).astimezone(UTC)
        except ValueError as error:
            raise Refused(400, "BadRequestException", f"start: {error}") from None
        uid = f"bk_{self._dice.getrandbits(64):016x}"
        now = self._now()
        booking = Booking(
            id=self._number(),
            uid=uid,
            title=f"{kind.slug} between {body.attendee.name} and Front Desk",
            status=status,
            start=_text(start),
            end=_text(start + timedelta(minutes=kind.length)),
            event_type_id=kind.id,
            attendees=[body.attendee],
            ics_uid=f"{uid}@Cal.com",
            created_at=now,
            updated_at=now,
            metadata=body.metadata,
        )
        self.bookings[uid] = booking
        return booking

    def _change(self, booking: Booking, status: str) -> None:
        booking.status, booking.updated_at = status, self._now()

    def _tell(self, trigger: str, booking: Booking, more: Mapping[str, object] | None = None) -> None:
        payload = {**booking_payload(booking, self._host_email), **(more or {})}
        self._send(trigger, envelope(trigger, payload, at=self._now()))

    def _send(self, trigger: str, body: bytes) -> int:
        told = [one for one in self.webhooks.values() if one.active and trigger in one.triggers]
        for webhook in told:
            self._queue(trigger, webhook, body)
        return len(told)

    def _queue(self, trigger: str, webhook: Webhook, body: bytes) -> None:
        write = partial(_write, body, webhook.secret)
        self._sender.send(
            Hook(event=trigger, target=str(webhook.id), address=webhook.subscriber_url, write=write, judge=once)
        )

    def _now(self) -> str:
        return _text(self._sender.now())

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers


def _write(body: bytes, secret: str | None, _at: datetime, wrong: bool) -> Letter:
    return letter(body, secret, wrong)


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _ensure_known(triggers: list[str]) -> None:
    for place, trigger in enumerate(triggers):
        if trigger not in TRIGGERS:
            raise Refused(
                400,
                "BadRequestException",
                f"triggers.{place} must be one of the following values: {', '.join(sorted(TRIGGERS))}",
            )
