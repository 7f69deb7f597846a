"""A signature covers bytes, not what they mean: they are looked at as they came in, through a real server."""

import json

import httpx
import pytest
from tests.integration.webhooks.front_desk import FrontDesk
from tests.unit.adapters.webhooks.hooks import sign

from tresen.application.webhooks.administer_inbox import NewSecret

SECRET = "whsec_c0unt3r"
# Any program that reads this and writes it again writes something else: blanks, escapes, 1.0, the order, a name twice.
ODD = b'{ "id":"evt_1" ,\n "type"  : "t\\u00e9st",\t"amount":1.0, "a\\/b": [ ],"a":1e2,  "a" : "\\ud83d\\ude00" }\r\n'
KEYS = {"calcom": "cal_1", "retell": SECRET, "stripe": "", "woocommerce": "ck_1:cs_1"}


@pytest.fixture(params=KEYS)
async def door(request: pytest.FixtureRequest, desk: FrontDesk) -> tuple[str, str]:
    """A provider, and the address at which its webhooks come in."""
    provider: str = request.param
    account = await desk.connect(provider, KEYS[provider], base_url="https://provider.example")
    if provider != "retell":
        secret = NewSecret(tenant_id=desk.tenant.id, account_id=account.id, secret=SECRET)
        await desk.use_cases.administer_inbox.give_secret(secret)
    return provider, await desk.address(account)


async def send(desk: FrontDesk, door: tuple[str, str], *, signed: bytes, sent: bytes) -> int:
    provider, address = door
    headers = {"content-type": "application/json", **sign(provider, SECRET, signed, at=desk.clock.now())}
    async with httpx.AsyncClient() as client:
        return (await client.post(address, content=sent, headers=headers)).status_code


async def test_oddly_written_json_is_accepted_and_kept_byte_by_byte(desk: FrontDesk, door: tuple[str, str]) -> None:
    assert await send(desk, door, signed=ODD, sent=ODD) in {200, 204}
    (row,) = await desk.deliveries()
    kept = (await desk.use_cases.get_delivery(desk.tenant.id, row.id)).delivery
    assert kept.body == ODD


async def test_the_same_json_written_otherwise_is_refused(desk: FrontDesk, door: tuple[str, str]) -> None:
    again = json.dumps(json.loads(ODD)).encode()
    assert json.loads(again) == json.loads(ODD)
    assert await send(desk, door, signed=ODD, sent=again) == 401
    assert await send(desk, door, signed=again, sent=ODD) == 401
    assert await desk.deliveries() == []
