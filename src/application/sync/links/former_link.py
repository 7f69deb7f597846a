"""What the link of a record was like that has none any more."""

from collections.abc import Sequence

from ....domain.shared.ids import AccountId
from ....domain.sync.journal import Change
from ....domain.sync.record import SyncRecord
from ...ports.unit_of_work import UnitOfWork


async def former_link(uow: UnitOfWork, lines: Sequence[Change]) -> SyncRecord | None:
    """``lines``: the record's, oldest first. None: no account was ever tied to it."""
    if not lines:
        return None
    last = lines[-1]
    return link_told_by(last, (await uow.runs.get(last.run_id)).account_id)


def link_told_by(line: Change, account_id: AccountId) -> SyncRecord:
    """As a line of the journal tells it, of a run at that account. Nothing is agreed on."""
    return SyncRecord(
        account_id=account_id,
        kind=line.kind,
        external_id=line.external_id,
        local_id=line.local_id,
        base={},
        fingerprint=b"",
        local_version=0,
        synced_at=line.at,
        run_id=line.run_id,
    )
