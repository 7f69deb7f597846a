"""An undo of what a person decided: the conflict that is decided anew by being opened again."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...application.ports.readers import ConflictFilter
from ...domain.sync.conflict import Conflict, ConflictState
from ...domain.sync.run import RESOLVE, Run
from .sync_held import command

if TYPE_CHECKING:
    from ...application.sync.undo.undo_plan import RecordUndo
    from ...domain.shared.ids import RunId
    from ...domain.tenancy.tenant import Tenant
    from ..use_cases import UseCases

_AT_ONCE = 200


async def reopen_lines(
    use: "UseCases", home: "Tenant", run_id: "RunId | None", planned: "Sequence[RecordUndo]", tenant: str | None
) -> list[str]:
    """How to decide anew what the run decided; nothing for what is no run of a decision. ``tenant`` is how it was
    named.
    """
    if run_id is None or not planned:
        return []
    run = (await use.sync.show_run(home.id, run_id)).run
    if run.kind != RESOLVE:
        return []
    told = "a person decided a conflict by that run; an undo puts the values back and pins them. To be asked again"
    return [
        f"{told}: {command(f'sync reopen {conflict.id}', tenant)}"
        for record in planned
        for conflict in await _decided(use, home, run, record)
    ]


async def _decided(use: "UseCases", home: "Tenant", run: Run, record: "RecordUndo") -> Sequence[Conflict]:
    about = ConflictFilter(
        state=ConflictState.RESOLVED,
        account_id=record.account_id,
        kind=record.kind,
        external_id=record.external_id,
    )
    found = (await use.readers.conflicts(home.id, about, limit=_AT_ONCE)).items
    return [each for each in found if each.resolution is not None and each.resolution.at == run.started_at]
