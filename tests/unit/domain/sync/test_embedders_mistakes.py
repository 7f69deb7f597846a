"""What somebody who embeds the core gets wrong is refused where it is written, in words."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tresen.domain.shared.errors import GatewayUnavailable, InvalidValue
from tresen.domain.shared.text import storable
from tresen.domain.sync.conflict import PAIRING
from tresen.domain.sync.decision import WHOLE, Decision, decide
from tresen.domain.sync.law_suite import check_law
from tresen.domain.sync.laws import Contest, Edited, Law, Laws, Verdict
from tresen.domain.sync.pairing import pair
from tresen.domain.sync.plan import make_plan
from tresen.domain.sync.policy import Policy
from tresen.domain.sync.schema import NOT_FIELDS, Field, Schema
from tresen.domain.sync.side import GONE, UNKNOWN, Presence, Side
from tresen.domain.sync.step import Inputs, Step

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


def test_a_reason_that_cannot_be_kept_is_told_as_far_as_it_can() -> None:
    policy = Policy(default=Law(name="mine", judge=lambda _: Verdict(Side.THEIRS, "half\ud800 a pair\0")))
    (decided,) = decide(SCHEMA, policy, **CHANGED_BY_BOTH).fields
    assert decided.reason == "half? a pair"


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


@pytest.mark.parametrize("side", ["ours", "theirs"])
@pytest.mark.parametrize("word", ["gone", "unknown", "", Presence, [], [("phone", "1")], 5])
def test_a_side_is_its_values_or_the_marker(side: str, word: Wrong) -> None:
    """A word for it is none: it would be taken for a side that shows nothing."""
    wrong: Wrong = {"ours": {"phone": "2"}, "theirs": GONE, side: word}
    error = refused(lambda: decide(SCHEMA, Policy(), base={"phone": "1"}, **wrong))
    assert error.message.startswith(f"{side} is a mapping of fields to values, or GONE where there is proof")
    assert error.details["field"] == side


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        ({"base": GONE}, "base", "or None where the two never agreed"),
        ({"base": "x"}, "base", "or None where the two never agreed"),
        ({"edited": None}, "edited", "is an Edited, not None"),
        ({"edited": NOON}, "edited", "is an Edited, not datetime"),
        ({"policy": Law.OURS}, "policy", "is a Policy, not Law"),
        ({"policy": {"default": "ours"}}, "policy", "is a Policy, not {'default'"),
        ({"schema": "person"}, "schema", "is a Schema, not 'person'"),
        ({"overrides": {"phone": "ours"}}, "overrides.phone", "is a Law, such as Law.OURS, not 'ours'"),
        ({"overrides": {"*": "ours"}}, "overrides.*", "is a Law, such as Law.OURS, not 'ours'"),
        ({"overrides": {"fone": Law.OURS}}, "overrides.fone", "a person has no field 'fone'"),
        ({"overrides": {5: Law.OURS}}, "overrides.5", "a person has no field 5"),
        ({"overrides": None}, "overrides", "is a mapping of fields to laws, not None"),
        ({"overrides": ["phone"]}, "overrides", "is a mapping of fields to laws, not ['phone']"),
        ({"in_flight": {"fone": "1"}}, "in_flight.fone", "a person has no field 'fone'"),
        ({"in_flight": {"*": "1"}}, "in_flight.*", "a person has no field '*'"),
        ({"in_flight": None}, "in_flight", "is a mapping of fields to values, not None"),
        ({"in_flight": ("phone",)}, "in_flight", "is a mapping of fields to values, not ('phone',)"),
        ({"untouched": {"fone"}}, "untouched.fone", "a person has no field 'fone'"),
        ({"untouched": "phone"}, "untouched", "are names of fields, such as {\"message\"}, not 'phone'"),
        ({"untouched": None}, "untouched", 'are names of fields, such as {"message"}, not None'),
        ({"untouched": [5]}, "untouched", "each, as names of fields are texts"),
    ],
    ids=str,
)
@pytest.mark.parametrize("theirs", [{"phone": "3"}, GONE, UNKNOWN], ids=str)
def test_whatever_else_is_given_wrongly_is_named(wrong: Wrong, field: str, says: str, theirs: Wrong) -> None:
    """Whatever the sides show, also where nothing would have come of it."""
    given = {"schema": SCHEMA, "policy": Policy(), "base": {"phone": "1"}, "ours": {"phone": "2"}, **wrong}
    schema, policy = given.pop("schema"), given.pop("policy")
    error = refused(lambda: decide(schema, policy, theirs=theirs, **given))
    assert says in error.message
    assert error.details["field"] == field


@pytest.mark.parametrize("value", [1.5, ["a"], NOON, b"a", {"a"}])
@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_a_value_that_no_field_can_hold_is_refused_where_the_sides_differ(side: str, value: Wrong) -> None:
    error = refused(lambda: decide(SCHEMA, Policy(), **{**CHANGED_BY_BOTH, side: {"phone": value}}))
    assert error.message.startswith("phone is a text, a whole number")
    assert error.details["field"] == "phone"


@pytest.mark.parametrize("theirs", [{"phone": "3"}, GONE], ids=str)
def test_a_canonical_form_that_raises_is_told_with_its_field(theirs: Wrong) -> None:
    schema = Schema("person", (Field("phone", lambda value: str(int(str(value)))),))
    for base, ours in (("1", "x"), ("x", "1")):
        sides: Wrong = {"base": {"phone": base}, "ours": {"phone": ours}, "theirs": theirs}
        error = refused(partial(decide, schema, Policy(), **sides))
    assert error.message.startswith("the canonical form of phone could not read a value: ValueError: ")
    assert error.details["field"] == "phone"


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_a_field_that_there_is_not_is_told_when_a_plan_is_made_of_what_a_side_shows(side: str) -> None:
    sides: Wrong = {**CHANGED_BY_BOTH, side: {"phone": "2", "fone": "3"}}
    inputs = Inputs(**sides)
    step = Step(external_id="17", local_id=None, inputs=inputs, decision=inputs.decide(SCHEMA, Policy()))
    error = refused(lambda: make_plan(SCHEMA, Policy(), [step], shared=1))
    assert (
        error.message == "the step of record '17' cannot be planned: a person has no field 'fone'; it has email, phone"
    )
    assert error.details["field"] == f"{side}.fone"


def test_what_was_agreed_on_of_a_field_that_is_no_more_can_be_planned() -> None:
    inputs = Inputs(base={"phone": "1", "fone": "3"}, ours={"phone": "1"}, theirs={"phone": "2"})
    step = Step(external_id="17", local_id=None, inputs=inputs, decision=inputs.decide(SCHEMA, Policy()))
    assert make_plan(SCHEMA, Policy(), [step], shared=1).steps == (step,)


def test_names_that_are_no_fields_are_known() -> None:
    """What overrides a record as a whole, or its pairing, is no field that the schema lacks."""
    assert {WHOLE, PAIRING} == NOT_FIELDS
    overrides = {WHOLE: Law.OURS, PAIRING: Law.OURS}
    assert not decide(SCHEMA, Policy(), base={}, ours={}, theirs={}, overrides=overrides).asks


ASK = Law.ASK.judge
BY_EMAIL = Schema("person", SCHEMA.fields, match=(("email",),))
PEOPLE: Wrong = {1: {"email": "x"}}


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda wrong: Law(name=wrong(5), judge=ASK), "name is a str by which policies name the law, not 5"),
        (lambda wrong: Law(name="mine", judge=wrong("ours")), "judge is a Callable, a function from a Contest"),
        (lambda wrong: Law(name="mine", judge=ASK, owner=wrong("ours")), "owner is a Side, such as Side.OURS"),
        (lambda wrong: Law(name="mine", judge=ASK, mirror=wrong(Law.ASK)), "mirror is a str, the name of a law"),
        (lambda wrong: Laws(wrong(["ours"])), "laws is a Law each, such as Law.OURS, not 'ours'"),
        (lambda wrong: Laws(wrong(None)), "laws is an Iterable of laws, not None"),
        (lambda wrong: Laws().named(wrong([])), "law is a str, the name of one, not []"),
        (lambda wrong: check_law(wrong("ours"), Laws()), "law is a Law, such as Law.OURS, not 'ours'"),
        (lambda wrong: check_law(Law.OURS, wrong([Law.OURS])), "laws is a Laws object, such as Laws([law])"),
        (lambda wrong: Field(wrong(5)), "name is a text"),
        (lambda _: Field(""), "name is empty"),
        (lambda _: Field("a\0"), "name has a NUL in it"),
        (lambda _: Field("*"), "no field is called '*'"),
        (lambda _: Field("?"), "no field is called '?'"),
        (lambda wrong: Field("phone", wrong("folded")), "canonical of phone is a Callable"),
        (lambda wrong: Field("phone", law=wrong("ours")), "law of phone is a Law, such as Law.OURS, not 'ours'"),
        (lambda wrong: Schema(wrong(None), SCHEMA.fields), "kind is a text"),
        (lambda wrong: Schema("person", wrong(("email",))), "fields is a Field each, such as Field"),
        (lambda wrong: Schema("person", wrong(None)), "fields is an Iterable of fields"),
        (lambda wrong: pair(BY_EMAIL, wrong([{"email": "x"}]), PEOPLE), "ours is a mapping of ids to"),
        (lambda wrong: pair(BY_EMAIL, PEOPLE, wrong(GONE)), "theirs is a mapping of ids to"),
        (lambda wrong: pair(BY_EMAIL, wrong({7: None}), PEOPLE), "ours.7 is a mapping of fields to values"),
        (lambda wrong: pair(BY_EMAIL, wrong({7: GONE}), PEOPLE), "ours.7 is a mapping of fields to values"),
        (lambda wrong: pair(BY_EMAIL, wrong({7: {"email": ["x"]}}), PEOPLE), "email is a text, a whole number"),
        (lambda wrong: pair(BY_EMAIL, PEOPLE, wrong({7: {"email": 0.5}})), "email is a text, a whole number"),
        (lambda wrong: Decision().next_base({}, wrong(GONE)), "theirs is a mapping of fields to values"),
        (lambda wrong: Decision().next_base(wrong("x"), {}), "base is a mapping of fields to values"),
        (lambda wrong: Decision().next_base({}, wrong({"phone": 1.5})), "phone is a text, a whole number"),
        (lambda wrong: Decision().next_base(wrong({"phone": object()}), {}), "phone is a text, a whole number"),
    ],
)
def test_what_is_put_together_wrongly_is_refused(make: Callable[[Wrong], object], says: str) -> None:
    assert refused(lambda: make(lambda value: value)).message.startswith(says)


def test_fields_in_a_list_are_fields_for_good() -> None:
    fields: Wrong = [Field("email")]
    schema = Schema("person", fields)
    fields.append(Field("phone"))
    assert schema == Schema("person", (Field("email"),))


def test_where_the_two_never_agreed_the_next_base_is_what_the_provider_holds() -> None:
    theirs: Wrong = {"phone": "3"}
    assert decide(SCHEMA, Policy(), base=None, ours={}, theirs=theirs).next_base(None, theirs) == {}
    assert decide(SCHEMA, Policy(), base=None, ours=GONE, theirs=theirs).next_base(None, theirs) == theirs
    assert decide(SCHEMA, Policy(), base=None, ours=UNKNOWN, theirs=theirs).next_base(None, theirs) is None
