"""Pairing: who is the same on both sides, beyond doubt; and nobody twice."""

from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.sync.canonical import Value, Values, folded
from tresen.domain.sync.pairing import Doubt, Pairing, match_values, pair
from tresen.domain.sync.schema import Field, Schema

SCHEMA = Schema(
    "person", (Field("mail", folded), Field("name"), Field("born"), Field("city")), (("mail",), ("name", "born"))
)
FEW: st.SearchStrategy[Value] = st.sampled_from((None, "", "x", "X", "y", 1, True))
RECORDS = st.fixed_dictionaries({}, optional=dict.fromkeys(SCHEMA.names, FEW))
OURS = st.dictionaries(st.integers(0, 9), RECORDS, max_size=6)
THEIRS = st.dictionaries(st.sampled_from("abcdefghij"), RECORDS, max_size=6)
Result = Pairing[int, str]


def meaning(found: Result) -> tuple[object, ...]:
    """A pairing without regard to order."""
    doubts = {(doubt.key, frozenset(doubt.ours), frozenset(doubt.theirs)) for doubt in found.doubts}
    return dict(found.pairs), doubts, set(found.only_ours), set(found.only_theirs)


@given(OURS, THEIRS, st.randoms(use_true_random=False))
def test_the_order_of_the_records_does_not_matter(
    ours: dict[int, Values], theirs: dict[str, Values], chance: Random
) -> None:
    first, second = list(ours.items()), list(theirs.items())
    chance.shuffle(first)
    chance.shuffle(second)
    assert meaning(pair(SCHEMA, dict(first), dict(second))) == meaning(pair(SCHEMA, ours, theirs))


@given(OURS, THEIRS)
def test_the_sides_may_be_swapped(ours: dict[int, Values], theirs: dict[str, Values]) -> None:
    here, there = pair(SCHEMA, ours, theirs), pair(SCHEMA, theirs, ours)
    assert {one: other for other, one in there.pairs.items()} == here.pairs
    assert {(d.key, frozenset(d.ours), frozenset(d.theirs)) for d in here.doubts} == {
        (d.key, frozenset(d.theirs), frozenset(d.ours)) for d in there.doubts
    }
    assert (there.only_theirs, there.only_ours) == (here.only_ours, here.only_theirs)


@given(OURS, THEIRS)
def test_every_record_is_in_exactly_one_place(ours: dict[int, Values], theirs: dict[str, Values]) -> None:
    found = pair(SCHEMA, ours, theirs)
    mine = [*found.pairs, *found.only_ours, *(one for doubt in found.doubts for one in doubt.ours)]
    others = [*found.pairs.values(), *found.only_theirs, *(one for doubt in found.doubts for one in doubt.theirs)]
    assert sorted(mine) == sorted(ours)
    assert sorted(others) == sorted(theirs)


@given(OURS, THEIRS)
def test_what_is_paired_is_alike_and_nobody_else_is(ours: dict[int, Values], theirs: dict[str, Values]) -> None:
    """By the first key that anything was found by; by that key nobody else looks the same."""
    found = pair(SCHEMA, ours, theirs)
    for one, other in found.pairs.items():
        key = next(key for key in SCHEMA.match if alike(key, ours[one], theirs[other]))
        if key == SCHEMA.match[0]:
            assert [n for n in ours if alike(key, ours[n], theirs[other])] == [one]
            assert [n for n in theirs if alike(key, ours[one], theirs[n])] == [other]
    for doubt in found.doubts:
        assert len(doubt.ours) + len(doubt.theirs) > 2
        assert all(alike(doubt.key, ours[one], theirs[other]) for one in doubt.ours for other in doubt.theirs)
    for one in found.only_ours:
        assert not any(alike(key, ours[one], theirs[other]) for key in SCHEMA.match for other in found.only_theirs)


def alike(key: tuple[str, ...], one: Values, other: Values) -> bool:
    fields = [SCHEMA.by_name[name] for name in key]
    told = all(field.canonical(one.get(field.name)) is not None for field in fields)
    return told and all(field.same(one.get(field.name), other.get(field.name)) for field in fields)


@given(OURS, THEIRS)
def test_everything_comes_in_the_order_given(ours: dict[int, Values], theirs: dict[str, Values]) -> None:
    found = pair(SCHEMA, ours, theirs)
    mine, others = list(ours), list(theirs)
    firsts = [doubt.ours[0] for doubt in found.doubts]
    for part in (list(found.pairs), found.only_ours, firsts, *(doubt.ours for doubt in found.doubts)):
        assert list(part) == sorted(part, key=mine.index)
    for other in (found.only_theirs, *(doubt.theirs for doubt in found.doubts)):
        assert list(other) == sorted(other, key=others.index)


def paired(ours: Mapping[int, Values], theirs: Mapping[str, Values]) -> Result:
    return pair(SCHEMA, ours, theirs)


def test_exactly_one_on_either_side_is_a_pair() -> None:
    found = paired({1: {"mail": "A@x.de "}, 2: {"mail": "b@x.de"}}, {"a": {"mail": "a@x.de"}})
    assert found == Pairing(pairs={1: "a"}, doubts=(), only_ours=(2,), only_theirs=())


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [((1, 2), ("a",)), ((1,), ("a", "b")), ((1, 2), ("a", "b"))],
)
def test_several_are_a_doubt_that_no_later_key_resolves(ours: tuple[int, ...], theirs: tuple[str, ...]) -> None:
    same: Values = {"mail": "a@x.de"}
    known: Values = {"mail": "a@x.de", "name": "Anna", "born": "1990"}
    found = paired({**dict.fromkeys(ours, same), 1: known}, {**dict.fromkeys(theirs, same), "a": known})
    assert found == Pairing(pairs={}, doubts=(Doubt(("mail",), ours, theirs),), only_ours=(), only_theirs=())


def test_several_on_one_side_alone_are_no_doubt() -> None:
    """The next key may tell them apart."""
    anna: Values = {"name": "Anna", "born": "1990"}
    found = paired({1: {"mail": "a@x.de", **anna}, 2: {"mail": "a@x.de"}}, {"a": anna})
    assert (found.pairs, found.only_ours) == ({1: "a"}, (2,))


def test_the_surest_key_comes_first() -> None:
    ours: dict[int, Values] = {
        1: {"mail": "a@x.de", "name": "Anna", "born": "1990"},
        2: {"name": "Bert", "born": "1991"},
    }
    theirs: dict[str, Values] = {
        "a": {"mail": "a@x.de", "name": "Bert", "born": "1991"},
        "b": {"name": "Bert", "born": "1991"},
    }
    assert paired(ours, theirs).pairs == {1: "a", 2: "b"}


def test_a_key_of_which_a_part_says_nothing_pairs_nobody() -> None:
    found = paired({1: {"name": "Anna", "born": ""}}, {"a": {"name": "Anna", "born": None}})
    assert (found.pairs, found.only_ours, found.only_theirs) == ({}, (1,), ("a",))


def test_true_is_not_one_here_either() -> None:
    assert paired({1: {"mail": 1}}, {"a": {"mail": True}}).pairs == {}
    assert paired({1: {"mail": True}, 2: {"mail": 1}}, {"a": {"mail": True}}).pairs == {1: "a"}


def test_the_records_given_stay_as_they_are() -> None:
    ours, theirs = {1: {"mail": "x"}}, {"a": {"mail": "x"}}
    pair(SCHEMA, ours, theirs)
    assert (ours, theirs) == ({1: {"mail": "x"}}, {"a": {"mail": "x"}})


def test_what_a_record_says_of_a_key() -> None:
    assert match_values(SCHEMA, ("mail", "name"), {"mail": " A@x.de", "name": "Anna "}) == ("a@x.de", "Anna")
    assert match_values(SCHEMA, ("mail", "name"), {"mail": "a@x.de"}) is None
