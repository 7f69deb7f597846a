"""The sender that all emulators share: faults, order, retries, the log."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx
import pytest
from tests.integration.emulators.subscriber import Subscriber, subscribed

from tresen.adapters.emulators.calcom import CalcomEmulator
from tresen.adapters.emulators.calcom.shapes import Attendee, BookingBody, WebhookBody
from tresen.adapters.emulators.sending import Hook, HookFault, HookRule, Letter, Sender
from tresen.adapters.emulators.sending.faults import read_hook_rules
from tresen.adapters.emulators.sending.hook import Judge, once, retrying
from tresen.adapters.memory.clock import FixedClock


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def sender(clock: FixedClock) -> Sender:
    return Sender(now=clock.now, sleep=clock.sleep, limit_s=5.0)


@pytest.fixture
async def subscriber() -> AsyncIterator[Subscriber]:
    async with subscribed() as subscriber:
        yield subscriber


def hook(subscriber: Subscriber, word: str, judge: Judge = once) -> Hook:
    def write(_at: datetime, wrong: bool) -> Letter:
        return Letter(headers={"X-Proof": "wrong" if wrong else "right"}, body=word.encode())

    return Hook(event=word, target="1", address=subscriber.url, write=write, judge=judge)


def bodies(subscriber: Subscriber) -> str:
    return "".join(one.body.decode() for one in subscriber.got)


async def test_webhooks_go_in_the_order_in_which_they_happened(sender: Sender, subscriber: Subscriber) -> None:
    for word in "abc":
        sender.send(hook(subscriber, word))
    assert await sender.flush() == 3
    assert bodies(subscriber) == "abc"
    assert subscriber.got[0].line == "POST /hooks?of=us HTTP/1.1"


async def test_a_duplicate_comes_twice(sender: Sender, subscriber: Subscriber) -> None:
    sender.faults.replace([HookRule(kind=HookFault.DUPLICATE, every=2)])
    for word in "abc":
        sender.send(hook(subscriber, word))
    await sender.flush()
    assert bodies(subscriber) == "abbc"


async def test_a_reordered_one_comes_after_its_successor(sender: Sender, subscriber: Subscriber) -> None:
    sender.faults.replace([HookRule(kind=HookFault.REORDER, times=1)])
    for word in "abc":
        sender.send(hook(subscriber, word))
    await sender.flush()
    assert bodies(subscriber) == "bac"


async def test_a_reordered_one_without_a_successor_is_not_lost(sender: Sender, subscriber: Subscriber) -> None:
    sender.faults.replace([HookRule(kind=HookFault.REORDER)])
    sender.send(hook(subscriber, "a"))
    await sender.flush()
    assert bodies(subscriber) == "a"


async def test_a_dropped_one_never_comes_and_is_in_the_log(sender: Sender, subscriber: Subscriber) -> None:
    sender.faults.replace([HookRule(kind=HookFault.DROP, event="b")])
    for word in "abc":
        sender.send(hook(subscriber, word))
    await sender.flush()
    assert bodies(subscriber) == "ac"
    dropped = [one for one in sender.log if one.attempt == 0]
    assert [(one.event, one.faults) for one in dropped] == [("b", ("drop",))]


async def test_a_delayed_one_waits_for_its_time(sender: Sender, subscriber: Subscriber, clock: FixedClock) -> None:
    sender.faults.replace([HookRule(kind=HookFault.DELAY, delay_ms=60_000, times=1)])
    for word in "ab":
        sender.send(hook(subscriber, word))
    await sender.flush()
    assert bodies(subscriber) == "b"
    clock.advance(timedelta(seconds=59))
    assert await sender.flush() == 0
    clock.advance(timedelta(seconds=1))
    await sender.flush()
    assert bodies(subscriber) == "ba"


async def test_a_wrongly_signed_one_stays_so_at_every_attempt(sender: Sender, clock: FixedClock) -> None:
    async with subscribed(401, 200) as subscriber:
        sender.faults.replace([HookRule(kind=HookFault.WRONG_SIGNATURE, times=1)])
        sender.send(hook(subscriber, "a", retrying((1.0,), accepted=(200,))))
        await sender.flush()
        clock.advance(timedelta(seconds=1))
        await sender.flush()
        assert [one.headers["x-proof"] for one in subscriber.got] == ["wrong", "wrong"]


async def test_retries_come_after_their_delays_until_one_is_accepted(sender: Sender, clock: FixedClock) -> None:
    async with subscribed(500, 0, 204) as subscriber:
        sender.send(hook(subscriber, "a", retrying((1.0, 10.0, 100.0), accepted=range(200, 300))))
        await sender.flush()
        for seconds, attempts in ((0.5, 1), (0.5, 2), (9.0, 2), (1.0, 3), (1000.0, 3)):
            clock.advance(timedelta(seconds=seconds))
            await sender.flush()
            assert len(subscriber.got) == attempts
    assert [(one.attempt, one.status) for one in sender.log] == [(1, 500), (2, None), (3, 204)]
    assert sender.waiting == 0


async def test_a_provider_that_tries_again_after_some_answers_only(sender: Sender, clock: FixedClock) -> None:
    async with subscribed(404) as subscriber:
        sender.send(hook(subscriber, "a", retrying((1.0,), accepted=(200,), again=(503,))))
        await sender.flush()
    assert sender.waiting == 0


async def test_redirects_are_answers_and_are_not_followed(sender: Sender) -> None:
    async with subscribed(302, 200) as subscriber:
        sender.send(hook(subscriber, "a"))
        await sender.flush()
        assert len(subscriber.got) == 1
    assert sender.log[-1].status == 302


async def test_nobody_listening_is_told_in_the_log(sender: Sender) -> None:
    async with subscribed() as subscriber:
        gone = subscriber.url
    sender.send(hook(Subscriber(gone, [200]), "a"))
    await sender.flush()
    assert sender.log[-1].status is None
    assert sender.log[-1].error


async def test_a_subscriber_that_is_silent_is_given_up(clock: FixedClock) -> None:
    sender = Sender(now=clock.now, limit_s=0.05)
    silence = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await silence.wait()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    async with server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        sender.send(hook(Subscriber(address, [200]), "a"))
        await sender.flush()
        silence.set()
    assert sender.log[-1].error == "no answer within 0.05 s"


async def test_by_itself_it_sends_when_each_is_due(subscriber: Subscriber) -> None:
    """With the machine's own time, as in a demo."""
    emulator = CalcomEmulator()
    async with emulator.serving():
        emulator.state.subscribe(
            WebhookBody(active=True, subscriber_url=subscriber.url, triggers=["BOOKING_CREATED"], secret="s")
        )
        emulator.sender.faults.replace([HookRule(kind=HookFault.DELAY, delay_ms=20, times=1)])
        for start in ("2026-11-25T15:00:00Z", "2026-11-25T16:00:00Z"):
            ana = Attendee(name="Ana", email="ana@example.com")
            emulator.state.book(BookingBody(event_type_id=101, start=start, attendee=ana))
        await subscriber.until(2)
    assert "T16:00" in subscriber.got[0].body.decode()


async def test_the_control_routes_send_break_and_show(subscriber: Subscriber, clock: FixedClock) -> None:
    emulator = CalcomEmulator(now=clock.now, automatic=False)
    async with emulator.serving(), httpx.AsyncClient(base_url=f"{emulator.root_url}/_emulator/hooks") as control:
        emulator.state.subscribe(
            WebhookBody(active=True, subscriber_url=subscriber.url, triggers=["BOOKING_PAID"], secret="s")
        )
        assert (await control.post("/faults", json={"rules": [{"kind": "duplicate"}]})).status_code == 200
        sent = await control.post("/send", json={"event": "BOOKING_PAID", "data": {"uid": "bk_1"}})
        assert sent.json() == {"subscribers": 1}
        assert (await control.post("/flush")).json() == {"attempts": 2}
        log = (await control.get("/log")).json()
        assert [one["status"] for one in log["sent"]] == [200, 200]
        assert log["faults"][0]["played"] == 1
        assert (await control.post("/faults", json={"rules": [{"kind": "duplicate", "evry": 2}]})).status_code == 400
        assert (await control.get("/nothing")).status_code == 404
    assert [one["uid"] for one in subscriber.said("payload")] == ["bk_1", "bk_1"]  # type: ignore[index] # an object


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ('{"kind": "delay"}', "delay_ms"),
        ('{"kind": "drop", "every": 0}', "every"),
        ('{"kind": "drop", "times": -1}', "times"),
        ('{"kind": "drop", "delay_ms": 1}', "delay_ms"),
        ('{"kind": "drop", "evnt": "x"}', "evnt"),
        ("{}", "kind"),
    ],
)
def test_rules_that_make_no_sense_are_refused(rule: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_hook_rules(f"[{rule}]".encode())


def test_it_works_on_the_other_event_loop_too() -> None:
    uvloop = pytest.importorskip("uvloop")

    async def send() -> list[int | None]:
        async with subscribed(500, 200) as subscriber:
            emulator = CalcomEmulator()
            async with emulator.serving():
                emulator.sender.send(hook(subscriber, "a", retrying((0.01,), accepted=(200,))))
                await subscriber.until(2)
                while len(emulator.sender.log) < 2:  # noqa: ASYNC110 -- its answer is on the way
                    await asyncio.sleep(0.001)
                return [one.status for one in emulator.sender.log]

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(send()) == [500, 200]
