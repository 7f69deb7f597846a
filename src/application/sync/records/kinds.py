"""The kinds of record that are synced with a gym: their fields and canonical forms."""

from collections.abc import Callable, Mapping

from ....domain.shared.contact import PhoneNumber
from ....domain.sync.canonical import day, decimal, phone
from ....domain.sync.schema import Field, Schema, Value, folded

MEMBER = "member"
MEMBERSHIP = "membership"
LEAD = "lead"

# What tells a person beyond doubt, when two populated sides meet.
BY_EMAIL = (("email",),)

ReadPhone = Callable[[str], PhoneNumber]


def member_schema(read_phone: ReadPhone) -> Schema:
    """W24's fields of a person. ``status`` is one of our words or the provider's own; dates are ISO texts.

    ``location`` is the provider's id of the site; the opt-ins are True, False or None (not said).
    """
    return Schema(
        MEMBER,
        (
            *_person(read_phone),
            Field("status", folded),
            Field("location"),
            Field("joined_on", day),
            Field("born_on", day),
            Field("street"),
            Field("postcode"),
            Field("city"),
            Field("country"),
            Field("email_opt_in"),
            Field("sms_opt_in"),
        ),
        match=BY_EMAIL,
    )


def _said(value: Value) -> Value:
    """A flag that nobody raised is down; a text is no flag."""
    return value if isinstance(value, str) else bool(value)


# ``member`` is the provider's id of the member, of several that they had there the latest; ``price`` a text such as
# "49.00 EUR" per month; dates are ISO texts; ``flagged_active``, ``deleted``, ``on_hold`` are what the provider's flags
# say, None where it says nothing.
MEMBERSHIP_SCHEMA = Schema(
    MEMBERSHIP,
    (
        Field("member"),
        Field("name"),
        Field("kind"),
        Field("starts_on", day),
        Field("ends_on", day),
        Field("cancels_on", day),
        Field("flagged_active"),
        Field("deleted", _said),
        Field("on_hold", _said),
        Field("auto_renew"),
        Field("price", decimal),
    ),
)


def lead_schema(read_phone: ReadPhone) -> Schema:
    """W26's fields. ``status`` is one of our stage words or the provider's own."""
    return Schema(
        LEAD,
        (
            *_person(read_phone),
            Field("status", folded),
            Field("source"),
            Field("interested_in"),
            Field("message"),
            Field("notes"),
            Field("location"),
        ),
        match=BY_EMAIL,
    )


def _person(read_phone: ReadPhone) -> tuple[Field, ...]:
    return (
        Field("first_name"),
        Field("last_name"),
        Field("email", folded),
        Field("phone", phone(lambda raw: read_phone(raw).canonical or raw)),
    )


def schemas_of(read_phone: ReadPhone) -> Mapping[str, Schema]:
    """Every kind's schema, by its name."""
    return {MEMBER: member_schema(read_phone), MEMBERSHIP: MEMBERSHIP_SCHEMA, LEAD: lead_schema(read_phone)}
