"""The emulated shop's orders and customers."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from ..routing import Refused
from ..rows import patched
from .shapes import TRASH, Customer, CustomerBody, Order, OrderBody

# Told of a topic and the id of what it happened to.
Changed = Callable[[str, int], object]


class Store:
    """Every change is told as the topics that WooCommerce has for it. Methods raise Refused 404 for unknown ids."""

    def __init__(self, *, now: Callable[[], datetime], zone: str, changed: Changed) -> None:
        self._now, self._zone, self._changed = now, ZoneInfo(zone), changed
        self.reset()

    def reset(self) -> None:
        """An empty shop."""
        self.orders: dict[int, Order] = {}
        self.customers: dict[int, Customer] = {}
        self._numbers = 726

    def order(self, key: int) -> Order:
        """By id, one in the trash too."""
        found = self.orders.get(key)
        if found is None:
            raise Refused(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
        return found

    def customer(self, key: int) -> Customer:
        """By id."""
        found = self.customers.get(key)
        if found is None:
            raise Refused(404, "woocommerce_rest_invalid_id", "Invalid resource ID.")
        return found

    def create_order(self, body: OrderBody) -> Order:
        """A new order, pending unless the body says otherwise."""
        key, local, gmt = self._number(), *self._stamps()
        order = Order(
            id=key,
            number=str(key),
            status="pending",
            currency="EUR",
            total="0.00",
            date_created=local,
            date_created_gmt=gmt,
            date_modified=local,
            date_modified_gmt=gmt,
        )
        _assign(order, body)
        self.orders[key] = order
        self._changed("order.created", key)
        return order

    def update_order(self, key: int, body: OrderBody) -> Order:
        """The order, changed; one that leaves the trash is told as restored."""
        order = self.order(key)
        restored = order.status == TRASH and body.status not in {None, TRASH}
        _assign(order, body)
        self._touch(order)
        self._changed("order.restored" if restored else "order.updated", key)
        return order

    def delete_order(self, key: int, *, force: bool) -> Order:
        """Into the trash, or away for ever with ``force``."""
        order = self.order(key)
        if force:
            del self.orders[key]
        else:
            order.status = TRASH
            self._touch(order)
        self._changed("order.deleted", key)
        return order

    def create_customer(self, body: CustomerBody) -> Customer:
        """A new customer. E-mail addresses are unique."""
        if not body.email:
            raise Refused(400, "rest_missing_callback_param", "Missing parameter(s): email")
        if any(one.email == body.email for one in self.customers.values()):
            raise Refused(400, "registration-error-email-exists", "An account is already registered with your email.")
        key, local, gmt = self._number(), *self._stamps()
        customer = Customer(
            id=key,
            email=body.email,
            date_created=local,
            date_created_gmt=gmt,
            date_modified=local,
            date_modified_gmt=gmt,
        )
        _assign(customer, body)
        self.customers[key] = customer
        self._changed("customer.created", key)
        return customer

    def update_customer(self, key: int, body: CustomerBody) -> Customer:
        """The customer, changed."""
        customer = self.customer(key)
        _assign(customer, body)
        self._touch(customer)
        self._changed("customer.updated", key)
        return customer

    def delete_customer(self, key: int) -> Customer:
        """Away for ever: customers have no trash."""
        customer = self.customer(key)
        del self.customers[key]
        self._changed("customer.deleted", key)
        return customer

    def edit_order(self, key: int, patch: bytes) -> Order:
        """An order edited by staff, with its hooks."""
        order = patched(self.order(key), patch)
        self._touch(order)
        self.orders[key] = order
        self._changed("order.updated", key)
        return order

    def modified(self, order: Order, *, gmt: bool) -> datetime:
        """When it was modified, without an offset, in UTC or as the shop's clock showed it."""
        return datetime.fromisoformat(order.date_modified_gmt if gmt else order.date_modified)

    def _touch(self, row: Order | Customer) -> None:
        row.date_modified, row.date_modified_gmt = self._stamps()

    def _stamps(self) -> tuple[str, str]:
        now = self._now()
        return _text(now.astimezone(self._zone)), _text(now.astimezone(UTC))

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers


def _text(instant: datetime) -> str:
    return instant.replace(tzinfo=None).isoformat(timespec="seconds")


def _assign(row: Order | Customer, body: OrderBody | CustomerBody) -> None:
    for name, value in msgspec.structs.asdict(body).items():
        if value is not None:
            setattr(row, name, value)
