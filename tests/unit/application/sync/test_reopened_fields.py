"""A field that is decided anew: what was decided, and waits to be written at the provider, is withdrawn."""

import pytest

from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.sync.conflict import Choice, Conflict, ConflictState
from tresen.domain.sync.journal import RESOLVED
from tresen.domain.sync.push import PushState

from ..stirring import calm, stir
from ..studio import A_MINUTE, Studio
from .scene import edit_lead, open_conflicts, pushes, rests, set_policy, writes


async def asked(studio: Studio) -> tuple[str, Conflict]:
    """Both sides changed the name of a lead, whose law is to ask."""
    await set_policy(studio, "lead", fields={"last_name": "ask"})
    zoe = studio.attract("Zoe")
    await studio.leads_synced()
    await edit_lead(studio, zoe, last_name="Ours")
    studio.books.leads.edit(zoe, {"last_name": "Theirs"})
    await studio.leads_synced()
    (conflict,) = open_conflicts(studio)
    return zoe, conflict


async def decide(studio: Studio, conflict: Conflict, choice: Choice, value: str | None = None) -> None:
    studio.clock.advance(A_MINUTE)
    await studio.desk.resolve(
        ConflictChoice(tenant_id=studio.tenant.id, conflict_id=conflict.id, choice=choice, value=value, by="Eva")
    )


async def reopen(studio: Studio, conflict: Conflict) -> None:
    studio.clock.advance(A_MINUTE)
    await studio.desk.reopen(studio.tenant.id, conflict.id, by="Eva")


def there(studio: Studio, zoe: str) -> object:
    return studio.books.leads.get(zoe).values["last_name"]


@pytest.mark.parametrize(("choice", "value"), [(Choice.OURS, None), (Choice.VALUE, "Typo")])
async def test_what_was_decided_is_not_written_there_any_more(
    studio: Studio, choice: Choice, value: str | None
) -> None:
    zoe, conflict = await asked(studio)
    await decide(studio, conflict, choice, value)
    await reopen(studio, conflict)
    assert [(push.state, push.why) for push in pushes(studio)] == [(PushState.DROPPED, "somebody decided otherwise")]
    before = writes(studio)
    for _ in range(2):
        await studio.leads_synced(whole=True)
    assert (writes(studio), there(studio, zoe)) == (before, "Theirs")
    (open_again,) = open_conflicts(studio)
    assert (open_again.id, open_again.ours, open_again.theirs) == (conflict.id, value or "Ours", "Theirs")
    await decide(studio, open_again, Choice.VALUE, "Meant")
    await studio.leads_synced()
    assert (there(studio, zoe), studio.lead(zoe).last_name, open_conflicts(studio)) == ("Meant", "Meant", [])
    await rests(studio)


async def test_what_waits_for_other_fields_of_it_is_written_there(studio: Studio) -> None:
    zoe, conflict = await asked(studio)
    await decide(studio, conflict, Choice.OURS)
    await edit_lead(studio, zoe, first_name="Zoë")
    await set_policy(studio, "lead", default="ours", fields={"last_name": "ask"})
    await reopen(studio, conflict)
    await studio.leads_synced()
    assert (studio.books.leads.get(zoe).values["first_name"], there(studio, zoe)) == ("Zoë", "Theirs")
    assert [each.id for each in open_conflicts(studio)] == [conflict.id]


async def test_what_is_on_the_wire_arrives_and_the_sides_agree_on_it(studio: Studio) -> None:
    zoe, conflict = await asked(studio)
    await decide(studio, conflict, Choice.VALUE, "Typo")
    stir(studio.gym, "lead", lambda: reopen(studio, conflict), at="writes")
    await studio.leads_synced()
    calm(studio.gym)
    await studio.leads_synced()
    assert (there(studio, zoe), studio.lead(zoe).last_name) == ("Typo", "Typo")
    assert [each.state for each in studio.conflicts()] == [ConflictState.SETTLED]
    await rests(studio)
    decided = next(line.run_id for line in studio.changes() if line.rule == RESOLVED)
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=decided), by="Eva")
    await studio.leads_synced()
    assert (there(studio, zoe), studio.lead(zoe).last_name) == ("Ours", "Ours")


async def test_what_was_looked_at_and_is_about_to_be_sent_arrives_as_well(studio: Studio) -> None:
    zoe, conflict = await asked(studio)
    await decide(studio, conflict, Choice.VALUE, "Typo")
    stir(studio.gym, "lead", lambda: reopen(studio, conflict), at="looks")
    await studio.leads_synced()
    calm(studio.gym)
    await studio.leads_synced()
    assert (there(studio, zoe), studio.lead(zoe).last_name) == ("Typo", "Typo")
    assert [each.state for each in studio.conflicts()] == [ConflictState.SETTLED]
