"""From an event to the receiver: a whole installation, a real store, real sockets, the official library."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import WebhookVerificationError
from tests.packaging import ROOT

from tresen.adapters.security.sealing import new_key
from tresen.application.outgoing.places import SHARES, Manner
from tresen.application.outgoing.send_again import ReplayRange
from tresen.application.ports.outgoing import MessageFilter
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.domain.shared.ids import TenantId
from tresen.domain.shared.page import Listing
from tresen.domain.webhooks.endpoint import DisabledReason, EndpointState
from tresen.domain.webhooks.message import MessageState

from .house import House, opened
from .receiver import never, receiving, reset

SOON = timedelta(seconds=7)


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[House]:
    async with opened(tmp_path) as one:
        yield one


@pytest.fixture
async def postgresql(tmp_path: Path, postgres_url: str) -> AsyncIterator[House]:
    async with opened(tmp_path, postgres_url) as one:
        yield one


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest) -> House:
    """On one and on the other."""
    found: House = request.getfixturevalue(request.param)
    return found


async def test_an_event_reaches_the_receiver_who_verifies_it(house: House) -> None:
    async with receiving(204) as receiver:
        made = await house.endpoint(receiver.url)
        await house.happen("7")
        await house.work()
    (received,) = receiver.received
    told = received.verified(made.secret)
    assert isinstance(told, dict)
    assert told["type"] == "thing.rang"
    assert told["timestamp"].endswith("Z")
    assert abs(datetime.fromisoformat(told["timestamp"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert told["data"]["subject"] == {"kind": "thing", "id": "7"}
    assert (told["data"]["sequence"], told["data"]["values"]) == (1, {"name": "Zoë"})


async def test_what_a_use_case_does_is_told(house: House) -> None:
    """A disabled endpoint is told of to another one."""
    async with receiving() as receiver:
        watch = await house.endpoint(receiver.url, "endpoint.*", name="watch")
        shop = await house.endpoint("https://shop.example.com/")
        await house.uses.switch_endpoint.disable(house.tenant, shop.endpoint.id)
        await house.work()
    told = receiver.received[0].verified(watch.secret)
    assert isinstance(told, dict)
    assert (told["type"], told["data"]["values"]) == ("endpoint.disabled", {"name": "shop", "reason": "person"})


async def test_a_rotation_is_seamless_for_the_receiver(house: House) -> None:
    async with receiving() as receiver:
        old = await house.endpoint(receiver.url)
        new = await house.uses.rotate_endpoint_secret(house.tenant, old.endpoint.id, overlap_hours=1)
        await house.happen("1")
        await house.work()
        await house.happen("1")
        await house.work(after=timedelta(hours=2))
    during, after = receiver.received
    assert during.verified(old.secret) == during.verified(new.secret)
    assert after.headers["webhook-signature"].count("v1,") == 1
    with pytest.raises(WebhookVerificationError, match="too new"):
        after.verified(new.secret)


async def test_each_subject_in_order_whatever_fails(sqlite: House) -> None:
    """On the store whose queue goes by our clock, which a test can put forward."""
    house = sqlite
    async with receiving(500, reset, 301, 204) as receiver:
        made = await house.endpoint(receiver.url)
        await house.happen("a", "a", "b", "a", "b")
        await house.work()
        for delay in (SOON, timedelta(minutes=6), timedelta(minutes=40), SOON):
            await house.work(after=delay)
    first = list(dict.fromkeys(receiver.ids))
    page = await house.uses.browse_endpoints.messages(
        house.tenant, made.endpoint.id, MessageFilter(), Listing(limit=200)
    )
    assert {row.state for row in page.items} == {MessageState.DELIVERED}
    subjects = {row.id.hex: row.subject for row in page.items}
    order = [f"msg_{row.id.hex}" for row in page.items]
    for subject in ("thing:a", "thing:b"):
        seen = [one for one in first if subjects[one.removeprefix("msg_")] == subject]
        assert seen == [one for one in order if subjects[one.removeprefix("msg_")] == subject]


async def test_410_disables_it_and_a_replay_brings_what_was_cancelled(house: House) -> None:
    async with receiving(410, 204) as receiver:
        shop = (await house.endpoint(receiver.url)).endpoint
        await house.happen("1", "1")
        await house.work()
        off = await house.uses.browse_endpoints.one(house.tenant, shop.id)
        assert (off.state, off.disabled_reason) == (EndpointState.DISABLED, DisabledReason.GONE)
        tasks = await house.uses.readers.tasks(house.tenant, Listing(status="open"))
        assert [task.subject for task in tasks.items] == [f"endpoint:{shop.id}"]
        await house.uses.switch_endpoint.enable(house.tenant, shop.id)
        wish = ReplayRange(tenant_id=house.tenant, endpoint_id=shop.id, wanted=MessageFilter())
        assert await house.uses.replay_messages.many(wish) == 2
        await house.work()
    assert receiver.ids[0] == receiver.ids[1]
    assert len(receiver.ids) == 3
    assert (await house.uses.readers.tasks(house.tenant, Listing(status="open"))).count == 0


async def test_deleted_with_messages_that_wait(house: House) -> None:
    async with receiving(500) as receiver:
        shop = (await house.endpoint(receiver.url)).endpoint
        await house.happen("1")
        await house.work()
        await house.uses.delete_endpoint(house.tenant, shop.id)
        await house.work(after=SOON)
    assert len(receiver.received) == 1


async def test_a_receiver_that_hangs_does_not_hold_up_another_tenants_messages(house: House) -> None:
    async with receiving(never) as hangs, receiving() as answers:
        await house.endpoint(hangs.url)
        await house.happen(*map(str, range(100)))
        other = House(house.installation, house.uses, await _another_tenant(house), house.clock)
        made = await other.endpoint(answers.url)
        stop = asyncio.Event()
        work = asyncio.create_task(house.installation.worker().run(stop, grace_s=0.0))
        async with asyncio.timeout(5):
            await hangs.called.wait()
            await other.happen("1")
            await answers.called.wait()
        assert answers.received[0].verified(made.secret)
        assert len(hangs.received) <= SHARES[Manner.NEW].endpoint
        stop.set()
        await work


async def _another_tenant(house: House) -> TenantId:
    await house.uses.create_tenant(NewTenant(slug="other-studio", name="Other"))
    (other,) = [one.id for one in await house.uses.directory.tenants() if one.slug == "other-studio"]
    return other


KILLED_ONCE_SENT = """
import asyncio, os, sys
from datetime import timedelta
from pathlib import Path
from tests.integration.outgoing.house import opened
from tresen.application.outgoing.deliver import DeliverMessage

async def main(folder, key, dies):
    async with opened(Path(folder), key=key) as house:
        if dies == "dies":
            async def die(*_):
                os.kill(os.getpid(), 9)
            DeliverMessage._settled = die
        await house.work(after=timedelta(hours=1 if dies == "lives" else 0))

asyncio.run(main(*sys.argv[1:]))
"""


async def test_killed_between_sending_and_keeping_the_answer_the_receiver_sees_the_same_id_again(
    tmp_path: Path,
) -> None:
    """At least once: ``kill -9`` in the worst moment, then another process."""
    key = new_key()
    async with receiving(204) as receiver:
        async with opened(tmp_path, key=key) as house:
            made = await house.endpoint(receiver.url)
            await house.happen("1")
        codes = [await _run(tmp_path, key, word) for word in ("dies", "lives")]
        async with opened(tmp_path, key=key) as house:
            page = await house.uses.browse_endpoints.messages(
                house.tenant, made.endpoint.id, MessageFilter(), Listing()
            )
    assert codes == [-signal.SIGKILL, 0]
    assert len(receiver.received) == 2
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert first.verified(made.secret)
    assert [row.state for row in page.items] == [MessageState.DELIVERED]


async def _run(folder: Path, key: str, word: str) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED_ONCE_SENT, str(folder), key, word, cwd=ROOT
    )
    async with asyncio.timeout(60):
        return await process.wait()
