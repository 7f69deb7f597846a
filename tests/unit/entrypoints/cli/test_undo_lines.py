"""What an undo would do, for people and programs."""

from uuid import UUID

import attrs
from tests.builders import a_change, a_lead, a_run, a_tenant, an_account

from tresen.application.sync.undo.undo import Undone
from tresen.application.sync.undo.undo_guard import wanted_of
from tresen.application.sync.undo.undo_plan import RecordUndo, UndoAction
from tresen.domain.shared.ids import AccountId
from tresen.domain.sync.undo import Rollback
from tresen.entrypoints.cli.lines import Line
from tresen.entrypoints.cli.record_documents import undo_document
from tresen.entrypoints.cli.sync_undo import _after, _nothing, _to_write
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
    assert count_lines([refused, possible], overtaken=True) == ["of 2 records: 1 brought back here, 1 cannot be undone"]
    assert _nothing([refused]) == "nothing was changed"
    assert _nothing([possible]) == "nothing was changed: all of it was edited since"


def test_what_is_put_back_here_alone_says_so() -> None:
    run = a_run(an_account(a_tenant().id))
    line = a_change(run, a_lead(run.tenant_id), kind="lead", field="last_name", ours="Byron", value="King")
    put_back = RecordUndo(
        account_id=AccountId(UUID(int=1)),
        kind="lead",
        external_id="7",
        local_id=UUID(int=2),
        action=UndoAction.EDIT,
        rollbacks=(Rollback(change=line, field="last_name", now="King", back="Byron", overtaken=False),),
        tied=False,
    )
    said = [each.text for each in undo_lines([put_back], overtaken=False) if isinstance(each, Line)]
    assert said == [
        f"~ lead 7 ({UUID(int=2)}): put values back here alone: it is tied to no record at the provider any more",
        "    ~ last_name     King -> Byron",
    ]
    done = Undone(run=run, records=[put_back])
    assert _after(done)[-1] == (
        "it is tied to no record at the provider any more: nothing goes there, and nothing is pinned"
    )
    refused = attrs.evolve(put_back, refused="it is there alone")
    (left,) = undo_lines([refused], overtaken=True)
    assert isinstance(left, Line)
    assert left.text == f"= lead 7 ({UUID(int=2)}): cannot be put back: it is there alone"


def test_what_is_undone_already_says_by_which_run() -> None:
    run = a_run(an_account(a_tenant().id))
    line = a_change(run, a_lead(run.tenant_id), kind="lead", field="last_name", ours="Byron", value="King")
    put_back = RecordUndo(
        account_id=AccountId(UUID(int=1)),
        kind="lead",
        external_id="7",
        local_id=UUID(int=2),
        action=UndoAction.EDIT,
        rollbacks=(Rollback(change=line, field="last_name", now="King", back="Byron", overtaken=False),),
        undone={"email": run.id},
    )
    said = [each.text for each in undo_lines([put_back], overtaken=True) if isinstance(each, Line)]
    assert said == [
        f"~ lead 7 ({UUID(int=2)}): put values back",
        "    ~ last_name     King -> Byron",
        f"    = email         undone already by run {run.id}",
    ]
    assert undo_document(put_back)["undone"] == {"email": str(run.id)}
    undone = attrs.evolve(put_back, rollbacks=())
    (said_once,) = undo_lines([undone], overtaken=True)
    assert isinstance(said_once, Line)
    assert said_once.text == f"= lead 7 ({UUID(int=2)}): undone already by run {run.id}"
    assert wanted_of([undone], overtaken=True) == []
    assert _nothing([undone]) == "nothing was changed: all of it is undone already"
    assert count_lines([undone, put_back], overtaken=False) == ["of 2 records: values of 1 put back, 1 undone already"]


def test_what_somebody_must_do_at_the_provider_says_so() -> None:
    account = an_account(a_tenant().id)
    run = a_run(account)
    line = a_change(run, a_lead(run.tenant_id), kind="membership", field="cancels_on", ours=None, value="2026-03-02")
    rollback = Rollback(change=line, field="cancels_on", now="2026-03-02", back=None, overtaken=False)
    put_back = RecordUndo(
        account_id=account.id,
        kind="membership",
        external_id="7",
        local_id=UUID(int=2),
        action=UndoAction.EDIT,
        rollbacks=(rollback,),
        untaken=("cancels_on",),
        for_staff=("cancels_on",),
    )
    said = [each.text for each in undo_lines([put_back], overtaken=False) if isinstance(each, Line)]
    assert said[1:] == [
        "    ~ cancels_on    2026-03-02 -> (empty)",
        "        the provider takes no value of it: somebody must do it there, and staff get a task",
    ]
    assert count_lines([put_back], overtaken=False) == ["of 1 record: values of 1 put back, staff get a task about 1"]
    assert undo_document(put_back)["for_staff"] == ["cancels_on"]
    done = Undone(run=run, records=[put_back], apart={(account.id, "membership")})
    assert _after(done)[-1] == "what the provider takes no value of somebody must do there: tresen tasks list"
    assert _to_write(done) == set()
    more = attrs.evolve(put_back, rollbacks=(rollback, attrs.evolve(rollback, field="price")))
    assert _to_write(attrs.evolve(done, records=[more])) == {(account.id, "membership")}
    overtaken = attrs.evolve(put_back, rollbacks=(attrs.evolve(rollback, overtaken=True),))
    assert [each.text for each in undo_lines([overtaken], overtaken=False) if isinstance(each, Line)][1:] == [
        "    = cancels_on    2026-03-02 stays: somebody edited it since; --overtaken puts (empty) back"
    ]
    (left,) = wanted_of([attrs.evolve(more, rollbacks=(*overtaken.rollbacks, more.rollbacks[1]))], overtaken=False)
    assert left.for_staff == ()


def test_what_was_first_seen_says_that_it_stays() -> None:
    seen = RecordUndo(
        account_id=AccountId(UUID(int=1)),
        kind="lead",
        external_id="7",
        local_id=UUID(int=2),
        action=UndoAction.EDIT,
        first_seen=("notes",),
    )
    assert [each.text for each in undo_lines([seen], overtaken=True) if isinstance(each, Line)] == [
        f"= lead 7 ({UUID(int=2)}): nothing to put back",
        "    = notes         first seen then, and left as it is: what it was before is not known",
    ]
    assert undo_document(seen)["first_seen"] == ["notes"]
    assert count_lines([seen], overtaken=False) == ["of 1 record: 1 first seen then"]
    assert _nothing([seen]) == "nothing was changed: what was first seen then stays"
    refused = attrs.evolve(seen, first_seen=(), refused="it is here again")
    assert _nothing([seen, refused]) == "nothing was changed"
