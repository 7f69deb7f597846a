"""The first issue's promise: a gym in step with its provider, over real HTTP, in a real database."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tresen.adapters.emulators.faults import Fault, FaultRule
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.shared.ids import MemberId
from tresen.domain.sync.run import RunState

from .gym import Gym, emulator, facts, opened, rows

CLIENTS, MEMBERSHIPS, LEADS = 957, 2018, 300


async def test_everything_arrives_with_equal_counts_by_status(tmp_path: Path, database_url: str) -> None:
    gym_provider = emulator()
    async with gym_provider.serving() as url, opened(tmp_path, database_url, url) as gym:
        members, leads = await gym.sync()
        assert (members.state, members.counts.created, members.counts.errors) == (
            RunState.COMPLETED,
            CLIENTS + MEMBERSHIPS,
            0,
        )
        assert (leads.state, leads.counts.created, leads.counts.errors) == (RunState.COMPLETED, LEADS, 0)
        counts = await gym.counts()
        assert {kind: sum(by.values()) for kind, by in counts.items() if kind != "tasks"} == {
            "members": CLIENTS,
            "memberships": MEMBERSHIPS,
            "leads": LEADS,
        }
        at_provider = [client.client_status for client in gym_provider.state.clients]
        assert counts["members"]["active"] == at_provider.count("Active")
        assert counts["members"]["paused"] == at_provider.count("Suspended")
        assert counts["members"]["unknown"] == at_provider.count("Drop-In")


async def test_a_second_forced_run_writes_no_row(tmp_path: Path, database_url: str) -> None:
    async with emulator().serving() as url, opened(tmp_path, database_url, url) as gym:
        await gym.sync()
        before = await gym.stored()
        for run in await gym.sync():
            assert (run.state, run.counts.created, run.counts.updated, run.counts.errors) == (
                RunState.COMPLETED,
                0,
                0,
                0,
            )
            assert run.counts.unchanged in {CLIENTS + MEMBERSHIPS, LEADS}
        assert await gym.stored() == before


@pytest.mark.parametrize("fault", sorted(set(Fault) - {Fault.MISSING_ROUTE, Fault.CLOSE_AFTER_EFFECT}, key=str))
async def test_with_faults_the_final_state_is_the_same(
    tmp_path: Path, database_url: str, fault: Fault, undisturbed: Mapping[str, Sequence[str]]
) -> None:
    disturbed = emulator()
    disturbed.faults.replace(
        (FaultRule(kind=fault, path="/v1/", every=5, latency_ms=1 if fault is Fault.LATENCY else 0),)
    )
    async with disturbed.serving() as url, opened(tmp_path, database_url, url) as gym:
        for run in await gym.sync():
            assert run.state is RunState.COMPLETED, run.reason
        assert facts(await gym.stored()) == undisturbed


async def test_a_provider_that_is_down_fails_the_run_tells_why_and_changes_nothing(
    tmp_path: Path, database_url: str
) -> None:
    gym_provider = emulator()
    async with gym_provider.serving() as url, opened(tmp_path, database_url, url) as gym:
        await gym.sync()
        before = await gym.stored()
        gym_provider.faults.replace((FaultRule(kind=Fault.SERVER_ERROR, path="/v1/memberships"),))
        run = await gym.use_cases.sync.members(gym.tenant.id, gym.account.id, force=True)
        assert run.state is RunState.FAILED
        assert run.reason
        status = await gym.use_cases.sync.status(gym.tenant.id)
        assert status.total_errors == 1
        assert status.recent_errors[0].code == "provider_unavailable"
        assert await gym.stored() == before


async def test_local_and_provider_edit_of_one_member_follow_the_law_and_are_journalled(
    tmp_path: Path, database_url: str
) -> None:
    gym_provider = emulator()
    async with gym_provider.serving() as url, opened(tmp_path, database_url, url) as gym:
        await gym.sync()
        external = str(next(iter(gym_provider.state.clients)).id)
        agreed, member_id = await _edit_city(gym, external, "Hier")
        gym_provider.state.edit("clients", int(external), b'{"city": "Dort"}')
        await gym.sync()
        detail = await gym.use_cases.get_member(gym.tenant.id, member_id)
        assert detail.member.city == "Dort"
        (line,) = detail.changes
        assert (line.field, line.base, line.ours, line.theirs, line.side.value, line.rule) == (
            "city",
            agreed,
            "Hier",
            "Dort",
            "theirs",
            "theirs",
        )
        before = await rows(database_url)
        await gym.sync()
        assert await rows(database_url) == before


async def _edit_city(gym: Gym, external_id: str, city: str) -> tuple[str | None, MemberId]:
    """As an embedder would edit a member; what the city was before."""

    async def edit(uow: UnitOfWork) -> tuple[str | None, MemberId]:
        links = await uow.sync_records.by_external_ids(gym.account.id, "member", [external_id])
        member = await uow.members.get(MemberId(links[external_id].local_id))
        agreed, member.city = member.city, city
        await uow.members.save(member)
        return agreed, member.id

    return await gym.transactions.run(gym.tenant.id, "edit_member", edit)
