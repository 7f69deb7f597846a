"""For whom a run works, and by which rules."""

from datetime import datetime

import attrs

from ....domain.shared.errors import TresenError
from ....domain.shared.ids import AccountId, RunId, TenantId
from ....domain.sync.action import Action
from ....domain.sync.policy import BUILT_IN_POLICY, Policy
from ....domain.sync.run import SyncError


@attrs.frozen(kw_only=True)
class Scope:
    """``policy`` allows no more than the account does, and ``allows`` is what of it the account allows, whatever the
    policy says: ``create_there``, ``delete_there``. ``writable`` are the fields that it takes, empty where nothing
    may be written to it. ``resolution_s`` is that of its instants.

    ``news``: what is new to us has just happened. Not so in an account's first run, which finds what was there long
    before: hundreds of leads would be greeted who wrote years ago. ``anew``: records are looked at that did not change,
    because the rules did.
    """

    tenant_id: TenantId
    account_id: AccountId
    run_id: RunId
    policy: Policy = BUILT_IN_POLICY
    allows: tuple[str, ...] = ()
    writable: frozenset[str] = frozenset()
    resolution_s: int = 1
    news: bool = True
    anew: bool = False
    now: datetime

    @property
    def permits(self) -> tuple[str, ...]:
        """What may be written to the provider: fields and actions, sorted."""
        may = {Action.CREATE_THERE: self.policy.create_there, Action.DELETE_THERE: self.policy.delete_there}
        return tuple(sorted({*self.writable, *(action.value for action, allowed in may.items() if allowed)}))

    def error(self, kind: str, external_id: str | None, error: TresenError) -> SyncError:
        """What went wrong with one record; where its id is none (None), the message names it."""
        return SyncError(
            run_id=self.run_id,
            kind=kind,
            external_id=external_id,
            code=error.code,
            message=error.message,
            at=self.now,
        )
