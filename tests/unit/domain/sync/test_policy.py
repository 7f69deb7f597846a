"""Policies as documents: read back equal, layered, and refused by the name of the key."""

from collections.abc import Callable
from typing import Any, cast

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.shared.errors import InvalidValue
from tresen.domain.sync.guards import Guards, Share
from tresen.domain.sync.laws import Law, Laws
from tresen.domain.sync.policy import BUILT_IN_POLICY, Deletes, Policy, policy_document, read_policy
from tresen.domain.sync.schema import Field

from .drawn import POLICIES, SCHEMA

LAWS = Laws()
KEYS = (
    "default",
    "fields",
    "deletes",
    "create_here",
    "create_there",
    "delete_here",
    "delete_there",
    "guards",
    "clock_skew_s",
)
TENANT = Policy(
    default=Law.OURS,
    fields={"a": Law.ASK, "b": Law.NEWEST},
    deletes=Deletes.ASK,
    create_here=False,
    create_there=True,
    delete_here=False,
    delete_there=True,
    guards=Guards(deleted=Share(1, 1)),
    version=3,
)


@given(POLICIES, st.integers(0, 9))
def test_a_policy_is_read_back_as_it_was(policy: Policy, version: int) -> None:
    """The version is not in the document: whoever stores it gives it one."""
    numbered = attrs.evolve(policy, version=version)
    assert read_policy(policy_document(numbered), SCHEMA, LAWS) == policy
    assert list(policy_document(policy)) == list(KEYS[:3] + KEYS[3:7] + KEYS[7:])


@given(POLICIES, POLICIES)
def test_what_is_named_stands_over_what_is_below(policy: Policy, below: Policy) -> None:
    read = read_policy(policy_document(policy), SCHEMA, LAWS, below=below)
    assert read == attrs.evolve(policy, fields={**below.fields, **policy.fields})


@given(POLICIES, st.sets(st.sampled_from(KEYS)))
def test_what_is_not_named_is_as_below(policy: Policy, keys: set[str]) -> None:
    part = {key: value for key, value in policy_document(policy).items() if key in keys}
    read = read_policy(part, SCHEMA, LAWS, below=TENANT)
    for key in KEYS:
        expected = getattr(policy if key in keys else TENANT, key)
        if key == "fields" and key in keys:
            expected = {**TENANT.fields, **policy.fields}
        assert getattr(read, key) == expected
    assert read.version == TENANT.version


def test_nothing_named_is_the_built_in_policy() -> None:
    """The provider wins, and nothing is created or deleted there."""
    read = read_policy({}, SCHEMA, LAWS)
    assert read == BUILT_IN_POLICY == Policy()
    assert (read.default, read.deletes) == (Law.THEIRS, Deletes.KEEP_EDITED)
    assert (read.create_here, read.create_there, read.delete_here, read.delete_there) == (True, False, True, False)


def test_fields_and_guards_are_layered_one_by_one() -> None:
    document = {"fields": {"b": "union"}, "guards": {"deleted": {"percent": 9}}}
    read = read_policy(document, SCHEMA, LAWS, below=TENANT)
    assert read.fields == {"a": Law.ASK, "b": Law.UNION}
    assert read.guards == Guards(deleted=Share(9, 1))
    assert TENANT.fields == {"a": Law.ASK, "b": Law.NEWEST}


def test_the_nearest_law_of_a_field_holds() -> None:
    policy = Policy(default=Law.ASK, fields={"a": Law.UNION})
    assert policy.law(Field("a", law=Law.OURS)) is Law.UNION
    assert policy.law(Field("b", law=Law.OURS)) is Law.OURS
    assert policy.law(Field("c")) is Law.ASK


def test_laws_of_ones_own_are_read_by_name() -> None:
    mine = Law(name="mine", judge=Law.ASK.judge)
    document = {"default": "mine", "fields": {"a": "mine"}}
    read = read_policy(document, SCHEMA, Laws([mine]))
    assert (read.default, read.fields) == (mine, {"a": mine})
    with pytest.raises(InvalidValue, match="there is no law 'mine'"):
        read_policy(document, SCHEMA, LAWS)


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"law": "ours"}, "law"),
        ({"version": 3}, "version"),
        ({"default": "mine"}, "default"),
        ({"default": None}, "default"),
        ({"default": ["ours"]}, "default"),
        ({"fields": None}, "fields"),
        ({"fields": ["a"]}, "fields"),
        ({"fields": {"z": "ours"}}, "fields.z"),
        ({"fields": {"a": "mine"}}, "fields.a"),
        ({"fields": {"a": None}}, "fields.a"),
        ({"deletes": "keep"}, "deletes"),
        ({"deletes": None}, "deletes"),
        ({"deletes": []}, "deletes"),
        ({"create_here": 1}, "create_here"),
        ({"create_there": "true"}, "create_there"),
        ({"delete_here": None}, "delete_here"),
        ({"delete_there": 0}, "delete_there"),
        ({"guards": 5}, "guards"),
        ({"guards": {"deleted": {"percent": 200}}}, "guards.deleted.percent"),
        ({"clock_skew_s": -1}, "clock_skew_s"),
        ({"clock_skew_s": 3601}, "clock_skew_s"),
        ({"clock_skew_s": True}, "clock_skew_s"),
        ({"clock_skew_s": "1"}, "clock_skew_s"),
    ],
    ids=str,
)
def test_a_bad_document_is_refused_by_the_name_of_the_key(document: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read_policy(document, SCHEMA, LAWS)
    assert refused.value.details["field"] == field
    assert refused.value.message


MANY: list[Any] = []
for _ in range(2_000):
    MANY = [MANY]


@pytest.mark.parametrize("document", [None, [], "x", 5, {5: 1}, {"x": 1, 5: 2}, {"\ud800": 1}], ids=ascii)
def test_what_is_no_document_is_refused(document: Any) -> None:
    with pytest.raises(InvalidValue) as refused:
        read_policy(document, SCHEMA, LAWS)
    assert refused.value.message.encode()


@pytest.mark.parametrize("value", [MANY, "\ud800\0", 10**5000, float("nan"), {}, b"ours", {"ours"}], ids=range(7))
@pytest.mark.parametrize("key", [*KEYS, "fields.a", "guards.deleted", "guards.deleted.percent", "guards.\ud800"])
def test_whatever_a_key_holds_is_refused_and_nothing_else(key: str, value: Any) -> None:
    for part in reversed(key.split(".")):
        value = {part: value}
    if value in ({"fields": {}}, {"guards": {}}, {"guards": {"deleted": {}}}):
        return
    with pytest.raises(InvalidValue) as refused:
        read_policy(value, SCHEMA, LAWS)
    assert refused.value.message.encode()
    assert str(refused.value.details["field"]).encode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("default", "ours"),
        ("default", None),
        ("fields", None),
        ("fields", [("a", Law.OURS)]),
        ("fields", {5: Law.OURS}),
        ("deletes", "ask"),
        ("guards", None),
        ("guards", {"deleted": {"percent": 1}}),
        ("create_here", "no"),
        ("create_there", 1),
        ("delete_here", None),
        ("delete_there", "false"),
        ("clock_skew_s", "5"),
        ("clock_skew_s", -5),
        ("clock_skew_s", 3_601),
        ("clock_skew_s", 0.5),
        ("clock_skew_s", True),
        ("version", "1"),
        ("version", -1),
    ],
)
def test_whatever_a_policy_is_made_of_is_looked_at(name: str, value: Any) -> None:
    with pytest.raises(InvalidValue) as refused:
        Policy(**{name: value})
    assert refused.value.details["field"] == name
    assert refused.value.message.startswith(name)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Guards(deleted=cast("Share", {"percent": 1})), "guards.deleted"),
        (lambda: Share(cast("int", "5")), "percent"),
        (lambda: Share(cast("int", 5.0)), "percent"),
        (lambda: Share(True), "percent"),
        (lambda: Share(5, cast("int", None)), "at_least"),
    ],
)
def test_guards_are_shares_of_whole_numbers(make: Callable[[], object], field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        make()
    assert refused.value.details["field"] == field


def test_what_is_changed_afterwards_is_not_the_policy() -> None:
    fields = {"a": Law.OURS}
    policy = Policy(fields=fields)
    fields["a"] = Law.THEIRS
    assert policy == Policy(fields={"a": Law.OURS})
    with pytest.raises(TypeError):
        cast("dict[str, Law]", policy.fields)["a"] = Law.THEIRS


def test_a_mirror_that_is_missing_is_refused() -> None:
    lonely = Law(name="lonely", judge=Law.ASK.judge, mirror="other")
    for policy in (Policy(default=lonely), Policy(fields={"a": lonely})):
        with pytest.raises(InvalidValue):
            policy.mirrored(LAWS)
