"""Access tokens: asked for rightly, kept while they last, asked for once."""

import asyncio
import json
from base64 import urlsafe_b64decode
from datetime import timedelta
from urllib.parse import parse_qs

import attrs
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from tresen.adapters.emulators.google_calendar.keys import ServiceAccount, key_pair
from tresen.adapters.google_calendar.account import TOKEN_URI, ServiceAccountKey
from tresen.adapters.google_calendar.token import Grantee, TokenCell, assertion, token_of, token_request
from tresen.adapters.http.messages import HttpRequest, HttpResponse, Transport
from tresen.adapters.memory.clock import FixedClock
from tresen.domain.shared.errors import CredentialsRefused, GatewayUnavailable


@attrs.define
class Exchange(Transport):
    """Gives a new token each time, after letting others run."""

    asked: list[HttpRequest] = attrs.field(factory=list)
    answer: HttpResponse | None = None

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.asked.append(request)
        await asyncio.sleep(0)
        body = {"access_token": f"t-{len(self.asked)}", "expires_in": 3599, "token_type": "Bearer"}
        return self.answer or HttpResponse(status=200, body=json.dumps(body).encode())


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def key(clock: FixedClock) -> ServiceAccountKey:
    return ServiceAccountKey(
        type="service_account",
        client_email="desk@project.iam.example",
        private_key=ServiceAccount(clock.now).private_key,
        private_key_id="k-1",
        token_uri="https://token.example/token",
    )


def parts(jwt: str) -> list[bytes]:
    return [urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in jwt.split(".")]


def test_the_assertion_is_signed_and_says_who_what_and_until_when(key: ServiceAccountKey, clock: FixedClock) -> None:
    jwt = assertion(Grantee(key), now=clock.now())
    header, claims, signature = parts(jwt)
    assert json.loads(header) == {"alg": "RS256", "typ": "JWT", "kid": "k-1"}
    said = json.loads(claims)
    assert (said["iss"], said["aud"]) == ("desk@project.iam.example", TOKEN_URI)
    assert (said["iat"], said["exp"] - said["iat"]) == (int(clock.now().timestamp()), 3600)
    assert "https://www.googleapis.com/auth/calendar.events" in said["scope"].split()
    assert "sub" not in said
    signed = jwt.rpartition(".")[0].encode()
    key_pair().public_key().verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())


def test_it_is_exchanged_at_the_address_in_the_key_file(key: ServiceAccountKey) -> None:
    request = token_request(key, "a.b.c")
    assert (request.method, request.url, request.idempotent) == ("POST", "https://token.example/token", True)
    assert parse_qs((request.body or b"").decode()) == {
        "grant_type": ["urn:ietf:params:oauth:grant-type:jwt-bearer"],
        "assertion": ["a.b.c"],
    }
    assert "a.b.c" not in repr(request)


async def test_a_token_is_kept_until_a_minute_before_its_end(key: ServiceAccountKey, clock: FixedClock) -> None:
    cell, exchange = TokenCell(), Exchange()
    assert await cell.get(Grantee(key), exchange, clock) == "t-1"
    clock.advance(timedelta(seconds=3538))
    assert await cell.get(Grantee(key), exchange, clock) == "t-1"
    clock.advance(timedelta(seconds=1))
    assert await cell.get(Grantee(key), exchange, clock) == "t-2"


def test_a_user_in_whose_name_it_works_is_named(key: ServiceAccountKey, clock: FixedClock) -> None:
    _, claims, _ = parts(assertion(Grantee(key, "desk@example.com"), now=clock.now()))
    assert json.loads(claims)["sub"] == "desk@example.com"


async def test_another_grantee_gets_another_token(key: ServiceAccountKey, clock: FixedClock) -> None:
    cell, exchange = TokenCell(), Exchange()
    assert await cell.get(Grantee(key), exchange, clock) == "t-1"
    assert await cell.get(Grantee(key, "desk@example.com"), exchange, clock) == "t-2"
    assert await cell.get(Grantee(key, "desk@example.com"), exchange, clock) == "t-2"


async def test_of_many_who_need_one_at_once_one_asks(key: ServiceAccountKey, clock: FixedClock) -> None:
    cell, exchange = TokenCell(), Exchange()
    tokens = await asyncio.gather(*(cell.get(Grantee(key), exchange, clock) for _ in range(20)))
    assert (set(tokens), len(exchange.asked)) == ({"t-1"}, 1)


async def test_a_refused_token_is_dropped_unless_it_was_replaced_already(
    key: ServiceAccountKey, clock: FixedClock
) -> None:
    cell, exchange = TokenCell(), Exchange()
    old = await cell.get(Grantee(key), exchange, clock)
    cell.drop(old)
    new = await cell.get(Grantee(key), exchange, clock)
    cell.drop(old)
    assert await cell.get(Grantee(key), exchange, clock) == new == "t-2"


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refusal_is_a_matter_for_a_person(status: int, clock: FixedClock) -> None:
    answer = HttpResponse(status=status, body=b'{"error": "invalid_grant", "error_description": "Invalid JWT"}')
    with pytest.raises(CredentialsRefused, match="invalid_grant"):
        token_of(answer, now=clock.now())


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"access_token": 1}', b"\xff"])
def test_an_odd_answer_may_be_better_later(body: bytes, clock: FixedClock) -> None:
    with pytest.raises(GatewayUnavailable):
        token_of(HttpResponse(status=200, body=body), now=clock.now())
    with pytest.raises(CredentialsRefused):
        token_of(HttpResponse(status=400, body=body), now=clock.now())


def test_no_secret_is_in_any_repr(key: ServiceAccountKey, clock: FixedClock) -> None:
    assert "PRIVATE" not in repr(key)
    granted = HttpResponse(status=200, body=b'{"access_token": "s3cret", "expires_in": 10}')
    assert "s3cret" not in repr(token_of(granted, now=clock.now()))
