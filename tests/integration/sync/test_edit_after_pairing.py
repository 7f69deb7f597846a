"""Somebody decides which lead at the gym one of ours is, and edits it before the next sync; over HTTP, in SQLite."""

from pathlib import Path

from tresen.adapters.emulators.wodify.bodies import LeadCreate
from tresen.application.leads.edit_lead import LeadEdit
from tresen.application.ports.readers import ConflictFilter
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.edit_fate import Fate

from .gym import opened
from .test_edited_while_made import captured
from .two_sides import emulated

ADDRESS = "ann@example.org"


async def test_the_edit_goes_there_and_what_stood_there_is_in_the_journal(tmp_path: Path) -> None:
    provider = emulated()
    async with (
        provider.serving() as url,
        opened(tmp_path, f"sqlite:///{tmp_path / 'tresen.db'}", url) as gym,
    ):
        await gym.sync()
        ours = await captured(gym)
        made = [
            provider.state.create_lead(LeadCreate(first_name="Ann", last_name="There", location_id=20, email=ADDRESS))
            for _ in range(2)
        ]
        await gym.sync()
        page = await gym.use_cases.readers.conflicts(gym.tenant.id, ConflictFilter(), limit=10)
        chosen = next(each for each in page.items if each.external_id == str(made[1].id))
        await gym.use_cases.sync.resolve(
            ConflictChoice(
                tenant_id=gym.tenant.id, conflict_id=chosen.id, choice=Choice.OURS, value=str(ours.id), by="Eva"
            )
        )
        done = await gym.use_cases.sync.edit_lead(
            LeadEdit(tenant_id=gym.tenant.id, lead_id=ours.id, last_name="King", by="Eva")
        )
        assert [(each.field, each.fate) for each in done.prospects] == [("last_name", Fate.SYNC)]
        assert "the next run decides" in done.prospects[0].reason
        await gym.sync()
        assert provider.state.leads.get(made[1].id).last_name == "King"
        assert (await gym.use_cases.get_lead(gym.tenant.id, ours.id)).lead.last_name == "King"
        (record,) = await gym.use_cases.sync.explain(gym.tenant.id, "lead", ours.id, field="last_name")
        change = record.fields[0].change
        assert change is not None
        assert (change.rule, change.theirs, change.value) == ("pushed", "There", "King")
