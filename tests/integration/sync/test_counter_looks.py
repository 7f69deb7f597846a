"""The counter writes over what somebody edited at the gym since the last sync; over real HTTP, in a real database."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from tresen.adapters.emulators.wodify import WodifyEmulator
from tresen.adapters.emulators.wodify.shapes import NO_DATE
from tresen.adapters.emulators.wodify.shapes import Lead as WodifyLead
from tresen.adapters.emulators.wodify.vocabulary import CONVERTED, LEAD_STATUSES, NEW_LEAD, TEMPLATES
from tresen.application.leads.convert_lead import Conversion
from tresen.application.leads.update_lead import LeadUpdate
from tresen.application.membership.cancel_membership import Cancellation
from tresen.application.tenancy.connect_provider import ConnectProviderCommand
from tresen.domain.leads.stage import Stage
from tresen.domain.membership.status import Status
from tresen.domain.shared.ids import LeadId, MembershipId
from tresen.domain.sync.journal import Change

from .gym import KEY, Gym, opened
from .test_edit_here import ours
from .two_sides import at_hour, emulated


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'tresen.db'}"


def fresh_lead(provider: WodifyEmulator) -> WodifyLead:
    return next(each for each in provider.state.leads if each.lead_status_id == NEW_LEAD and each.email)


def edited_there(provider: WodifyEmulator, kind: str, key: int, body: bytes) -> None:
    provider.state.pass_time(60)
    assert provider.state.edit(kind, key, body)


async def journal(gym: Gym, kind: str, local_id: UUID, field: str) -> list[Change]:
    lines = await gym.transactions.read(gym.tenant.id, lambda uow: uow.journal.of_record(kind, local_id))
    return [line for line in lines if line.field == field]


async def unproven(gym: Gym) -> None:
    """Memberships are written only where the account allows it."""
    await gym.use_cases.connect_provider(
        ConnectProviderCommand(
            tenant_id=gym.tenant.id, provider="wodify", api_key=KEY, settings={"allow_unproven": "true"}
        )
    )


async def test_notes_that_were_edited_there_are_in_the_journal(tmp_path: Path, database_url: str) -> None:
    provider = emulated()
    async with provider.serving() as url, opened(tmp_path, database_url, url) as gym:
        await gym.sync()
        there = fresh_lead(provider)
        lead_id = LeadId(await ours(gym, "lead", there.id))
        wish = LeadUpdate(tenant_id=gym.tenant.id, lead_id=lead_id, notes="zero", by="Eva")
        await gym.use_cases.update_lead(wish)
        edited_there(provider, "leads", there.id, b'{"notes": "two", "first_name": "There"}')
        wish = LeadUpdate(tenant_id=gym.tenant.id, lead_id=lead_id, notes="three", by="Eva")
        done = await gym.use_cases.update_lead(wish)
        assert (done.lead.notes, done.lead.first_name, done.task) == ("three", "There", None)
        assert provider.state.leads.get(there.id).notes == "three"
        lines = await journal(gym, "lead", lead_id, "notes")
        assert [(line.ours, line.value) for line in lines][-2:] == [("zero", "two"), ("two", "three")]
        versions = await gym.use_cases.sync.history(gym.tenant.id, "lead", lead_id)
        assert [version.values.get("notes") for version in versions][:3] == ["three", "two", "zero"]
        await gym.sync()
        assert await journal(gym, "lead", lead_id, "notes") == lines


async def test_the_end_of_a_membership_that_was_set_there_is_in_the_journal(tmp_path: Path, database_url: str) -> None:
    provider = emulated()
    async with provider.serving() as url, opened(tmp_path, database_url, url, adjust=at_hour(0)) as gym:
        await unproven(gym)
        await gym.sync()
        there = next(each for each in provider.state.memberships if each.is_active and each.payment_plan.is_auto_renew)
        membership_id = MembershipId(await ours(gym, "membership", there.id))
        edited_there(provider, "memberships", there.id, b'{"end_date": "2099-12-31"}')
        wish = Cancellation(tenant_id=gym.tenant.id, membership_id=membership_id, reason="moves")
        done = await gym.use_cases.cancel_membership(wish)
        ends = provider.state.memberships.get(there.id).end_date
        assert (done.task, ends != "2099-12-31") == (None, True)
        lines = await journal(gym, "membership", membership_id, "ends_on")
        assert [(line.ours, line.value) for line in lines] == [(None, "2099-12-31"), ("2099-12-31", ends)]


async def test_a_membership_that_is_cancelled_before_it_starts_is_cancelled(tmp_path: Path, database_url: str) -> None:
    provider = emulated()
    async with provider.serving() as url, opened(tmp_path, database_url, url, adjust=at_hour(0)) as gym:
        await unproven(gym)
        await gym.sync()
        there = next(each for each in provider.state.memberships if each.is_active)
        edited_there(
            provider, "memberships", there.id, b'{"start_date": "2099-01-01", "expiration_date": "2099-12-31"}'
        )
        await gym.sync()
        wish = Cancellation(
            tenant_id=gym.tenant.id,
            membership_id=MembershipId(await ours(gym, "membership", there.id)),
            reason="moves",
            by="Eva",
        )
        done = await gym.use_cases.cancel_membership(wish)
        assert (done.membership.status, done.task, done.already) == (Status.CANCELLED, None, False)
        assert provider.state.memberships.get(there.id).scheduled_deactivation_date == NO_DATE
        again = await gym.use_cases.cancel_membership(wish)
        assert (again.membership.status, again.task, again.already) == (Status.CANCELLED, None, True)


async def test_the_stage_that_a_conversion_wrote_over_is_in_the_journal(tmp_path: Path, database_url: str) -> None:
    provider = emulated()
    async with provider.serving() as url, opened(tmp_path, database_url, url, adjust=at_hour(0)) as gym:
        await unproven(gym)
        await gym.sync()
        there = fresh_lead(provider)
        lead_id = LeadId(await ours(gym, "lead", there.id))
        edited_there(provider, "leads", there.id, b'{"lead_status_id": 15, "lead_status": "Lost", "notes": "two"}')
        assert LEAD_STATUSES[15] == "Lost"
        wish = Conversion(
            tenant_id=gym.tenant.id, lead_id=lead_id, package=TEMPLATES[0].name, starts_on=date(2027, 1, 1)
        )
        done = await gym.use_cases.convert_lead(wish)
        assert (done.lead.stage, done.member is None) == (Stage.CONVERTED, False)
        assert provider.state.leads.get(there.id).lead_status_id == CONVERTED
        lines = await journal(gym, "lead", lead_id, "status")
        assert [(line.ours, line.value) for line in lines] == [("new", "lost"), ("lost", "converted")]
        await gym.sync()
        assert [line.value for line in await journal(gym, "lead", lead_id, "status")] == ["lost", "converted"]
        assert [line.value for line in await journal(gym, "lead", lead_id, "notes")] == ["two"]
