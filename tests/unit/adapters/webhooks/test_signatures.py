"""Who sent a request: the published vectors, and everything that must be refused."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta

import pytest

from tresen.application.ports.webhooks import BadSignature, UnknownChannel, WebhookRequest
from tresen.domain.shared.errors import NotFound

from .hooks import (
    CHANNEL,
    CHANNEL_ID,
    REGISTRY,
    SIGNED_AT,
    SIGNING,
    VECTORS,
    google_headers,
    inbox,
    provider,
    secret,
    sign,
    topic,
    vector,
)

BODY = b'{"id":1}'


def request_with(headers: Mapping[str, str], body: bytes = BODY) -> WebhookRequest:
    return WebhookRequest(headers=headers, body=body)


def test_the_registry_knows_the_five() -> None:
    assert REGISTRY.names() == ["calcom", "google_calendar", "retell", "stripe", "woocommerce"]
    with pytest.raises(NotFound):
        REGISTRY.get("wodify")


def test_what_each_wants_to_see() -> None:
    wanted = {name: provider(name).accepted_status for name in REGISTRY.names()}
    assert wanted == {"calcom": 200, "google_calendar": 204, "retell": 204, "stripe": 200, "woocommerce": 200}
    assert [name for name in REGISTRY.names() if provider(name).signs_with_api_key] == ["retell"]


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_the_published_vector_is_accepted(name: str) -> None:
    verified = provider(name).verify(vector(name), inbox(secret(name)), now=SIGNED_AT)
    assert not verified.is_ping
    assert not verified.is_stale


@pytest.mark.parametrize("name", SIGNING)
@pytest.mark.parametrize("secrets", [(), ("",), (" ", "\t\n")])
def test_without_a_secret_everything_is_refused(name: str, secrets: tuple[str, ...]) -> None:
    """Also what is rightly signed with the empty one."""
    for key in ("", " "):
        with pytest.raises(BadSignature):
            provider(name).verify(request_with(sign(name, key, BODY)), inbox(*secrets), now=SIGNED_AT)


@pytest.mark.parametrize("name", SIGNING)
def test_each_live_secret_counts_and_no_other(name: str) -> None:
    for key in ("new", "former"):
        provider(name).verify(request_with(sign(name, key, BODY)), inbox("new", "", "former"), now=SIGNED_AT)
    with pytest.raises(BadSignature):
        provider(name).verify(request_with(sign(name, "other", BODY)), inbox("new", "former"), now=SIGNED_AT)


@pytest.mark.parametrize("name", SIGNING)
@pytest.mark.parametrize("value", [None, "", "ä", "\ud800", "\x00", "t=,v1=", "t=9,v1=é", "v=1,d=", "a" * 10_000])
def test_no_header_however_odd_is_more_than_refused(name: str, value: str | None) -> None:
    headers = {} if value is None else {VECTORS[name]["header"]: value}
    with pytest.raises(BadSignature):
        provider(name).verify(request_with(headers), inbox("s"), now=SIGNED_AT)


@pytest.mark.parametrize("name", SIGNING)
def test_a_secret_of_any_letters_works(name: str) -> None:
    provider(name).verify(request_with(sign(name, "schlüssel🔑", BODY)), inbox("schlüssel🔑"), now=SIGNED_AT)
    with pytest.raises(BadSignature):
        provider(name).verify(request_with(sign(name, "s", BODY)), inbox("\ud800"), now=SIGNED_AT)


@pytest.mark.parametrize(("name", "seconds"), [("stripe", 300), ("retell", 300)])
def test_the_time_may_be_off_by_five_minutes_to_either_side(name: str, seconds: int) -> None:
    for sign_ in (-1, 1):
        edge = sign_ * timedelta(seconds=seconds)
        provider(name).verify(vector(name), inbox(secret(name)), now=SIGNED_AT + edge)
        beyond = edge + sign_ * timedelta(milliseconds=1)
        with pytest.raises(BadSignature, match="five minutes"):
            provider(name).verify(vector(name), inbox(secret(name)), now=SIGNED_AT + beyond)


@pytest.mark.parametrize(
    ("name", "body", "type_", "key"),
    [
        ("calcom", b'{"triggerEvent":"PING"}', "PING", None),
        ("retell", b'{"event":"call_ended","call":{}}', "call_ended", None),
        ("stripe", b'{"id":"evt_1","type":"invoice.paid"}', "invoice.paid", "evt_1"),
        ("stripe", b'{"id":7,"type":"invoice.paid"}', None, None),
        ("stripe", b"no JSON", None, None),
        ("calcom", b'{"triggerEvent":"a\\u0000b"}', None, None),
        ("calcom", b'{"x":' + b"[" * 100_000, None, None),
    ],
)
def test_the_first_look_tells_type_and_id_if_it_can(name: str, body: bytes, type_: str | None, key: str | None) -> None:
    verified = provider(name).verify(request_with(sign(name, "s", body), body), inbox("s"), now=SIGNED_AT)
    assert (verified.type, verified.delivery_key) == (type_, key)


class TestCalcom:
    @pytest.mark.parametrize("secrets", [("no-secret-provided",), ("s",)])
    def test_its_word_for_no_secret_is_no_signature(self, secrets: tuple[str, ...]) -> None:
        with pytest.raises(BadSignature, match="has no secret"):
            provider("calcom").verify(
                request_with({"x-cal-signature-256": "no-secret-provided"}), inbox(*secrets), now=SIGNED_AT
            )


class TestStripe:
    def test_one_of_several_proofs_is_enough(self) -> None:
        headers = sign("stripe", "s", BODY, extra=(f"v1={'0' * 64}", "v0=abc", "other"))
        provider("stripe").verify(request_with(headers), inbox("s"), now=SIGNED_AT)

    def test_other_schemes_do_not_count(self) -> None:
        headers = {"stripe-signature": sign("stripe", "s", BODY)["stripe-signature"].replace("v1=", "v0=")}
        with pytest.raises(BadSignature):
            provider("stripe").verify(request_with(headers), inbox("s"), now=SIGNED_AT)

    def test_the_secret_is_used_as_it_is_shown(self) -> None:
        """Not decoded from base64, as Standard Webhooks do with the same prefix."""
        key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        provider("stripe").verify(request_with(sign("stripe", key, BODY)), inbox(key), now=SIGNED_AT)
        with pytest.raises(BadSignature):
            provider("stripe").verify(
                request_with(sign("stripe", key, BODY)), inbox(key.removeprefix("whsec_")), now=SIGNED_AT
            )

    @pytest.mark.parametrize("stamp", ["", "0x1", "-1", "1.5", " 1795253400", "１７９５２５３４００", "9" * 13])
    def test_what_is_no_time_is_refused_however_it_is_signed(self, stamp: str) -> None:
        proof = hmac.new(b"s", f"{stamp}.".encode() + BODY, hashlib.sha256).hexdigest()
        with pytest.raises(BadSignature):
            provider("stripe").verify(
                request_with({"stripe-signature": f"t={stamp},v1={proof}"}), inbox("s"), now=SIGNED_AT
            )


class TestRetell:
    @pytest.mark.parametrize("change", [str.upper, lambda it: it + "\n", lambda it: " " + it, lambda it: it + ",d=1"])
    def test_the_header_has_exactly_one_form(self, change: "object") -> None:
        assert callable(change)
        headers = {name: change(value) for name, value in sign("retell", "s", BODY).items()}
        with pytest.raises(BadSignature):
            provider("retell").verify(request_with(headers), inbox("s"), now=SIGNED_AT)


class TestWooCommerce:
    FORM = "application/x-www-form-urlencoded"

    @pytest.mark.parametrize(
        ("kept", "signs"),
        [
            ("a&amp;b&lt;c&gt;&quot;&#039;", "a&b<c>\"'"),
            ("a&#38;b&#x26;c", "a&b&c"),
            ("a&amp;b", "a&amp;b"),
            ("a&b", "a&b"),
            ("&amp;lt;", "&lt;"),
        ],
    )
    def test_the_secret_counts_decoded_and_as_typed(self, kept: str, signs: str) -> None:
        provider("woocommerce").verify(request_with(sign("woocommerce", signs, BODY)), inbox(kept), now=SIGNED_AT)

    @pytest.mark.parametrize("form", [FORM, f"{FORM}; charset=UTF-8", FORM.title()])
    def test_an_unsigned_ping_is_one_by_its_form_and_needs_no_secret(self, form: str) -> None:
        ping = request_with({"content-type": form}, b"webhook_id=142")
        assert provider("woocommerce").verify(ping, inbox(), now=SIGNED_AT).is_ping

    @pytest.mark.parametrize(
        ("headers", "body"),
        [
            ({"content-type": FORM}, b"webhook_id=142\n"),
            ({"content-type": FORM}, b"webhook_id=142&status=1"),
            ({"content-type": FORM}, b"webhook_id="),
            ({"content-type": FORM}, b" webhook_id=1"),
            ({"content-type": FORM}, "webhook_id=٣".encode()),
            ({"content-type": FORM + "x"}, b"webhook_id=142"),
            ({"content-type": "application/json"}, b"webhook_id=142"),
            ({}, b"webhook_id=142"),
            ({"content-type": FORM, "x-wc-webhook-signature": ""}, b"webhook_id=142"),
        ],
    )
    def test_nothing_else_unsigned_passes(self, headers: dict[str, str], body: bytes) -> None:
        with pytest.raises(BadSignature):
            provider("woocommerce").verify(request_with(headers, body), inbox("s"), now=SIGNED_AT)

    def test_a_signed_form_is_no_ping(self) -> None:
        body = b"webhook_id=142"
        headers = {"content-type": self.FORM, **sign("woocommerce", "s", body)}
        assert not provider("woocommerce").verify(request_with(headers, body), inbox("s"), now=SIGNED_AT).is_ping

    def test_deliveries_of_one_second_are_told_apart_by_topic_and_content(self) -> None:
        def key(word: str, body: bytes, delivery: str = "d1") -> str | None:
            headers = {**topic(word, delivery=delivery), **sign("woocommerce", "s", body)}
            return provider("woocommerce").verify(request_with(headers, body), inbox("s"), now=SIGNED_AT).delivery_key

        assert key("order.updated", BODY) == key("order.updated", BODY, "d2")
        assert len({key("order.updated", BODY), key("order.created", BODY), key("order.updated", b"{}")}) == 3
        assert key("order.deleted", BODY) == key("order.deleted", BODY)
        assert key("order.deleted", BODY) != key("order.deleted", BODY, "d2")


class TestGoogle:
    def verify(self, changes: Mapping[str, str | None], **view: object) -> object:
        given = {**google_headers("changed"), **changes}
        headers = {name: value for name, value in given.items() if value is not None}
        return provider("google_calendar").verify(request_with(headers, b""), inbox("tok_9f2"), now=SIGNED_AT)

    @pytest.mark.parametrize(
        "changes",
        [
            {"x-goog-channel-id": "another"},
            {"x-goog-channel-id": None},
            {"x-goog-channel-token": "tok_9f3"},
            {"x-goog-channel-token": ""},
            {"x-goog-channel-token": None},
            {"x-goog-channel-token": "é"},
            {"x-goog-resource-id": "another"},
            {"x-goog-resource-id": None},
        ],
    )
    def test_channel_token_and_resource_must_all_fit(self, changes: Mapping[str, str | None]) -> None:
        with pytest.raises(UnknownChannel):
            self.verify(changes)

    @pytest.mark.parametrize("secrets", [(), ("",), (" ",)])
    def test_without_a_secret_no_token_fits(self, secrets: tuple[str, ...]) -> None:
        for token in ("", " "):
            headers = {**google_headers("changed"), "x-goog-channel-token": token}
            with pytest.raises(UnknownChannel):
                provider("google_calendar").verify(request_with(headers, b""), inbox(*secrets), now=SIGNED_AT)

    def test_messages_are_known_by_channel_and_number(self) -> None:
        verified = provider("google_calendar").verify(
            request_with(google_headers("changed"), b""), inbox("tok_9f2"), now=SIGNED_AT
        )
        assert (verified.delivery_key, verified.type) == (f"{CHANNEL_ID}:10", "exists")

    def test_that_a_channel_is_open_is_nothing_to_keep(self) -> None:
        request = request_with(google_headers("opened"), b"")
        assert provider("google_calendar").verify(request, inbox("tok_9f2"), now=SIGNED_AT).is_ping

    def test_a_channel_that_ended_or_was_replaced_is_stale(self) -> None:
        request = request_with(google_headers("changed"), b"")
        google = provider("google_calendar")
        late = SIGNED_AT + timedelta(days=7)
        assert not google.verify(request, inbox("tok_9f2"), now=late - timedelta(seconds=1)).is_stale
        assert google.verify(request, inbox("tok_9f2"), now=late).is_stale
        replaced = type(CHANNEL)(resource_id=CHANNEL.resource_id, calendar=CHANNEL.calendar, replaced=True)
        assert google.verify(request, inbox("tok_9f2", channel=replaced), now=SIGNED_AT).is_stale

    @pytest.mark.parametrize("details", ["", "[]", "{", '{"resource_id": 1, "calendar": "c"}'])
    def test_a_registration_that_cannot_be_read_is_no_channel(self, details: str) -> None:
        view = type(inbox())(secrets=["tok_9f2"], registrations={CHANNEL_ID: details})
        with pytest.raises(UnknownChannel):
            provider("google_calendar").verify(request_with(google_headers("changed"), b""), view, now=SIGNED_AT)
