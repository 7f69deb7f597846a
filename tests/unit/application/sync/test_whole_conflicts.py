"""A record as a whole is decided while it is as whoever decides was shown it, told by its version and by no clock."""

import pytest

from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.records.kinds import MEMBER
from tresen.domain.shared.contact import EmailAddress
from tresen.domain.shared.errors import GatewayRejected, StaleVersion
from tresen.domain.sync.conflict import Choice, Conflict
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.laws import Law

from ..stirring import calm, stir
from ..studio import A_DAY, Studio
from .scene import edit_lead, open_conflicts, rests, set_policy


async def decide(studio: Studio, choice: Choice) -> Conflict:
    (conflict,) = open_conflicts(studio)
    return await studio.desk.resolve(
        ConflictChoice(tenant_id=studio.tenant.id, conflict_id=conflict.id, choice=choice, by="Eva")
    )


async def lost_there() -> tuple[Studio, str]:
    """A member whom the provider deleted, and of whom it is to be asked; another stays there."""
    studio = Studio(default=Law.OURS)
    ada, _ = studio.enrol(), studio.enrol("Bea")
    await set_policy(studio, MEMBER, deletes="ask", default="ours")
    studio.change_account(writes_enabled=False)
    await studio.members_synced()
    return studio, ada


async def asked_about() -> tuple[Studio, str]:
    studio, ada = await lost_there()
    await studio.edit_member(ada, street="ours")
    studio.books.members.remove(ada)
    await studio.members_synced(whole=True)
    (conflict,) = open_conflicts(studio)
    assert (conflict.field, conflict.local_version) == (WHOLE, studio.member(ada).version)
    return studio, ada


async def test_an_edit_made_while_the_run_went_on_that_asked_does_not_keep_it_open_for_ever() -> None:
    studio, ada = await lost_there()
    studio.books.members.remove(ada)

    async def meanwhile() -> None:
        await studio.edit_member(ada, street="ours")

    stir(studio.gym, "member", meanwhile)
    await studio.members_synced(whole=True)
    calm(studio.gym)
    await decide(studio, Choice.THEIRS)
    assert [member.first_name for member in studio.members()] == ["Bea"]
    await rests(studio)


@pytest.mark.parametrize("set_back", [False, True])
async def test_what_was_edited_since_is_not_deleted_before_it_was_shown(set_back: bool) -> None:
    studio, ada = await asked_about()
    before = open_conflicts(studio)[0].version
    if set_back:
        studio.clock.advance(-A_DAY)
    await studio.edit_member(ada, street="newer")
    with pytest.raises(StaleVersion, match="somebody edited ours"):
        await decide(studio, Choice.THEIRS)
    assert studio.member(ada).street == "newer"
    await studio.members_synced()
    (conflict,) = open_conflicts(studio)
    assert (conflict.version, conflict.local_version) == (before + 1, studio.member(ada).version)
    await rests(studio)
    await decide(studio, Choice.THEIRS)
    assert [member.first_name for member in studio.members()] == ["Bea"]


async def test_what_the_provider_did_not_take_back_was_shown_as_it_was_then(studio: Studio) -> None:
    await set_policy(studio, "lead", deletes="keep_edited", create_there=True, default="newest")
    studio.attract("Other")
    grace = studio.attract()
    await studio.leads_synced()
    await edit_lead(studio, grace, last_name="Murray")
    studio.books.leads.remove(grace)
    studio.gym.faults.fail_next("leads.create", GatewayRejected("no"))
    await studio.leads_synced(whole=True)
    await edit_lead(studio, grace, email=EmailAddress("murray@example.org"))
    with pytest.raises(StaleVersion, match="somebody edited ours"):
        await decide(studio, Choice.THEIRS)
    studio.gym.faults.fail_next("leads.create", GatewayRejected("no"))
    await studio.leads_synced(whole=True)
    await decide(studio, Choice.THEIRS)
    assert [lead.first_name for lead in studio.leads()] == ["Other"]
    await rests(studio)
