"""Stripe's objects about payments, in the shapes before and since 2025-03-31 (basil).

Ids of session, intent, invoice and charge are kept wherever they are told: together they are one payment.
"""

from ...domain.webhooks.fact import Json
from ..webhooks.documents import Document, said
from .amounts import amount


def checkout(session: Document) -> dict[str, Json]:
    """``payment_status``: ``unpaid`` with methods that take days, then checkout.paid or .payment_failed follows."""
    details = session.document("customer_details")
    return said(
        [
            ("mode", session.text("mode")),
            ("status", session.text("status")),
            ("payment_status", session.text("payment_status")),
            ("total", amount(session, "amount_total")),
            ("client_reference_id", session.text("client_reference_id")),
            ("customer", session.reference("customer")),
            ("name", details.text("name")),
            ("email", details.text("email") or session.text("customer_email")),
            ("phone", details.text("phone")),
            ("payment_intent", session.reference("payment_intent")),
            ("subscription", session.reference("subscription")),
            ("invoice", session.reference("invoice")),
            *_metadata(session),
        ]
    )


def intent(payment: Document) -> dict[str, Json]:
    """``total`` is what was received once it succeeded."""
    received = payment.whole("amount_received")
    error = payment.document("last_payment_error")
    return said(
        [
            ("status", payment.text("status")),
            ("total", amount(payment, "amount_received" if received else "amount")),
            ("customer", payment.reference("customer")),
            ("email", payment.text("receipt_email")),
            ("charge", payment.reference("latest_charge")),
            ("invoice", payment.reference("invoice")),
            ("failure_code", error.text("code")),
            ("decline_code", error.text("decline_code")),
            *_metadata(payment),
        ]
    )


def invoice(bill: Document) -> dict[str, Json]:
    """Subscription and payment from where either shape keeps them."""
    parent = bill.document("parent").document("subscription_details")
    paid = next(iter(bill.document("payments").documents("data")), Document({})).document("payment")
    return said(
        [
            ("status", bill.text("status")),
            ("number", bill.text("number")),
            ("billing_reason", bill.text("billing_reason")),
            ("paid", amount(bill, "amount_paid")),
            ("due", amount(bill, "amount_due")),
            ("attempts", bill.whole("attempt_count")),
            ("customer", bill.reference("customer")),
            ("email", bill.text("customer_email")),
            ("subscription", parent.reference("subscription") or bill.reference("subscription")),
            ("payment_intent", bill.reference("payment_intent") or paid.reference("payment_intent")),
            ("charge", bill.reference("charge") or paid.reference("charge")),
            ("subscription_metadata", parent.plain("metadata") or None),
            *_metadata(bill),
        ]
    )


def invoice_payment(link: Document) -> dict[str, Json]:
    """Which payment paid which invoice, since basil."""
    paid = link.document("payment")
    return said(
        [
            ("status", link.text("status")),
            ("invoice", link.reference("invoice")),
            ("payment_intent", paid.reference("payment_intent")),
            ("charge", paid.reference("charge")),
            ("paid", amount(link, "amount_paid")),
        ]
    )


def charge(one: Document) -> dict[str, Json]:
    """``refunded`` is all that was given back so far; ``is_refunded`` True only when that is everything."""
    outcome = one.document("outcome")
    return said(
        [
            ("status", one.text("status")),
            ("total", amount(one, "amount")),
            ("refunded", amount(one, "amount_refunded")),
            ("is_refunded", one.truth("refunded")),
            ("payment_intent", one.reference("payment_intent")),
            ("invoice", one.reference("invoice")),
            ("customer", one.reference("customer")),
            ("failure_code", one.text("failure_code")),
            ("failure_message", one.text("failure_message")),
            ("outcome_reason", outcome.text("reason")),
            *_metadata(one),
        ]
    )


def refund(back: Document) -> dict[str, Json]:
    """One refund, with the payment that it belongs to."""
    return said(
        [
            ("status", back.text("status")),
            ("total", amount(back, "amount")),
            ("reason", back.text("reason")),
            ("payment_intent", back.reference("payment_intent")),
            ("charge", back.reference("charge")),
            *_metadata(back),
        ]
    )


def dispute(case: Document) -> dict[str, Json]:
    """A payment that its payer contests."""
    return said(
        [
            ("status", case.text("status")),
            ("total", amount(case, "amount")),
            ("reason", case.text("reason")),
            ("payment_intent", case.reference("payment_intent")),
            ("charge", case.reference("charge")),
        ]
    )


def _metadata(thing: Document) -> list[tuple[str, Json]]:
    return [("metadata", thing.plain("metadata") or None)]
