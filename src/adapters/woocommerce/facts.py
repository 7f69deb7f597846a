"""What a shop's webhooks say.

The payload is made when it is sent, and tells the state of then. An ``order.updated`` may come several times for one
save. There is no order but the record's own ``date_modified_gmt``, by the second; of equal seconds the later delivery
counts, and whoever needs certainty fetches the order. A shop whose webhook's owner lost its rights signs an error.
"""

from collections.abc import Callable, Mapping

from ...domain.webhooks.fact import Fact, Ignored, Json, Reading, Unusable
from ..webhooks.documents import Document, business_key, content_hash, read_document, word
from ..webhooks.times import microseconds_of, read_instant
from .records import coupon_values, customer_values, order_values, product_values
from .signature import of_deletion

_VALUES: Mapping[str, Callable[[Document], dict[str, Json]]] = {
    "order": order_values,
    "customer": customer_values,
    "product": product_values,
    "coupon": coupon_values,
}
_EVENTS = frozenset({"created", "updated", "deleted", "restored", "published"})


def normalise(body: bytes, headers: Mapping[str, str]) -> Reading:
    """What it says. Raises nothing."""
    topic = word(headers.get("x-wc-webhook-topic"))
    return read_document(body, lambda record: _read(record, topic, headers))


def _read(record: Document, topic: str | None, headers: Mapping[str, str]) -> Reading:
    resource, _, event = (topic or "").partition(".")
    if topic is not None and (resource not in _VALUES or event not in _EVENTS):
        return Ignored("a topic that is not used", topic)
    number = record.whole("id")
    if number is None:
        return _not_a_record(record)
    if topic is None:
        return Unusable("names no topic")
    is_gone = event == "deleted"
    at = None if is_gone else read_instant(record.text("date_modified_gmt"), zone_unsaid=True)
    return Fact(
        type=f"{resource}.{event}",
        subject_kind=resource,
        subject_id=str(number),
        business_key=business_key(
            *(resource, number, event if is_gone else record.text("date_modified_gmt")),
            *(content_hash(record.members), *of_deletion(topic, headers)),
        ),
        order=None if at is None else (microseconds_of(at),),
        occurred_at=at,
        values={"id": number} if is_gone else _VALUES[resource](record),
    )


def _not_a_record(record: Document) -> Unusable:
    code = word(record.text("code"))
    if code is None:
        return Unusable("no record: it has no id")
    return Unusable(f"an error of the shop instead of a record: {code}")
