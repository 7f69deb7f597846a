import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tresen.entrypoints.cli.answer import Answer, Table, aligned, cell, page_table, show
from tresen.entrypoints.cli.terminal import ReaderGone, Terminal, visible


class Closed(io.StringIO):
    """Nobody reads it."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


def shown(answer: Answer) -> str:
    out = io.StringIO()
    show(answer, Terminal(out=out, err=io.StringIO(), source=io.StringIO(), environ={}))
    return out.getvalue()


def test_columns_are_aligned_by_terminal_cells() -> None:
    lines = aligned(("name", "city"), [("Łukasz", "Bonn"), ("李小龍", "Köln")])
    assert lines == ["name    city", "Łukasz  Bonn", "李小龍  Köln"]


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=5))
def test_the_second_column_begins_at_one_place(rows: list[tuple[str, str]]) -> None:
    clean = [(visible(left), f"|{visible(right)}") for left, right in rows]
    lines = aligned(("left", "|"), clean)
    assert len({cell_len(line[: line.rindex("  |") + 2]) for line in lines if line.count("|") == 1}) <= 1


def test_a_table_says_what_is_around_it_only_with_rows() -> None:
    table = Table(columns=("a",), rows=[("1",)], title="title:", footer="1 in all", empty="nothing")
    empty = Table(columns=("a",), rows=[], title="title:", footer="0 in all", empty="nothing")
    assert shown(Answer(document={}, parts=[table], as_json=False)) == "title:\na\n1\n1 in all\n"
    assert shown(Answer(document={}, parts=[empty, "line"], as_json=False)) == "nothing\nline\n"


def test_json_is_one_document_with_readable_letters() -> None:
    text = shown(Answer(document={"name": "Jürgen", "n": 1}, parts=["for people"], as_json=True))
    assert json.loads(text) == {"name": "Jürgen", "n": 1}
    assert "Jürgen" in text
    assert "for people" not in text


@pytest.mark.parametrize(
    ("rows", "count", "offset", "footer", "empty"),
    [
        (2, 5, 0, "1-2 of 5; more with --offset 2", "none"),
        (2, 5, 3, "5 in all", "none"),
        (0, 5, 9, None, "nothing from offset 9 on; there are 5"),
        (0, 0, 0, None, "none"),
    ],
)
def test_a_page_tells_how_to_see_the_rest(rows: int, count: int, offset: int, footer: str | None, empty: str) -> None:
    table = page_table(("a",), [("x",)] * rows, count=count, offset=offset, empty="none")
    assert table.empty == empty
    assert footer == (table.footer if table.rows else None)


def test_cells_show_zones_and_words() -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert cell(noon, "Europe/Berlin") == "2026-07-01 14:00 CEST"
    assert cell(noon, "Europe/Berlin", seconds=True) == "2026-07-01 14:00:00 CEST"
    assert (cell(None), cell(True), cell(False), cell(0)) == ("", "yes", "no", "0")


@given(st.text())
def test_visible_text_is_one_printable_line(text: str) -> None:
    assert visible(text).isprintable()
    assert len(visible(text)) == len(text)


def test_whoever_stops_reading_is_noticed_on_the_output_only() -> None:
    terminal = Terminal(out=Closed(), err=Closed(), source=io.StringIO(), environ={})
    terminal.complain("nobody hears this")
    with pytest.raises(ReaderGone):
        terminal.say("nobody reads this")


def test_a_line_is_told_at_once() -> None:
    pipe = io.BytesIO()
    out = io.TextIOWrapper(pipe, encoding="utf-8")
    Terminal(out=out, err=io.StringIO(), source=io.StringIO(), environ={}).say("ready")
    assert pipe.getvalue() == b"ready\n"
