"""Many conflicts are decided alike."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...application.ports.readers import ConflictFilter
from ...application.sync.conflicts.resolve_conflicts import Resolved
from ...application.sync.runs.sync_account import Progress, no_progress
from ...domain.shared.ids import ConflictId
from ...domain.sync.conflict import Choice, Conflict
from ...domain.sync.run import Counts
from .screen import ConsoleScreen

if TYPE_CHECKING:
    from ...domain.tenancy.tenant import Tenant
    from ..use_cases import UseCases
    from .call import Call

_AT_ONCE = 100


async def all_conflicts(use: "UseCases", tenant: "Tenant", wanted: ConflictFilter) -> Sequence[Conflict]:
    """All that are meant, oldest last: read before any is decided, so that no page moves."""
    found: list[Conflict] = []
    while True:
        page = await use.readers.conflicts(tenant.id, wanted, limit=_AT_ONCE, offset=len(found))
        found += page.items
        if len(page.items) < _AT_ONCE:
            return found


async def resolve_in_bulk(
    use: "UseCases",
    tenant: "Tenant",
    found: Sequence[Conflict],
    choice: Choice,
    by: str,
    call: "Call",
    *,
    as_json: bool,
) -> Resolved:
    """Decide all of them, with progress for people."""
    ids = [one.id for one in found]
    if as_json or not ids:
        return await _decide(use, tenant, ids, choice, by, no_progress)
    screen = ConsoleScreen(call.terminal, {"conflict": len(ids)})
    async with screen.progress("decided") as progress:
        return await _decide(use, tenant, ids, choice, by, progress)


async def _decide(
    use: "UseCases", tenant: "Tenant", ids: Sequence[ConflictId], choice: Choice, by: str, progress: Progress
) -> Resolved:
    done = Resolved(decided=(), refused=())
    for start in range(0, len(ids), _AT_ONCE):
        part = await use.sync.resolve_many(tenant.id, ids[start : start + _AT_ONCE], choice, by=by)
        done = Resolved(decided=(*done.decided, *part.decided), refused=(*done.refused, *part.refused))
        progress("conflict", Counts(updated=len(done.decided), errors=len(done.refused)))
    return done
