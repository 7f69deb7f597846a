"""A question is needless where one side alone changed what both agreed on; not where ours was let stand before."""

from uuid import UUID

from tresen.adapters.memory.clock import NOON
from tresen.adapters.simulation.player import Player
from tresen.adapters.simulation.script import AccountSpec, Script
from tresen.adapters.simulation.steps.decisions import Resolve
from tresen.adapters.simulation.steps.edits import CreateThere, EditHere, EditThere
from tresen.adapters.simulation.steps.runs import Sync
from tresen.adapters.simulation.steps.settings import PassTime, SetPolicy
from tresen.adapters.simulation.steps.step import Step
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.shared.ids import ConflictId, RunId
from tresen.domain.sync.conflict import Conflict
from tresen.domain.sync.schema import Value

SYNC, LATER = Sync(account=0, course="leads"), PassTime(minutes=30)
ASK = SetPolicy(account=0, kind=LEAD, document={"default": "ask"})
MADE: list[Step] = [CreateThere(account=0, kind=LEAD, who="A", values={"last_name": "Lead", "notes": "first"}), SYNC]
OWNED = AccountSpec(writes=False, policies={LEAD: {"fields": {"notes": "ours"}}})


def here(notes: str) -> EditHere:
    return EditHere(tenant=0, kind=LEAD, who="A", values={"notes": notes})


def there(notes: str) -> EditThere:
    return EditThere(account=0, kind=LEAD, who="A", values={"notes": notes})


async def played(*steps: Step, spec: AccountSpec | None = None) -> Player:
    player = Player(Script(accounts=(spec or AccountSpec(),), courses=("leads",), steps=(*MADE, LATER, *steps)))
    await player.play()
    assert player.broken == []
    return player


def asked(player: Player, *, ours: Value, theirs: Value) -> list[str]:
    """What is broken when a run asks whose notes count."""
    world = player.world
    conflict = Conflict(
        id=ConflictId(UUID(int=1)),
        tenant_id=world.tenants[0].id,
        account_id=world.account_ids[0],
        kind=LEAD,
        external_id="1001",
        local_id=next(link.local_id for link in world.links(0, LEAD)),
        field="notes",
        ours=ours,
        theirs=theirs,
        rule="ask",
        reason="both changed it",
        run_id=RunId(UUID(int=1)),
        opened_at=NOON,
        updated_at=NOON,
    )
    return [broken.rule for broken in player.witness.agreement.needless(0, [conflict])]


async def test_a_question_about_what_one_side_alone_changed_is_needless() -> None:
    player = await played()
    assert asked(player, ours="first", theirs="second") == ["asks"]
    assert asked(player, ours="second", theirs="first") == ["asks"]
    assert asked(player, ours="second", theirs="third") == []


async def test_where_ours_was_let_stand_by_its_owner_a_later_edit_there_may_be_asked_about() -> None:
    player = await played(there("second"), LATER, SYNC, spec=OWNED)
    assert asked(player, ours="first", theirs="third") == []
    # And the engine does ask, once it is told to.
    await played(there("second"), LATER, SYNC, LATER, ASK, there("third"), SYNC, spec=OWNED)


async def test_an_owner_of_what_both_agree_on_changes_nothing() -> None:
    player = await played(SYNC, spec=OWNED)
    assert asked(player, ours="first", theirs="second") == ["asks"]


async def test_an_edit_after_a_person_decided_may_be_asked_about() -> None:
    both = (ASK, here("ours"), there("theirs"), SYNC)
    undecided = await played(*both)
    assert asked(undecided, ours="ours", theirs="first") == ["asks"]
    decided = await played(*both, Resolve(account=0, kind=LEAD, choice="ours"))
    assert asked(decided, ours="ours", theirs="first") == []


async def test_an_edit_there_after_a_law_let_ours_stand_may_be_asked_about() -> None:
    newest = AccountSpec(writes=False, policies={LEAD: {"default": "newest"}})
    both = (there("second"), LATER, here("ours"), SYNC)
    player = await played(*both, spec=newest)
    assert asked(player, ours="ours", theirs="first") == []
    # What the provider did not edit is as it was agreed on.
    alone = await played(here("ours"), SYNC, spec=newest)
    assert asked(alone, ours="ours", theirs="first") == ["asks"]
    # And the engine does ask, once it is told to.
    await played(*both, LATER, ASK, there("first"), SYNC, spec=newest)
