"""Conflicts in a list."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from tresen.domain.shared.ids import AccountId, ConflictId, RunId, TenantId
from tresen.domain.sync.conflict import Conflict
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.laws import NEVER_EDITED, Edited
from tresen.domain.sync.one_sided import NEVER_AGREED
from tresen.entrypoints.cli.conflict_lines import side_cells

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def conflict(rule: str, edited: Edited) -> Conflict:
    return Conflict(
        id=ConflictId(UUID(int=1)),
        tenant_id=TenantId(UUID(int=2)),
        account_id=AccountId(UUID(int=3)),
        kind="lead",
        external_id="7",
        local_id=UUID(int=4),
        field=WHOLE,
        edited=edited,
        rule=rule,
        reason="a person decides",
        run_id=RunId(UUID(int=5)),
        opened_at=NOON,
        updated_at=NOON,
    )


@pytest.mark.parametrize(("rule", "stays"), [("ask", "edited"), (NEVER_AGREED, "not agreed on")])
def test_a_record_that_one_side_lost_is_told_as_what_it_is_on_the_other(rule: str, stays: str) -> None:
    ours_is_here = Edited(ours_at=NOON)
    assert side_cells(conflict(rule, ours_is_here)) == ("", stays, "deleted")
    assert side_cells(conflict(rule, NEVER_EDITED)) == ("", "deleted", stays)
