"""Tenants are made once; accounts are connected, renewed and chosen."""

import pytest

from tresen.adapters.memory.gym_providers import PROVIDER, MemoryGymProviders
from tresen.adapters.memory.webhooks import MemoryWebhookProviders
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.tenancy.choose_account import choose_account
from tresen.application.tenancy.connect_provider import ConnectProvider, ConnectProviderCommand
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.application.webhooks.open_inbox import OpenInbox
from tresen.domain.shared.errors import AlreadyExists, CredentialsRefused, InvalidValue, NotFound
from tresen.domain.shared.ids import AccountId
from tresen.domain.staff.task import TaskState
from tresen.domain.sync.policy import Policy
from tresen.domain.tenancy.provider_account import CredentialState, ProviderAccount

from ..studio import Studio


def connecting(studio: Studio, **values: object) -> ConnectProviderCommand:
    given = {"provider": "memory", "name": "second", "api_key": " k-123 ", **values}
    return ConnectProviderCommand(tenant_id=studio.tenant.id, **given)  # type: ignore[arg-type] # any of its fields


async def test_a_tenant_is_found_by_its_slug(studio: Studio) -> None:
    made = await studio.create_tenant(NewTenant(slug="other", name=" Other ", zone="Europe/Vienna"))
    assert await studio.directory.tenant("other") == made
    assert (made.name, made.zone, made.created_at) == ("Other", "Europe/Vienna", studio.clock.now())


async def test_a_slug_is_taken_once(studio: Studio) -> None:
    with pytest.raises(AlreadyExists):
        await studio.create_tenant(NewTenant(slug="studio", name="Another"))


@pytest.mark.parametrize(
    "values",
    [{"slug": "No!"}, {"name": " "}, {"zone": "Berlin"}, {"currency": "Euro"}, {"currency": "XYZ"}, {"region": "ZZ"}],
)
async def test_what_cannot_be_a_tenant_is_refused(studio: Studio, values: dict[str, str]) -> None:
    with pytest.raises(InvalidValue):
        await studio.create_tenant(NewTenant(**{"slug": "other", "name": "Other", **values}))
    assert len(await studio.directory.tenants()) == 1


async def test_credentials_are_sealed_before_they_reach_the_store(studio: Studio) -> None:
    made = await studio.connect(connecting(studio))
    stored = await studio.list_accounts.one(studio.tenant.id, made.id)
    assert stored.credentials is not None
    assert studio.box.open(stored.credentials) == "k-123"
    assert b"k-123" not in stored.credentials
    assert "k-123" not in repr(made) + repr(studio.rows()) + repr(connecting(studio))
    assert (stored.base_url, stored.writes_enabled, stored.credential_state) == (
        "memory://gym",
        False,
        CredentialState.OK,
    )


async def test_connecting_again_renews_the_same_account(studio: Studio) -> None:
    made = await studio.connect(connecting(studio))
    again = await studio.connect(
        connecting(studio, api_key="k-456", writes_enabled=True, settings={"allow_unproven": "true"})
    )
    assert again.id == made.id
    stored = await studio.list_accounts.one(studio.tenant.id, made.id)
    assert stored.credentials is not None
    assert studio.box.open(stored.credentials) == "k-456"
    assert (stored.writes_enabled, stored.settings) == (True, {"allow_unproven": "true"})
    assert len(await studio.list_accounts(studio.tenant.id)) == 2


async def test_what_is_not_given_stays_when_an_account_is_renewed(studio: Studio) -> None:
    studio.gyms_by_address["memory://other"] = studio.gym
    studio._assemble_gym(Policy())
    first = connecting(studio, base_url="memory://other", writes_enabled=True, settings={"allow_unproven": "true"})
    made = await studio.connect(first)
    await studio.connect(connecting(studio, api_key="k-456"))
    stored = await studio.list_accounts.one(studio.tenant.id, made.id)
    assert (stored.base_url, stored.writes_enabled) == ("memory://other", True)
    assert stored.settings == {"allow_unproven": "true"}
    changes = {"base_url": None, "writes_enabled": False, "settings": {"allow_unproven": ""}}
    await studio.connect(connecting(studio, **changes))
    stored = await studio.list_accounts.one(studio.tenant.id, made.id)
    assert (stored.base_url, stored.writes_enabled, stored.settings) == ("memory://gym", False, {})


async def test_a_refused_renewal_changes_nothing(studio: Studio) -> None:
    made = await studio.connect(connecting(studio))
    before = studio.rows()
    with pytest.raises(InvalidValue):
        await studio.connect(connecting(studio, settings={"colour": "red"}))
    assert studio.rows() == before
    assert (await studio.list_accounts.one(studio.tenant.id, made.id)).version == made.version


async def test_new_credentials_close_the_task_that_asked_for_them(studio: Studio) -> None:
    studio.gym.faults.outage = CredentialsRefused("401")
    second = await studio.connect(connecting(studio))
    for account in (studio.account.id, second.id):
        await studio.sync_leads(studio.tenant.id, account, force=True)
    assert [task.state for task in await studio.tasks()] == [TaskState.OPEN, TaskState.OPEN]
    await studio.connect(connecting(studio, api_key="k-456"))
    others, closed = sorted(await studio.tasks(), key=lambda task: task.subject != f"account:{studio.account.id}")
    assert (others.state, closed.state) == (TaskState.OPEN, TaskState.DONE)
    assert (closed.subject, closed.note) == (f"account:{second.id}", "new credentials were entered")


async def test_a_name_with_blanks_around_it_is_the_same_name(studio: Studio) -> None:
    made = await studio.connect(connecting(studio, name="second"))
    again = await studio.connect(connecting(studio, name=" second "))
    assert (again.id, again.name) == (made.id, "second")


@pytest.mark.parametrize(
    "values",
    [
        {"api_key": "  "},
        {"name": " "},
        {"provider": "nobody"},
        {"base_url": "memory://elsewhere"},
        {"settings": {"colour": "red"}},
    ],
)
async def test_what_cannot_be_connected_is_refused_and_not_kept(studio: Studio, values: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        await studio.connect(connecting(studio, **values))
    assert len(await studio.list_accounts(studio.tenant.id)) == 1


async def test_accounts_of_others_are_neither_listed_nor_found(studio: Studio) -> None:
    other = await studio.create_tenant(NewTenant(slug="other", name="Other"))
    assert await studio.list_accounts(other.id) == []
    with pytest.raises(NotFound):
        await studio.list_accounts.one(other.id, studio.account.id)


async def chosen(studio: Studio, account_id: AccountId | None = None) -> ProviderAccount | None:
    async def ask(uow: UnitOfWork) -> ProviderAccount | None:
        return await choose_account(uow, account_id, among=[PROVIDER])

    return await studio.read(ask)


async def test_without_a_name_the_only_account_is_meant(studio: Studio) -> None:
    found = await chosen(studio)
    assert found is not None
    assert found.id == studio.account.id


async def test_with_several_accounts_one_must_be_named(studio: Studio) -> None:
    second = await studio.connect(connecting(studio))
    with pytest.raises(InvalidValue) as raised:
        await chosen(studio)
    assert raised.value.details["field"] == "account_id"
    assert str(second.id) in raised.value.message
    found = await chosen(studio, second.id)
    assert found is not None
    assert found.id == second.id


async def test_without_accounts_there_is_none_to_choose(studio: Studio) -> None:
    other = await studio.create_tenant(NewTenant(slug="other", name="Other"))

    async def ask(uow: UnitOfWork) -> ProviderAccount | None:
        return await choose_account(uow, None, among=[PROVIDER])

    assert await studio.transactions.read(other.id, ask) is None


async def test_another_tenants_account_is_not_found(studio: Studio) -> None:
    other = await studio.create_tenant(NewTenant(slug="other", name="Other"))

    async def ask(uow: UnitOfWork) -> ProviderAccount | None:
        return await choose_account(uow, studio.account.id, among=[PROVIDER])

    with pytest.raises(NotFound):
        await studio.transactions.read(other.id, ask)


async def test_accounts_elsewhere_are_neither_meant_nor_to_be_named(studio: Studio) -> None:
    """A booking system's account beside the gym's leaves the gym's the only one."""
    elsewhere = studio.add_account("bookings", "https://bookings.example.com", provider="bookings")
    found = await chosen(studio)
    assert found is not None
    assert found.id == studio.account.id
    with pytest.raises(InvalidValue, match="no members or leads"):
        await chosen(studio, elsewhere.id)
    assert [account.id for account in await studio.list_accounts.gyms(studio.tenant.id)] == [studio.account.id]
    with pytest.raises(InvalidValue):
        await studio.list_accounts.gym(studio.tenant.id, elsewhere.id)
    assert (await studio.list_accounts.gym(studio.tenant.id, studio.account.id)).id == studio.account.id


async def test_accounts_elsewhere_are_not_probed_and_say_so(studio: Studio) -> None:
    elsewhere = studio.add_account("bookings", "https://bookings.example.com", provider="bookings")
    health = await studio.check(studio.tenant.id, elsewhere.id)
    assert (health.status, health.api_configured, health.error) == ("not_probed", True, None)
    assert "not probed" in (health.response or "")


async def test_only_gyms_count_for_how_syncs_stand(studio: Studio) -> None:
    await studio.sync_leads(studio.tenant.id, studio.account.id, force=True)
    before = await studio.sync_status(studio.tenant.id)
    studio.add_account("bookings", "https://bookings.example.com", provider="bookings")
    assert before.last_sync_leads is not None
    assert (await studio.sync_status(studio.tenant.id)).last_sync_leads == before.last_sync_leads


async def test_an_account_whose_provider_sends_webhooks_gets_one_inbox(studio: Studio) -> None:
    made = await studio.connect(connecting(studio))

    async def inboxes(uow: UnitOfWork) -> list[str]:
        return [inbox.key for inbox in await uow.inboxes.all() if inbox.id == made.id]

    keys = await studio.read(inboxes)
    assert [len(key) for key in keys] == [43]
    await studio.connect(connecting(studio))
    assert await studio.read(inboxes) == keys


class Receiving(MemoryGymProviders):
    """Accounts that are of use without a key."""

    def check_credentials(self, provider: str, credentials: str) -> str | None:
        return credentials.strip() or None


async def test_where_no_key_is_needed_an_empty_one_leaves_what_is_there(studio: Studio) -> None:
    """So that settings can be changed without entering it again."""
    connect = ConnectProvider(
        studio.transactions,
        Receiving(studio.gyms_by_address),
        OpenInbox(MemoryWebhookProviders(), studio.tokens, studio.clock),
        studio.box,
        studio.clock,
        studio.ids,
    )
    made = await connect(connecting(studio, api_key=" "))
    assert made.credentials is None
    with_key = await connect(connecting(studio, api_key="k-456"))
    again = await connect(connecting(studio, api_key=""))
    assert studio.box.open(again.credentials or b"") == "k-456"
    assert (again.id, with_key.id) == (made.id, made.id)
