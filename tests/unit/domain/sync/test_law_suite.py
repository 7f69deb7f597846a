"""The suite that tells whether a law is lawful: the built-in ones are, and it catches those that are not."""

from collections.abc import Callable
from itertools import count
from typing import cast

import pytest

from tresen.domain.sync.canonical import folded, sorted_set
from tresen.domain.sync.law_suite import TIMES, VALUES, Breach, Requirement, check_law, contests
from tresen.domain.sync.laws import BUILT_IN, Contest, Law, Laws, Verdict, encoded
from tresen.domain.sync.side import Side

Judge = Callable[[Contest], Verdict]


def breaches(law: Law, *more: Law) -> dict[Requirement, Breach]:
    return {each.requirement: each for each in check_law(law, Laws([law, *more]))}


def greater(contest: Contest) -> Verdict:
    is_ours = encoded(contest.ours) > encoded(contest.theirs)
    return Verdict(Side.OURS if is_ours else Side.THEIRS, "the greater one")


def raising(contest: Contest) -> Verdict:
    if contest.theirs is True:
        raise LookupError("no True")
    return greater(contest)


def joined(contest: Contest) -> Verdict:
    """Symmetric, but the merged value grows with every look at it."""
    return Verdict(Side.BOTH, "joined", "+".join(sorted((str(contest.ours), str(contest.theirs)))))


def ours_first(contest: Contest) -> Verdict:
    return Verdict(Side.BOTH, "ours, then theirs", f"{contest.ours}, {contest.theirs}")


def once_each() -> Judge:
    turns = count()
    return lambda _: Verdict(Side.OURS if next(turns) % 2 else Side.THEIRS, "each side in turn")


def once_for_a_value() -> Judge:
    """The same verdict twice in a row, another one when more was seen in between."""
    seen: set[str] = set()

    def judge(contest: Contest) -> Verdict:
        seen.add(encoded(contest.ours))
        return Verdict(Side.NEITHER, f"{len(seen)} seen")

    return judge


def says(side: Side, reason: str = "because", value: object = None) -> Judge:
    return lambda _: Verdict(side, reason, cast("str", value))


@pytest.mark.parametrize("law", BUILT_IN, ids=lambda law: law.name)
@pytest.mark.parametrize("canonical", [None, folded, sorted_set])
def test_the_built_in_laws_are_lawful(law: Law, canonical: Callable[..., object] | None) -> None:
    if canonical is None:
        assert check_law(law, Laws()) == ()
    else:
        assert check_law(law, Laws(), canonical=folded if canonical is folded else sorted_set) == ()


def test_a_lawful_law_of_ones_own_has_no_breach() -> None:
    assert breaches(Law(name="greater", judge=greater)) == {}


def test_a_lawful_pair_of_mirrors_has_no_breach() -> None:
    till = Law(name="till", judge=says(Side.OURS), owner=Side.OURS, mirror="desk")
    desk = Law(name="desk", judge=says(Side.THEIRS), owner=Side.THEIRS, mirror="till")
    assert breaches(till, desk) == breaches(desk, till) == {}


UNLAWFUL = {
    "a law without a name": (Law(name=" ", judge=greater), {Requirement.NAME}),
    "a law with the name of a rule": (Law(name="pushed", judge=greater), {Requirement.NAME}),
    "a side that is favoured": (Law(name="we", judge=says(Side.OURS)), {Requirement.SYMMETRIC}),
    "a merge in the order of the sides": (
        Law(name="listed", judge=ours_first),
        {Requirement.SYMMETRIC, Requirement.IDEMPOTENT},
    ),
    "a merge that grows": (Law(name="joined", judge=joined), {Requirement.IDEMPOTENT}),
    "a law that raises": (Law(name="choosy", judge=raising), {Requirement.RAISES, Requirement.SYMMETRIC}),
    "no reason": (Law(name="mute", judge=says(Side.NEITHER, " ")), {Requirement.REASON}),
    "no verdict": (Law(name="none", judge=cast("Judge", lambda _: None)), {Requirement.VERDICT}),
    "no side": (Law(name="lost", judge=says(cast("Side", "ours"))), {Requirement.VERDICT}),
    "a value beside a side": (Law(name="bold", judge=says(Side.NEITHER, value="x")), {Requirement.VALUE}),
    "a value that no field holds": (Law(name="half", judge=says(Side.BOTH, value=0.5)), {Requirement.VALUE}),
    **{
        f"a value that cannot be kept: {value!r}": (
            Law(name="odd", judge=says(Side.BOTH, value=value)),
            {Requirement.VALUE},
        )
        for value in ("a\0b", "\ud800", ("x", "\udfff"), 2**63, ("x", 1), ["x"])
    },
    "an owner that is no side": (Law(name="all", judge=greater, owner=Side.BOTH), {Requirement.OWNER}),
    "an owner without a mirror": (
        Law(name="us", judge=says(Side.OURS), owner=Side.OURS),
        {Requirement.OWNER, Requirement.SYMMETRIC},
    ),
    "a mirror that is not there": (Law(name="odd", judge=greater, mirror="even"), {Requirement.MIRROR}),
    "a mirror of another law": (
        Law(name="false", judge=says(Side.THEIRS), owner=Side.THEIRS, mirror="ours"),
        {Requirement.MIRROR},
    ),
}


@pytest.mark.parametrize("case", UNLAWFUL)
def test_each_unlawful_law_is_caught_for_what_it_is(case: str) -> None:
    law, requirements = UNLAWFUL[case]
    found = breaches(law)
    assert found.keys() == requirements
    assert all(each.law == law.name and each.message for each in found.values())


@pytest.mark.parametrize("judge", [once_each(), once_for_a_value()], ids=["turns", "memory"])
def test_a_law_that_remembers_is_caught(judge: Judge) -> None:
    assert Requirement.DETERMINISTIC in breaches(Law(name="moody", judge=judge))


def test_an_owner_whose_value_does_not_stand_is_caught() -> None:
    till = Law(name="till", judge=says(Side.THEIRS), owner=Side.OURS, mirror="desk")
    desk = Law(name="desk", judge=says(Side.OURS), owner=Side.THEIRS, mirror="till")
    assert breaches(till, desk).keys() == breaches(desk, till).keys() == {Requirement.OWNER}


def test_an_owner_may_leave_it_to_a_person() -> None:
    till = Law(name="till", judge=says(Side.NEITHER), owner=Side.OURS, mirror="desk")
    desk = Law(name="desk", judge=says(Side.NEITHER), owner=Side.THEIRS, mirror="till")
    assert breaches(till, desk) == {}


def test_another_law_of_the_same_name_is_caught() -> None:
    (found,) = check_law(Law(name="ask", judge=says(Side.NEITHER)), Laws())
    assert (found.requirement, found.contest) == (Requirement.NAME, None)


def test_a_breach_shows_the_contest() -> None:
    breach = breaches(Law(name="choosy", judge=raising))[Requirement.RAISES]
    assert breach.contest is not None
    assert breach.contest.theirs is True
    assert "LookupError" in breach.message


def test_each_requirement_is_told_once_in_their_order() -> None:
    found = [each.requirement for each in check_law(UNLAWFUL["an owner without a mirror"][0], Laws())]
    assert found == [each for each in Requirement if each in set(found)]


def test_values_of_ones_own_are_tried_instead() -> None:
    """A law for numbers need not judge texts."""
    total = Law(name="total", judge=lambda c: Verdict(Side.BOTH, "summed", _total(c)))
    assert Requirement.RAISES in breaches(total)
    assert check_law(total, Laws(), values=(1, 2, 5, -3)) == ()


def _total(contest: Contest) -> int:
    base, ours, theirs = (cast("int", value) for value in (contest.base, contest.ours, contest.theirs))
    return ours + theirs - base if contest.known else max(ours, theirs)


def test_the_contests_are_all_that_a_decision_could_hold() -> None:
    found = list(contests())
    n = len(VALUES)
    assert len(found) == (n * (n - 1) * (n - 2) + (n - 1) * (n - 2)) * len(TIMES) == 3402
    assert all(c.base is None and None not in (c.ours, c.theirs) for c in found if not c.known)
    assert [c.mirrored().mirrored() for c in found] == found
