"""Every version of a record, and undo: both read the journal back. Against a replay that simply keeps everything."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.shared.ids import EntryId, RunId
from tresen.domain.sync.canonical import Value, Values
from tresen.domain.sync.decision import ONLY_THEIRS_KNOWN, WHOLE
from tresen.domain.sync.history import before_next_life, end_there, since, versions, versions_of_gone
from tresen.domain.sync.journal import LOCAL_EDIT, NORMALISED, PUSHED, RELEASED, RESOLVED, UNDONE, Change
from tresen.domain.sync.schema import Field, Schema, folded
from tresen.domain.sync.side import Side
from tresen.domain.sync.undo import first_seen, restored, rollback

from .drawn import RELATED

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SCHEMA = Schema("thing", (Field("a"), Field("b", folded), Field("c")))


def change(
    number: int,
    field: str,
    ours: Value,
    value: Value,
    *,
    theirs: Value = None,
    side: Side = Side.THEIRS,
    rule: str = "theirs",
    version: int = 0,
) -> Change:
    return Change(
        id=EntryId(UUID(int=number)),
        run_id=RunId(UUID(int=version)),
        kind="thing",
        external_id="7",
        local_id=UUID(int=7),
        field=field,
        base=None,
        ours=ours,
        theirs=theirs,
        value=value,
        side=side,
        rule=rule,
        reason="because",
        version=version,
        at=NOON + timedelta(minutes=number),
    )


@attrs.define
class Replay:
    """A record that is written again and again, with the journal of it, and every version kept as it was: a field of
    which something is first seen in one was not known in those before it, since somebody last gave it a value.
    """

    values: dict[str, Value]
    version: int = 1
    journal: list[Change] = attrs.field(factory=list)
    kept: dict[int, dict[str, Value]] = attrs.field(factory=dict)
    written: dict[str, int] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.kept[self.version] = dict(self.values)

    def write(self, edits: dict[str, Value], rule: str, side: Side) -> None:
        if not edits:
            return
        self.version += 1
        for field, value in edits.items():
            self._line(field, self.values.get(field), value, rule=rule, side=side, version=self.version)
        self.values.update(edits)
        self.kept[self.version] = dict(self.values)
        self.written.update(dict.fromkeys(edits, self.version))

    def learn(self, field: str, value: Value) -> None:
        """A value of it is first seen; our record held none."""
        if value is None or self.values[field] is not None:
            return
        for number in range(self.written.get(field, 1), self.version + 1):
            del self.kept[number][field]
        self.write({field: value}, ONLY_THEIRS_KNOWN, Side.THEIRS)

    def push(self, field: str, theirs: Value) -> None:
        """The provider is given our value, which stays as it is."""
        ours = self.values.get(field)
        self._line(field, ours, ours, theirs=theirs, rule=PUSHED, side=Side.OURS)

    def passes_over(self, field: str, theirs: Value) -> None:
        ours = self.values.get(field)
        self._line(field, ours, ours, theirs=theirs, rule="ours", side=Side.OURS)

    def _line(
        self, field: str, ours: Value, value: Value, *, rule: str, side: Side, theirs: Value = None, version: int = 0
    ) -> None:
        number = len(self.journal) + 1
        self.journal.append(change(number, field, ours, value, theirs=theirs, rule=rule, side=side, version=version))


WRITES = st.sampled_from(
    (
        ("theirs", Side.THEIRS),
        ("union", Side.BOTH),
        (LOCAL_EDIT, Side.NEITHER),
        (NORMALISED, Side.NEITHER),
        (UNDONE, Side.OURS),
        (RESOLVED, Side.OURS),
    )
)


@st.composite
def replays(draw: st.DrawFn) -> Replay:
    made = Replay({name: draw(RELATED) for name in SCHEMA.names})
    for _ in range(draw(st.integers(0, 6))):
        what = draw(st.sampled_from(("write", "write", "learn", "push", "pass")))
        if what == "write":
            made.write(draw(st.dictionaries(st.sampled_from(SCHEMA.names), RELATED, max_size=2)), *draw(WRITES))
        elif what == "learn":
            made.learn(draw(st.sampled_from(SCHEMA.names)), draw(RELATED))
        elif what == "push":
            made.push(draw(st.sampled_from(SCHEMA.names)), draw(RELATED))
        else:
            made.passes_over(draw(st.sampled_from(SCHEMA.names)), draw(RELATED))
    return made


@given(replays())
def test_every_version_is_read_back_as_it_was(made: Replay) -> None:
    """The latest first, down to the first one; lines that wrote nothing here make no version."""
    found = versions(made.values, made.version, made.journal)
    assert [each.number for each in found] == sorted(made.kept, reverse=True)
    for each in found:
        assert repr(each.values) == repr(made.kept[each.number])
        assert all(line.version == each.number for line in each.changes)
    assert (found[-1].at, found[-1].changes) == (None, ())
    assert [line for each in reversed(found) for line in each.changes] == [
        line for line in made.journal if line.version
    ]


def test_versions_of_a_journal_that_begins_late() -> None:
    """What was cut off from the journal cannot be told apart; the oldest version stands for it."""
    lines = [
        change(1, "a", "2", "3", version=8),
        change(2, "b", None, "x", version=9),
        change(3, "a", "3", "4", version=9),
    ]
    found = versions({"a": "4", "b": "x"}, 9, lines)
    assert [(each.number, each.values) for each in found] == [
        (9, {"a": "4", "b": "x"}),
        (8, {"a": "3", "b": None}),
        (7, {"a": "2", "b": None}),
    ]
    assert [each.at for each in found] == [lines[1].at, lines[0].at, None]


def test_without_a_journal_there_is_the_present_version() -> None:
    (only,) = versions({"a": "x"}, 4, [])
    assert (only.number, only.at, only.values, only.changes) == (4, None, {"a": "x"}, ())


def test_a_line_about_the_whole_record_changes_no_field() -> None:
    whole = change(1, WHOLE, None, None, version=2)
    assert [each.values for each in versions({"a": "x"}, 2, [whole])] == [{"a": "x"}, {"a": "x"}]


def test_a_field_written_twice_in_one_version_goes_back_to_the_first() -> None:
    lines = [change(1, "a", "1", "2", version=2), change(2, "a", "2", "3", version=2)]
    assert [each.values for each in versions({"a": "3"}, 2, lines)] == [{"a": "3"}, {"a": "1"}]


@given(replays(), st.data())
def test_undoing_everything_since_a_version_gives_that_version_back(made: Replay, data: st.DataObject) -> None:
    """A field of which nothing was known in it gets what was first seen of it since: nothing is taken for empty."""
    number = data.draw(st.sampled_from(sorted(made.kept)))
    lines = [line for line in made.journal if line.version > number]
    seen: dict[str, Value] = {}
    for line in lines:
        if line.rule == ONLY_THEIRS_KNOWN:
            seen.setdefault(line.field, line.value)
    wanted = {**seen, **made.kept[number]}
    found = rollback(SCHEMA, made.values, lines)
    assert not any(each.overtaken for each in found)
    assert SCHEMA.same({**made.values, **restored(found, overtaken=False)}, wanted)
    assert [each.field for each in found] == [
        name for name in SCHEMA.names if not SCHEMA.by_name[name].same(made.values[name], wanted[name])
    ]
    assert first_seen(SCHEMA, lines) == [name for name in SCHEMA.names if name in seen]


@given(replays(), st.data())
def test_undoing_twice_is_undoing_once(made: Replay, data: st.DataObject) -> None:
    lines = [line for line in made.journal if data.draw(st.booleans())]
    once = {**made.values, **restored(rollback(SCHEMA, made.values, lines), overtaken=True)}
    assert rollback(SCHEMA, once, lines) == []


def undone(current: Values, lines: Sequence[Change]) -> list[tuple[str, Value, Value, bool]]:
    return [(each.field, each.now, each.back, each.overtaken) for each in rollback(SCHEMA, current, lines)]


def test_one_line_is_undone_to_the_value_before_it() -> None:
    line = change(1, "a", "before", "after", version=2)
    assert undone({"a": "after"}, [line]) == [("a", "after", "before", False)]
    (only,) = rollback(SCHEMA, {"a": "after"}, [line])
    assert only.change is line


def learned(number: int, field: str, value: Value, version: int) -> Change:
    return change(number, field, None, value, theirs=value, rule=ONLY_THEIRS_KNOWN, version=version)


def test_what_was_first_seen_is_nothing_that_is_undone() -> None:
    seen = learned(1, "a", "first", 2)
    assert rollback(SCHEMA, {"a": "first"}, [seen]) == []
    assert first_seen(SCHEMA, [seen, change(2, "c", "x", "y", version=2)]) == ["a"]
    lines = [seen, change(2, "a", "first", "then", version=3)]
    assert undone({"a": "then"}, lines) == [("a", "then", "first", False)]
    assert undone({"a": "edited"}, lines) == [("a", "edited", "first", True)]


def test_what_was_first_seen_in_a_record_that_is_not_ours_any_more_is_undone() -> None:
    seen = learned(1, "a", "of that one", 2)
    (back,) = rollback(SCHEMA, {"a": "of that one"}, [seen], {"7"})
    assert (back.change, back.back, first_seen(SCHEMA, [seen], {"7"})) == (seen, None, [])
    assert rollback(SCHEMA, {"a": "of that one"}, [seen], {"8"}) == []


def test_what_is_known_to_be_empty_is_given_back() -> None:
    line = change(1, "a", None, "typed by mistake", rule="only_theirs_changed", version=2)
    assert undone({"a": "typed by mistake"}, [line]) == [("a", "typed by mistake", None, False)]


def test_what_somebody_emptied_before_it_was_first_seen_goes_back_to_what_it_was() -> None:
    lines = [change(1, "a", "ours", None, rule=LOCAL_EDIT, version=2), learned(2, "a", "first", 3)]
    assert undone({"a": "first"}, lines) == [("a", "first", "ours", False)]
    assert undone({"a": "first"}, lines[1:]) == []


def test_a_version_before_what_was_first_seen_does_not_name_the_field() -> None:
    found = versions({"a": "first", "b": None}, 2, [learned(1, "a", "first", 2)])
    assert [each.values for each in found] == [{"a": "first", "b": None}, {"b": None}]


def test_what_a_later_life_first_saw_says_nothing_of_the_life_before() -> None:
    ended = [change(1, WHOLE, None, None), change(2, "a", "x", None), change(3, WHOLE, None, None, version=3)]
    found = versions({"a": "x", "b": "first"}, 4, [*ended, learned(4, "b", "first", 4)])
    assert [(each.number, each.values) for each in found] == [
        (4, {"a": "x", "b": "first"}),
        (3, {"a": "x"}),
        (2, {}),
        (1, {"a": "x", "b": None}),
    ]


def test_several_lines_of_one_field_are_undone_to_the_oldest() -> None:
    lines = [change(1, "a", "1", "2", version=2), change(2, "a", "2", "3", version=3)]
    assert undone({"a": "3"}, lines) == [("a", "3", "1", False)]
    assert undone({"a": "2"}, lines) == [("a", "2", "1", True)]
    assert rollback(SCHEMA, {"a": "3"}, lines)[0].change is lines[0]


def test_a_field_that_somebody_edited_since_is_put_back_only_when_that_is_wanted() -> None:
    lines = [change(1, "a", "1", "2"), change(2, "c", "x", "y")]
    found = rollback(SCHEMA, {"a": "3", "c": "y"}, lines)
    assert [(each.field, each.overtaken) for each in found] == [("a", True), ("c", False)]
    assert restored(found, overtaken=False) == {"c": "x"}
    assert restored(found, overtaken=True) == {"a": "1", "c": "x"}


def test_another_way_to_write_it_overtakes_nothing() -> None:
    line = change(1, "b", "old@x.de", "new@x.de")
    assert undone({"b": "NEW@x.de "}, [line]) == [("b", "NEW@x.de ", "old@x.de", False)]
    assert undone({"b": "OLD@x.de"}, [line]) == []


def test_a_push_is_undone_to_what_the_provider_had() -> None:
    pushed = change(2, "a", "mine", "mine", theirs="theirs", side=Side.OURS, rule=PUSHED)
    assert undone({"a": "mine"}, [pushed]) == [("a", "mine", "theirs", False)]
    edited = change(1, "a", "was", "mine", side=Side.NEITHER, rule=LOCAL_EDIT, version=2)
    assert undone({"a": "mine"}, [edited, pushed]) == [("a", "mine", "was", False)]


@pytest.mark.parametrize(
    "line",
    [
        change(1, "a", "x", "x", theirs="y", side=Side.OURS, rule="ours"),
        change(1, WHOLE, None, None),
        change(1, "z", "x", "y"),
    ],
    ids=["passed over", "whole", "no field any more"],
)
def test_what_wrote_nothing_here_needs_no_undoing(line: Change) -> None:
    assert rollback(SCHEMA, {"a": "x"}, [line]) == []


def test_a_record_that_was_deleted_here_comes_back_value_by_value() -> None:
    lines = [change(1, WHOLE, None, None), change(2, "a", "x", None), change(3, "c", "y", None)]
    assert restored(rollback(SCHEMA, {}, lines), overtaken=False) == {"a": "x", "c": "y"}


def test_fields_come_in_the_order_of_the_schema() -> None:
    lines = [change(1, "c", "1", "2"), change(2, "a", "1", "2")]
    assert [each.field for each in rollback(SCHEMA, {"a": "2", "c": "2"}, lines)] == ["a", "c"]


def two_lives() -> list[Change]:
    """Made with a=1, b=x; a=2; it ends; it comes back as it was; a=3."""
    return [
        change(1, "a", "1", "2", version=2),
        change(2, WHOLE, None, None),
        change(3, "a", "2", None),
        change(4, "b", "x", None),
        change(5, WHOLE, None, None, version=4),
        change(6, "a", "2", "3", version=5),
    ]


def test_a_record_that_came_back_has_an_end_between_its_lives() -> None:
    lines = two_lives()
    found = versions({"a": "3", "b": "x", "c": "new"}, 5, lines)
    assert [(each.number, each.values) for each in found] == [
        (5, {"a": "3", "b": "x", "c": "new"}),
        (4, {"a": "2", "b": "x", "c": "new"}),
        (3, {}),
        (2, {"a": "2", "b": "x", "c": None}),
        (1, {"a": "1", "b": "x", "c": None}),
    ]
    assert found[2].changes == tuple(lines[1:4])


def test_a_second_end_is_not_mixed_with_the_first() -> None:
    lines = [*two_lives(), attrs.evolve(change(7, WHOLE, None, None), run_id=RunId(UUID(int=9)))]
    assert [each.number for each in versions_of_gone(lines)] == [6, 5, 4, 3, 2, 1]


def test_the_next_life_goes_on_after_the_end() -> None:
    assert before_next_life([], 0) == 2
    assert before_next_life([], 7) == 8
    assert before_next_life(two_lives(), 1) == 6


def test_what_ended_and_came_back_is_undone_to_what_it_was_before() -> None:
    lines = [each for each in two_lives() if each.version in {0, 2}]
    assert undone({"a": "2", "b": "x"}, lines) == [("a", "2", "1", False)]
    assert undone({"a": "9", "b": "x"}, lines) == [("a", "9", "1", True)]


def test_what_became_of_a_version_is_told_by_the_lines_after_it() -> None:
    lines = two_lives()
    assert since(lines, 5) == []
    assert since(lines, 4) == lines[5:]
    assert since(lines, 2) == lines[1:]
    assert since(lines[:4], 2) == lines[1:4]


def test_one_that_is_made_at_the_provider_anew_did_not_end_there() -> None:
    lines = [change(1, "a", None, None, theirs="x", side=Side.OURS), change(2, WHOLE, None, None, side=Side.OURS)]
    assert end_there(lines) == [lines[1], lines[0]]
    assert end_there(lines[1:]) == ()
    # Made there anew in one run, and a value passed over in another.
    assert end_there([attrs.evolve(lines[0], run_id=RunId(UUID(int=5))), lines[1]]) == ()
    assert end_there([*lines, change(3, WHOLE, None, None)]) == ()


def release(number: int, field: str = WHOLE) -> Change:
    return change(number, field, None, None, side=Side.NEITHER, rule=RELEASED)


def test_an_override_that_is_taken_away_hides_no_end_there() -> None:
    end = [
        change(1, WHOLE, None, None, side=Side.OURS, rule="deleted"),
        change(2, "a", None, None, theirs="x", side=Side.OURS, rule="deleted"),
    ]
    assert end_there([*end, release(3)]) == end_there(end) != ()


def test_an_override_that_was_taken_away_before_anything_changed_is_told_with_the_first_version() -> None:
    found = versions({"a": "y", "b": None, "c": None}, 2, [release(1, "a"), change(2, "a", "x", "y", version=2)])
    assert [(one.number, [line.field for line in one.released]) for one in found] == [(2, []), (1, ["a"])]


def test_an_override_that_was_taken_away_of_what_is_gone_is_told_with_its_end() -> None:
    gone = [change(1, WHOLE, None, None, rule="deleted"), change(2, "a", "x", None, rule="deleted")]
    end, first = versions_of_gone([*gone, release(3)])
    assert (len(end.released), len(first.released)) == (1, 0)
