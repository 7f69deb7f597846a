"""Bodies of Wodify's write calls.

An update replaces: what its body leaves out falls back to the defaults given here. Fields a body does not know are
ignored, so that a record can be read, changed and sent back whole.
"""

import msgspec

from .shapes import NO_DATE, PaymentPlan


class ClientBody(msgspec.Struct, kw_only=True):
    """What creating and updating a client have in common."""

    first_name: str
    location_id: int
    last_name: str = ""
    email: str = ""
    phone_number: str = ""
    billing_cc_email: str = ""
    date_of_birth: str = NO_DATE
    gender_id: int = 0
    street_address_1: str = ""
    street_address_2: str = ""
    city: str = ""
    state_id: int = 0
    province: str = ""
    zipcode: str = ""
    country_id: int = 0
    timezone_id: int = 0
    is_email_subscribed: bool = False
    is_sms_subscribed: bool = False
    notes: str = ""
    lead_source_id: int = 0
    client_owner_id: int = 0


class ClientCreate(ClientBody, kw_only=True):
    """``POST /clients``; without a status the client is active."""

    client_status_id: int = 1
    tags: list[str] = []


class ClientUpdate(ClientBody, kw_only=True):
    """``PUT /clients/{id}``; has no tags. Without ``is_overwrite_notes`` other notes are added below the old ones."""

    client_status_id: int
    default_program_id: int = 0
    is_overwrite_notes: bool = False


class LeadBody(msgspec.Struct, kw_only=True):
    """What creating and updating a lead have in common."""

    first_name: str
    last_name: str
    location_id: int
    email: str = ""
    gender_id: int = 0
    phone_number: str = ""
    date_of_birth: str = NO_DATE
    street_address1: str = ""
    street_address2: str = ""
    city: str = ""
    province: str = ""
    zipcode: str = ""
    country_id: int = 0
    notes: str = ""
    lead_source_id: int = 0
    referred_by_from_web: str = ""
    is_email_subscribed: bool = False
    is_sms_subscribed: bool = False
    lead_owner_id: int = 0


class LeadCreate(LeadBody, kw_only=True):
    """``POST /leads``; without a status the lead is new."""

    lead_status_id: int = 10
    tags: list[str] = []


class LeadUpdate(LeadBody, kw_only=True):
    """``PUT /leads/{id}``; has no tags."""

    lead_status_id: int


class LeadConvert(msgspec.Struct, kw_only=True):
    """``POST /leads/{id}/convert``; what is left out (UNSET) is taken from the lead."""

    first_name: str | msgspec.UnsetType = msgspec.UNSET
    last_name: str | msgspec.UnsetType = msgspec.UNSET
    email: str | msgspec.UnsetType = msgspec.UNSET
    mobile_number: str | msgspec.UnsetType = msgspec.UNSET
    location_id: int | msgspec.UnsetType = msgspec.UNSET
    gender_id: int | msgspec.UnsetType = msgspec.UNSET
    date_of_birth: str | msgspec.UnsetType = msgspec.UNSET
    client_status_id: int = 0
    billing_cc_email: str = ""
    client_owner_id: int = 0


class MembershipCreate(msgspec.Struct, kw_only=True):
    """``POST /memberships`` (the real body is unknown)."""

    client_id: int
    template_id: int
    start_date: str


class MembershipUpdate(msgspec.Struct, kw_only=True):
    """``PUT /memberships/{id}``; whether a membership is active is not among the fields."""

    name: str
    start_date: str
    membership_type: str = ""
    does_membership_expire: bool = False
    end_date: str = NO_DATE
    expiration_date: str = NO_DATE
    scheduled_deactivation_date: str = NO_DATE
    payment_plan: PaymentPlan = msgspec.field(default_factory=PaymentPlan)


class MembershipDeactivate(msgspec.Struct, kw_only=True):
    """``PUT /memberships/{id}/deactivate``; a day to come only schedules it (the real semantics are unknown)."""

    deactivation_date: str = NO_DATE
