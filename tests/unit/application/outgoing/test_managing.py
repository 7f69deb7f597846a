"""Endpoints are made, changed, switched, replayed, and never another tenant's."""

from datetime import timedelta

import pytest
from tests.builders import a_tenant

from tresen.application.outgoing.change_endpoint import EndpointChange
from tresen.application.outgoing.create_endpoint import ENDPOINTS_MAX, NewEndpoint
from tresen.application.outgoing.send_again import ReplayRange
from tresen.application.ports.outgoing import MessageFilter
from tresen.domain.shared.errors import AlreadyExists, IllegalTransition, InvalidValue, NotFound, RuleViolation
from tresen.domain.shared.page import Listing
from tresen.domain.webhooks.endpoint import DisabledReason, Endpoint, EndpointState
from tresen.domain.webhooks.message import MessageState

from .post import Post, url_of

DAY = timedelta(days=1)


def of(post: Post, endpoint: Endpoint, wanted: MessageFilter | None = None) -> ReplayRange:
    return ReplayRange(tenant_id=post.tenant, endpoint_id=endpoint.id, wanted=wanted or MessageFilter())


async def test_the_secret_is_told_once_and_kept_sealed() -> None:
    post = Post()
    made = await post.create(NewEndpoint(tenant_id=post.tenant, name=" shop ", url=url_of("shop")))
    assert made.secret.startswith("whsec_")
    kept = await post.again(made.endpoint)
    (secret,) = kept.secrets
    assert post.box.open(secret.sealed) == made.secret
    assert made.secret.encode() not in secret.sealed
    assert made.secret not in repr(made)
    assert (kept.name, kept.events) == ("shop", ("*",))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"url": "http://example.com"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"events": ()}, "events"),
        ({"events": ("Lead",)}, "events"),
        ({"events": ("lead.*", "leed.captured")}, "events"),
        ({"events": ("lead.captured.*",)}, "events"),
    ],
)
async def test_what_is_wrong_is_refused_when_it_is_made_and_when_it_is_changed(
    change: dict[str, object], field: str
) -> None:
    post = Post()
    shop = await post.endpoint()
    values = {"tenant_id": post.tenant, "name": "second", "url": url_of("second"), **change}
    for wrong in (
        lambda: post.create(NewEndpoint(**values)),  # type: ignore[arg-type]  # one of them is wrong
        lambda: post.update(EndpointChange(tenant_id=post.tenant, endpoint_id=shop.id, **change)),  # type: ignore[arg-type]  # one is wrong
    ):
        with pytest.raises(InvalidValue) as refused:
            await wrong()
        assert refused.value.details["field"] == field
    (kept,) = await post.browse.all(post.tenant)
    assert (kept.name, kept.url, kept.version) == (shop.name, shop.url, shop.version)


async def test_a_tenant_has_at_most_twenty() -> None:
    post = Post()
    for number in range(ENDPOINTS_MAX):
        await post.endpoint(f"e{number}")
    with pytest.raises(RuleViolation):
        await post.endpoint("one-too-many")
    assert len(await post.browse.all(post.tenant)) == ENDPOINTS_MAX == 20


async def test_a_name_is_taken_once() -> None:
    post = Post()
    await post.endpoint("shop")
    second = await post.endpoint("second")
    with pytest.raises(AlreadyExists):
        await post.endpoint("shop")
    with pytest.raises(AlreadyExists):
        await post.update(EndpointChange(tenant_id=post.tenant, endpoint_id=second.id, name="shop"))


async def test_only_what_is_given_is_changed() -> None:
    post = Post()
    shop = await post.endpoint("shop", "lead.*")
    changed = await post.update(EndpointChange(tenant_id=post.tenant, endpoint_id=shop.id, events=("member.*",)))
    assert (changed.name, changed.url, changed.events) == ("shop", url_of("shop"), ("member.*",))
    changed = await post.update(EndpointChange(tenant_id=post.tenant, endpoint_id=shop.id, name="store"))
    assert (changed.name, changed.events) == ("store", ("member.*",))


@pytest.mark.parametrize("hours", [-1, 721])
async def test_the_overlap_has_bounds(hours: int) -> None:
    post = Post()
    shop = await post.endpoint()
    with pytest.raises(InvalidValue):
        await post.rotate(post.tenant, shop.id, overlap_hours=hours)
    assert len((await post.again(shop)).secrets) == 1


async def test_the_overlap_is_a_day_unless_it_is_said() -> None:
    post = Post()
    shop = await post.endpoint()
    rotated = (await post.rotate(post.tenant, shop.id)).endpoint
    assert rotated.secrets[1].expires_at == post.clock.now() + DAY
    assert len((await post.rotate(post.tenant, shop.id, overlap_hours=0)).endpoint.secrets) == 1


async def test_a_person_disables_without_a_task_and_what_waits_is_cancelled() -> None:
    post = Post()
    shop = await post.endpoint()
    await post.happen("1")
    off = await post.switch.disable(post.tenant, shop.id)
    assert (off.state, off.disabled_reason) == (EndpointState.DISABLED, DisabledReason.PERSON)
    assert await post.states(shop) == [MessageState.CANCELLED]
    assert post.tasks() == []
    await post.work()
    assert post.sender.sent == []
    with pytest.raises(IllegalTransition):
        await post.switch.disable(post.tenant, shop.id)


async def test_a_disabled_endpoint_is_neither_tested_nor_replayed_to() -> None:
    post = Post()
    shop = await post.endpoint()
    await post.happen("1")
    (message,) = await post.messages(shop)
    await post.switch.disable(post.tenant, shop.id)
    with pytest.raises(IllegalTransition):
        await post.test(post.tenant, shop.id)
    with pytest.raises(IllegalTransition):
        await post.replay.one(post.tenant, shop.id, message.id)
    with pytest.raises(IllegalTransition):
        await post.replay.many(of(post, shop))


async def test_a_replay_keeps_the_id_and_the_bytes() -> None:
    post = Post()
    shop = await post.endpoint()
    await post.happen("1")
    await post.work()
    (message,) = await post.messages(shop)
    await post.replay.one(post.tenant, shop.id, message.id)
    with pytest.raises(IllegalTransition):
        await post.replay.one(post.tenant, shop.id, message.id)
    await post.work()
    first, second = post.sender.sent
    assert (first.webhook_id, first.body) == (second.webhook_id, second.body)
    shown = await post.browse.message(post.tenant, shop.id, message.id)
    assert [attempt.number for attempt in shown.attempts] == [1, 2]
    assert shown.message.state is MessageState.DELIVERED


async def test_what_was_cancelled_is_replayed_in_order_and_waits_for_no_old_job() -> None:
    """Its first job is still queued for its next try hours later: that one finds nothing to do."""
    post = Post()
    shop = await post.endpoint()
    post.sender.answers[url_of("shop")] = [500, 500, 500, 204]
    await post.happen("1", "1", "1")
    for seconds in (0, 6, 301):
        await post.work(after=timedelta(seconds=seconds))
    await post.switch.disable(post.tenant, shop.id)
    await post.switch.enable(post.tenant, shop.id)
    post.sender.sent.clear()
    assert await post.replay.many(of(post, shop)) == 3
    await post.work()
    ids = [message.webhook_id for message in await post.messages(shop)]
    assert [sent.webhook_id for sent in post.sender.sent] == ids
    await post.fail_for_good()
    assert len(post.sender.sent) == 3
    assert post.queued() == 0


async def test_a_range_replays_what_did_not_arrive_unless_it_says_otherwise() -> None:
    post = Post()
    shop = await post.endpoint()
    post.sender.answers[url_of("shop")] = [204]
    for number in range(250):
        await post.happen(str(number))
    await post.work()
    assert await post.replay.many(of(post, shop)) == 0
    delivered = frozenset({MessageState.DELIVERED})
    assert await post.replay.many(of(post, shop, MessageFilter(states=delivered, event_type="other"))) == 0
    post.sender.sent.clear()
    assert await post.replay.many(of(post, shop, MessageFilter(states=delivered))) == 250
    await post.work()
    assert sorted(post.went_to("shop"), key=int) == [str(number) for number in range(250)]
    with pytest.raises(InvalidValue):
        await post.replay.many(of(post, shop, MessageFilter(states=frozenset({MessageState.PENDING}))))


async def test_what_once_arrived_is_known_and_no_range_sends_it_again_unasked() -> None:
    post = Post()
    shop = await post.endpoint()
    post.sender.answers[url_of("shop")] = [204, 410]
    await post.happen("1")
    await post.work()
    (message,) = await post.messages(shop)
    arrived = message.done_at
    assert message.first_delivered_at == arrived is not None
    await post.replay.one(post.tenant, shop.id, message.id)
    await post.happen("2")
    await post.work(after=timedelta(hours=1))
    assert await post.states(shop) == [MessageState.FAILED, MessageState.CANCELLED]
    assert [message.first_delivered_at for message in await post.messages(shop)] == [arrived, None]
    await post.switch.enable(post.tenant, shop.id)
    assert await post.replay.many(of(post, shop)) == 1
    failed = MessageFilter(states=frozenset({MessageState.FAILED}))
    assert await post.replay.many(of(post, shop, failed)) == 1


async def test_what_waits_tells_for_what() -> None:
    post = Post()
    shop = await post.endpoint()
    post.sender.answers[url_of("shop")] = [500]
    await post.happen("1", "1")
    await post.work()
    head, follower = await post.messages(shop)
    page = await post.browse.messages(post.tenant, shop.id, MessageFilter(), Listing())
    assert [(row.next_at, row.waits_for) for row in page.items] == [(head.next_at, None), (None, head.id)]
    shown = [await post.browse.message(post.tenant, shop.id, one.id) for one in (head, follower)]
    assert [one.waits_for for one in shown] == [None, head.id]
    waiting = await post.browse.waiting(post.tenant, shop.id)
    assert (waiting.count, waiting.next_at) == (2, head.next_at)
    with pytest.raises(IllegalTransition, match=r"needs no replay: its next try is at 2026-\d\d-\d\d 12:00:05 UTC"):
        await post.replay.one(post.tenant, shop.id, head.id)
    with pytest.raises(IllegalTransition, match=f"is sent after {head.webhook_id}"):
        await post.replay.one(post.tenant, shop.id, follower.id)


async def test_no_tenant_reaches_anothers_endpoints() -> None:
    post = Post()
    stranger = a_tenant("stranger")
    post.store.add_room(stranger)
    shop, second = await post.endpoint("shop"), await post.endpoint("second")
    await post.happen("1")
    (message,) = await post.messages(shop)
    assert await post.browse.all(stranger.id) == []
    for reach in (
        lambda: post.browse.one(stranger.id, shop.id),
        lambda: post.browse.messages(stranger.id, shop.id, MessageFilter(), Listing()),
        lambda: post.browse.message(stranger.id, shop.id, message.id),
        lambda: post.browse.message(post.tenant, second.id, message.id),
        lambda: post.update(EndpointChange(tenant_id=stranger.id, endpoint_id=shop.id, name="mine")),
        lambda: post.rotate(stranger.id, shop.id),
        lambda: post.switch.disable(stranger.id, shop.id),
        lambda: post.switch.enable(stranger.id, shop.id),
        lambda: post.delete(stranger.id, shop.id),
        lambda: post.test(stranger.id, shop.id),
        lambda: post.replay.one(stranger.id, shop.id, message.id),
        lambda: post.replay.one(post.tenant, second.id, message.id),
        lambda: post.replay.many(ReplayRange(tenant_id=stranger.id, endpoint_id=shop.id, wanted=MessageFilter())),
    ):
        with pytest.raises(NotFound):
            await reach()
    assert (await post.again(shop)).version == shop.version
