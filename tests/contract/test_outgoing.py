"""What endpoints, messages and attempts promise beyond every collection (ports/outgoing.py)."""

from collections.abc import Sequence
from datetime import timedelta

import attrs
import pytest
from tests.builders import NOON, values_of
from tests.outgoing import a_message, an_attempt, an_endpoint

from tresen.application.ports.outgoing import MessageFilter, OutgoingFigures
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.shared.errors import AlreadyExists, InvalidValue, NotFound
from tresen.domain.shared.ids import TenantId
from tresen.domain.shared.page import Listing
from tresen.domain.webhooks.endpoint import DisabledReason, Endpoint
from tresen.domain.webhooks.message import Attempt, Message, MessageState

from .kinds import LATER, ODD
from .stores import Backend

MINUTE = timedelta(minutes=1)
ALL = MessageFilter()


@pytest.fixture
async def endpoint(backend: Backend, tenant: TenantId) -> Endpoint:
    one = an_endpoint(tenant)
    await backend.write(tenant, lambda uow: uow.endpoints.add(one))
    return one


@pytest.fixture
async def others_endpoint(backend: Backend, other: TenantId) -> Endpoint:
    one = an_endpoint(other)
    await backend.write(other, lambda uow: uow.endpoints.add(one))
    return one


async def store(backend: Backend, tenant: TenantId, *messages: Message) -> None:
    await backend.write(tenant, lambda uow: uow.messages.add_many(messages))


async def test_endpoints_are_listed_by_name(backend: Backend, tenant: TenantId, others_endpoint: Endpoint) -> None:
    assert others_endpoint.name == "shop"
    added = [an_endpoint(tenant, name) for name in ("shop", "Zoo", "app", "Äpp")]

    async def add(uow: UnitOfWork) -> None:
        for one in added:
            await uow.endpoints.add(one)

    await backend.write(tenant, add)
    shop, zoo, app, umlaut = added
    found = await backend.read(tenant, lambda uow: uow.endpoints.all())
    assert [values_of(e) for e in found] == [values_of(e) for e in (app, shop, zoo, umlaut)]


async def test_a_disabled_endpoint_is_not_active(
    backend: Backend, tenant: TenantId, endpoint: Endpoint, others_endpoint: Endpoint
) -> None:
    disabled = an_endpoint(tenant, "disabled")
    await backend.write(tenant, lambda uow: uow.endpoints.add(disabled))
    disabled.disable(DisabledReason.PERSON, now=LATER)
    await backend.write(tenant, lambda uow: uow.endpoints.save(disabled))
    found = await backend.read(tenant, lambda uow: uow.endpoints.active())
    assert [e.id for e in found] == [endpoint.id]
    (foreign,) = await backend.read(others_endpoint.tenant_id, lambda uow: uow.endpoints.active())
    assert foreign.id == others_endpoint.id


async def test_an_endpoints_name_is_unique_within_the_tenant(
    backend: Backend, tenant: TenantId, endpoint: Endpoint, others_endpoint: Endpoint
) -> None:
    assert endpoint.name == others_endpoint.name
    second = an_endpoint(tenant, "second")
    await backend.write(tenant, lambda uow: uow.endpoints.add(second))
    with pytest.raises(AlreadyExists):
        await backend.write(tenant, lambda uow: uow.endpoints.add(an_endpoint(tenant, endpoint.name)))
    second.name = endpoint.name
    with pytest.raises(AlreadyExists):
        await backend.write(tenant, lambda uow: uow.endpoints.save(second))


async def test_what_an_endpoint_records_is_kept_with_it(backend: Backend, tenant: TenantId, endpoint: Endpoint) -> None:
    endpoint.disable(DisabledReason.GONE, now=LATER)
    await backend.write(tenant, lambda uow: uow.endpoints.save(endpoint))
    (event,) = await backend.read(tenant, lambda uow: uow.events.of_subject("endpoint", str(endpoint.id)))
    assert (event.type, event.data) == ("endpoint.disabled", {"name": "shop", "reason": "gone"})


async def test_an_endpoint_is_removed_with_all_that_belongs_to_it(
    backend: Backend, tenant: TenantId, other: TenantId, endpoint: Endpoint, others_endpoint: Endpoint
) -> None:
    kept = an_endpoint(tenant, "kept")
    await backend.write(tenant, lambda uow: uow.endpoints.add(kept))
    gone, stays, foreign = a_message(endpoint), a_message(kept), a_message(others_endpoint)
    for message in (gone, stays, foreign):
        await store(backend, message.tenant_id, message)
        await backend.write(message.tenant_id, lambda uow, m=message: uow.messages.log(an_attempt(m)))  # type: ignore[misc]  # bound now
    with pytest.raises(NotFound):
        await backend.write(tenant, lambda uow: uow.endpoints.remove(others_endpoint.id))
    await backend.write(tenant, lambda uow: uow.endpoints.remove(endpoint.id))
    with pytest.raises(NotFound):
        await backend.write(tenant, lambda uow: uow.endpoints.remove(endpoint.id))
    for missing in (gone, foreign):
        with pytest.raises(NotFound):
            await backend.read(tenant, lambda uow, m=missing: uow.messages.get(m.id))  # type: ignore[misc]  # bound now
    assert not await backend.read(tenant, lambda uow: uow.messages.attempts(gone.id))
    assert len(await backend.read(tenant, lambda uow: uow.messages.attempts(stays.id))) == 1
    assert len(await backend.read(other, lambda uow: uow.messages.attempts(foreign.id))) == 1


async def test_messages_go_in_together_or_not_at_all(backend: Backend, tenant: TenantId, endpoint: Endpoint) -> None:
    first, second = a_message(endpoint), a_message(endpoint)
    await store(backend, tenant, first)
    with pytest.raises(AlreadyExists):
        await store(backend, tenant, second, first)
    with pytest.raises(NotFound):
        await backend.read(tenant, lambda uow: uow.messages.get(second.id))
    await store(backend, tenant)


async def test_a_message_comes_back_as_it_went_in(backend: Backend, tenant: TenantId, endpoint: Endpoint) -> None:
    message = a_message(endpoint, subject=f"lead:{ODD}", body=bytes(range(256)), created_at=LATER)
    await store(backend, tenant, message)
    found = await backend.read(tenant, lambda uow: uow.messages.get(message.id))
    assert values_of(found) == values_of(message)
    assert found.version == 1


async def test_no_tenant_adds_or_reads_anothers_messages(
    backend: Backend, tenant: TenantId, endpoint: Endpoint, others_endpoint: Endpoint
) -> None:
    foreign = a_message(others_endpoint)
    with pytest.raises(NotFound):
        await store(backend, tenant, foreign)
    await store(backend, others_endpoint.tenant_id, foreign)
    page = await backend.read(tenant, lambda uow: uow.messages.page(others_endpoint.id, ALL, Listing()))
    assert (page.items, page.count) == ((), 0)
    assert not await backend.read(
        tenant, lambda uow: uow.messages.matching(others_endpoint.id, ALL, after=None, limit=9)
    )
    with pytest.raises(NotFound):
        await backend.write(tenant, lambda uow: uow.messages.log(an_attempt(foreign)))
    assert not await backend.write(tenant, lambda uow: uow.messages.cancel_pending(others_endpoint.id, now=LATER))
    kept = await backend.read(others_endpoint.tenant_id, lambda uow: uow.messages.get(foreign.id))
    assert kept.state is MessageState.PENDING


async def five(backend: Backend, endpoint: Endpoint) -> list[Message]:
    """Two of one instant, and one of another endpoint."""
    minutes, states = (0, 1, 1, 2, 3), (*MessageState, MessageState.FAILED)
    messages = [
        a_message(endpoint, f"lead.{state.value}", state=state, created_at=NOON + minute * MINUTE)
        for minute, state in zip(minutes, states, strict=True)
    ]
    neighbour = an_endpoint(endpoint.tenant_id, "neighbour")
    await backend.write(endpoint.tenant_id, lambda uow: uow.endpoints.add(neighbour))
    await store(backend, endpoint.tenant_id, *reversed(messages), a_message(neighbour))
    return messages


async def test_a_page_is_a_window_by_creation(backend: Backend, tenant: TenantId, endpoint: Endpoint) -> None:
    messages = await five(backend, endpoint)
    for window, expected in (
        (Listing(limit=2), messages[:2]),
        (Listing(limit=2, offset=1, descending=True), messages[3:1:-1]),
        (Listing(offset=9), []),
    ):
        page = await backend.read(tenant, lambda uow, w=window: uow.messages.page(endpoint.id, ALL, w))  # type: ignore[misc]  # bound now
        assert ([row.id for row in page.items], page.count) == ([m.id for m in expected], 5)
    with pytest.raises(InvalidValue):
        await backend.read(tenant, lambda uow: uow.messages.page(endpoint.id, ALL, Listing(order_by="state")))


async def test_a_line_says_all_but_the_body(backend: Backend, tenant: TenantId, endpoint: Endpoint) -> None:
    message = a_message(endpoint, body=b"12345")
    message.note(an_attempt(message, status=None), again_in_s=5)
    await store(backend, tenant, message)
    (line,) = (await backend.read(tenant, lambda uow: uow.messages.page(endpoint.id, ALL, Listing()))).items
    expected = {name: value for name, value in values_of(message).items() if name in attrs.fields_dict(type(line))}
    assert attrs.asdict(line) == {**expected, "size": 5, "waits_for": None}


async def test_the_head_of_a_subject_is_what_was_tried_else_what_waits_longest(
    backend: Backend, tenant: TenantId, endpoint: Endpoint, others_endpoint: Endpoint
) -> None:
    old, young, tried = (a_message(endpoint, created_at=NOON + minute * MINUTE) for minute in range(3))
    tried.note(an_attempt(tried, status=500, at=LATER), again_in_s=3_600)
    first, second = a_message(endpoint, subject="lead:2"), a_message(endpoint, subject="lead:2")
    again = a_message(endpoint, subject="lead:3", state=MessageState.FAILED)
    again.replay(now=NOON + 2 * MINUTE)
    before = a_message(endpoint, subject="lead:3", created_at=NOON + MINUTE)
    done = a_message(endpoint, subject="lead:4", state=MessageState.DELIVERED)
    await store(backend, tenant, second, first, old, young, tried, again, before, done)
    await store(backend, others_endpoint.tenant_id, a_message(others_endpoint))
    heads = await backend.read(tenant, lambda uow: uow.messages.heads(endpoint.id))
    assert {head.subject: head.id for head in heads} == {"lead:1": tried.id, "lead:2": first.id, "lead:3": before.id}
    few = await backend.read(tenant, lambda uow: uow.messages.heads(endpoint.id, {"lead:2", "lead:9"}))
    assert [head.id for head in few] == [first.id]
    assert not await backend.read(others_endpoint.tenant_id, lambda uow: uow.messages.heads(endpoint.id))


async def test_what_once_arrived_can_be_left_out(backend: Backend, tenant: TenantId, endpoint: Endpoint) -> None:
    never, once = a_message(endpoint), a_message(endpoint)
    once.note(an_attempt(once, at=LATER), again_in_s=None)
    once.replay(now=LATER)
    await store(backend, tenant, never, once)
    wanted = MessageFilter(never_delivered=True)
    page = await backend.read(tenant, lambda uow: uow.messages.page(endpoint.id, wanted, Listing()))
    assert [row.id for row in page.items] == [never.id]
    found = await backend.read(tenant, lambda uow: uow.messages.matching(endpoint.id, wanted, after=None, limit=9))
    assert [message.id for message in found] == [never.id]
    kept = await backend.read(tenant, lambda uow: uow.messages.get(once.id))
    assert kept.first_delivered_at == LATER


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (MessageFilter(states=frozenset({MessageState.FAILED})), [2, 4]),
        (MessageFilter(states=frozenset({MessageState.FAILED, MessageState.PENDING})), [0, 2, 4]),
        (MessageFilter(states=frozenset()), []),
        (MessageFilter(event_type="lead.failed"), [2, 4]),
        (MessageFilter(since=NOON + MINUTE), [1, 2, 3, 4]),
        (MessageFilter(until=NOON + 3 * MINUTE), [0, 1, 2, 3]),
        (MessageFilter(since=NOON + MINUTE, until=NOON + 2 * MINUTE), [1, 2]),
    ],
)
async def test_messages_are_filtered(
    backend: Backend, tenant: TenantId, endpoint: Endpoint, wanted: MessageFilter, expected: list[int]
) -> None:
    messages = await five(backend, endpoint)
    page = await backend.read(tenant, lambda uow: uow.messages.page(endpoint.id, wanted, Listing()))
    found = await backend.read(tenant, lambda uow: uow.messages.matching(endpoint.id, wanted, after=None, limit=9))
    ids = [messages[number].id for number in expected]
    assert [row.id for row in page.items] == [m.id for m in found] == ids


async def test_matching_goes_on_where_it_stopped(backend: Backend, tenant: TenantId, endpoint: Endpoint) -> None:
    messages = await five(backend, endpoint)
    seen: list[Message] = []

    async def the_next(uow: UnitOfWork) -> Sequence[Message]:
        return await uow.messages.matching(endpoint.id, ALL, after=seen[-1] if seen else None, limit=2)

    for _ in range(4):
        seen += await backend.read(tenant, the_next)
    assert [values_of(m) for m in seen] == [values_of(m) for m in messages]


async def test_only_what_waits_at_that_endpoint_is_cancelled(
    backend: Backend, tenant: TenantId, endpoint: Endpoint
) -> None:
    messages = await five(backend, endpoint)
    assert await backend.write(tenant, lambda uow: uow.messages.cancel_pending(endpoint.id, now=LATER)) == 1
    cancelled = await backend.read(tenant, lambda uow: uow.messages.get(messages[0].id))
    assert (cancelled.state, cancelled.next_at, cancelled.done_at) == (MessageState.CANCELLED, None, LATER)
    assert cancelled.version == 2
    (neighbour,) = [e for e in await backend.read(tenant, lambda uow: uow.endpoints.all()) if e.id != endpoint.id]
    page = await backend.read(tenant, lambda uow: uow.messages.page(neighbour.id, ALL, Listing()))
    assert [row.state for row in page.items] == [MessageState.PENDING]


async def test_attempts_come_by_number(backend: Backend, tenant: TenantId, endpoint: Endpoint) -> None:
    message = a_message(endpoint)
    await store(backend, tenant, message, a_message(endpoint))
    answered = Attempt(message_id=message.id, number=1, at=LATER, status=503, duration_ms=14_999, excerpt=ODD[:9])
    lost = Attempt(message_id=message.id, number=2, at=LATER, error="answer_lost", duration_ms=0)

    async def log(uow: UnitOfWork) -> None:
        for attempt in (lost, answered):
            await uow.messages.log(attempt)

    await backend.write(tenant, log)
    assert list(await backend.read(tenant, lambda uow: uow.messages.attempts(message.id))) == [answered, lost]
    with pytest.raises(AlreadyExists):
        await backend.write(tenant, lambda uow: uow.messages.log(lost))


async def test_figures_count_all_tenants_and_counts_one(
    backend: Backend, tenant: TenantId, endpoint: Endpoint, others_endpoint: Endpoint
) -> None:
    assert await backend.outgoing.figures() == OutgoingFigures(pending=0, oldest_pending_at=None, disabled_endpoints=0)
    assert await backend.read(tenant, lambda uow: uow.messages.counts()) == {}
    old = a_message(endpoint, created_at=NOON - MINUTE, state=MessageState.FAILED)
    await store(backend, tenant, old, a_message(endpoint), a_message(endpoint, created_at=LATER))
    await store(backend, others_endpoint.tenant_id, a_message(others_endpoint, created_at=LATER))
    disabled = an_endpoint(tenant, "disabled")
    disabled.disable(DisabledReason.PERSON, now=LATER)
    await backend.write(tenant, lambda uow: uow.endpoints.add(disabled))
    figures = await backend.outgoing.figures()
    assert figures == OutgoingFigures(pending=3, oldest_pending_at=NOON, disabled_endpoints=1)
    counts = await backend.read(tenant, lambda uow: uow.messages.counts())
    assert counts == {MessageState.PENDING: 2, MessageState.FAILED: 1}
