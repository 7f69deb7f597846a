"""The journal: what was overwritten, passed over or deleted, with all three sides."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import attrs
import pytest

from tresen.domain.shared.ids import EntryId, RunId
from tresen.domain.sync.canonical import Value, Values
from tresen.domain.sync.decision import WHOLE, decide
from tresen.domain.sync.journal import (
    LOCAL_EDIT,
    NORMALISED,
    PUSHED,
    RESOLVED,
    UNDONE,
    Change,
    Subject,
    in_order,
    told,
)
from tresen.domain.sync.laws import Law
from tresen.domain.sync.policy import Deletes, Policy
from tresen.domain.sync.schema import Field, Schema
from tresen.domain.sync.side import GONE, Shown, Side

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
SCHEMA = Schema("member", (Field("city"), Field("name")))
SUBJECT = Subject(run_id=RunId(UUID(int=1)), kind="member", external_id="7", local_id=UUID(int=2), version=5, at=NOW)


def lines(policy: Policy, base: Values | None, ours: Shown, theirs: Shown) -> list[Change]:
    decision = decide(SCHEMA, policy, base=base, ours=ours, theirs=theirs)
    made = told(decision, base=base, ours=ours, theirs=theirs)
    return [SUBJECT.line(EntryId(UUID(int=n)), each) for n, each in enumerate(made, 10)]


def test_a_line_tells_the_whole_story() -> None:
    assert lines(Policy(), {"city": "Ulm"}, {"city": "Bonn"}, {"city": "Kiel"}) == [
        Change(
            id=EntryId(UUID(int=10)),
            run_id=RunId(UUID(int=1)),
            kind="member",
            external_id="7",
            local_id=UUID(int=2),
            field="city",
            base="Ulm",
            ours="Bonn",
            theirs="Kiel",
            value="Kiel",
            side=Side.THEIRS,
            rule="theirs",
            reason="the provider owns this field",
            version=5,
            at=NOW,
        )
    ]


@pytest.mark.parametrize(
    ("law", "ours", "theirs", "rules"),
    [
        (Law.THEIRS, "new", "old", ["theirs"]),
        (Law.THEIRS, "old", "new", ["only_theirs_changed"]),
        (Law.OURS, "old", "new", ["ours"]),
        (Law.OURS, "new", "newer", ["ours"]),
        (Law.OURS, "new", "old", []),
        (Law.NEWEST, "new", "old", []),
        (Law.NEWEST, "same", "same", []),
        (Law.ASK, "new", "newer", []),
        (Law.UNION, ("old", "new"), ("old", "newer"), ["union"]),
        (Law.UNION, ("old", "new"), ("new",), ["union"]),
    ],
    ids=str,
)
def test_our_own_edit_alone_needs_no_line_nor_does_what_a_person_is_asked(
    law: Law, ours: Value, theirs: Value, rules: list[str]
) -> None:
    """A field that only we changed is written nowhere, so that a quiet sync stays quiet. A conflict tells the rest."""
    base: Value = ("old",) if law is Law.UNION else "old"
    found = lines(Policy(default=law), {"city": base}, {"city": ours}, {"city": theirs})
    assert [line.rule for line in found] == rules


def test_a_value_that_only_we_ever_had_needs_no_line() -> None:
    assert lines(Policy(), {}, {"city": "Bonn"}, {"city": None}) == []


def test_an_override_that_passes_over_the_provider_is_told() -> None:
    decision = decide(
        SCHEMA, Policy(), base={"city": "a"}, ours={"city": "a"}, theirs={"city": "b"}, overrides={"city": Law.OURS}
    )
    (made,) = told(decision, base={"city": "a"}, ours={"city": "a"}, theirs={"city": "b"})
    assert (made.rule, made.side, made.value) == ("override", Side.OURS, "a")


def test_lines_come_in_the_order_of_the_schema() -> None:
    found = lines(Policy(), {}, {"name": None, "city": None}, {"name": "Anna", "city": "Kiel"})
    assert [line.field for line in found] == ["city", "name"]


def test_where_nothing_was_agreed_before_the_base_is_none() -> None:
    (line,) = lines(Policy(default=Law.OURS), {}, {"city": "Bonn"}, {"city": "Kiel"})
    assert (line.base, line.side, line.value) == (None, Side.OURS, "Bonn")


def test_only_a_line_that_wrote_our_record_has_its_version() -> None:
    policy = Policy(fields={"city": Law.OURS})
    passed_over, written = lines(policy, {}, {"city": "a", "name": "a"}, {"city": "b", "name": "b"})
    assert (passed_over.version, passed_over.wrote_ours, passed_over.before) == (0, False, "a")
    assert (written.version, written.wrote_ours, written.before) == (5, True, "a")


def test_a_record_that_is_deleted_here_is_told_value_by_value() -> None:
    whole, city = lines(Policy(), {"city": "Ulm"}, {"city": "Ulm", "name": None}, GONE)
    assert (whole.field, whole.side, whole.rule, whole.value) == (WHOLE, Side.THEIRS, "deleted", None)
    assert (city.field, city.base, city.ours, city.theirs, city.value) == ("city", "Ulm", "Ulm", None, None)
    assert city.reason == whole.reason
    assert (city.version, city.wrote_ours, city.before) == (5, True, "Ulm")


def test_a_record_that_is_deleted_there_is_told_value_by_value() -> None:
    policy = Policy(delete_there=True, deletes=Deletes.DELETE)
    whole, city, name = lines(policy, {"city": "Ulm"}, GONE, {"city": "Kiel", "name": "Anna"})
    assert (whole.field, whole.side, whole.rule) == (WHOLE, Side.OURS, "delete")
    assert (city.base, city.ours, city.theirs, city.side) == ("Ulm", None, "Kiel", Side.OURS)
    assert (name.base, name.theirs) == (None, "Anna")
    assert not city.wrote_ours


@pytest.mark.parametrize(
    ("ours", "theirs", "side"), [({"city": "b"}, GONE, Side.OURS), (GONE, {"city": "b"}, Side.THEIRS)]
)
def test_a_record_that_is_restored_is_told_once(ours: Shown, theirs: Shown, side: Side) -> None:
    (line,) = lines(Policy(create_there=True), {"city": "a"}, ours, theirs)
    assert (line.field, line.side, line.rule) == (WHOLE, side, "keep_edited")


@pytest.mark.parametrize("base", [None, {"city": "a"}])
def test_a_record_that_stays_apart_or_is_new_or_waits_for_a_person_has_no_line(base: Values | None) -> None:
    ask = Policy(deletes=Deletes.ASK, delete_here=False)
    for policy in (ask, attrs.evolve(ask, create_there=True)):
        assert lines(policy, base, {"city": "b"}, GONE) == []
        assert lines(policy, base, GONE, {"city": "b"}) == []


@pytest.mark.parametrize(
    ("rule", "side", "ours", "theirs"),
    [
        (PUSHED, Side.OURS, False, True),
        (NORMALISED, Side.NEITHER, True, False),
        (LOCAL_EDIT, Side.NEITHER, True, False),
        (UNDONE, Side.OURS, True, False),
        (RESOLVED, Side.OURS, True, False),
        ("newest", Side.THEIRS, True, False),
        ("union", Side.BOTH, True, False),
        ("newest", Side.OURS, False, False),
    ],
)
def test_a_line_knows_which_side_it_wrote(rule: str, side: Side, ours: bool, theirs: bool) -> None:
    (line,) = lines(Policy(), {"city": "Ulm"}, {"city": "Bonn"}, {"city": "Kiel"})
    line = attrs.evolve(line, rule=rule, side=side)
    assert (line.wrote_ours, line.wrote_theirs) == (ours, theirs)
    assert line.before == ("Kiel" if theirs else "Bonn")


@pytest.mark.parametrize(
    ("versions", "told_as"),
    [
        ([], []),
        ([2, 2, 0, 3, 0], [0, 1, 2, 3, 4]),
        ([3, 2], [1, 0]),
        ([3, 0, 2], [2, 0, 1]),
        ([0, 3, 0, 2, 0, 4], [0, 3, 1, 2, 4, 5]),
        ([0, 0, 0], [0, 1, 2]),
    ],
)
def test_lines_are_in_the_order_of_versions_then_of_ids(versions: list[int], told_as: list[int]) -> None:
    """Those without a version stay behind the last one that was told before them. Instants count for nothing."""
    (line,) = lines(Policy(), {"city": "Ulm"}, {"city": "Ulm"}, {"city": "Kiel"})
    written = [
        attrs.evolve(line, id=EntryId(UUID(int=n)), version=version, at=NOW - timedelta(hours=n))
        for n, version in enumerate(versions)
    ]
    for given in (written, written[::-1]):
        assert [each.id.int for each in in_order(given)] == told_as
