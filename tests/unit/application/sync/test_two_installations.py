"""Two installations at one provider: whoever syncs first, they end equal, and they come to rest."""

from collections.abc import Sequence

import pytest

from tresen.adapters.memory.gym_habits import Habits
from tresen.domain.shared.contact import EmailAddress
from tresen.domain.sync.laws import Law
from tresen.domain.sync.policy import Policy

from ..studio import AN_HOUR, BOOKS, PlainPhones, Studio
from .scene import there, writes

ORDERS = [(0, 1), (1, 0)]
CONVERGING = [Law.THEIRS, Law.NEWEST, Law.ASK]


async def two(law: Law, *, habits: Habits | None = None) -> tuple[Sequence[Studio], str]:
    """At one gym, by one clock, with one member whom both know."""
    first, second = Studio(default=law), Studio(default=law)
    if habits is not None:
        first.gym.habits = habits
    second.clock, second.books, second.gym = first.clock, first.books, first.gym
    second.gyms_by_address["memory://gym"] = first.gym
    second._assemble_gym(Policy(default=law))
    ada = first.enrol(city="Ulm")
    for studio in (first, second):
        await studio.members_synced()
    first.clock.advance(AN_HOUR)
    return (first, second), ada


async def rounds(studios: Sequence[Studio], order: Sequence[int], number: int = 3) -> None:
    """Each syncs once a round, in that order."""
    for _ in range(number):
        for who in order:
            await studios[who].members_synced()


async def at_rest(studios: Sequence[Studio], order: Sequence[int]) -> None:
    """Ten more rounds write nothing, neither at the provider nor in either house."""
    before, made = [studio.rows(without=BOOKS) for studio in studios], writes(studios[0])
    await rounds(studios, order, 10)
    assert writes(studios[0]) == made
    assert [studio.rows(without=BOOKS) for studio in studios] == before


def held(studios: Sequence[Studio], ada: str, name: str) -> list[object]:
    """What the houses and the gym hold."""
    return [*(getattr(studio.member(ada), name) for studio in studios), there(studios[0], ada, name)]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("law", [Law.NEWEST, Law.ASK])
async def test_edits_of_two_fields_meet_whoever_syncs_first(law: Law, order: Sequence[int]) -> None:
    studios, ada = await two(law)
    await studios[0].edit_member(ada, last_name="King")
    await studios[1].edit_member(ada, first_name="Adah")
    await rounds(studios, order)
    assert held(studios, ada, "last_name") == ["King"] * 3
    assert held(studios, ada, "first_name") == ["Adah"] * 3
    await at_rest(studios, order)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("law", CONVERGING)
async def test_edits_of_one_field_end_equal_whoever_syncs_first(law: Law, order: Sequence[int]) -> None:
    studios, ada = await two(law)
    for studio, name in zip(studios, ("King", "Queen"), strict=True):
        await studio.edit_member(ada, last_name=name)
    await rounds(studios, order)
    asked = [conflict for studio in studios for conflict in studio.conflicts()]
    if law is Law.ASK:
        (conflict,) = asked
        assert {conflict.ours, conflict.theirs} == {"King", "Queen"}
    else:
        assert (len(set(held(studios, ada, "last_name"))), asked) == (1, [])
    if law is Law.THEIRS:
        assert there(studios[0], ada, "last_name") == "Byron"
    await at_rest(studios, order)


@pytest.mark.parametrize("order", ORDERS)
async def test_no_edit_is_lost_whoever_syncs_first(order: Sequence[int]) -> None:
    studios, ada = await two(Law.NEWEST)
    for studio, name in zip(studios, ("King", "Queen"), strict=True):
        await studio.edit_member(ada, last_name=name)
    await rounds(studios, order)
    lines = [line for studio in studios for line in studio.changes()]
    assert {"King", "Queen"} <= {value for line in lines for value in (line.ours, line.theirs, line.value)}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("law", CONVERGING)
async def test_a_provider_that_respells_is_not_rewritten_for_ever(law: Law, order: Sequence[int]) -> None:
    """Each house and the gym spell one number, one address and one name in ways of their own."""
    studios, ada = await two(law, habits=Habits(lowers_emails=True, dials_phones=True, trims_names=True))
    for studio, phone in zip(studios, ("+49 30 123456", "0049 30 123456"), strict=True):
        await studio.edit_member(ada, phone=PlainPhones().read(phone, "DE"), email=EmailAddress("ADA@Example.org"))
    studios[0].books.members.edit(ada, {"phone": "030/123456", "email": "Ada@example.org"})
    await rounds(studios, order)
    assert writes(studios[0]) == []
    await at_rest(studios, order)
    await studios[0].edit_member(ada, phone=PlainPhones().read("030 / 99 99 99", "DE"), first_name=" Adah ")
    await rounds(studios, order)
    if law is not Law.THEIRS:
        assert writes(studios[0]) == ["members.push"]
        assert there(studios[0], ada, "phone") == "+4930999999"
    await at_rest(studios, order)
