"""Wodify's records in our field names.

The shapes name the wire's fields by ours. What a view of a record lacks is UNSET and left out; ``""``, ``0`` as an id
and the year 1900 are Wodify's ways of saying "none".
"""

import functools
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import compress
from operator import not_
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import msgspec
from msgspec import UNSET, Raw, UnsetType

from ...application.ports.sources import Observed, Reading
from ...domain.shared.errors import GatewayUnavailable, InvalidValue
from ...domain.sync.schema import Value
from .envelope import UNREADABLE
from .ids import id_of, unkeyed
from .quoting import message, storable

_NONE_DATE = "1900-01-01"
NONE_STAMPS = (_NONE_DATE, "0001-01-01")
_DATE_LENGTH = 10
# Decoding refuses a NUL that is not escaped. By a pattern, as it looks into a record without copying it.
_escaped_nul = re.compile(rb"\\u0000").search
_FINGERPRINT_BYTES = 16
_WORDS_KEPT = 64
# What tells the end of a membership, and whether it renews itself.
_OF_THE_TERM = frozenset({"expiration_date", "does_membership_expire", "payment_plan"})

Text = str | None | UnsetType
Id = int | str | None | UnsetType
Flag = bool | None | UnsetType
Convert = Callable[[Value], Value]


class Updated(msgspec.Struct):
    """The last edit; a civil time without zone."""

    updated_on_datetime: str | None = None


class WireRecord(msgspec.Struct):
    """What every shape has, under the wire's own names."""

    updated: Updated | None | UnsetType = UNSET


class WireClient(
    WireRecord,
    rename={
        "phone": "phone_number",
        "status": "client_status",
        "location": "location_id",
        "joined_on": "member_since",
        "born_on": "date_of_birth",
        "street": "street_address_1",
        "postcode": "zipcode",
        "email_opt_in": "is_email_subscribed",
        "sms_opt_in": "is_sms_subscribed",
    },
):
    """A client, in a list or in full."""

    first_name: Text = UNSET
    last_name: Text = UNSET
    email: Text = UNSET
    phone: Text = UNSET
    status: Text = UNSET
    location: Id = UNSET
    joined_on: Text = UNSET
    born_on: Text = UNSET
    street: Text = UNSET
    postcode: Id = UNSET
    city: Text = UNSET
    country: Text = UNSET
    email_opt_in: Flag = UNSET
    sms_opt_in: Flag = UNSET


class WireLead(
    WireRecord,
    rename={
        "phone": "phone_number",
        "status": "lead_status",
        "source": "lead_source",
        "location": "location_id",
        "converted": "is_converted_to_client",
    },
):
    """A lead; lists lack the notes. Wodify knows neither what somebody is interested in nor a message."""

    first_name: Text = UNSET
    last_name: Text = UNSET
    email: Text = UNSET
    phone: Text = UNSET
    status: Text = UNSET
    source: Text = UNSET
    notes: Text = UNSET
    location: Id = UNSET
    converted: Flag = UNSET


class PaymentPlan(msgspec.Struct):
    """The part of a plan that is read."""

    is_auto_renew: bool | None | UnsetType = UNSET


class WireMembership(
    WireRecord,
    rename={
        "member": "client_id",
        "kind": "membership_type",
        "starts_on": "start_date",
        "ends_on": "end_date",
        "cancels_on": "scheduled_deactivation_date",
        "flagged_active": "is_active",
        "deleted": "is_deleted",
    },
):
    """A membership. Neither holds nor prices are shown."""

    member: Id = UNSET
    name: Text = UNSET
    kind: Text = UNSET
    starts_on: Text = UNSET
    ends_on: Text = UNSET
    expiration_date: Text = UNSET
    cancels_on: Text = UNSET
    flagged_active: Flag = UNSET
    deleted: Flag = UNSET
    does_membership_expire: Flag = UNSET
    payment_plan: PaymentPlan | None | UnsetType = UNSET


@attrs.frozen
class RecordReader:
    """Reads the records of one kind. ``converts`` gives the fields that need more than copying; ``shows`` are all that
    there are.
    """

    _decoder: "msgspec.json.Decoder[WireClient] | msgspec.json.Decoder[WireLead] | msgspec.json.Decoder[WireMembership]"
    _converts: Sequence[tuple[str, Convert]]
    _derive: Callable[[dict[str, object]], None]
    _zone: ZoneInfo | None
    shows: frozenset[str]

    def observe(self, record: Raw) -> Observed:
        """The record with its id and fingerprint; its values are only read when asked for.

        Raises GatewayUnavailable when it has no id.
        """
        digest = sha256(record).digest()[:_FINGERPRINT_BYTES]
        return Observed(id_of(record), digest, functools.partial(self.read, record))

    def listed(self, record: Raw) -> Observed:
        """As ``observe``; a record without an id goes by a name of its own (``unkeyed``) and cannot be read.

        So it counts as one error among the records of a listing, which goes on.
        """
        try:
            return self.observe(record)
        except GatewayUnavailable as error:
            digest = sha256(record).digest()[:_FINGERPRINT_BYTES]
            return Observed(unkeyed(digest), digest, functools.partial(_refuse, error.message))

    def read(self, record: Raw) -> Reading:
        """The values under our names. Raises InvalidValue."""
        values = self._decoded(record)
        for name in list(compress(values, map(not_, values.values()))):
            if values[name] is UNSET:
                del values[name]
            elif values[name] == "":
                values[name] = None
        updated = values.pop("updated", None)
        for name, convert in self._converts:
            value = values.get(name)
            if value is not None:
                values[name] = convert(value)
        self._derive(values)
        if self._zone is None or updated is None:
            return Reading(values)
        return Reading(values, edited_at(updated.updated_on_datetime, self._zone))

    def _decoded(self, record: Raw) -> dict[str, Any]:
        try:
            values = msgspec.structs.asdict(self._decoder.decode(record))
        except UNREADABLE as error:
            raise InvalidValue(message(f"a record of wodify's has an unknown form: {error}")) from None
        if _escaped_nul(record):
            values |= {name: storable(value) for name, value in values.items() if isinstance(value, str)}
        return values


def client_reader(status: Callable[[str], str | None], zone: ZoneInfo | None) -> RecordReader:
    """``status`` turns their word into ours; ``zone`` is that of the edit stamps, None to leave them unread."""
    converts = (
        ("status", _worded(status)),
        ("location", as_id),
        ("postcode", as_id),
        ("joined_on", as_date),
        ("born_on", as_date),
    )
    return RecordReader(msgspec.json.Decoder(WireClient), converts, _nothing_more, zone, _fields(WireClient))


def lead_reader(status: Callable[[str], str | None], zone: ZoneInfo | None) -> RecordReader:
    """As ``client_reader``; a lead that is marked as converted is so whatever its status says."""
    converts = (("status", _worded(status)), ("location", as_id))
    shows = _fields(WireLead) - {"converted"}
    return RecordReader(msgspec.json.Decoder(WireLead), converts, _settle_conversion, zone, shows)


def membership_reader() -> RecordReader:
    """Memberships carry no edit stamps."""
    converts = (
        ("member", as_id),
        ("starts_on", as_date),
        ("ends_on", as_date),
        ("expiration_date", as_date),
        ("cancels_on", as_date),
    )
    shows = (_fields(WireMembership) - _OF_THE_TERM) | {"auto_renew"}
    return RecordReader(msgspec.json.Decoder(WireMembership), converts, _settle_end, None, shows)


def as_id(value: Value) -> Value:
    """An id as text; 0 is none."""
    text = str(value)
    return None if text == "0" else text


def as_date(value: Value) -> Value:
    """The civil date of a date or date-time, ISO 8601; 1900 is none. Raises InvalidValue."""
    text = str(value)[:_DATE_LENGTH]
    if text == _NONE_DATE:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise InvalidValue("a record of wodify's has a date that is none") from None
    # The other forms of ISO 8601 have their dashes elsewhere, or none.
    return text if text[4] == "-" == text[7] else found.isoformat()


def edited_at(text: str | None, zone: ZoneInfo) -> datetime | None:
    """The instant (UTC) of an edit stamp, which is read as a civil time of ``zone`` unless it names its own."""
    if not text or text.startswith(NONE_STAMPS):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _fields(shape: type[WireRecord]) -> frozenset[str]:
    return frozenset(field.name for field in msgspec.structs.fields(shape)) - {"updated"}


def _refuse(reason: str) -> Reading:
    raise InvalidValue(reason)


def _worded(status: Callable[[str], str | None]) -> Convert:
    # A gym has a handful of words, which come again with every record.
    return functools.lru_cache(_WORDS_KEPT)(lambda value: status(value) if isinstance(value, str) else value)


def _nothing_more(_values: dict[str, object]) -> None:
    pass


def _settle_conversion(values: dict[str, object]) -> None:
    if values.pop("converted", None):
        values["status"] = "converted"


def _settle_end(values: dict[str, object]) -> None:
    """``end_date`` counts; else the expiration date, which of a plan that renews itself is only the term's end."""
    plan = values.pop("payment_plan", None)
    renews = plan.is_auto_renew if isinstance(plan, PaymentPlan) else UNSET
    if renews is not UNSET:
        values["auto_renew"] = renews
    expires = values.pop("does_membership_expire", None)
    expiration = values.pop("expiration_date", None)
    if values.get("ends_on") is None and expiration is not None and (expires or not renews):
        values["ends_on"] = expiration
