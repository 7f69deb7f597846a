"""What is not signed may be lost or changed on the way: it must not let one webhook take effect twice."""

import httpx
import pytest
from tests.integration.webhooks.front_desk import FrontDesk
from tests.unit.adapters.webhooks.hooks import sign

from tresen.application.webhooks.administer_inbox import NewSecret
from tresen.domain.webhooks.delivery import DeliveryState

SECRET = "shop-secret"
BODY = b'{"id":727,"status":"processing","total":"29.35","currency":"EUR","date_modified_gmt":"2026-03-02T11:59:00"}'
TOPIC = {"x-wc-webhook-topic": "order.created"}
# Each is sent after the first one, which has all headers.
LATER = {
    "the same": {**TOPIC, "x-wc-webhook-delivery-id": "d1"},
    "another id": {**TOPIC, "x-wc-webhook-delivery-id": "d2"},
    "no id": TOPIC,
    "an empty id": {**TOPIC, "x-wc-webhook-delivery-id": ""},
    "another topic": {"x-wc-webhook-topic": "order.updated", "x-wc-webhook-delivery-id": "d1"},
    "nothing but the signature": {},
}


@pytest.mark.parametrize("work_between", [True, False], ids=["processed before", "not processed yet"])
@pytest.mark.parametrize("headers", LATER.values(), ids=LATER)
async def test_an_order_that_comes_again_without_its_id_counts_once(
    desk: FrontDesk, headers: dict[str, str], work_between: bool
) -> None:
    account = await desk.connect("woocommerce", "ck_1:cs_1", base_url="https://shop.example")
    await desk.use_cases.administer_inbox.give_secret(
        NewSecret(tenant_id=desk.tenant.id, account_id=account.id, secret=SECRET)
    )
    proof = sign("woocommerce", SECRET, BODY)
    async with httpx.AsyncClient() as client:
        for sent in (LATER["the same"], headers, headers):
            answer = await client.post(await desk.address(account), content=BODY, headers={**sent, **proof})
            assert answer.status_code == 200
            if work_between:
                await desk.work()
    await desk.work()
    assert await desk.told() == {"order.created 727": 1}
    ends = {DeliveryState.DONE, DeliveryState.DUPLICATE, DeliveryState.UNUSABLE}
    assert {row.state for row in await desk.deliveries()} <= ends
