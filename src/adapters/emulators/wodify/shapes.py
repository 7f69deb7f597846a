"""Records as Wodify shows them.

Field names come from observed answers and a community SDK. Dates are ``YYYY-MM-DD``, date-times ``YYYY-MM-DDTHH:MM:SS``
without zone; the year 1900 stands for "none", as 0 does for an id and "" for a text.
"""

import msgspec

NO_DATE = "1900-01-01"
NO_DATETIME = "1900-01-01T00:00:00"


class Row(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Anything that is listed by id."""

    id: int


class Created(msgspec.Struct, kw_only=True):
    """Who made a record, and when."""

    created_by_id: int = 0
    created_by: str = ""
    created_on_datetime: str = NO_DATETIME


class Updated(msgspec.Struct, kw_only=True):
    """Who changed a record last, and when."""

    updated_by_id: int = 0
    updated_by: str = ""
    updated_on_datetime: str = NO_DATETIME


class StatusChange(msgspec.Struct, kw_only=True):
    """One step in a record's status history."""

    from_status_id: int = 0
    from_status: str = ""
    to_status_id: int = 0
    to_status: str = ""
    status_change_datetime: str = NO_DATETIME


class Group(msgspec.Struct, kw_only=True):
    """The family or group somebody belongs to; id 0 for none."""

    group_id: int = 0
    group_role_id: int = 0
    group_role: str = ""


class Client(Row, kw_only=True):
    """A client in full, as ``GET /clients/{id}`` shows it."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone_number: str = ""
    billing_cc_email: str = ""
    client_status_id: int = 0
    client_status: str = ""
    location_id: int = 0
    location: str = ""
    default_program_id: int = 0
    default_program: str = ""
    date_of_birth: str = NO_DATE
    gender_id: int = 0
    gender: str = ""
    street_address_1: str = ""
    street_address_2: str = ""
    city: str = ""
    state_id: int = 0
    state: str = ""
    province: str = ""
    zipcode: str = ""
    country_id: int = 0
    country: str = ""
    timezone_id: int = 0
    timezone: str = ""
    is_email_subscribed: bool = False
    is_sms_subscribed: bool = False
    tags: list[str] = []
    notes: str = ""
    group: Group = msgspec.field(default_factory=Group)
    created: Created = msgspec.field(default_factory=Created)
    updated: Updated = msgspec.field(default_factory=Updated)
    status_history: list[StatusChange] = []
    has_overdue_invoices: bool = False
    has_membership: bool = False
    has_payment_method: bool = False
    last_attendance: str = NO_DATETIME
    days_since_last_attended: int = 0
    member_since: str = NO_DATE
    is_at_risk: bool = False
    lead_id: int = 0
    lead_source_id: int = 0
    lead_source: str = ""
    is_converted_from_lead: bool = False
    member_deactivation_reason: str = ""
    client_owner_id: int = 0
    client_owner: str = ""
    total_class_sign_ins: int = 0
    last_class_sign_in: str = NO_DATETIME
    next_class_reservation: str = NO_DATETIME
    next_appointment_booking: str = NO_DATETIME


class Lead(Row, kw_only=True):
    """A lead in full. Its address fields are spelled without the second underscore, unlike a client's."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lead_status_id: int = 0
    lead_status: str = ""
    location_id: int = 0
    location: str = ""
    gender_id: int = 0
    gender: str = ""
    phone_number: str = ""
    date_of_birth: str = NO_DATE
    street_address1: str = ""
    street_address2: str = ""
    city: str = ""
    province: str = ""
    zipcode: str = ""
    country_id: int = 0
    country: str = ""
    tags: list[str] = []
    notes: str = ""
    lead_group: Group = msgspec.field(default_factory=Group)
    status_history: list[StatusChange] = []
    is_converted_to_client: bool = False
    lead_source_id: int = 0
    lead_source: str = ""
    referred_by_from_web: str = ""
    is_email_subscribed: bool = False
    is_sms_subscribed: bool = False
    lead_owner_id: int = 0
    created: Created = msgspec.field(default_factory=Created)
    updated: Updated = msgspec.field(default_factory=Updated)


class PaymentPlan(msgspec.Struct, kw_only=True):
    """Commitment behind a membership; units are ``Month(s)``, ``Week(s)`` or ``Year(s)``."""

    payment_plan_name: str = ""
    initial_commitment_length: int = 0
    initial_commitment_time_unit: str = ""
    renewal_commitment_length: int = 0
    renewal_commitment_time_unit: str = ""
    is_auto_renew: bool = False


class Membership(Row, kw_only=True):
    """A membership row. Neither price nor hold nor stamps of creation are shown by the real one."""

    client_id: int
    name: str = ""
    membership_type: str = ""
    is_active: bool = False
    is_deleted: bool = False
    has_been_renewed: bool = False
    does_membership_expire: bool = False
    start_date: str = NO_DATE
    end_date: str = NO_DATE
    expiration_date: str = NO_DATE
    scheduled_deactivation_date: str = NO_DATE
    payment_plan: PaymentPlan = msgspec.field(default_factory=PaymentPlan)


class Commitment(msgspec.Struct, kw_only=True):
    """How long a package binds."""

    length: int
    time_unit: str


class Template(Row, kw_only=True):
    """A package on sale. ``price`` is in major units of ``currency`` (the real shape is unknown)."""

    name: str
    membership_type: str
    price: float
    currency: str
    commitment: Commitment


class Invoice(Row, kw_only=True):
    """An invoice, which nobody can change through the API."""

    client_id: int
    membership_id: int
    invoice_number: str
    description: str
    amount: float
    currency: str
    payment_status: str
    invoice_date: str
    due_date: str


class Label(Row, kw_only=True):
    """An entry of a status list."""

    status: str


class Source(Row, kw_only=True):
    """An entry of the list of lead sources."""

    source: str


class Location(Row, kw_only=True):
    """A branch of the gym."""

    name: str
    city: str
    country: str
    timezone: str
