"""A lead that somebody enters at a provider, while runs and other people go on: one lead here, and one there."""

from collections.abc import Awaitable, Callable

import attrs
import pytest

from tresen.application.leads.create_lead import CreatedLead, NewLead
from tresen.application.ports.gym import NewPerson
from tresen.application.ports.sources import Observed
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.leads.lead import Lead
from tresen.domain.shared.errors import GatewayRejected, GatewayUnavailable, StorageConflict
from tresen.domain.shared.ids import AccountId
from tresen.domain.staff.task import TaskReason
from tresen.domain.sync.push import Push, PushState

from ..stirring import stir
from ..studio import Studio
from ..sync.scene import pushes, second_gym, set_policy
from ..sync.test_edited_on_the_way import once
from ..sync.test_editing import lead_edit

_DOWN = GatewayUnavailable("no answer")


async def enter(studio: Studio, account_id: AccountId | None = None, **values: str) -> CreatedLead:
    told = {"first_name": "Ann", "last_name": "H", "email": "ann@example.org", **values}
    return await studio.create_lead(NewLead(tenant_id=studio.tenant.id, account_id=account_id, **told))


def meanwhile(studio: Studio, do: Callable[[], Awaitable[object]], *, first: bool = False, lost: bool = False) -> None:
    """The next time that a lead is entered there, this happens before the answer is here; ``first``: before the
    provider has it.
    """
    create = studio.gym.create_lead

    async def create_meanwhile(person: NewPerson) -> Observed:
        studio.gym.create_lead = create  # type: ignore[method-assign] # only once
        if first:
            await do()
            return await create(person)
        answer = await create(person)
        await do()
        if lost:
            raise _DOWN
        return answer

    studio.gym.create_lead = create_meanwhile  # type: ignore[method-assign] # stands before it


def named(studio: Studio, first_name: str = "Ann") -> list[Lead]:
    return [lead for lead in studio.leads() if lead.first_name == first_name]


def there(studio: Studio, first_name: str = "Ann") -> list[str]:
    return [entry.external_id for entry in studio.books.leads.entries() if entry.values["first_name"] == first_name]


def creation(studio: Studio) -> Push:
    (push,) = pushes(studio)
    assert push.external_id is None
    return push


async def synced(studio: Studio, *, create_there: bool = False) -> None:
    """Both sides know another lead."""
    await set_policy(studio, LEAD, create_there=create_there)
    studio.attract("Other")
    await studio.leads_synced()


@pytest.mark.parametrize("lost", [False, True])
async def test_no_other_account_makes_it_while_it_is_entered_at_one(studio: Studio, lost: bool) -> None:
    gym, second = second_gym(studio)
    await synced(studio, create_there=True)
    gym.books.leads.add({"first_name": "Third", "email": "third@example.org", "status": "new"})

    async def other_run() -> None:
        await studio.sync_leads(studio.tenant.id, second.id, force=True, whole=True)

    await other_run()
    meanwhile(studio, other_run, lost=lost)
    await enter(studio, studio.account.id)
    await studio.leads_synced(whole=True)
    await other_run()
    (ann,) = named(studio)
    links = await studio.read(lambda uow: uow.sync_records.of_local(LEAD, ann.id))
    assert [link.account_id for link in links] == [studio.account.id]
    assert [entry.values["first_name"] for entry in gym.books.leads.entries()] == ["Third"]


async def test_no_run_makes_it_while_it_is_entered_though_its_address_is_another_by_then(studio: Studio) -> None:
    await synced(studio, create_there=True)

    async def edit_and_run() -> None:
        await studio.desk.edit_lead(lead_edit(studio, named(studio)[0], email="new@example.org"))
        await studio.leads_synced(whole=True)

    meanwhile(studio, edit_and_run, first=True)
    made = await enter(studio)
    await studio.leads_synced(whole=True)
    assert there(studio) == ["1002"]
    assert [lead.id for lead in named(studio)] == [made.lead.id] == [studio.lead("1002").id]
    assert studio.books.leads.get("1002").values["email"] == "new@example.org"


async def test_that_it_is_being_made_is_kept_before_the_provider_is_asked_and_ends_with_the_answer(
    studio: Studio,
) -> None:
    seen: list[PushState] = []

    async def look() -> None:
        seen.append(creation(studio).state)

    meanwhile(studio, look, first=True)
    made = await enter(studio)
    push = creation(studio)
    assert (seen, push.state, push.local_id) == ([PushState.UNSURE], PushState.DONE, made.lead.id)
    assert [run.id for _, run in studio.store.room(studio.tenant.id).runs.items()] == [push.run_id]
    assert list(await studio.tasks()) == []


async def test_nothing_is_being_made_where_nothing_may_be_written(studio: Studio) -> None:
    studio.change_account(writes_enabled=False)
    await enter(studio)
    assert pushes(studio) == []


async def test_who_does_not_get_their_turn_leaves_a_task_and_nobody_makes_it_twice(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    await synced(studio, create_there=True)
    monkeypatch.setattr("tresen.application.gym.provider_writes._PAUSE_S", 61.0)
    async with studio.writes.turn(studio.tenant.id, "person:ann@example.org"):
        with pytest.raises(StorageConflict):
            await enter(studio)
    (task,) = await studio.tasks()
    (ann,) = named(studio)
    assert (task.reason, task.subject) == (TaskReason.OUTCOME_UNKNOWN, f"lead:{ann.id}")
    assert creation(studio).state is PushState.UNSURE


async def test_what_the_provider_refuses_is_no_more_being_made(studio: Studio) -> None:
    await synced(studio, create_there=True)
    studio.gym.faults.fail_next("create_lead", GatewayRejected("no"))
    made = await enter(studio)
    assert made.task is not None
    assert creation(studio).state is PushState.DROPPED
    await studio.leads_synced(whole=True)
    assert there(studio) == ["1002"], "the policy has our leads made there"


@pytest.mark.parametrize("after", [0, 1])
async def test_a_run_looks_for_one_whose_answer_was_lost_and_makes_it_where_the_policy_says_so(
    studio: Studio, after: int
) -> None:
    await synced(studio, create_there=True)
    studio.gym.faults.fail_next("create_lead", _DOWN, after=after)
    made = await enter(studio)
    assert creation(studio).state is PushState.WAITING
    await studio.leads_synced(whole=True)
    assert there(studio) == ["1002"]
    assert [lead.id for lead in named(studio)] == [made.lead.id] == [studio.lead("1002").id]
    assert pushes(studio, PushState.WAITING, PushState.UNSURE) == []


@pytest.mark.parametrize("after", [0, 1])
async def test_a_run_makes_none_whose_answer_was_lost_unless_the_policy_says_so(studio: Studio, after: int) -> None:
    await synced(studio)
    studio.gym.faults.fail_next("create_lead", _DOWN, after=after)
    made = await enter(studio)
    assert creation(studio).state is PushState.UNSURE
    await studio.leads_synced(whole=True)
    assert there(studio) == ["1002"][:after]
    assert [lead.id for lead in named(studio)] == [made.lead.id]
    assert studio.knows("lead", "1002") is bool(after)
    assert creation(studio).state is (PushState.DROPPED if after else PushState.UNSURE)


@pytest.mark.parametrize("lost", [False, True])
async def test_one_that_is_entered_during_the_first_load_is_one_lead(studio: Studio, lost: bool) -> None:
    for number in range(5):
        studio.attract(f"Other{number}")
    entered: list[CreatedLead] = []

    async def enter_one() -> None:
        if lost:
            studio.gym.faults.fail_next("create_lead", _DOWN, after=1)
        entered.append(await enter(studio))

    studio.gym.habits = attrs.evolve(studio.gym.habits, pages_shift=True)
    stir(studio.gym, LEAD, once(enter_one))
    run = await studio.leads_synced()
    assert (run.counts.created, run.counts.unchanged) == (5, 1)
    await studio.leads_synced()
    assert [lead.id for lead in named(studio)] == [entered[0].lead.id] == [studio.lead(there(studio)[0]).id]


async def test_families_share_an_address_in_a_first_load_too(studio: Studio) -> None:
    for number in range(5):
        studio.attract(f"Other{number}", email="family@example.org")
    assert (await studio.leads_synced()).counts.created == 5
