"""How each kind is listed. What a client's list item lacks and cannot be searched by follows a community SDK."""

from .shapes import Client, Invoice, Lead, Membership
from .table import Listing

CLIENT_DETAILS = frozenset(
    {
        "billing_cc_email",
        "notes",
        "group",
        "status_history",
        "has_overdue_invoices",
        "has_membership",
        "has_payment_method",
        "lead_id",
        "member_deactivation_reason",
    }
)
CLIENTS = Listing(
    name="clients",
    shape=Client,
    omitted=CLIENT_DETAILS,
    renamed={"days_since_last_attended": "days_since_last_attendance"},
    unsearchable=CLIENT_DETAILS,
)
LEADS = Listing(name="leads", shape=Lead, omitted=frozenset({"notes", "lead_group", "status_history"}))
MEMBERSHIPS = Listing(name="memberships", shape=Membership)
INVOICES = Listing(name="invoices", shape=Invoice)
