"""How far a subject is, and what that says about the next fact."""

from hypothesis import given
from hypothesis import strategies as st
from tests.builders import IDS, NOON

from tresen.domain.shared.ids import AccountId, DeliveryId, TenantId
from tresen.domain.webhooks.fact import Fact
from tresen.domain.webhooks.standing import Standing

Order = tuple[int, ...] | None
orders = st.none() | st.tuples(st.integers(0, 3)) | st.tuples(st.integers(0, 3), st.integers(0, 3))
hashes = st.sampled_from([b"a", b"b"])


def standing(order: Order, content_hash: bytes = b"a") -> Standing:
    return Standing(
        tenant_id=TenantId(IDS.new()),
        account_id=AccountId(IDS.new()),
        subject_kind="order",
        subject_id="5",
        order=order,
        content_hash=content_hash,
        delivery_id=DeliveryId(IDS.new()),
        applied_at=NOON,
    )


def fact(order: Order) -> Fact:
    return Fact(type="order.changed", subject_kind="order", subject_id="5", business_key="k", order=order)


@given(orders, orders)
def test_only_what_is_less_is_past(applied: Order, comes: Order) -> None:
    is_less = applied is not None and comes is not None and comes < applied
    assert standing(applied).is_past(fact(comes)) is is_less


@given(orders, orders, hashes, hashes)
def test_a_fact_is_never_both_past_and_in_contradiction(applied: Order, comes: Order, old: bytes, new: bytes) -> None:
    one = standing(applied, old)
    assert not (one.is_past(fact(comes)) and one.contradicts(fact(comes), new))
    assert one.contradicts(fact(comes), new) == (comes is not None and comes == applied and old != new)


@given(orders, st.lists(orders, max_size=6))
def test_what_is_applied_never_goes_back(
    first: tuple[int, ...] | None, following: list[tuple[int, ...] | None]
) -> None:
    one, seen = standing(first), [first]
    for order in following:
        if not one.is_past(fact(order)):
            one.advance(fact(order), content_hash=b"b", delivery_id=DeliveryId(IDS.new()), now=NOON)
            seen.append(order)
    known = [order for order in seen if order is not None]
    assert one.order == (max(known) if known else None)
