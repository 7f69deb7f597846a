"""A lead that the provider lost, that stays here as it was edited, and that somebody enters there again."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import attrs
import pytest

from tresen.adapters.emulators.wodify import WodifyEmulator
from tresen.adapters.emulators.wodify.bodies import LeadCreate
from tresen.application.ports.readers import ConflictFilter
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.leads.lead import Lead
from tresen.domain.sync.conflict import PAIRING, Choice, Conflict, ConflictState
from tresen.domain.sync.decision import WHOLE

from .gym import Gym, opened
from .two_sides import emulated

ADA = LeadCreate(first_name="Ada", last_name="There", location_id=20, email="ada@example.org")


@attrs.frozen
class Scene:
    """``lost`` is the id under which the provider had Ada, who is ``ours``."""

    gym: Gym
    provider: WodifyEmulator
    ours: Lead
    lost: int

    async def sync(self) -> None:
        await self.gym.use_cases.sync.leads(self.gym.tenant.id, self.gym.account.id, force=True, whole=True)

    async def open(self) -> dict[tuple[str, str], Conflict]:
        found = ConflictFilter(state=ConflictState.OPEN)
        page = await self.gym.use_cases.readers.conflicts(self.gym.tenant.id, found, limit=10)
        return {(each.external_id, each.field): each for each in page.items}

    async def adas(self) -> Sequence[Lead]:
        async def ask(uow: UnitOfWork) -> Sequence[Lead]:
            found = await uow.leads.of_addresses(["ada@example.org"])
            return list((await uow.leads.get_many([*found.get("ada@example.org", ())])).values())

        return await self.gym.transactions.read(self.gym.tenant.id, ask)

    async def ties(self, lead: Lead) -> Sequence[str]:
        async def ask(uow: UnitOfWork) -> Sequence[str]:
            return [link.external_id for link in await uow.sync_records.of_local(LEAD, lead.id)]

        return await self.gym.transactions.read(self.gym.tenant.id, ask)


@asynccontextmanager
async def kept(folder: Path, database_url: str) -> AsyncIterator[Scene]:
    """As the default policy has it: a person is asked what becomes of her."""
    provider = emulated()
    lost = provider.state.create_lead(ADA).id
    async with provider.serving() as url, opened(folder, database_url, url) as gym:
        first = Scene(gym, provider, None, lost)  # type: ignore[arg-type] # nobody is here yet
        await first.sync()
        (ours,) = await first.adas()

        async def edit(uow: UnitOfWork) -> None:
            lead = await uow.leads.get(ours.id)
            lead.last_name = "Here"
            await uow.leads.save(lead)

        await gym.transactions.run(gym.tenant.id, "edit", edit)
        provider.state.leads.remove(lost)
        scene = attrs.evolve(first, ours=ours)
        await scene.sync()
        assert (await scene.open()).keys() == {(str(lost), WHOLE)}
        yield scene


@pytest.mark.parametrize("choice", [Choice.OURS, Choice.THEIRS])
async def test_a_person_says_whether_it_is_the_same(tmp_path: Path, database_url: str, choice: Choice) -> None:
    async with kept(tmp_path, database_url) as scene:
        made, before = scene.provider.state.create_lead(ADA).id, len(scene.provider.state.leads)
        for _ in range(2):
            await scene.sync()
            asked = await scene.open()
            assert asked.keys() == {(str(scene.lost), WHOLE), (str(made), PAIRING)}
            assert len(await scene.adas()) == 1
        question = asked[str(made), PAIRING]
        assert question.candidates == (str(scene.ours.id),)
        value = str(scene.ours.id) if choice is Choice.OURS else None
        resolve = ConflictChoice(
            tenant_id=scene.gym.tenant.id, conflict_id=question.id, choice=choice, value=value, by="Eva"
        )
        await scene.gym.use_cases.sync.resolve(resolve)
        for _ in range(2):
            await scene.sync()
        same = choice is Choice.OURS
        assert len(await scene.adas()) == (1 if same else 2)
        assert await scene.ties(scene.ours) == [str(made if same else scene.lost)]
        assert (await scene.open()).keys() == (set() if same else {(str(scene.lost), WHOLE)})
        assert len(scene.provider.state.leads) == before
