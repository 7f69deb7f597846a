"""Refused credentials block the account: the owner is told once, no call is made, and renewing opens it again."""

from tresen.application.leads.create_lead import NewLead
from tresen.application.leads.update_lead import LeadUpdate
from tresen.application.sync.records.kinds import MEMBER
from tresen.application.tenancy.connect_provider import ConnectProviderCommand
from tresen.domain.shared.errors import CredentialsRefused
from tresen.domain.staff.task import StaffTask, TaskReason
from tresen.domain.sync.run import RunState
from tresen.domain.tenancy.provider_account import CredentialState

from ..stirring import stir
from ..studio import Studio


async def told(studio: Studio) -> list[StaffTask]:
    return [task for task in await studio.tasks() if task.operation == "renew_credentials"]


async def renewed(studio: Studio) -> None:
    await studio.connect(
        ConnectProviderCommand(
            tenant_id=studio.tenant.id, provider="memory", name="main", api_key="new", writes_enabled=True
        )
    )


async def test_a_refused_sync_blocks_and_later_syncs_do_not_call(studio: Studio) -> None:
    studio.gym.faults.outage = CredentialsRefused("HTTP 401")
    run = await studio.members_synced()
    assert (run.state, run.reason, run.counts.errors) == (RunState.FAILED, "HTTP 401", 1)
    assert studio.stored_account().credential_state is CredentialState.BLOCKED
    calls = len(studio.gym.faults.calls)
    for _ in range(3):
        again = await studio.members_synced()
        assert again.state is RunState.FAILED
        assert again.reason is not None
        assert "enter a valid API key" in again.reason
    assert (await studio.leads_synced()).state is RunState.FAILED
    assert len(studio.gym.faults.calls) == calls
    assert len(await told(studio)) == 1


async def test_the_owner_is_told_what_to_do(studio: Studio) -> None:
    studio.gym.faults.outage = CredentialsRefused("HTTP 401")
    await studio.leads_synced()
    (task,) = await told(studio)
    assert (task.reason, task.account_id) == (TaskReason.CREDENTIALS, studio.account.id)
    assert task.title == "Enter a valid API key for memory account 'main'"
    assert {**task.details} == {"provider": "memory", "account": "main", "answer": "HTTP 401"}


async def test_a_renewed_account_works_again(studio: Studio) -> None:
    ada = studio.enrol()
    studio.gym.faults.outage = CredentialsRefused("HTTP 401")
    await studio.members_synced()
    studio.gym.faults.outage = None
    await renewed(studio)
    assert studio.stored_account().credential_state is CredentialState.OK
    assert (await studio.members_synced()).state is RunState.COMPLETED
    assert studio.knows("member", ada)


async def test_a_second_refusal_after_a_renewal_is_told_again(studio: Studio) -> None:
    studio.gym.faults.outage = CredentialsRefused("HTTP 401")
    await studio.members_synced()
    await renewed(studio)
    await studio.members_synced()
    assert studio.stored_account().credential_state is CredentialState.BLOCKED
    assert len(await told(studio)) == 2


async def test_refusals_of_offers_block_too_though_the_run_is_done(studio: Studio) -> None:
    studio.enrol()
    studio.gym.faults.fail_next("packages", CredentialsRefused("HTTP 401"))
    run = await studio.members_synced()
    assert (run.state, run.counts.created, run.counts.errors) == (RunState.COMPLETED, 1, 1)
    assert studio.stored_account().credential_state is CredentialState.BLOCKED


async def test_credentials_that_were_renewed_meanwhile_are_not_blocked_for_the_old_ones(studio: Studio) -> None:
    stir(studio.gym, MEMBER, lambda: renewed(studio), then=CredentialsRefused("HTTP 401"))
    assert (await studio.members_synced()).state is RunState.FAILED
    assert studio.stored_account().credential_state is CredentialState.OK
    assert await told(studio) == []


async def test_two_calls_that_are_refused_at_once_tell_the_owner_once(studio: Studio) -> None:
    there = studio.attract()
    await studio.leads_synced()
    lead = studio.lead(there)

    async def refused_elsewhere() -> None:
        studio.gym.faults.fail_next("update_lead", CredentialsRefused("HTTP 401"))
        await studio.update_lead(LeadUpdate(tenant_id=studio.tenant.id, lead_id=lead.id, notes="called"))

    stir(studio.gym, MEMBER, refused_elsewhere, then=CredentialsRefused("HTTP 403"))
    await studio.members_synced()
    assert studio.stored_account().state_reason == "HTTP 403"
    assert len(await told(studio)) == 1


async def test_writing_while_blocked_makes_a_task_and_no_call(studio: Studio) -> None:
    studio.gym.faults.outage = CredentialsRefused("HTTP 401")
    await studio.members_synced()
    calls = len(studio.gym.faults.calls)
    made = await studio.create_lead(
        NewLead(tenant_id=studio.tenant.id, first_name="Eva", last_name="Marx", email="eva@example.org")
    )
    assert made.task is not None
    assert made.task.reason is TaskReason.CREDENTIALS
    assert len(studio.gym.faults.calls) == calls


async def test_an_account_without_credentials_is_not_called(studio: Studio) -> None:
    studio.change_account(credentials=None)
    assert (await studio.members_synced()).state is RunState.FAILED
    assert studio.gym.faults.calls == []
    assert await told(studio) == []
