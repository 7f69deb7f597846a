"""Webhooks are set up at the provider, and kept so."""

from collections.abc import Sequence
from datetime import timedelta

import attrs
import pytest
from tests.post import KEY, SECRET, Post

from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.memory.locks import MemoryRunLocks
from tresen.adapters.memory.registrars import MemoryRegistrars
from tresen.adapters.memory.webhooks import MemoryWebhookProviders, MemoryWebhooks, Told, encode
from tresen.adapters.security.tokens import RandomTokens
from tresen.application.jobs.kinds import JobKind
from tresen.application.ports.registrars import Missed
from tresen.application.ports.webhooks import Verified, WebhookRequest
from tresen.application.tenancy.credentials import RENEW_CREDENTIALS, CredentialGuard, subject_of
from tresen.application.webhooks.addresses import WebhookAddresses
from tresen.application.webhooks.doors import Doors
from tresen.application.webhooks.ensure import EnsureWebhooks, StoreMissed
from tresen.application.webhooks.ensure_job import EnsureWebhooksJob
from tresen.application.webhooks.open_inbox import OpenInbox
from tresen.application.webhooks.repair_task import REPAIR_WEBHOOKS
from tresen.domain.jobs.job import Job, JobState
from tresen.domain.shared.errors import (
    CredentialsRefused,
    GatewayRejected,
    GatewayUnavailable,
    GatewayUnsupported,
    NotConfigured,
    NotFound,
)
from tresen.domain.shared.ids import AccountId, JobId
from tresen.domain.shared.page import Listing
from tresen.domain.staff.task import StaffTask
from tresen.domain.tenancy.provider_account import CredentialState
from tresen.domain.webhooks.inbox import Inbox

ADDRESS = f"https://desk.example/webhooks/memory/{KEY}"


class SigningWithKey(MemoryWebhooks):
    """A provider that signs with the API key."""

    signs_with_api_key = True


@pytest.fixture
def registrars() -> MemoryRegistrars:
    return MemoryRegistrars()


@pytest.fixture
def locks() -> MemoryRunLocks:
    return MemoryRunLocks()


@pytest.fixture
def ensure(post: Post, registrars: MemoryRegistrars, clock: FixedClock, locks: MemoryRunLocks) -> EnsureWebhooks:
    return ensuring(post, registrars, clock, locks)


def ensuring(
    post: Post,
    registrars: MemoryRegistrars,
    clock: FixedClock,
    locks: MemoryRunLocks,
    *,
    base: str = "https://desk.example",
    providers: MemoryWebhookProviders | None = None,
) -> EnsureWebhooks:
    webhooks, tokens = providers or MemoryWebhookProviders(), RandomTokens()
    doors = Doors(post.store.inboxes, webhooks, post.box, clock)
    return EnsureWebhooks(
        post.transactions,
        registrars,
        webhooks,
        OpenInbox(webhooks, tokens, clock),
        StoreMissed(doors, post.receive, post.intake),
        WebhookAddresses(base),
        post.box,
        tokens,
        locks,
        CredentialGuard(clock, post.store.ids),
        clock,
    )


async def inbox(post: Post) -> Inbox:
    async with post.store.units.open(post.tenant, read_only=True) as uow:
        return await uow.inboxes.get(post.account.id)


def missed(*told: Told) -> Sequence[Missed]:
    return [
        Missed(
            verified=Verified(delivery_key=f"missed-{one.number}", type=one.type),
            request=WebhookRequest(headers={}, body=encode(one)),
        )
        for one in told
    ]


async def test_it_is_set_up_with_our_address_and_secret_and_remembered(
    post: Post, ensure: EnsureWebhooks, registrars: MemoryRegistrars
) -> None:
    standing = await ensure(post.tenant, post.account.id)
    key = str(post.account.id)
    assert (standing.address, standing.done, standing.error) == (ADDRESS, ["created a webhook"], None)
    assert (registrars.addresses, registrars.secrets) == ({key: ADDRESS}, {key: SECRET})
    assert (await inbox(post)).registrations == {f"hook-{key}": "{}"}
    assert (await ensure(post.tenant, post.account.id)).done == []


async def test_an_inbox_without_a_secret_gets_one_that_the_provider_is_told(
    post: Post, ensure: EnsureWebhooks, registrars: MemoryRegistrars
) -> None:
    await post.change_inbox(secrets=())
    await ensure(post.tenant, post.account.id)
    (kept,) = (await inbox(post)).secrets
    secret = registrars.secrets[str(post.account.id)]
    assert post.box.open(kept.sealed) == secret
    assert len(secret) == 43
    await ensure(post.tenant, post.account.id)
    assert (await inbox(post)).secrets == (kept,)


async def test_the_newest_secret_is_the_one_that_counts(
    post: Post, ensure: EnsureWebhooks, registrars: MemoryRegistrars, clock: FixedClock
) -> None:
    await ensure(post.tenant, post.account.id)
    changed = await inbox(post)
    clock.advance(timedelta(seconds=1))
    now = clock.now()
    changed.rotate(post.box.seal("newest"), now=now, former_until=now + timedelta(hours=1))
    await post.change_inbox(secrets=changed.secrets)
    assert (await ensure(post.tenant, post.account.id)).done == ["changed the webhook"]
    assert registrars.secrets[str(post.account.id)] == "newest"


async def test_what_was_missed_comes_in_as_if_it_had_been_delivered(
    post: Post, ensure: EnsureWebhooks, registrars: MemoryRegistrars, clock: FixedClock
) -> None:
    await ensure(post.tenant, post.account.id)
    off = clock.now()
    registrars.switched_off_at[str(post.account.id)] = off
    registrars.missed += missed(*(Told(subject=str(number), number=number) for number in range(250)))
    standing = await ensure(post.tenant, post.account.id)
    assert (standing.missed_since, standing.recovered) == (off, 250)
    await post.work()
    assert sorted(int(event.subject_id) for event in await post.effects()) == list(range(250))
    registrars.switched_off_at[str(post.account.id)] = off
    assert (await ensure(post.tenant, post.account.id)).recovered == 0


async def test_what_cannot_be_fetched_is_told_and_what_was_known_stays(
    post: Post, ensure: EnsureWebhooks, registrars: MemoryRegistrars
) -> None:
    await ensure(post.tenant, post.account.id)
    before = (await inbox(post)).registrations
    registrars.failure = GatewayUnavailable("away")
    standing = await ensure(post.tenant, post.account.id)
    assert standing.error is registrars.failure
    assert not standing.healthy
    assert (await inbox(post)).registrations == before


async def test_refused_credentials_block_the_account_and_tell_the_owner_once(
    post: Post, ensure: EnsureWebhooks, registrars: MemoryRegistrars
) -> None:
    registrars.failure = CredentialsRefused("no")
    for _ in range(2):
        assert (await ensure(post.tenant, post.account.id)).error is not None
    async with post.store.units.open(post.tenant, read_only=True) as uow:
        account = await uow.accounts.get(post.account.id)
        tasks = await uow.tasks.open_for(RENEW_CREDENTIALS, subject_of(account))
    assert account.credential_state is CredentialState.BLOCKED
    assert len(tasks) == 1


@pytest.mark.parametrize("base", ["", "http://127.0.0.1:8000"])
async def test_without_a_public_address_it_says_what_to_set(
    post: Post, registrars: MemoryRegistrars, clock: FixedClock, locks: MemoryRunLocks, base: str
) -> None:
    standing = await ensuring(post, registrars, clock, locks, base=base)(post.tenant, post.account.id)
    assert isinstance(standing.error, NotConfigured)
    assert "TRESEN_PUBLIC_URL" in standing.error.message
    assert registrars.addresses == {}


async def test_where_a_person_must_do_it_the_steps_have_the_address_and_no_secret_is_made(
    post: Post, clock: FixedClock, locks: MemoryRunLocks
) -> None:
    await post.change_inbox(secrets=())
    standing = await ensuring(post, MemoryRegistrars(providers=()), clock, locks)(post.tenant, post.account.id)
    assert standing.todo == (f"enter {ADDRESS} at memory",)
    assert (await inbox(post)).secrets == ()


async def test_where_a_person_must_do_it_a_missing_secret_is_not_well(
    post: Post, clock: FixedClock, locks: MemoryRunLocks
) -> None:
    ensure = ensuring(post, MemoryRegistrars(providers=()), clock, locks)
    entered = await ensure(post.tenant, post.account.id)
    assert (entered.healthy, entered.todo) == (True, ())
    assert entered.entered == (f"enter {ADDRESS} at memory",)
    await post.change_inbox(secrets=())
    missing = await ensure(post.tenant, post.account.id)
    assert (missing.healthy, missing.secret_missing, missing.entered) == (False, True, ())


async def test_where_the_api_key_signs_no_secret_is_missing(
    post: Post, clock: FixedClock, locks: MemoryRunLocks
) -> None:
    await post.change_inbox(secrets=())
    by_key = MemoryWebhookProviders([SigningWithKey()])
    standing = await ensuring(post, MemoryRegistrars(providers=()), clock, locks, providers=by_key)(
        post.tenant, post.account.id
    )
    assert (standing.healthy, len(standing.todo)) == (True, 1)


async def test_for_an_inbox_that_was_disabled_nothing_is_set_up(
    post: Post, ensure: EnsureWebhooks, registrars: MemoryRegistrars, clock: FixedClock
) -> None:
    await post.change_inbox(disabled_at=clock.now())
    standing = await ensure(post.tenant, post.account.id)
    assert isinstance(standing.error, NotConfigured)
    assert registrars.addresses == {}


async def test_only_one_does_it_at_a_time(
    post: Post, ensure: EnsureWebhooks, registrars: MemoryRegistrars, locks: MemoryRunLocks
) -> None:
    async with locks.hold(f"webhooks:{post.tenant}:{post.account.id}"):
        standing = await ensure(post.tenant, post.account.id)
    assert standing.error is not None
    assert registrars.addresses == {}


async def test_an_account_that_is_not_there_or_sends_nothing_is_refused(
    post: Post, registrars: MemoryRegistrars, clock: FixedClock, locks: MemoryRunLocks, ensure: EnsureWebhooks
) -> None:
    with pytest.raises(NotFound):
        await ensure(post.tenant, AccountId(post.store.ids.new()))
    with pytest.raises(NotFound):
        await ensure(post.tenant, post.other_account.id)
    silent = ensuring(post, registrars, clock, locks, providers=MemoryWebhookProviders([]))
    with pytest.raises(GatewayUnsupported):
        await silent(post.tenant, post.account.id)


def a_job(post: Post, clock: FixedClock, attempts: int = 0) -> Job:
    return Job(
        id=JobId("1"),
        tenant_id=post.tenant,
        kind="ensure_webhooks",
        payload={},
        state=JobState.RUNNING,
        run_at=clock.now(),
        attempts=attempts,
        created_at=clock.now(),
    )


@pytest.fixture
def kind(post: Post, ensure: EnsureWebhooks, clock: FixedClock) -> JobKind:
    return EnsureWebhooksJob(ensure, post.transactions, clock, post.store.ids).kind()


async def test_the_job_ensures_all_accounts_of_its_tenant(
    post: Post, kind: JobKind, registrars: MemoryRegistrars, clock: FixedClock
) -> None:
    await kind.run(a_job(post, clock))
    assert list(registrars.addresses) == [str(post.account.id)]


async def queued(post: Post) -> Sequence[Job]:
    async with post.store.units.open(post.tenant, read_only=True) as uow:
        return (await uow.jobs.page(Listing())).items


async def open_tasks(post: Post) -> Sequence[StaffTask]:
    async with post.store.units.open(post.tenant, read_only=True) as uow:
        return await uow.tasks.open_for(REPAIR_WEBHOOKS, subject_of(post.account))


async def test_an_account_whose_provider_is_away_gets_a_job_of_its_own(
    post: Post, kind: JobKind, registrars: MemoryRegistrars, clock: FixedClock
) -> None:
    registrars.failure = GatewayUnavailable("away")
    for _ in range(2):
        await kind.run(a_job(post, clock))
    (again,) = await queued(post)
    assert again.payload == {"account_id": str(post.account.id)}
    assert again.run_at == clock.now() + timedelta(minutes=1)
    with pytest.raises(GatewayUnavailable, match=f"memory account {post.account.name} could not be set up: away"):
        await kind.run(again)
    other = attrs.evolve(again, payload={"account_id": "another"})
    await kind.run(other)


async def test_after_the_last_try_one_staff_task_tells_until_the_next_success(
    post: Post, kind: JobKind, registrars: MemoryRegistrars, clock: FixedClock
) -> None:
    registrars.failure = GatewayUnavailable("away")
    last = attrs.evolve(a_job(post, clock, attempts=3), payload={"account_id": str(post.account.id)})
    for _ in range(2):
        await kind.run(last)
    (task,) = await open_tasks(post)
    assert task.title == f"Webhooks of memory account {post.account.name} could not be set up: away"
    assert task.account_id == post.account.id
    registrars.failure = None
    await kind.run(last)
    assert await open_tasks(post) == []


async def test_what_no_other_try_would_change_is_told_at_once(
    post: Post, kind: JobKind, registrars: MemoryRegistrars, clock: FixedClock
) -> None:
    registrars.failure = GatewayRejected("no")
    await kind.run(a_job(post, clock))
    assert len(await open_tasks(post)) == 1
    assert not await queued(post)


async def test_refused_credentials_are_not_told_twice(
    post: Post, kind: JobKind, registrars: MemoryRegistrars, clock: FixedClock
) -> None:
    registrars.failure = CredentialsRefused("no")
    await kind.run(a_job(post, clock))
    assert await open_tasks(post) == []


async def test_blocked_accounts_are_left_alone(
    post: Post, ensure: EnsureWebhooks, registrars: MemoryRegistrars, clock: FixedClock
) -> None:
    async with post.store.units.open(post.tenant) as uow:
        account = await uow.accounts.get(post.account.id)
        account.block("no", now=clock.now())
        await uow.accounts.save(account)
        await uow.commit()
    assert await ensure.accounts(post.tenant) == []
    by_hand = attrs.evolve(registrars, providers=())
    assert len(await ensuring(post, by_hand, clock, MemoryRunLocks()).accounts(post.tenant)) == 1
