"""Telling answers apart."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.adapters.http.failures import BadAnswer
from tresen.adapters.http.messages import HttpResponse
from tresen.adapters.wodify.envelope import body_of, effective_status, page_of, record_of
from tresen.domain.shared.errors import (
    CredentialsRefused,
    GatewayError,
    GatewayNotFound,
    GatewayRejected,
    GatewayUnavailable,
    GatewayUnsupported,
)

from .conftest import answer, page, sample

BIG = [{"id": n, "notes": "n" * 50, "updated": {"by": "x"}} for n in range(100)]


@pytest.mark.parametrize("key", ["HTTPCode", "httpcode", "HttpCode", "HTTPCODE"])
@pytest.mark.parametrize("code", [503, "503"])
def test_an_error_inside_http_200_has_its_own_status(key: str, code: object) -> None:
    assert effective_status(answer({key: code})) == 503


def test_an_envelope_without_an_error_is_none() -> None:
    assert effective_status(answer({"HTTPCode": 200})) == 200
    assert effective_status(answer([1])) == 200
    assert effective_status(answer({"id": 1, "notes": "HTTPCode 500"})) == 200


def test_a_long_error_inside_http_200_is_one_too() -> None:
    long = answer({"HTTPCode": 404, "DeveloperMessage": "trace " * 2000})
    assert effective_status(long) == 404
    with pytest.raises(GatewayNotFound):
        body_of(long, "x")


@given(st.integers(1, 10_000))
def test_a_big_page_that_breaks_off_anywhere_is_noticed(cut: int) -> None:
    """Also where what is left ends like a whole answer."""
    body = page("clients", *BIG).body
    cut = min(cut, len(body) - 1)
    with pytest.raises(BadAnswer):
        effective_status(HttpResponse(status=200, body=body[:-cut]))


def test_every_cut_after_a_brace_is_noticed() -> None:
    body = page("clients", *BIG).body
    for end in range(1, len(body)):
        if body[end - 1 : end] == b"}":
            with pytest.raises(BadAnswer):
                effective_status(HttpResponse(status=200, body=body[:end]))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, GatewayRejected),
        (400, GatewayRejected),
        (401, CredentialsRefused),
        (403, CredentialsRefused),
        (404, GatewayNotFound),
        (405, GatewayUnsupported),
        (422, GatewayRejected),
    ],
)
def test_refusals_by_status_are_the_same_in_both_envelopes(status: int, error: type[GatewayError]) -> None:
    with pytest.raises(error) as plain:
        body_of(HttpResponse(status=status, body=b"<html>"), "reading")
    assert type(plain.value) is error
    if status >= 400:
        with pytest.raises(error) as wrapped:
            body_of(answer({"HTTPCode": status}), "reading")
        assert type(wrapped.value) is error


def test_an_unknown_route_is_not_a_bad_key() -> None:
    with pytest.raises(GatewayUnsupported):
        body_of(sample("missing_route", 403), "x")
    with pytest.raises(CredentialsRefused):
        body_of(sample("bad_key", 403), "x")


def test_a_refusal_carries_the_code_and_not_the_words_of_the_provider() -> None:
    with pytest.raises(GatewayNotFound) as caught:
        body_of(sample("error_in_200"), "clients.get")
    assert caught.value.details == {"status": 404, "provider_code": "API-404"}
    assert "no client 7" not in str(caught.value)


def test_a_page_in_its_usual_form() -> None:
    found = page_of(page("clients", {"id": 1}, {"id": 2}, has_more=True, size=50), ("clients",), "x")
    assert [bytes(item) for item in found.items] == [b'{"id":1}', b'{"id":2}']
    assert (found.has_more, found.size) == (True, 50)


def test_a_page_with_more_in_it_is_read_too() -> None:
    odd = answer({"pagination": {"has_more": True, "x": 1}, "extra": {}, "leads": [{"id": 1}]})
    assert page_of(odd, ("leads",), "x").has_more


@pytest.mark.parametrize("name", ["clients", "leads", "memberships"])
@pytest.mark.parametrize(
    "value",
    [
        {"data": [], "page": 1, "page_size": 100},
        {"clients": {}, "leads": {}, "memberships": {}, "pagination": {"has_more": False}},
        {"clients": [], "leads": [], "memberships": []},
        {"clients": [], "leads": [], "memberships": [], "pagination": {}},
        {"clients": [], "leads": [], "memberships": [], "pagination": {"has_more": "no"}},
        [],
        None,
        "text",
    ],
)
def test_another_form_of_page_is_an_error_and_not_an_empty_list(name: str, value: object) -> None:
    with pytest.raises(GatewayUnavailable):
        page_of(answer(value), (name,), "x")


def test_an_error_in_place_of_a_page_is_that_error() -> None:
    with pytest.raises(GatewayNotFound):
        page_of(sample("error_in_200"), ("clients",), "x")
    with pytest.raises(CredentialsRefused):
        page_of(answer({"clients": [], "HTTPCode": 401, "pagination": {"has_more": False}}), ("clients",), "x")


def test_records_come_bare_or_wrapped() -> None:
    assert msgspec.json.decode(record_of(answer({"id": 1}), "x", "client_data")) == {"id": 1}
    wrapped = answer({"is_success": True, "client_data": {"id": 2}, "id": 9})
    assert msgspec.json.decode(record_of(wrapped, "x", "client_data")) == {"id": 2}


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'"ok"', b'{"is_success":true,"client_data":null}'])
def test_success_without_a_record_leaves_open_what_happened(body: bytes) -> None:
    with pytest.raises(GatewayUnavailable):
        record_of(HttpResponse(status=200, body=body), "x", "client_data")


def test_is_success_false_is_a_refusal() -> None:
    with pytest.raises(GatewayRejected):
        record_of(answer({"is_success": False, "id": 1}), "x")


DEEP = b"[" * 100_000 + b"]" * 100_000


def test_what_is_nested_too_deeply_cannot_be_read() -> None:
    for body in (DEEP, b'{"clients":[],"x":' + DEEP + b"}", b'{"HTTPCode":' + DEEP + b"}"):
        response = HttpResponse(status=200, body=body)
        with pytest.raises(BadAnswer):
            effective_status(response)
        with pytest.raises(GatewayUnavailable):
            page_of(response, ("clients",), "x")
        with pytest.raises(GatewayUnavailable):
            record_of(response, "x")
    with pytest.raises(GatewayRejected):
        body_of(HttpResponse(status=422, body=b'{"ErrorCode":' + DEEP + b"}"), "x")


def test_errors_quote_little_of_an_answer() -> None:
    keys = {f"{n}\n{'k' * 3000}": 1 for n in range(50)}
    with pytest.raises(GatewayUnavailable) as caught:
        page_of(answer(keys), ("clients",), "x")
    assert len(str(caught.value)) == 300
    assert "k" * 41 not in str(caught.value)
    assert str(caught.value).isprintable()
