"""What somebody who embeds the core gets wrong is refused where it is written, in words."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tresen.domain.shared.errors import GatewayUnavailable, InvalidValue
from tresen.domain.shared.text import storable
from tresen.domain.sync.decision import decide
from tresen.domain.sync.laws import Contest, Edited, Law, Verdict
from tresen.domain.sync.pairing import pair
from tresen.domain.sync.policy import Policy
from tresen.domain.sync.schema import Field, Schema
from tresen.domain.sync.side import GONE, UNKNOWN, Side

# What a type checker would refuse; not everybody has one.
Wrong = Any

SCHEMA = Schema("person", (Field("email"), Field("phone")))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")
CHANGED_BY_BOTH: Wrong = {"base": {"phone": "1"}, "ours": {"phone": "2"}, "theirs": {"phone": "3"}}


def refused(make: Callable[[], object]) -> InvalidValue:
    with pytest.raises(InvalidValue) as error:
        make()
    return error.value


def test_the_name_of_a_law_is_no_law() -> None:
    name: Wrong = "ours"
    error = refused(lambda: Policy(fields={"phone": name}))
    assert "fields.phone is a Law, such as Law.OURS, not 'ours'" in error.message
    assert error.details["field"] == "fields.phone"
    assert refused(lambda: Policy(default=name)).details["field"] == "default"


def test_a_law_of_a_field_that_there_is_not_is_told_when_a_record_is_decided() -> None:
    policy = Policy(fields={"phone": Law.OURS, "fone": Law.OURS})
    error = refused(lambda: decide(SCHEMA, policy, base={}, ours={}, theirs={}))
    assert error.message == "a person has no field 'fone'; it has email, phone"
    assert error.details["field"] == "fields.fone"


@pytest.mark.parametrize("side", ["ours", "theirs"])
@pytest.mark.parametrize("other", [{}, GONE, UNKNOWN], ids=str)
def test_none_does_not_tell_why_a_side_has_nothing(side: str, other: object) -> None:
    sides: Wrong = {"ours": other, "theirs": other, side: None}
    error = refused(lambda: decide(SCHEMA, Policy(), base={}, **sides))
    assert error.message.startswith(f"{side} is None, which does not tell why: say GONE")
    assert error.details["field"] == side


@pytest.mark.parametrize("match", [("email",), "email", [("email",)], (["email"],)])
def test_a_match_key_is_a_tuple_of_fields(match: Wrong) -> None:
    error = refused(lambda: Schema("person", SCHEMA.fields, match=match))
    assert '(("email",),)' in error.message
    assert error.details["field"] == "match"


def test_nobody_can_be_paired_without_a_match_key() -> None:
    error = refused(lambda: pair(SCHEMA, {1: {"email": "x"}}, {"a": {"email": "x"}}))
    assert error.message.startswith("a person has no match key")
    assert error.details["field"] == "match"


@pytest.mark.parametrize("verdict", [None, "ours", Verdict])
def test_a_law_that_gives_no_verdict_is_named(verdict: Wrong) -> None:
    policy = Policy(fields={"phone": Law(name="mine", judge=lambda _: verdict)})
    error = refused(lambda: decide(SCHEMA, policy, **CHANGED_BY_BOTH))
    assert error.message.startswith(f"law 'mine' gave {verdict!r} of phone")
    assert (error.details["field"], error.details["law"]) == ("phone", "mine")


def test_a_verdict_for_a_text_instead_of_a_side_takes_nothing() -> None:
    side: Wrong = "ours"
    policy = Policy(default=Law(name="mine", judge=lambda _: Verdict(side, "so")))
    assert "law 'mine' gave" in refused(lambda: decide(SCHEMA, policy, **CHANGED_BY_BOTH)).message


@pytest.mark.parametrize("reason", [None, 7])
def test_a_verdict_without_a_reason_takes_nothing(reason: Wrong) -> None:
    policy = Policy(default=Law(name="mine", judge=lambda _: Verdict(Side.OURS, reason)))
    assert "law 'mine' gave" in refused(lambda: decide(SCHEMA, policy, **CHANGED_BY_BOTH)).message


@pytest.mark.parametrize("value", [1.5, NOON, ["a"], "a\0b", 2**64])
def test_a_merged_value_that_no_field_can_hold_is_refused(value: Wrong) -> None:
    policy = Policy(default=Law(name="mine", judge=lambda _: Verdict(Side.BOTH, "so", value)))
    assert refused(lambda: decide(SCHEMA, policy, **CHANGED_BY_BOTH)).details["field"] == "phone"


@pytest.mark.parametrize("mistake", [ValueError("half\ud800 a pair\0"), GatewayUnavailable("503"), InvalidValue("no")])
def test_whatever_a_law_raises_is_told_with_law_and_field(mistake: Exception) -> None:
    def judge(_: Contest) -> Verdict:
        raise mistake

    error = refused(lambda: decide(SCHEMA, Policy(default=Law(name="mine", judge=judge)), **CHANGED_BY_BOTH))
    assert error.message.startswith(f"law 'mine' could not judge phone: {type(mistake).__name__}: ")
    assert storable(error.message) == error.message
    assert (error.details["field"], error.details["law"]) == ("phone", "mine")
    assert error.__cause__ is mistake


@pytest.mark.parametrize("name", ["ours_at", "theirs_at"])
def test_an_edit_without_a_zone_is_refused_before_any_law_asks(name: str) -> None:
    when: Wrong = {"ours_at": NOON, "theirs_at": NOON, name: NOON.replace(tzinfo=None)}
    error = refused(lambda: Edited(**when))
    assert (error.message, error.details["field"]) == (f"{name} needs a time zone", name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ours_at", "2026-03-02T12:00:00Z"),
        ("theirs_at", 1_772_452_800),
        ("theirs_at", NOON.date()),
        ("ours_at", datetime(1, 1, 1, tzinfo=TOKYO)),
        ("resolution_s", 0),
        ("resolution_s", 0.5),
        ("resolution_s", True),
        ("resolution_s", 10**12),
        ("skew_s", -1),
        ("skew_s", None),
    ],
)
def test_times_that_tell_nothing_are_refused_where_they_are_written(name: str, value: Wrong) -> None:
    wrong: Wrong = {name: value}
    error = refused(lambda: Edited(**wrong))
    assert error.message.startswith(name)
    assert error.details["field"] == name
