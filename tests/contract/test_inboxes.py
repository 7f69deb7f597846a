"""What inboxes and deliveries promise (ports/inboxes.py)."""

from datetime import timedelta
from functools import partial

import attrs
import pytest
from tests.builders import NOON, a_delivery, an_account, an_inbox, values_of

from tresen.application.ports.inboxes import DeliveryFilter, DeliveryListing, Door
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.shared.errors import AlreadyExists, InvalidValue, NotFound, StorageConflict
from tresen.domain.shared.ids import DeliveryId, TenantId
from tresen.domain.shared.page import Listing
from tresen.domain.tenancy.provider_account import ProviderAccount
from tresen.domain.webhooks.delivery import Delivery, DeliveryState
from tresen.domain.webhooks.inbox import Inbox
from tresen.domain.webhooks.standing import Standing

from .stores import Backend

MINUTE = timedelta(minutes=1)


async def put(backend: Backend, *deliveries: Delivery) -> list[bool]:
    """Add those that are new, in one transaction."""
    tenant = deliveries[0].tenant_id
    return list(await backend.write(tenant, lambda uow: uow.deliveries.add_new(deliveries)))


async def ended(backend: Backend, delivery: Delivery, state: DeliveryState) -> None:
    async def end(uow: UnitOfWork) -> None:
        stored = await uow.deliveries.get(delivery.id)
        stored.conclude(state, now=NOON)
        await uow.deliveries.save(stored)

    await backend.write(delivery.tenant_id, end)


async def open_inbox(backend: Backend, inbox: Inbox) -> None:
    await backend.write(inbox.tenant_id, lambda uow: uow.inboxes.add(inbox))


async def add_account(uow: UnitOfWork, account: ProviderAccount) -> None:
    await uow.accounts.add(account)


async def matching(backend: Backend, tenant: TenantId, wanted: DeliveryFilter) -> tuple[DeliveryId, ...]:
    return tuple(await backend.read(tenant, lambda uow: uow.deliveries.matching(wanted, limit=10)))


async def load(backend: Backend, delivery: Delivery) -> Delivery:
    return await backend.read(delivery.tenant_id, lambda uow: uow.deliveries.get(delivery.id))


def a_standing(account: ProviderAccount, delivery: Delivery, order: tuple[int, ...] | None = (1,)) -> Standing:
    return Standing(
        tenant_id=account.tenant_id,
        account_id=account.id,
        subject_kind="order",
        subject_id="5",
        order=order,
        content_hash=delivery.content_hash,
        delivery_id=delivery.id,
        applied_at=NOON,
    )


async def test_an_inbox_is_found_by_its_key_with_its_account(
    backend: Backend, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    own, foreign = an_inbox(account, "key-1"), an_inbox(others_account, "key-2")
    for inbox in (own, foreign):
        await open_inbox(backend, inbox)
    for key, inbox, its in (("key-1", own, account), ("key-2", foreign, others_account)):
        door = await backend.inboxes.by_key(key)
        assert isinstance(door, Door)
        assert values_of(door.inbox) == values_of(inbox)
        assert values_of(door.account) == values_of(its)


async def test_an_unknown_key_leads_nowhere(backend: Backend, account: ProviderAccount) -> None:
    await backend.write(account.tenant_id, lambda uow: uow.inboxes.add(an_inbox(account, "key-1")))
    for unknown in ("", "key", "KEY-1", "key-1 ", "key-%"):
        assert await backend.inboxes.by_key(unknown) is None


async def test_a_key_is_unique_in_the_installation(
    backend: Backend, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    await backend.write(account.tenant_id, lambda uow: uow.inboxes.add(an_inbox(account, "same")))
    with pytest.raises(AlreadyExists):
        await backend.write(others_account.tenant_id, lambda uow: uow.inboxes.add(an_inbox(others_account, "same")))


async def test_inboxes_are_listed_by_provider(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    accounts = [
        an_account(tenant, "one", provider="stripe"),
        an_account(tenant, "two", provider="calcom"),
        an_account(tenant, "three", provider="calcom"),
        an_account(other, "four", provider="calcom"),
    ]
    for number, one in enumerate(accounts):
        await backend.write(one.tenant_id, partial(add_account, account=one))
        await open_inbox(backend, an_inbox(one, f"key-{number}"))

    async def listed(uow: UnitOfWork) -> tuple[list[Inbox], list[Inbox]]:
        return list(await uow.inboxes.all()), list(await uow.inboxes.of_provider("calcom"))

    every, some = await backend.read(tenant, listed)
    assert [inbox.id for inbox in every] == [accounts[1].id, accounts[2].id, accounts[0].id]
    assert [inbox.id for inbox in some] == [accounts[1].id, accounts[2].id]


async def test_of_deliveries_with_one_key_only_the_first_is_new_and_the_others_are_counted(
    backend: Backend, account: ProviderAccount
) -> None:
    first, again = a_delivery(account, b"1", key="k"), a_delivery(account, b"2", key="k")
    fresh = a_delivery(account, b"3", key="l")
    assert await put(backend, first) == [True]
    assert await put(backend, again, fresh, again) == [False, True, False]
    stored = await load(backend, first)
    assert (stored.body, stored.duplicates) == (b"1", 2)
    assert (await load(backend, fresh)).duplicates == 0
    with pytest.raises(NotFound):
        await load(backend, again)


async def test_one_transaction_may_bring_the_same_key_twice(backend: Backend, account: ProviderAccount) -> None:
    first, again = a_delivery(account, b"1", key="k"), a_delivery(account, b"1", key="k")
    assert await put(backend, first, again) == [True, False]
    assert (await load(backend, first)).duplicates == 1


async def test_a_delivery_key_is_unique_per_account_and_tenant(
    backend: Backend, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    second = an_account(account.tenant_id, "second")
    await backend.write(account.tenant_id, lambda uow: uow.accounts.add(second))
    for one in (account, second, others_account):
        assert await put(backend, a_delivery(one, key="k")) == [True]


async def test_another_tenants_delivery_is_not_taken(
    backend: Backend, tenant: TenantId, others_account: ProviderAccount
) -> None:
    with pytest.raises(NotFound):
        await backend.write(tenant, lambda uow: uow.deliveries.add_new([a_delivery(others_account)]))


async def test_saving_leaves_the_count_of_duplicates_alone(backend: Backend, account: ProviderAccount) -> None:
    delivery = a_delivery(account, key="k")
    await put(backend, delivery)
    held = await load(backend, delivery)
    await put(backend, a_delivery(account, key="k"))
    held.conclude(DeliveryState.DONE, now=NOON)
    await backend.write(account.tenant_id, lambda uow: uow.deliveries.save(held))
    stored = await load(backend, delivery)
    assert (stored.state, stored.duplicates) == (DeliveryState.DONE, 1)


async def test_content_is_found_once_it_is_done(
    backend: Backend, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    own, foreign = a_delivery(account, b"same", key="a"), a_delivery(others_account, b"same", key="b")
    await put(backend, own)
    await put(backend, foreign)

    async def found(uow: UnitOfWork) -> object:
        return await uow.deliveries.done_with_content(account.id, own.content_hash)

    await ended(backend, foreign, DeliveryState.DONE)
    assert await backend.read(account.tenant_id, found) is None
    await ended(backend, own, DeliveryState.DONE)
    assert await backend.read(account.tenant_id, found) == own.id


async def test_what_waits_comes_oldest_first(
    backend: Backend, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    late, early = a_delivery(account, b"1", received_at=NOON + MINUTE), a_delivery(account, b"2")
    gone, foreign = a_delivery(account, b"3"), a_delivery(others_account, b"4", received_at=NOON - MINUTE)
    await put(backend, late, early, gone)
    await put(backend, foreign)
    await ended(backend, gone, DeliveryState.IGNORED)
    waiting = await backend.read(account.tenant_id, lambda uow: uow.deliveries.waiting(account.id, limit=10))
    assert [one.id for one in waiting] == [early.id, late.id]
    assert waiting[0].body == b"2"
    first = await backend.read(account.tenant_id, lambda uow: uow.deliveries.waiting(account.id, limit=1))
    assert [one.id for one in first] == [early.id]
    everywhere = await backend.inboxes.waiting(before=NOON + MINUTE, limit=10)
    assert [(one.tenant_id, one.delivery_id) for one in everywhere] == [
        (foreign.tenant_id, foreign.id),
        (early.tenant_id, early.id),
    ]
    assert [one.delivery_id for one in await backend.inboxes.waiting(before=NOON + MINUTE, limit=1)] == [foreign.id]


async def test_deliveries_match_by_provider_state_and_time(
    backend: Backend, tenant: TenantId, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    shop = an_account(tenant, "shop", provider="stripe")
    await backend.write(tenant, lambda uow: uow.accounts.add(shop))
    a, b = a_delivery(account, b"1"), a_delivery(account, b"2", received_at=NOON + MINUTE)
    c = a_delivery(shop, b"3", received_at=NOON + 2 * MINUTE)
    await put(backend, a, b, c)
    await put(backend, a_delivery(others_account, b"4"))
    await ended(backend, b, DeliveryState.DEAD)
    cases = {
        (a.id, b.id, c.id): DeliveryFilter(),
        (c.id,): DeliveryFilter(provider="stripe"),
        (b.id,): DeliveryFilter(states=frozenset({DeliveryState.DEAD, DeliveryState.DONE})),
        (b.id, c.id): DeliveryFilter(since=NOON + MINUTE),
        (a.id, b.id): DeliveryFilter(until=NOON + 2 * MINUTE),
        (): DeliveryFilter(provider="stripe", states=frozenset({DeliveryState.DEAD})),
    }
    for expected, wanted in cases.items():
        assert await matching(backend, tenant, wanted) == expected
        page = await backend.inboxes.page(tenant, DeliveryListing(filter=wanted))
        assert tuple(row.id for row in page.items) == expected[::-1]
        assert page.count == len(expected)
    assert await backend.read(tenant, lambda uow: uow.deliveries.matching(DeliveryFilter(), limit=1)) == [a.id]


async def test_a_line_of_the_list_tells_everything_but_headers_and_body(
    backend: Backend, account: ProviderAccount
) -> None:
    delivery = a_delivery(account, b"12345", key="k")
    await put(backend, delivery)
    await put(backend, a_delivery(account, key="k"))
    stored = await load(backend, delivery)
    stored.fail("no luck")
    stored.type, stored.subject = "order.updated", "order:5"
    stored.conclude(DeliveryState.DEAD, now=NOON + MINUTE, reason="gone")
    await backend.write(account.tenant_id, lambda uow: uow.deliveries.save(stored))
    (row,) = (await backend.inboxes.page(account.tenant_id, DeliveryListing())).items
    expected = {name: value for name, value in values_of(stored).items() if name in attrs.fields_dict(type(row))}
    assert attrs.asdict(row) == {**expected, "size": 5}
    assert row.duplicates == 1


async def test_a_window_of_the_list_is_cut_after_ordering(backend: Backend, account: ProviderAccount) -> None:
    deliveries = [a_delivery(account, bytes([n]), received_at=NOON + n * MINUTE) for n in range(5)]
    await put(backend, *deliveries)
    window = DeliveryListing(window=Listing(limit=2, offset=1, order_by="received_at"))
    page = await backend.inboxes.page(account.tenant_id, window)
    assert [row.id for row in page.items] == [deliveries[1].id, deliveries[2].id]
    assert page.count == 5
    with pytest.raises(InvalidValue):
        await backend.inboxes.page(account.tenant_id, DeliveryListing(window=Listing(order_by="type")))


async def test_figures_count_all_tenants_by_state(
    backend: Backend, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    assert await backend.inboxes.figures() == []
    own, gone = a_delivery(account, b"1", received_at=NOON + MINUTE), a_delivery(account, b"2")
    done = a_delivery(account, b"4")
    await put(backend, own, gone, done)
    await put(backend, a_delivery(others_account, b"3"))
    await ended(backend, gone, DeliveryState.DEAD)
    await ended(backend, done, DeliveryState.DONE)
    figures = {f.state: (f.count, f.oldest_received_at) for f in await backend.inboxes.figures()}
    assert figures == {DeliveryState.RECEIVED: (2, NOON), DeliveryState.DEAD: (1, NOON)}


async def test_a_standing_is_kept_per_subject_account_and_tenant(
    backend: Backend, account: ProviderAccount, others_account: ProviderAccount
) -> None:
    standing = a_standing(account, a_delivery(account), (1, -2, 2**62))

    async def of(uow: UnitOfWork) -> Standing | None:
        return await uow.deliveries.standing(account.id, "order", "5")

    await backend.write(account.tenant_id, lambda uow: uow.deliveries.put_standing(standing))
    stored = await backend.read(account.tenant_id, of)
    assert stored is not None
    assert values_of(stored) == values_of(standing)
    assert await backend.read(others_account.tenant_id, of) is None
    standing.order = None
    await backend.write(account.tenant_id, lambda uow: uow.deliveries.put_standing(standing))
    moved = await backend.read(account.tenant_id, of)
    assert moved is not None
    assert (moved.order, moved.version) == (None, 2)
    foreign = a_standing(others_account, a_delivery(others_account))
    with pytest.raises(NotFound):
        await backend.write(account.tenant_id, lambda uow: uow.deliveries.put_standing(foreign))


async def test_whoever_moves_a_subject_second_learns_of_it(backend: Backend, account: ProviderAccount) -> None:
    first, second = (a_standing(account, a_delivery(account), (n,)) for n in (1, 2))
    await backend.write(account.tenant_id, lambda uow: uow.deliveries.put_standing(first))
    with pytest.raises(StorageConflict):
        await backend.write(account.tenant_id, lambda uow: uow.deliveries.put_standing(second))
    stale = attrs.evolve(first)
    await backend.write(account.tenant_id, lambda uow: uow.deliveries.put_standing(first))
    with pytest.raises(StorageConflict):
        await backend.write(account.tenant_id, lambda uow: uow.deliveries.put_standing(stale))


def test_a_range_does_not_end_before_it_begins() -> None:
    with pytest.raises(InvalidValue):
        DeliveryFilter(since=NOON, until=NOON - MINUTE)
