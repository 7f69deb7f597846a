import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.shared.errors import InvalidValue
from tresen.domain.sync.canonical import Value
from tresen.entrypoints.cli.diffs import EMPTY, change, pair, short_text, value_text, why
from tresen.entrypoints.cli.lines import Line, Span, Tone, joined, line, title
from tresen.entrypoints.cli.typed import typed_value

VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.lists(st.text(max_size=5)).map(tuple)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "(empty)"),
        ("Ada", "Ada"),
        ("", '""'),
        (" Ada", '" Ada"'),
        ("(empty)", '"(empty)"'),
        ("true", '"true"'),
        (True, "true"),
        (7, "7"),
        (("a", "b"), '["a", "b"]'),
        ('["a"]', '"[\\"a\\"]"'),
        ("a -> b", '"a -> b"'),
        ("Zoë 李", "Zoë 李"),
    ],
)
def test_a_value_is_told_so_that_it_cannot_be_taken_for_another(value: Value, text: str) -> None:
    assert value_text(value) == text


@given(VALUES, VALUES)
def test_values_that_differ_look_different(one: Value, other: Value) -> None:
    same = one == other and (type(one) is type(other))
    if not same and {type(one), type(other)} != {str, int}:
        assert value_text(one) != value_text(other)


def test_a_long_value_is_cut() -> None:
    assert short_text("x" * 101) == "x" * 100 + "…"
    assert short_text("x" * 100) == "x" * 100


def test_of_long_values_the_difference_is_shown() -> None:
    old, new = pair("x" * 500 + "old" + "y" * 500, "x" * 500 + "new" + "y" * 500)
    assert old.startswith("…" + "x" * 20 + "old")
    assert new.startswith("…" + "x" * 20 + "new")
    assert max(len(old), len(new)) <= 102
    assert pair("x" * 200, "x" * 201) != ("…", "…")
    assert pair("x" * 200, None)[1] == EMPTY


@given(st.text(max_size=300), st.text(max_size=300))
def test_of_values_that_differ_something_that_differs_is_shown(old: str, new: str) -> None:
    if old != new:
        before, after = pair(old, new)
        assert before != after


def test_a_change_is_red_and_green_and_says_why() -> None:
    told = line(*change("a", "b"), why("theirs", "theirs", "the provider owns this field"))
    assert told.text == "a -> b  (theirs: theirs, the provider owns this field)"
    assert [span.tone for span in told.spans] == [Tone.REMOVED, Tone.PLAIN, Tone.ADDED, Tone.QUIET]


def test_nothing_in_a_line_can_steer_a_terminal() -> None:
    assert line("a\x1b[31m", Span("b\nc", Tone.ADDED)).text == "a [31mb c"


def test_lines_are_put_together() -> None:
    assert title("Plan") == Line((Span("Plan", Tone.TITLE),))
    assert [span.text for span in joined([Span("a"), Span("b"), Span("c")], ", ")] == ["a", ", ", "b", ", ", "c"]


@pytest.mark.parametrize(
    ("text", "like", "value"),
    [
        ("10115", ["10117", None], "10115"),
        ("true", ["false"], "true"),
        ("true", [None, False], True),
        ("false", [True], False),
        ("-3", [7, None], -3),
        ('["b", "a"]', [("a",), None], ("b", "a")),
        ("[]", [("a",)], ()),
        ("x", [None], "x"),
        ("", ["x"], None),
        ("", [True], None),
        (" x ", ["y"], " x "),
    ],
)
def test_a_typed_value_is_of_the_fields_type(text: str, like: list[Value], value: Value) -> None:
    read = typed_value(text, like)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "like"), [("yes", True), ("1", True), ("3.5", 7), ("a, b", ("a",)), ("[1]", ("a",)), ("{}", ("a",))]
)
def test_a_typed_value_of_another_type_is_refused(text: str, like: Value) -> None:
    with pytest.raises(InvalidValue, match="this field is"):
        typed_value(text, [like])


def test_a_set_nested_too_deeply_is_refused() -> None:
    with pytest.raises(InvalidValue, match="this field is a set"):
        typed_value("[" * 100_000, [("a",)])
