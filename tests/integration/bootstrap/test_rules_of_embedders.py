"""Laws and a policy that an embedder hands in hold for writes at the provider, too, not only for syncs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from dependency_injector import providers
from tests.integration.sync.gym import Gym, opened, patient
from tests.integration.sync.two_sides import emulated, places

from tresen.application.leads.update_lead import LeadUpdate
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.bootstrap.container import Container
from tresen.domain.leads.lead import Lead
from tresen.domain.shared.ids import LeadId
from tresen.domain.sync.laws import Contest, Law, Verdict
from tresen.domain.sync.policy import Policy
from tresen.domain.sync.side import Side


def _longest(contest: Contest) -> Verdict:
    side = Side.OURS if len(str(contest.ours)) >= len(str(contest.theirs)) else Side.THEIRS
    return Verdict(side, "the longer text")


def with_law(container: Container) -> None:
    patient(container)
    container.laws.add_args(providers.Object(Law(name="longest", judge=_longest)))


def with_policy(container: Container) -> None:
    patient(container)
    container.policy.override(providers.Object(Policy(default=Law.OURS)))


async def lead_of(gym: Gym, external_id: str) -> Lead:
    async def ask(uow: UnitOfWork) -> Lead:
        links = await uow.sync_records.by_external_ids(gym.account.id, "lead", [external_id])
        return await uow.leads.get(LeadId(links[external_id].local_id))

    return await gym.transactions.read(gym.tenant.id, ask)


@pytest.mark.parametrize(("adjust", "document"), [(with_law, {"default": "longest"}), (with_policy, {})])
async def test_an_update_keeps_what_was_edited_here_besides(
    tmp_path: Path, adjust: Callable[[Container], object], document: dict[str, object]
) -> None:
    emulator, external_id = emulated(), places()[0][0]
    async with emulator.serving() as url, opened(tmp_path, f"sqlite:///{tmp_path}/t.db", url, adjust) as gym:
        if document:
            await gym.use_cases.sync.set_policy(gym.tenant.id, "lead", document, by="eva")
        await gym.sync()
        before = await lead_of(gym, external_id)

        async def edit(uow: UnitOfWork) -> None:
            lead = await uow.leads.get(before.id)
            lead.last_name = "Edited here"
            await uow.leads.save(lead)

        await gym.transactions.run(gym.tenant.id, "edit", edit)
        await gym.use_cases.update_lead(LeadUpdate(tenant_id=gym.tenant.id, lead_id=before.id, notes="hello"))
        after = await lead_of(gym, external_id)
        assert (after.notes, after.last_name) == ("hello", "Edited here")
