"""The journal: what was overwritten or passed over, with all three sides."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from tresen.domain.shared.ids import RunId
from tresen.domain.sync.decision import Policy, decide
from tresen.domain.sync.journal import Change, journal
from tresen.domain.sync.laws import Edited, Law, Side
from tresen.domain.sync.schema import Field, Schema, Values

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
SCHEMA = Schema("member", (Field("city"), Field("name")))
RUN, MEMBER = RunId(UUID(int=1)), UUID(int=2)


def lines(law: Law, base: Values, ours: Values, theirs: Values) -> list[Change]:
    decision = decide(SCHEMA, Policy(default=law), base=base, ours=ours, theirs=theirs, edited=Edited())
    return list(journal(decision, run_id=RUN, kind="member", external_id="7", local_id=MEMBER, at=NOW))


def test_a_line_tells_the_whole_story() -> None:
    assert lines(Law.THEIRS, {"city": "Ulm"}, {"city": "Bonn"}, {"city": "Kiel"}) == [
        Change(
            run_id=RUN,
            kind="member",
            external_id="7",
            local_id=MEMBER,
            field="city",
            base="Ulm",
            ours="Bonn",
            theirs="Kiel",
            side=Side.THEIRS,
            rule="theirs",
            reason="the provider owns this field",
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
    ],
)
def test_our_own_edit_alone_needs_no_line(law: Law, ours: str, theirs: str, rules: list[str]) -> None:
    """A field that only we changed is written nowhere, so that a quiet sync stays quiet."""
    found = lines(law, {"city": "old"}, {"city": ours}, {"city": theirs})
    assert [line.rule for line in found] == rules


def test_lines_come_in_the_order_of_the_schema() -> None:
    found = lines(Law.THEIRS, {}, {}, {"name": "Anna", "city": "Kiel"})
    assert [line.field for line in found] == ["city", "name"]


def test_where_nothing_was_agreed_before_the_base_is_none() -> None:
    (line,) = lines(Law.OURS, {}, {"city": "Bonn"}, {"city": "Kiel"})
    assert (line.base, line.side) == (None, Side.OURS)
