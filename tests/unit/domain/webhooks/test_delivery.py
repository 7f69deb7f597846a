"""A delivery waits, ends, and may be opened again."""

from datetime import timedelta

import pytest
from tests.builders import IDS, NOON, a_delivery, an_account

from tresen.domain.shared.errors import IllegalTransition
from tresen.domain.shared.ids import TenantId
from tresen.domain.webhooks.delivery import TRANSITIONS, Delivery, DeliveryState, content_hash, content_key

RECEIVED = DeliveryState.RECEIVED
ENDS = [state for state in DeliveryState if state is not RECEIVED]
LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def delivery() -> Delivery:
    return a_delivery(an_account(TenantId(IDS.new())))


def test_every_state_has_its_steps() -> None:
    assert set(TRANSITIONS) == set(DeliveryState)
    assert TRANSITIONS[RECEIVED] == set(ENDS)
    assert all(TRANSITIONS[end] == {RECEIVED} for end in ENDS)


@pytest.mark.parametrize("end", ENDS)
def test_one_that_waits_may_end_in_each_way(delivery: Delivery, end: DeliveryState) -> None:
    delivery.conclude(end, now=LATER, reason="so")
    assert (delivery.state, delivery.processed_at, delivery.reason) == (end, LATER, "so")


@pytest.mark.parametrize("end", ENDS)
def test_one_that_has_ended_ends_no_second_time(delivery: Delivery, end: DeliveryState) -> None:
    delivery.conclude(end, now=LATER, reason="so")
    with pytest.raises(IllegalTransition) as refused:
        delivery.conclude(DeliveryState.DONE, now=NOON)
    assert refused.value.details == {"status": end.value, "allowed": ["received"]}
    assert (delivery.state, delivery.processed_at, delivery.reason) == (end, LATER, "so")


@pytest.mark.parametrize("end", ENDS)
def test_one_that_has_ended_may_be_opened_again_as_if_it_had_just_come(delivery: Delivery, end: DeliveryState) -> None:
    delivery.fail("once")
    setattr(delivery, "business_key", "k")  # noqa: B010 - an assignment would tell mypy that it stays so
    delivery.conclude(end, now=LATER)
    delivery.reopen("by hand")
    assert (delivery.state, delivery.reason) == (RECEIVED, "by hand")
    assert (delivery.attempts, delivery.processed_at, delivery.business_key) == (0, None, None)
    assert delivery.replays == 1


def test_one_that_waits_is_open_already(delivery: Delivery) -> None:
    with pytest.raises(IllegalTransition):
        delivery.reopen("by hand")


def test_tries_are_counted_while_it_waits(delivery: Delivery) -> None:
    delivery.fail("first")
    delivery.fail("second")
    assert (delivery.state, delivery.attempts, delivery.reason) == (RECEIVED, 2, "second")


def test_a_reason_fits_into_a_line(delivery: Delivery) -> None:
    delivery.fail("x" * 1_000)
    assert delivery.reason == "x" * 300


def test_the_content_decides_where_there_is_no_id() -> None:
    assert content_key(content_hash(b"a")) == content_key(content_hash(b"a"))
    assert content_key(content_hash(b"a")) != content_key(content_hash(b"b"))
    assert content_key(content_hash(b"")).startswith("sha256:e3b0c442")
