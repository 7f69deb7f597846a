"""A call that rings is answered quickly, and always."""

import asyncio

import attrs
import pytest
from tests.post import KEY, SECRET, Post

from tresen.adapters.memory.webhooks import MemoryCallAnswers, Told, encode, signed
from tresen.application.ports.inbound_calls import CallSetup, InboundCall, InboundCalls
from tresen.application.ports.inboxes import DeliveryListing
from tresen.application.ports.webhooks import BadSignature, SynchronousAnswer, WebhookRequest
from tresen.application.webhooks.answer_call import AnswerInboundCall, NoSetup
from tresen.application.webhooks.receive import InboxDisabled, IncomingWebhook
from tresen.domain.shared.errors import NotFound
from tresen.domain.webhooks.inbox import Inbox

USUAL = SynchronousAnswer(body={"agent": None, "variables": {}})


@attrs.define
class Attended(InboundCalls):
    """Counts calls; gives each its number. ``error`` is raised; ``stuck`` never comes to an end."""

    calls: list[InboundCall] = attrs.field(factory=list)
    error: Exception | None = None
    stuck: bool = False

    async def set_up(self, call: InboundCall) -> CallSetup:
        self.calls.append(call)
        if self.stuck:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error
        return CallSetup(agent=f"agent-{len(self.calls)}", variables={"name": "Ana"})


def answering(post: Post, calls: InboundCalls, *, budget_s: float = 5.0) -> AnswerInboundCall:
    return AnswerInboundCall(post.receive, post.intake, calls, {"memory": MemoryCallAnswers()}, budget_s=budget_s)


def ringing(
    told: Told | None = None, *, secret: str = SECRET, key: str = KEY, provider: str = "memory"
) -> IncomingWebhook:
    body = encode(told or Told(type="call.inbound", subject="c-1", values={"from_number": "+4930"}))
    return IncomingWebhook(provider=provider, key=key, request=WebhookRequest(headers=signed(body, secret), body=body))


async def stored(post: Post) -> int:
    return (await post.store.inboxes.page(post.tenant, DeliveryListing())).count


async def test_a_call_is_set_up_and_stored(post: Post) -> None:
    calls = Attended()
    answer = await answering(post, calls)(ringing())
    assert answer.body == {"agent": "agent-1", "variables": {"name": "Ana"}}
    (call,) = calls.calls
    assert (call.tenant_id, call.account_id) == (post.tenant, post.account.id)
    assert (call.call_id, call.values) == ("c-1", {"from_number": "+4930"})
    await post.work()
    (event,) = await post.effects()
    assert (event.type, event.subject_id) == ("provider.call.inbound", "c-1")


async def test_by_default_everything_is_as_usual(post: Post) -> None:
    assert await answering(post, NoSetup())(ringing()) == USUAL


async def test_the_same_call_gets_the_same_answer(post: Post) -> None:
    calls = Attended()
    answer = answering(post, calls)
    first, second = await asyncio.gather(answer(ringing()), answer(ringing()))
    assert first == second == await answer(ringing())
    assert len(calls.calls) == 1
    assert await answer(ringing(Told(type="call.inbound", subject="c-2"))) != first
    assert await stored(post) == 2


async def test_a_call_without_an_id_is_answered_each_time(post: Post) -> None:
    calls = Attended()
    answer = answering(post, calls)
    for _ in range(2):
        await answer(ringing(Told(type="nameless")))
    assert [call.call_id for call in calls.calls] == [None, None]


@pytest.mark.parametrize("error", [ValueError("x"), TypeError("variables are texts"), NotFound("agent", "1")])
async def test_a_call_is_answered_as_usual_when_its_set_up_fails(post: Post, error: Exception) -> None:
    assert await answering(post, Attended(error=error))(ringing()) == USUAL
    assert await stored(post) == 1


async def test_a_call_is_answered_as_usual_when_its_set_up_takes_too_long(post: Post) -> None:
    assert await answering(post, Attended(stuck=True), budget_s=0.01)(ringing()) == USUAL


async def test_the_answer_does_not_wait_for_a_store_that_is_busy_but_the_call_is_stored_in_the_end(
    post: Post,
) -> None:
    await post.receive.admit(ringing())
    answer = answering(post, Attended(), budget_s=0.01)
    async with post.store.units.open(post.tenant):
        assert (await answer(ringing())).body["agent"] == "agent-1"
    await answer.finish()
    assert await stored(post) == 1


async def test_a_call_is_answered_as_usual_when_the_store_cannot_be_asked(post: Post) -> None:
    await post.change_inbox(secrets=(attrs.evolve((await inbox_of(post)).secrets[0], sealed=b"damaged"),))
    assert await answering(post, Attended())(ringing()) == USUAL


async def inbox_of(post: Post) -> Inbox:
    async with post.store.units.open(post.tenant, read_only=True) as uow:
        return await uow.inboxes.get(post.account.id)


async def test_nobody_else_is_answered(post: Post) -> None:
    answer = answering(post, Attended())
    with pytest.raises(BadSignature):
        await answer(ringing(secret="wrong"))
    for strange in (ringing(key="x"), ringing(provider="other")):
        with pytest.raises(NotFound):
            await answer(strange)
    await post.change_inbox(disabled_at=post.account.created_at)
    with pytest.raises(InboxDisabled):
        await answering(post, Attended())(ringing(secret="wrong"))
    assert await stored(post) == 0


@pytest.mark.parametrize("value", [1, None, True, ["a"]])
def test_variables_are_texts(value: object) -> None:
    with pytest.raises(TypeError):
        CallSetup(variables={"name": value})  # type: ignore[dict-item]  # what is refused
