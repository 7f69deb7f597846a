"""Messages arrive: at least once, in order per subject, and what does not is told."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import pytest

from tresen.adapters.memory.webhook_sender import MemoryWebhookSender
from tresen.application.jobs.kinds import NotYet
from tresen.application.outgoing.change_endpoint import EndpointChange
from tresen.application.outgoing.deliver import SCHEDULE
from tresen.application.ports.outgoing import Answer
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.staff.task import TaskState
from tresen.domain.webhooks.endpoint import DisabledReason, Endpoint, EndpointState
from tresen.domain.webhooks.message import Message, MessageState

from .post import Post, url_of

DELIVERED, PENDING, FAILED, CANCELLED = (
    MessageState.DELIVERED,
    MessageState.PENDING,
    MessageState.FAILED,
    MessageState.CANCELLED,
)
SECONDS = timedelta(seconds=1)


async def test_a_subjects_messages_wait_for_the_one_that_failed_and_others_go_on() -> None:
    post = Post()
    shop = await post.endpoint()
    post.sender.answers[url_of("shop")] = [500, 204]
    await post.happen("1", "1", "2", "1")
    await post.work()
    assert post.went_to("shop") == ["1", "2"]
    assert await post.states(shop) == [PENDING, PENDING, DELIVERED, PENDING]
    await post.work(after=6 * SECONDS)
    assert await post.states(shop) == [DELIVERED] * 4
    ids = [message.webhook_id for message in await post.messages(shop)]
    assert [s.webhook_id for s in post.sender.sent] == [ids[0], ids[2], ids[0], ids[1], ids[3]]


async def test_a_failing_endpoint_does_not_hold_up_another() -> None:
    post = Post()
    await post.endpoint("bad")
    await post.endpoint("good")
    post.sender.answers[url_of("bad")] = [500]
    await post.happen("1", "1")
    await post.work()
    assert post.went_to("good") == ["1", "1"]
    assert post.went_to("bad") == ["1"]


async def test_a_message_is_tried_by_the_schedule_with_the_same_id_and_bytes() -> None:
    post = Post()
    shop = await post.endpoint()
    post.sender.answers[url_of("shop")] = [500]
    await post.happen("1")
    await post.work()
    for done, delay in enumerate(SCHEDULE.delays_s, start=1):
        assert len(post.sender.sent) == done
        await post.work(after=timedelta(seconds=delay - 2))
        assert len(post.sender.sent) == done
        await post.work(after=3 * SECONDS)
    assert len(post.sender.sent) == 10
    await post.fail_for_good()
    assert len({(s.webhook_id, s.body) for s in post.sender.sent}) == 1
    assert len(post.sender.sent) == 10
    assert await post.states(shop) == [FAILED]
    assert post.queued() == 0
    (message,) = await post.messages(shop)
    shown = await post.browse.message(post.tenant, shop.id, message.id)
    assert [attempt.number for attempt in shown.attempts] == list(range(1, 11))
    assert {attempt.status for attempt in shown.attempts} == {500}


def test_the_schedule_is_the_example_of_standard_webhooks() -> None:
    hours = sum(SCHEDULE.delays_s) / 3600
    assert hours == pytest.approx(75 + 35 / 60 + 5 / 3600)
    assert SCHEDULE.delay_s(1, jitter=0.99) == pytest.approx(5.0, rel=0.1)
    assert SCHEDULE.delay_s(10, jitter=0.0) is None


async def test_a_receiver_may_ask_for_more_time() -> None:
    post = Post()
    await post.endpoint()
    post.sender.answers[url_of("shop")] = [Answer(status=429, duration_s=0.1, retry_after_s=600.0), 204]
    await post.happen("1")
    await post.work()
    await post.work(after=590 * SECONDS)
    assert len(post.sender.sent) == 1
    await post.work(after=11 * SECONDS)
    assert len(post.sender.sent) == 2


async def test_what_the_receiver_said_is_kept_with_the_attempt_and_nowhere_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It may be our own request, and tell those who may read jobs or logs what they may not know."""
    caplog.set_level(0)
    post = Post()
    shop = await post.endpoint()
    post.sender.answers[url_of("shop")] = [Answer(status=500, duration_s=0.1, excerpt="POST /hooks?token=s3cret")]
    await post.happen("1")
    await post.work()
    (held,) = [held for _, held in post.store.room(post.tenant).jobs.items()]
    assert held.job.last_error == "not_yet: not delivered: 500"
    assert "s3cret" not in caplog.text
    (message,) = await post.messages(shop)
    shown = await post.browse.message(post.tenant, shop.id, message.id)
    assert [attempt.excerpt for attempt in shown.attempts] == ["POST /hooks?token=s3cret"]


async def test_410_disables_the_endpoint_at_once_and_tells_a_person() -> None:
    post = Post()
    shop = await post.endpoint("shop")
    await post.endpoint("watch", "endpoint.*")
    post.sender.answers[url_of("shop")] = [Answer(status=410, duration_s=0.1, excerpt="moved out")]
    await post.happen("1", "1", "1")
    await post.work()
    assert await post.states(shop) == [FAILED, CANCELLED, CANCELLED]
    endpoint = await post.again(shop)
    assert (endpoint.state, endpoint.disabled_reason) == (EndpointState.DISABLED, DisabledReason.GONE)
    (task,) = post.tasks()
    assert task.subject == f"endpoint:{shop.id}"
    assert task.details["answer"] == "410"
    assert task.details["cancelled_messages"] == "2"
    assert post.went_to("shop") == ["1"]
    assert post.went_to("watch") == [str(shop.id)]
    await post.happen("1")
    await post.work()
    assert post.went_to("shop") == ["1"]


async def test_every_try_is_counted_by_its_outcome() -> None:
    post = Post()
    await post.endpoint()
    unanswered = Answer(error="connect_failed", duration_s=0.1)
    post.sender.answers[url_of("shop")] = [204, 500, unanswered, 302, 410]
    await post.happen("1")
    await post.work()
    await post.happen("2")
    await post.fail_for_good()
    assert post.observed == ["delivered", "refused", "unanswered", "refused", "gone"]


@pytest.mark.parametrize("end", ["gone", "disabled", "deleted"])
async def test_no_job_is_left_of_messages_that_are_sent_no_more(end: str) -> None:
    post = Post()
    shop, other = await post.endpoint(), await post.endpoint("other")
    post.sender.answers[url_of("other")] = [500]
    post.sender.answers[url_of("shop")] = [500, 500, 410]
    await post.happen("1", "1", "2", "2")
    await post.work()
    assert post.queued() == 8
    match end:
        case "gone":
            await post.happen("3")
            await post.work()
            assert (await post.again(shop)).state is EndpointState.DISABLED
        case "disabled":
            await post.switch.disable(post.tenant, shop.id)
        case _:
            await post.delete(post.tenant, shop.id)
    left = {held.job.lane for _, held in post.store.room(post.tenant).jobs.items()}
    assert left
    assert all((lane or "").startswith(f"endpoint:{other.id}:") for lane in left)


async def test_five_messages_in_a_row_that_fail_for_good_disable_the_endpoint() -> None:
    post = Post()
    shop = await post.endpoint()
    url = url_of("shop")
    post.sender.answers[url] = [500]
    for number in range(5):
        assert (await post.again(shop)).state is EndpointState.ACTIVE
        await post.happen(str(number))
    await post.work()
    # All five at once, and within the five days that a failing endpoint is given.
    for delay in SCHEDULE.delays_s:
        await post.work(after=timedelta(seconds=delay))
    endpoint = await post.again(shop)
    assert (endpoint.disabled_reason, endpoint.failed_messages) == (DisabledReason.FAILING, 5)
    assert await post.states(shop) == [FAILED] * 5
    assert len(post.tasks()) == 1


async def test_five_days_without_success_disable_the_endpoint() -> None:
    post = Post()
    shop = await post.endpoint()
    post.sender.answers[url_of("shop")] = [500]
    await post.happen("1")
    await post.work()
    await post.work(after=timedelta(days=5))
    assert (await post.again(shop)).disabled_reason is DisabledReason.FAILING
    assert await post.states(shop) == [CANCELLED]


async def test_one_success_makes_up_for_what_failed() -> None:
    post = Post()
    shop = await post.endpoint()
    post.sender.answers[url_of("shop")] = [500, 204]
    await post.happen("1")
    await post.work()
    assert (await post.again(shop)).failing_since is not None
    await post.work(after=6 * SECONDS)
    assert (await post.again(shop)).failing_since is None


async def test_success_upon_success_does_not_touch_the_endpoint() -> None:
    post = Post()
    shop = await post.endpoint()
    await post.happen("1", "2")
    await post.work()
    assert (await post.again(shop)).version == shop.version


async def test_enabling_closes_the_task_and_sends_nothing_by_itself() -> None:
    post = Post()
    shop = await post.endpoint()
    url = url_of("shop")
    post.sender.answers[url] = [500, 410]
    await post.happen("1", "1")
    await post.work()
    await post.work(after=6 * SECONDS)
    post.sender.answers[url] = [204]
    await post.switch.enable(post.tenant, shop.id)
    assert [task.state for task in post.tasks()] == [TaskState.DONE]
    await post.fail_for_good()
    assert await post.states(shop) == [FAILED, CANCELLED]
    assert len(post.sender.sent) == 2


async def test_killed_after_the_receiver_got_it_it_is_sent_again_with_the_same_id(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    post = Post()
    shop = await post.endpoint()
    await post.happen("1")
    settled = DeliverSpy(post, monkeypatch)
    settled.dies = True
    await post.work()
    assert await post.states(shop) == [PENDING]
    settled.dies = False
    await post.work(after=timedelta(hours=1))
    assert await post.states(shop) == [DELIVERED]
    first, second = post.sender.sent
    assert (first.webhook_id, first.body) == (second.webhook_id, second.body)


class DeliverSpy:
    """The store is gone in the moment in which an attempt is to be kept, as if the process had been killed."""

    def __init__(self, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
        self.dies = False
        run = type(post.transactions).run

        async def dying(transactions: object, tenant: object, name: str, work: object) -> object:
            if self.dies and name == "settle_message":
                raise ConnectionError
            return await run(transactions, tenant, name, work)  # type: ignore[arg-type]  # passed on as they are

        monkeypatch.setattr(type(post.transactions), "run", dying)


async def test_killed_after_the_attempt_was_kept_it_is_not_sent_before_its_time() -> None:
    """The job comes back at once, but the message knows better."""
    post = Post()
    shop = await post.endpoint()
    post.sender.answers[url_of("shop")] = [500]
    await post.happen("1")
    (job,) = await post.queue.claim({"deliver_message": None}, worker=post.ids.new(), count=1)
    for _ in range(2):
        with pytest.raises(NotYet):
            await post.deliver(job)
    assert len(post.sender.sent) == 1
    (message,) = await post.messages(shop)
    assert message.attempts == 1


class Meddling(MemoryWebhookSender):
    """While it sends, ``meddle`` happens."""

    def __init__(self) -> None:
        super().__init__()
        self.meddle: Callable[[], Awaitable[object]] | None = None

    async def send(self, message: Message, *, url: str, secrets: Sequence[str]) -> Answer:
        if self.meddle is not None:
            await self.meddle()
        return await super().send(message, url=url, secrets=secrets)


async def disable_without_cancelling(post: Post, shop: Endpoint) -> None:
    """As it looks to a message that is written while its endpoint is being disabled."""

    async def save(uow: UnitOfWork) -> None:
        endpoint = await uow.endpoints.get(shop.id)
        endpoint.state = EndpointState.DISABLED
        await uow.endpoints.save(endpoint)

    await post.transactions.run(post.tenant, "save", save)


async def test_a_message_of_a_disabled_endpoint_is_cancelled_and_not_sent() -> None:
    post = Post()
    shop = await post.endpoint()
    await post.happen("1")
    await disable_without_cancelling(post, shop)
    await post.work()
    assert post.sender.sent == []
    assert await post.states(shop) == [CANCELLED]


async def test_an_endpoint_is_disabled_once() -> None:
    sender = Meddling()
    post = Post(sender)
    shop = await post.endpoint()
    post.sender.answers[url_of("shop")] = [410]
    sender.meddle = lambda: disable_without_cancelling(post, shop)
    await post.happen("1")
    await post.work()
    assert await post.states(shop) == [FAILED]
    assert post.tasks() == []


async def test_disabled_while_it_is_sent_the_attempt_is_kept_and_the_message_stays_cancelled() -> None:
    sender = Meddling()
    post = Post(sender)
    shop = await post.endpoint()
    sender.meddle = lambda: post.switch.disable(post.tenant, shop.id)
    await post.happen("1")
    await post.work()
    (message,) = await post.messages(shop)
    assert (message.state, message.attempts) == (CANCELLED, 1)
    assert len((await post.browse.message(post.tenant, shop.id, message.id)).attempts) == 1


async def test_a_deleted_endpoint_is_sent_nothing_any_more() -> None:
    post = Post()
    shop = await post.endpoint()
    await post.happen("1")
    await post.delete(post.tenant, shop.id)
    await post.work()
    assert post.sender.sent == []
    assert post.queued() == 0


async def test_deleted_while_it_is_sent() -> None:
    sender = Meddling()
    post = Post(sender)
    shop = await post.endpoint()
    sender.meddle = lambda: post.delete(post.tenant, shop.id)
    await post.happen("1")
    await post.work()
    assert len(sender.sent) == 1
    assert post.queued() == 0


async def test_messages_that_wait_go_to_the_new_address_with_the_new_secret() -> None:
    post = Post()
    shop = await post.endpoint()
    await post.happen("1")
    await post.update(EndpointChange(tenant_id=post.tenant, endpoint_id=shop.id, url=url_of("new")))
    rotated = await post.rotate(post.tenant, shop.id)
    await post.work()
    (sent,) = post.sender.sent
    assert sent.url == url_of("new")
    assert sent.secrets[0] == rotated.secret
    assert len(sent.secrets) == 2
    await post.happen("2")
    await post.work(after=timedelta(hours=24))
    assert post.sender.sent[-1].secrets == (rotated.secret,)
