"""What the provider lists now, and nothing else (W5, W12)."""

import pytest

from tresen.application.tenancy.create_tenant import NewTenant
from tresen.domain.shared.errors import CredentialsRefused, GatewayUnavailable, NotConfigured, NotFound
from tresen.domain.shared.page import Listing
from tresen.domain.tenancy.provider_account import CredentialState

from ..studio import Studio


async def test_windows_neither_skip_nor_repeat(studio: Studio) -> None:
    made = [studio.enrol(name) for name in ("Ada", "Bob", "Cleo", "Dora", "Eva")]
    seen = []
    for offset in range(0, 6, 2):
        window = await studio.browse.members(studio.tenant.id, Listing(limit=2, offset=offset))
        seen += [shown.external_id for shown in window]
    assert seen == made


async def test_the_status_filters_and_nothing_is_written(studio: Studio) -> None:
    studio.enrol("Ada")
    studio.enrol("Bob", status="paused")
    before = studio.rows()
    shown = await studio.browse.members(studio.tenant.id, Listing(status="paused"))
    assert [s.values["first_name"] for s in shown] == ["Bob"]
    studio.attract("Grace", status="lost")
    studio.attract("Eva")
    leads = await studio.browse.leads(studio.tenant.id, Listing(status="lost"))
    assert [s.values["first_name"] for s in leads] == ["Grace"]
    assert studio.rows() == before


async def test_without_an_account_there_is_nothing_to_look_at(studio: Studio) -> None:
    other = await studio.create_tenant(NewTenant(slug="other", name="Other"))
    with pytest.raises(NotConfigured):
        await studio.browse.members(other.id, Listing())
    with pytest.raises(NotFound):
        await studio.browse.leads(other.id, Listing(), account_id=studio.account.id)


async def test_what_goes_wrong_there_is_raised(studio: Studio) -> None:
    studio.gym.faults.outage = GatewayUnavailable("down")
    with pytest.raises(GatewayUnavailable):
        await studio.browse.leads(studio.tenant.id, Listing())


async def test_refused_credentials_block_the_account(studio: Studio) -> None:
    studio.gym.faults.outage = CredentialsRefused("HTTP 401")
    with pytest.raises(CredentialsRefused):
        await studio.browse.members(studio.tenant.id, Listing())
    assert studio.stored_account().credential_state is CredentialState.BLOCKED
    assert [task.operation for task in await studio.tasks()] == ["renew_credentials"]
    calls = len(studio.gym.faults.calls)
    with pytest.raises(NotConfigured, match="enter a valid API key"):
        await studio.browse.leads(studio.tenant.id, Listing())
    assert len(studio.gym.faults.calls) == calls
