"""What the link of a record was like that has none any more."""

from collections.abc import Sequence

from ...domain.sync.journal import Change
from ...domain.sync.record import SyncRecord
from ..ports.unit_of_work import UnitOfWork


async def former_link(uow: UnitOfWork, lines: Sequence[Change]) -> SyncRecord | None:
    """``lines``: the record's, oldest first. Nothing is agreed on. None: no account was ever tied to it."""
    if not lines:
        return None
    last = lines[-1]
    return SyncRecord(
        account_id=(await uow.runs.get(last.run_id)).account_id,
        kind=last.kind,
        external_id=last.external_id,
        local_id=last.local_id,
        base={},
        fingerprint=b"",
        local_version=0,
        synced_at=last.at,
        run_id=last.run_id,
    )
