"""A shop's records as its interface shows them, and what may be asked."""

import msgspec

ACTIVE, PAUSED, DISABLED = "active", "paused", "disabled"
TRASH = "trash"
TOPICS = frozenset(
    f"{resource}.{event}"
    for resource in ("order", "customer", "product", "coupon")
    for event in ("created", "updated", "deleted", "restored")
) - {"customer.restored"}


class Order(msgspec.Struct):
    """An order; instants are texts without an offset, those of ``*_gmt`` in UTC, the others in the shop's zone."""

    id: int
    status: str
    currency: str
    total: str
    date_created: str
    date_created_gmt: str
    date_modified: str
    date_modified_gmt: str
    number: str = ""
    customer_id: int = 0
    billing: dict[str, str] = {}
    line_items: list[dict[str, object]] = []
    meta_data: list[dict[str, object]] = []
    refunds: list[dict[str, object]] = []
    date_paid_gmt: str | None = None
    transaction_id: str = ""
    parent_id: int = 0


class Customer(msgspec.Struct):
    """A customer with an account in the shop."""

    id: int
    email: str
    date_created: str
    date_created_gmt: str
    date_modified: str
    date_modified_gmt: str
    first_name: str = ""
    last_name: str = ""
    role: str = "customer"
    username: str = ""
    billing: dict[str, str] = {}
    meta_data: list[dict[str, object]] = []


class Webhook(msgspec.Struct):
    """A subscription as it is shown: without its secret."""

    id: int
    name: str
    status: str
    topic: str
    resource: str
    event: str
    delivery_url: str
    date_created_gmt: str
    date_modified_gmt: str


class OrderBody(msgspec.Struct):
    """What an order is made from or changed by; None leaves it."""

    status: str | None = None
    currency: str | None = None
    total: str | None = None
    customer_id: int | None = None
    billing: dict[str, str] | None = None
    line_items: list[dict[str, object]] | None = None
    meta_data: list[dict[str, object]] | None = None
    refunds: list[dict[str, object]] | None = None
    transaction_id: str | None = None


class CustomerBody(msgspec.Struct):
    """What a customer is made from or changed by; None leaves it."""

    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    username: str | None = None
    billing: dict[str, str] | None = None


class WebhookBody(msgspec.Struct):
    """What a subscription is made from or changed by; None leaves it."""

    name: str | None = None
    status: str | None = None
    topic: str | None = None
    secret: str | None = None
    delivery_url: str | None = None
