"""Stripe's subscriptions, in the shapes before and since 2025-03-31 (basil)."""

from collections.abc import Sequence

from ...domain.webhooks.fact import Json
from ..webhooks.documents import Document, said
from ..webhooks.times import from_seconds, written

_INSTANTS = ("cancel_at", "canceled_at", "ended_at", "trial_end", "start_date")


def subscription(one: Document) -> dict[str, Json]:
    """``current_period_start`` and ``_end`` span those of the items, which hold them since basil."""
    items = one.document("items").documents("data")
    return said(
        [
            ("status", one.text("status")),
            ("customer", one.reference("customer")),
            ("items", [_item(item) for item in items] or None),
            ("current_period_start", _period(one, items, "current_period_start", last=False)),
            ("current_period_end", _period(one, items, "current_period_end", last=True)),
            ("cancel_at_period_end", one.truth("cancel_at_period_end")),
            *((name, written(from_seconds(one.whole(name)))) for name in _INSTANTS),
            ("cancellation_reason", one.document("cancellation_details").text("reason")),
            ("is_paused", True if one.document("pause_collection").members else None),
            ("latest_invoice", one.reference("latest_invoice")),
            ("metadata", one.plain("metadata") or None),
        ]
    )


def _item(item: Document) -> dict[str, Json]:
    price = item.document("price")
    return said(
        [
            ("price", item.reference("price")),
            ("product", price.reference("product")),
            ("quantity", item.whole("quantity")),
        ]
    )


def _period(one: Document, items: Sequence[Document], name: str, *, last: bool) -> str | None:
    told = [at for at in (one.whole(name), *(item.whole(name) for item in items)) if at is not None]
    return written(from_seconds((max if last else min)(told))) if told else None
