"""Cal.com's records as its interface shows them (camel case), and what may be asked."""

import msgspec

TRIGGERS = frozenset(
    {
        "AFTER_GUESTS_CAL_VIDEO_NO_SHOW",
        "AFTER_HOSTS_CAL_VIDEO_NO_SHOW",
        "BOOKING_CANCELLED",
        "BOOKING_CREATED",
        "BOOKING_NO_SHOW_UPDATED",
        "BOOKING_PAID",
        "BOOKING_PAYMENT_INITIATED",
        "BOOKING_REJECTED",
        "BOOKING_REQUESTED",
        "BOOKING_RESCHEDULED",
        "DELEGATION_CREDENTIAL_ERROR",
        "FORM_SUBMITTED",
        "FORM_SUBMITTED_NO_EVENT",
        "INSTANT_MEETING",
        "MEETING_ENDED",
        "MEETING_STARTED",
        "OOO_CREATED",
        "RECORDING_READY",
        "RECORDING_TRANSCRIPTION_GENERATED",
        "WRONG_ASSIGNMENT_REPORT",
    }
)


class EventType(msgspec.Struct, frozen=True, rename="camel"):
    """What can be booked; ``length`` in minutes."""

    id: int
    slug: str
    length: int
    requires_confirmation: bool = False


EVENT_TYPES = {
    101: EventType(id=101, slug="intro", length=30),
    102: EventType(id=102, slug="consultation", length=60, requires_confirmation=True),
}


class Attendee(msgspec.Struct, rename="camel"):
    """Who comes."""

    name: str
    email: str
    time_zone: str = "Europe/Berlin"
    language: str = "de"
    phone_number: str | None = None
    absent: bool = False


class Booking(msgspec.Struct, rename="camel"):
    """A booking; instants are RFC 3339 texts in UTC. ``ics_sequence`` is only told by webhooks."""

    id: int
    uid: str
    title: str
    status: str
    start: str
    end: str
    event_type_id: int
    attendees: list[Attendee]
    ics_uid: str
    created_at: str
    updated_at: str
    metadata: dict[str, str] = {}
    absent_host: bool = False
    cancellation_reason: str | None = None
    rescheduling_reason: str | None = None
    rescheduled_by_email: str | None = None
    rescheduled_from_uid: str | None = None
    rescheduled_to_uid: str | None = None
    ics_sequence: int = 0


class Webhook(msgspec.Struct, rename="camel", omit_defaults=False):
    """A subscription."""

    id: int
    user_id: int
    subscriber_url: str
    triggers: list[str]
    active: bool
    payload_template: str | None = None
    secret: str | None = None


class WebhookBody(msgspec.Struct, rename="camel"):
    """What a subscription is made from."""

    active: bool
    subscriber_url: str
    triggers: list[str]
    secret: str | None = None
    payload_template: str | None = None
    version: str | None = None


class WebhookPatch(msgspec.Struct, rename="camel"):
    """What may be changed of it."""

    active: bool | msgspec.UnsetType = msgspec.UNSET
    subscriber_url: str | msgspec.UnsetType = msgspec.UNSET
    triggers: list[str] | msgspec.UnsetType = msgspec.UNSET
    secret: str | None | msgspec.UnsetType = msgspec.UNSET
    payload_template: str | None | msgspec.UnsetType = msgspec.UNSET
    version: str | None | msgspec.UnsetType = msgspec.UNSET


class BookingBody(msgspec.Struct, rename="camel"):
    """What a booking is made from."""

    event_type_id: int
    start: str
    attendee: Attendee
    metadata: dict[str, str] = {}


class RescheduleBody(msgspec.Struct, rename="camel"):
    """Where a booking is moved to."""

    start: str
    rescheduled_by: str | None = None
    rescheduling_reason: str | None = None


class ReasonBody(msgspec.Struct, rename="camel"):
    """Why a booking is cancelled or declined."""

    cancellation_reason: str | None = None
    reason: str | None = None


class AbsentAttendee(msgspec.Struct):
    """Whether somebody came."""

    email: str
    absent: bool


class AbsentBody(msgspec.Struct):
    """Who did not come."""

    host: bool = False
    attendees: list[AbsentAttendee] = []
