"""Inboxes are remembered for a second, and not all that there ever were."""

from datetime import timedelta

import pytest
from tests.builders import NOON
from tests.post import KEY, Post

from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.memory.inboxes import MemoryInboxReaders
from tresen.adapters.memory.webhooks import MemoryWebhookProviders, MemoryWebhooks
from tresen.application.webhooks import doors
from tresen.application.webhooks.doors import Doors
from tresen.domain.shared.errors import NotFound


class ApiKeyed(MemoryWebhooks):
    """Signs with the account's API key."""

    signs_with_api_key = True


async def test_an_inbox_is_remembered_once_it_was_looked_up(post: Post) -> None:
    one = Doors(post.store.inboxes, MemoryWebhookProviders(), post.box, post.store.clock)
    assert one.remembered(KEY) is None
    found = await one.look_up(KEY)
    assert one.remembered(KEY) is found
    assert (found.tenant_id, found.account_id, found.view.secrets) == (post.tenant, post.account.id, ("s3cret",))


async def test_a_clock_that_is_set_back_does_not_lengthen_memory(post: Post, clock: FixedClock) -> None:
    one = Doors(post.store.inboxes, MemoryWebhookProviders(), post.box, clock)
    found = await one.look_up(KEY)
    clock.set(NOON - timedelta(hours=1))
    assert one.remembered(KEY) is found
    clock.advance(timedelta(seconds=1.1))
    assert one.remembered(KEY) is None


@pytest.mark.parametrize("key", ["", "\0", "k" * 42, "k" * 44, "k" * 42 + "\n", "k" * 42 + "é", "k" * 42 + "/"])
async def test_the_store_is_not_asked_about_what_cannot_be_a_key(
    post: Post, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setattr(MemoryInboxReaders, "by_key", None)
    with pytest.raises(NotFound):
        await Doors(post.store.inboxes, MemoryWebhookProviders(), post.box, post.store.clock).look_up(key)


async def test_memory_has_its_bounds(post: Post) -> None:
    one = Doors(post.store.inboxes, MemoryWebhookProviders(), post.box, post.store.clock)
    found = await one.look_up(KEY)
    for number in range(doors._MOST):
        one._remembered[str(number)] = found
    await one.look_up(KEY)
    assert len(one._remembered) == 1


async def test_the_api_key_is_among_the_secrets_where_the_provider_signs_with_it(post: Post) -> None:
    async with post.store.units.open(post.tenant) as uow:
        account = await uow.accounts.get(post.account.id)
        account.credentials = post.box.seal("api-key")
        await uow.accounts.save(account)
        await uow.commit()
    keyed = Doors(post.store.inboxes, MemoryWebhookProviders([ApiKeyed()]), post.box, post.store.clock)
    assert (await keyed.look_up(KEY)).view.secrets == ("s3cret", "api-key")
    usual = Doors(post.store.inboxes, MemoryWebhookProviders(), post.box, post.store.clock)
    assert (await usual.look_up(KEY)).view.secrets == ("s3cret",)


async def test_neither_secrets_nor_keys_stand_in_its_text(post: Post) -> None:
    found = await Doors(post.store.inboxes, MemoryWebhookProviders(), post.box, post.store.clock).look_up(KEY)
    assert "s3cret" not in repr(found)
    assert KEY not in repr(found)
