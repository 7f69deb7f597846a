"""Many conflicts are decided alike."""

from collections.abc import Sequence

import attrs

from ....domain.shared.errors import TresenError
from ....domain.shared.ids import ConflictId, TenantId
from ....domain.sync.conflict import Choice, Conflict
from .resolve_conflict import ConflictChoice, ResolveConflict


@attrs.frozen(kw_only=True)
class Resolved:
    """What became of many: those that were decided, and why the others were not."""

    decided: tuple[Conflict, ...]
    refused: tuple[tuple[ConflictId, TresenError], ...]


@attrs.frozen
class ResolveConflicts:
    """Many at once, each in a transaction of its own: one that cannot be decided does not keep the others."""

    _resolve: ResolveConflict

    async def __call__(
        self, tenant_id: TenantId, conflict_ids: Sequence[ConflictId], choice: Choice, *, by: str
    ) -> Resolved:
        """All by one choice: theirs or ours."""
        decided, refused = list[Conflict](), list[tuple[ConflictId, TresenError]]()
        for conflict_id in conflict_ids:
            try:
                one = ConflictChoice(tenant_id=tenant_id, conflict_id=conflict_id, choice=choice, by=by)
                decided.append(await self._resolve(one))
            except TresenError as error:
                refused.append((conflict_id, error))
        return Resolved(decided=tuple(decided), refused=tuple(refused))
