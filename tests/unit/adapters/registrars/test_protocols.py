"""Requests about webhooks as values, and what answers are taken for."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tresen.adapters.calcom import protocol as calcom
from tresen.adapters.google_calendar import protocol as google
from tresen.adapters.http.failures import BadAnswer
from tresen.adapters.http.messages import HttpResponse
from tresen.adapters.http.refusals import accepted
from tresen.adapters.webhooks.registrations import Subscription, fingerprint, read_details
from tresen.adapters.woocommerce import protocol as shop
from tresen.domain.shared.errors import (
    CredentialsRefused,
    GatewayError,
    GatewayNotFound,
    GatewayRejected,
    GatewayUnavailable,
    GatewayUnsupported,
)

CALCOM = calcom.CalcomProtocol(base_url="https://api.cal.com/v2", api_key="cal_secret")
SHOP = shop.ShopProtocol(base_url="https://shop.example/wp-json/wc/v3", key="ck_1", secret="cs_secret")
GOOGLE = google.CalendarProtocol(base_url="https://www.googleapis.com/calendar/v3", token="ya29.secret")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, GatewayRejected),
        (400, GatewayRejected),
        (401, CredentialsRefused),
        (403, GatewayRejected),
        (404, GatewayNotFound),
        (405, GatewayUnsupported),
        (410, GatewayNotFound),
        (501, GatewayUnsupported),
    ],
)
def test_refusals_say_what_may_be_done(status: int, error: type[GatewayError]) -> None:
    with pytest.raises(error) as refused:
        accepted(HttpResponse(status=status, body=b"secret body"), provider="X", doing="y", code="why")
    assert type(refused.value) is error
    assert refused.value.details["status"] == status
    assert "secret body" not in refused.value.message


def test_secrets_are_in_no_repr() -> None:
    requests = [
        CALCOM.create_webhook("https://desk.example/secret", "secret", ["BOOKING_CREATED"]),
        SHOP.create_webhook("order.created", "https://desk.example/secret", "secret"),
        GOOGLE.watch("c", channel="1", address="https://desk.example/secret", proof="secret", until=NOON),
    ]
    assert "secret" not in repr([CALCOM, SHOP, GOOGLE, *requests])


def test_only_what_may_be_repeated_is_said_to_be_so() -> None:
    once = [
        CALCOM.create_webhook("https://a.example", "s", []),
        SHOP.create_webhook("order.created", "https://a.example", "s"),
        GOOGLE.watch("c", channel="1", address="https://a.example", proof="s", until=NOON),
    ]
    again = [
        *(CALCOM.list_webhooks(), CALCOM.update_webhook(1, {}), CALCOM.delete_webhook(1)),
        *(SHOP.list_webhooks(1), SHOP.update_webhook(1, {}), SHOP.delete_webhook(1)),
        *(SHOP.orders_since(NOON, 1, status="any", by_modified=True), GOOGLE.stop("1", "r")),
    ]
    assert [one.idempotent for one in once] == [False] * len(once)
    assert [one.idempotent for one in again] == [True] * len(again)


@pytest.mark.parametrize(
    ("refusal", "known"),
    [
        ("triggers.1 must be one of the following values: A, C, X", ("A", "C")),
        ("each value in triggers must be one of the following values: C", ("C",)),
        ("triggers.0 is not valid, triggers.2 is not valid", ("B",)),
    ],
)
def test_calcom_says_which_triggers_it_knows(refusal: str, known: tuple[str, ...]) -> None:
    answer = HttpResponse(status=400, body=json.dumps({"error": {"message": refusal}}).encode())
    with pytest.raises(calcom.UnknownTriggers) as unknown:
        calcom.webhook_of(answer, "webhooks.create", ["A", "B", "C"])
    assert unknown.value.known == known


@pytest.mark.parametrize(
    "refusal", ["subscriberUrl must be a URL", "triggers.0, triggers.1, triggers.2 are wrong", "values: A, B, C"]
)
def test_other_refusals_of_calcom_are_refusals(refusal: str) -> None:
    answer = HttpResponse(status=400, body=refusal.encode())
    with pytest.raises(GatewayRejected) as refused:
        calcom.webhook_of(answer, "webhooks.create", ["A", "B", "C"])
    assert not isinstance(refused.value, calcom.UnknownTriggers)


@pytest.mark.parametrize(
    "read",
    [
        calcom.webhooks_of,
        lambda answer: calcom.webhook_of(answer, "x", []),
        lambda answer: shop.read(answer, shop.Webhook, "x"),
        google.opened,
    ],
)
@pytest.mark.parametrize("body", [b"", b"null", b"<html>", b'{"data": 1}', b"\xff"])
def test_answers_of_another_form_may_be_better_later(read: Callable[[HttpResponse], object], body: bytes) -> None:
    with pytest.raises(GatewayUnavailable):
        read(HttpResponse(status=200, body=body))


@pytest.mark.parametrize("body", [b"", b"<b>Notice</b>: something\n{}", b"\xef\xbb\xbf{}", b'[{"id": 1'])
def test_a_shops_success_that_is_no_json_is_none(body: bytes) -> None:
    with pytest.raises(BadAnswer):
        shop.effective_status(HttpResponse(status=200, body=body))
    assert shop.effective_status(HttpResponse(status=403, body=body)) == 403


def test_orders_are_asked_for_by_utc() -> None:
    """Without dates_are_gmt a shop compares its own clock's time, whatever offset is given."""
    url = SHOP.orders_since(NOON, 2, status="any", by_modified=True).url
    for part in ("modified_after=2026-03-02T12%3A00%3A00", "dates_are_gmt=true", "orderby=modified", "order=asc"):
        assert part in url


@pytest.mark.parametrize(
    ("pages", "page", "count", "more"),
    [("3", 2, 100, True), ("3", 3, 100, False), ("", 1, 100, True), ("", 1, 99, False), ("x", 1, 100, True)],
)
def test_whether_a_page_follows(pages: str, page: int, count: int, more: bool) -> None:
    answer = HttpResponse(status=200, headers={"x-wp-totalpages": pages})
    assert shop.has_more(answer, page, [None] * count) is more


@pytest.mark.parametrize(
    ("reason", "status"),
    [("rateLimitExceeded", 429), ("userRateLimitExceeded", 429), ("quotaExceeded", 429), ("forbidden", 403)],
)
def test_googles_reason_counts_not_its_status(reason: str, status: int) -> None:
    body = json.dumps({"error": {"code": 403, "errors": [{"reason": reason}]}}).encode()
    assert google.effective_status(HttpResponse(status=403, body=body)) == status


@pytest.mark.parametrize("expiration", ["1795858200000", 1795858200000])
def test_googles_expiration_is_a_text_of_milliseconds(expiration: str | int) -> None:
    opened = google.Opened(id="1", resource_id="r", expiration=expiration)
    assert opened.expires_at() == datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
    assert google.Opened(id="1", resource_id="r", expiration="soon").expires_at() is None


def test_a_calendars_id_is_one_part_of_the_path() -> None:
    url = GOOGLE.watch("a/b#c@group.example", channel="1", address="https://a", proof="p", until=NOON).url
    assert url.endswith("/calendars/a%2Fb%23c@group.example/events/watch")


def test_what_is_kept_of_a_subscription_is_read_again_and_holds_no_secret() -> None:
    kept = Subscription(topics=("a",), secret=fingerprint("s3cret"), seen_at=NOON, modified="then")
    assert read_details({"1": kept.details()}, "1", Subscription) == kept
    assert "s3cret" not in kept.details()
    assert read_details({"1": "{}"}, "1", Subscription) is None
    assert read_details({}, "1", Subscription) is None
    assert fingerprint("a") != fingerprint("b")
