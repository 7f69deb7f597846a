"""Two leads of one address were entered, and no answer came to either: whose a record is that turns up."""

from datetime import timedelta

import pytest

from tresen.application.leads.create_lead import CreatedLead
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.push import PushState

from ..gym.test_provider_writes import Killed
from ..leads.test_capturing_beside_runs import enter, named, synced, there
from ..studio import Studio
from .scene import pushes, rests
from .test_decided_pairings import DOWN, asked, decide, ties
from .test_deleted_while_made import deleted


async def two_entered(studio: Studio, second: str, *, made: tuple[bool, bool]) -> tuple[CreatedLead, CreatedLead]:
    """Ann and another one; ``made``: which of them the provider kept, if the address was free. Runs may make leads."""
    await synced(studio, create_there=True)
    entered = list[CreatedLead]()
    for first_name, kept in zip(("Ann", second), made, strict=True):
        if named(studio, first_name):
            entered.append(await died(studio, kept=kept))
            continue
        studio.gym.faults.fail_next("create_lead", DOWN, after=int(kept))
        entered.append(await enter(studio, first_name=first_name))
    return entered[0], entered[1]


async def died(studio: Studio, *, kept: bool) -> CreatedLead:
    """Whoever entered Ann again is gone: nobody took her for the first one. She was sent, as every second one was
    before the counter only looked for whom it had sent already.
    """

    async def as_it_was(*_: object) -> None:
        """Nothing stands between."""

    studio.gym.faults.fail_next("create_lead", Killed(), after=int(kept))  # type: ignore[arg-type] # as good as an error
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tresen.application.leads.entering.others_before", as_it_was)
        with pytest.raises(Killed):
            await enter(studio)
    studio.clock.advance(timedelta(minutes=15))
    return CreatedLead(named(studio)[-1])


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("made", [(False, False), (True, False), (False, True)])
async def test_of_two_who_are_called_alike_a_person_says_which_it_is(
    studio: Studio, made: tuple[bool, bool], whole: bool
) -> None:
    one, two = await two_entered(studio, "Ann", made=made)
    await studio.leads_synced(whole=whole)
    await studio.leads_synced(whole=whole)
    (key,) = there(studio)
    assert {each: set(conflict.candidates) for each, conflict in asked(studio).items()} == {
        key: {str(one.lead.id), str(two.lead.id)}
    }
    assert [await ties(studio, each.lead) for each in (one, two)] == [[], []]
    await rests(studio)
    await decide(studio, asked(studio)[key], Choice.OURS, str(two.lead.id))
    await studio.leads_synced(whole=whole)
    assert [await ties(studio, each.lead) for each in (one, two)] == [[], [key]]
    assert there(studio) == [key]
    await rests(studio)


@pytest.mark.parametrize("made", [(True, False), (False, True)])
async def test_who_alone_is_called_like_it_has_it(studio: Studio, made: tuple[bool, bool]) -> None:
    """And nobody is given another one's name."""
    ann, bob = await two_entered(studio, "Bob", made=made)
    for _ in range(2):
        await studio.leads_synced(whole=True)
    (key,) = [*there(studio), *there(studio, "Bob")]
    assert [await ties(studio, each.lead) for each in (ann, bob)] == [[key] if kept else [] for kept in made]
    assert [len(named(studio, each)) for each in ("Ann", "Bob")] == [1, 1]
    assert asked(studio) == {}
    assert sorted(push.state.value for push in pushes(studio)) == [PushState.DONE.value, PushState.REFUSED.value]


async def test_what_is_called_like_neither_a_person_says_whose_it_is(studio: Studio) -> None:
    ann, bob = await two_entered(studio, "Bob", made=(True, False))
    (key,) = there(studio)
    studio.books.leads.edit(key, {"first_name": "Eve"})
    await studio.leads_synced()
    await studio.leads_synced()
    assert {each: set(conflict.candidates) for each, conflict in asked(studio).items()} == {
        key: {str(ann.lead.id), str(bob.lead.id)}
    }


async def test_one_that_was_deleted_here_leaves_it_to_the_other(studio: Studio) -> None:
    one, two = await two_entered(studio, "Ann", made=(True, False))
    await deleted(studio, one.lead)
    for _ in range(3):
        await studio.leads_synced(whole=True)
    (key,) = there(studio)
    assert await ties(studio, two.lead) == [key]
    assert asked(studio) == {}
    await rests(studio)


@pytest.mark.parametrize("second", ["Ann", "Bob"])
async def test_what_is_linked_to_somebody_else_is_none_of_them(studio: Studio, second: str) -> None:
    """Who has the address there is known here."""
    known = studio.attract("Pat", email="ann@example.org")
    await two_entered(studio, second, made=(False, False))
    for _ in range(2):
        await studio.leads_synced(whole=True)
    assert [push.state for push in pushes(studio)] == [PushState.REFUSED] * 2
    assert [there(studio, each) for each in ("Pat", "Ann", second)] == [[known], [], []]
    assert asked(studio) == {}
    await rests(studio)
