"""Tables on a terminal: ids stay in one piece, and everything fits as long as it can."""

import io
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tresen.entrypoints.cli.answer import Answer, Table, show
from tresen.entrypoints.cli.columns import column_widths
from tresen.entrypoints.cli.terminal import Terminal, visible

JOB = str(UUID(int=7))
MESSAGE, CORRELATION = "msg_" + UUID(int=8).hex, UUID(int=9).hex
WHEN = "2026-11-21 15:48:40 UTC"
TABLES = [
    (
        ("id", "kind", "status", "not before", "priority", "failed", "last error"),
        (JOB, "deliver_webhook_message", "running", WHEN, "0", "12", "gateway_unavailable: no answer in 30 seconds"),
        JOB,
    ),
    (
        ("webhook-id", "created", "type", "subject", "status", "attempts", "next"),
        (MESSAGE, WHEN, "provider.booking.rescheduled", f"booking/{JOB}", "delivered", "3", WHEN),
        MESSAGE,
    ),
    (
        ("when", "who", "what", "answer", "from", "correlation id"),
        (WHEN, "admin@demo-gym.example", "POST /api/v1/schedules", "201", "127.0.0.1", CORRELATION),
        CORRELATION,
    ),
]


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def drawn(columns: tuple[str, ...], row: tuple[str, ...]) -> list[str]:
    out = Screen()
    terminal = Terminal(out=out, err=io.StringIO(), source=io.StringIO(), environ={})
    show(Answer(document={}, parts=[Table(columns=columns, rows=[row])], as_json=False), terminal)
    return out.getvalue().splitlines()


@pytest.mark.parametrize("width", [60, 80, 100, 300])
@pytest.mark.parametrize(("columns", "row", "key"), TABLES, ids=[table[0][0] for table in TABLES])
def test_an_id_is_never_broken(
    columns: tuple[str, ...], row: tuple[str, ...], key: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = drawn(columns, row)
    assert sum(key in line for line in lines) == 1
    if width >= 80:
        assert max(cell_len(visible(line)) for line in lines if "\x1b" not in line) <= width


def test_short_words_stay_whole_while_others_can_give_way() -> None:
    columns, row, _ = TABLES[0]
    widths = dict(zip(columns, column_widths(columns, [row], room=86), strict=True))
    assert (widths["status"], widths["not before"], widths["priority"]) == (7, 10, 8)
    assert widths["id"] == len(JOB)


def test_what_fits_is_as_wide_as_it_is() -> None:
    assert column_widths(("a", "city"), [("李小龍", "Köln")], room=80) == [6, 4]


@given(st.lists(st.text("ab \n1", max_size=30), min_size=1, max_size=6), st.integers(1, 120))
def test_it_fits_where_it_can(row: list[str], room: int) -> None:
    texts = [visible(text) for text in row]
    widths = column_widths(["c"] * len(texts), [texts], room=room)
    narrowest = [min(3, max(1, len(text))) for text in texts]
    assert all(width >= least for width, least in zip(widths, narrowest, strict=True))
    assert sum(widths) <= max(room, sum(narrowest))
