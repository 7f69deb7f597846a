"""Orders, customers, products and coupons as a shop's webhooks show them."""

from ...domain.shared.errors import InvalidValue
from ...domain.shared.money import Money
from ...domain.webhooks.fact import Json
from ..webhooks.documents import Document, said
from ..webhooks.times import read_instant, written

_INSTANTS = ("date_created_gmt", "date_modified_gmt", "date_paid_gmt", "date_completed_gmt")
_ORDER_TEXTS = ("number", "status", "currency", "payment_method", "transaction_id", "created_via", "customer_note")


def order_values(order: Document) -> dict[str, Json]:
    """``customer`` is None for a guest; amounts are ``{"amount", "currency"}``, ``total_text`` where it is none."""
    billing, currency = order.document("billing"), order.text("currency")
    total = _money(order, "total", currency)
    return said(
        [
            ("id", order.whole("id")),
            *((name, order.text(name)) for name in _ORDER_TEXTS),
            ("customer", order.whole("customer_id") or None),
            ("email", billing.text("email")),
            ("name", _name(billing)),
            ("phone", billing.text("phone")),
            ("total", total),
            ("total_text", None if total else order.plain("total")),
            ("total_tax", _money(order, "total_tax", currency)),
            ("shipping_total", _money(order, "shipping_total", currency)),
            ("discount_total", _money(order, "discount_total", currency)),
            ("line_items", [_line(line, currency) for line in order.documents("line_items")] or None),
            ("refunds", [_refund(one, currency) for one in order.documents("refunds")] or None),
            ("meta", _meta(order) or None),
            *_instants(order),
        ]
    )


def customer_values(customer: Document) -> dict[str, Json]:
    """The address book stays in the delivery."""
    return said(
        [
            ("id", customer.whole("id")),
            *((name, customer.text(name)) for name in ("email", "first_name", "last_name", "username", "role")),
            ("phone", customer.document("billing").text("phone")),
            ("is_paying", customer.truth("is_paying_customer")),
            *_instants(customer),
        ]
    )


def product_values(product: Document) -> dict[str, Json]:
    """``price`` as the shop writes it: products do not name their currency."""
    return said(
        [
            ("id", product.whole("id")),
            *((name, product.text(name)) for name in ("name", "slug", "sku", "status", "type", "stock_status")),
            ("price", product.plain("price")),
            *_instants(product),
        ]
    )


def coupon_values(coupon: Document) -> dict[str, Json]:
    """``amount`` is a percentage or money, by ``discount_type``."""
    return said(
        [
            ("id", coupon.whole("id")),
            *((name, coupon.text(name)) for name in ("code", "amount", "discount_type", "status")),
            ("usage_count", coupon.whole("usage_count")),
            *_instants(coupon),
        ]
    )


def _line(line: Document, currency: str | None) -> dict[str, Json]:
    return said(
        [
            ("product", line.whole("product_id")),
            ("variation", line.whole("variation_id") or None),
            ("name", line.text("name")),
            ("sku", line.text("sku")),
            ("quantity", line.whole("quantity")),
            ("total", _money(line, "total", currency)),
        ]
    )


def _refund(refund: Document, currency: str | None) -> dict[str, Json]:
    """Amounts are negative, as the shop writes them."""
    return said(
        [("id", refund.whole("id")), ("total", _money(refund, "total", currency)), ("reason", refund.text("reason"))]
    )


def _meta(order: Document) -> dict[str, Json]:
    """Texts only, such as the marks by which our own orders are known again."""
    found = {item.text("key"): item.text("value") for item in order.documents("meta_data")}
    return said((key, value) for key, value in found.items() if key is not None)


def _instants(record: Document) -> list[tuple[str, Json]]:
    """Those in UTC, which the shop writes without saying so."""
    return [
        (name.removesuffix("_gmt"), written(read_instant(record.text(name), zone_unsaid=True))) for name in _INSTANTS
    ]


def _name(billing: Document) -> str | None:
    return " ".join(filter(None, (billing.text("first_name"), billing.text("last_name")))) or None


def _money(record: Document, name: str, currency: str | None) -> Json:
    text = record.text(name)
    if text is None or currency is None:
        return None
    try:
        money = Money(text, currency)
    except InvalidValue:
        return None
    return {"amount": str(money.amount), "currency": money.currency}
