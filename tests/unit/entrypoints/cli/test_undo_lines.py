"""What an undo would do, for people and programs."""

from uuid import UUID

from tresen.application.sync.undo_plan import RecordUndo, UndoAction
from tresen.domain.shared.ids import AccountId
from tresen.entrypoints.cli.lines import Line
from tresen.entrypoints.cli.record_documents import undo_document
from tresen.entrypoints.cli.undo_lines import undo_lines


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
