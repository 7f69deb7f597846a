"""An endpoint's secrets, and when it is given up."""

from datetime import timedelta

import pytest
from tests.builders import IDS, NOON
from tests.outgoing import an_endpoint

from tresen.domain.shared.errors import IllegalTransition, InvalidValue
from tresen.domain.shared.ids import TenantId
from tresen.domain.webhooks.endpoint import DisabledReason, EndpointDisabled, EndpointState

TENANT = TenantId(IDS.new())
DAY = timedelta(days=1)


def test_two_secrets_sign_until_the_overlap_ends() -> None:
    endpoint = an_endpoint(TENANT, secret=b"first")
    endpoint.rotate(b"second", now=NOON, overlap=DAY)
    almost = NOON + DAY - timedelta(microseconds=1)
    assert [s.sealed for s in endpoint.live_secrets(almost)] == [b"second", b"first"]
    assert [s.sealed for s in endpoint.live_secrets(NOON + DAY)] == [b"second"]


def test_a_second_rotation_ends_the_oldest_secret_at_once() -> None:
    endpoint = an_endpoint(TENANT, secret=b"first")
    endpoint.rotate(b"second", now=NOON, overlap=DAY)
    later = NOON + timedelta(hours=1)
    endpoint.rotate(b"third", now=later, overlap=DAY)
    assert [s.sealed for s in endpoint.live_secrets(later)] == [b"third", b"second"]
    assert len(endpoint.secrets) == 2


def test_without_an_overlap_the_former_secret_ends_at_once() -> None:
    endpoint = an_endpoint(TENANT, secret=b"first")
    endpoint.rotate(b"second", now=NOON, overlap=timedelta(0))
    assert [s.sealed for s in endpoint.live_secrets(NOON)] == [b"second"]
    with pytest.raises(InvalidValue):
        endpoint.rotate(b"third", now=NOON, overlap=-DAY)


def test_disabling_says_why_and_wants_nothing_any_more() -> None:
    endpoint = an_endpoint(TENANT, events=("*",))
    assert endpoint.wants("lead.captured")
    endpoint.disable(DisabledReason.GONE, now=NOON)
    assert not endpoint.wants("lead.captured")
    assert (endpoint.state, endpoint.disabled_at) == (EndpointState.DISABLED, NOON)
    (event,) = endpoint.drain()
    assert isinstance(event, EndpointDisabled)
    assert (event.subject_id, event.name, event.reason) == (endpoint.id, endpoint.name, DisabledReason.GONE)
    with pytest.raises(IllegalTransition):
        endpoint.disable(DisabledReason.PERSON, now=NOON)
    assert endpoint.disabled_reason is DisabledReason.GONE


def test_enabling_forgets_the_failures() -> None:
    endpoint = an_endpoint(TENANT)
    for _ in range(5):
        endpoint.note_failure(final=True, now=NOON)
    endpoint.disable(DisabledReason.FAILING, now=NOON)
    endpoint.enable()
    assert not endpoint.is_lost(NOON + 9 * DAY)
    assert (endpoint.disabled_reason, endpoint.disabled_at, endpoint.openings) == (None, None, 2)
    with pytest.raises(IllegalTransition):
        endpoint.enable()


def test_five_failed_messages_in_a_row_are_too_many() -> None:
    endpoint = an_endpoint(TENANT)
    for _ in range(4):
        assert endpoint.note_failure(final=True, now=NOON)
    assert not endpoint.is_lost(NOON)
    assert endpoint.note_success()
    for _ in range(4):
        endpoint.note_failure(final=True, now=NOON)
    assert not endpoint.is_lost(NOON)
    endpoint.note_failure(final=True, now=NOON)
    assert endpoint.is_lost(NOON)


def test_five_days_without_success_are_too_long() -> None:
    endpoint = an_endpoint(TENANT)
    assert endpoint.note_failure(final=False, now=NOON)
    assert not endpoint.note_failure(final=False, now=NOON + DAY)
    assert not endpoint.is_lost(NOON + 5 * DAY - timedelta(seconds=1))
    assert endpoint.is_lost(NOON + 5 * DAY)
    assert endpoint.note_success()
    assert not endpoint.is_lost(NOON + 5 * DAY)
    assert not endpoint.note_success()


@pytest.mark.parametrize("name", ["", "  ", "a" * 101, "a\nb"])
def test_a_name_is_one_short_line(name: str) -> None:
    endpoint = an_endpoint(TENANT, "shop")
    with pytest.raises(InvalidValue):
        endpoint.rename(name)
    assert endpoint.name == "shop"


def test_neither_address_nor_secrets_are_in_the_repr() -> None:
    shown = repr(an_endpoint(TENANT, url="https://example.com/token-in-path", secret=b"sealed-bytes"))
    assert "token-in-path" not in shown
    assert "sealed-bytes" not in shown
