"""What an undo would do, for people and programs."""

from uuid import UUID

import attrs

from tresen.application.sync.undo_guard import wanted_of
from tresen.application.sync.undo_plan import RecordUndo, UndoAction
from tresen.domain.shared.ids import AccountId
from tresen.entrypoints.cli.lines import Line
from tresen.entrypoints.cli.record_documents import undo_document
from tresen.entrypoints.cli.sync_undo import _nothing
from tresen.entrypoints.cli.undo_lines import count_lines, undo_lines


def test_what_cannot_be_undone_says_why_in_one_line() -> None:
    refused = RecordUndo(
        account_id=AccountId(UUID(int=1)),
        kind="lead",
        external_id="7",
        local_id=UUID(int=2),
        action=UndoAction.RESTORE,
        values={"first_name": "Ada"},
        refused="lead 7 is here again",
    )
    (said,) = undo_lines([refused], overtaken=True)
    assert isinstance(said, Line)
    assert said.text == f"= lead 7 ({UUID(int=2)}): cannot come back: lead 7 is here again"
    assert undo_document(refused)["refused"] == "lead 7 is here again"
    # Nobody is asked about what will not be done.
    possible = attrs.evolve(refused, refused="")
    lines = [each.text.split() for each in undo_lines([possible], overtaken=True) if isinstance(each, Line)]
    assert [words[:2] for words in lines] == [
        ["+", "lead"],
        ["+", "first_name"],
        ["-", "created_at"],
        ["-", "member_id"],
    ]
    assert undo_document(possible)["not_kept"] == ["created_at", "member_id"]
    assert wanted_of([refused, possible], overtaken=True) == [possible]
    assert count_lines([refused, possible], overtaken=True) == ["of 2 records: 1 brought back here, 1 cannot come back"]
    assert _nothing([refused]) == "nothing was changed"
    assert _nothing([possible]) == "nothing was changed: all of it was edited since"
