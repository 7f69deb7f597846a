"""A lead that is entered at the provider may be there from the moment at which it is sent: what was sent is kept until
the provider's answer ties it, so that it is found by that, and made nowhere else meanwhile.
"""

import attrs

from ...domain.leads.lead import Lead
from ...domain.shared.errors import AlreadyExists, GatewayUnsupported
from ...domain.shared.ids import LeadId, PushId, RunId
from ...domain.staff.task import TaskReason
from ...domain.sync.canonical import Values
from ...domain.sync.push import Push, PushState
from ...domain.sync.run import PUSH, Run, RunState
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.clock import Clock, IdSource
from ..ports.unit_of_work import UnitOfWork
from ..sync.kinds import LEAD

_WHY = "it was entered at the provider, and nobody can tell yet whether that was done"
_BUSY = "a sync makes this lead at the provider at this very moment; look there whether it is done"


@attrs.frozen(kw_only=True)
class LeadCreation:
    """One of them, used inside the transactions of the write. ``values`` are what is sent of the lead, as syncs compare
    it.
    """

    account: ProviderAccount
    lead: Lead
    values: Values
    id: PushId
    run_id: RunId
    clock: Clock

    async def begin(self, uow: UnitOfWork) -> None:
        """Before the provider is asked. Raises GatewayUnsupported when a sync was faster."""
        now = self.clock.now()
        push = Push(
            id=self.id,
            tenant_id=self.lead.tenant_id,
            account_id=self.account.id,
            kind=LEAD,
            external_id=None,
            local_id=self.lead.id,
            values=self.values,
            expected={},
            run_id=self.run_id,
            state=PushState.UNSURE,
            attempts=1,
            why=_WHY,
            created_at=now,
            updated_at=now,
        )
        await uow.accounts.claim(self.account.id)
        try:
            await uow.pushes.add(push)
        except AlreadyExists as error:
            raise GatewayUnsupported(_BUSY) from error
        run = Run(id=self.run_id, tenant_id=push.tenant_id, account_id=push.account_id, kind=PUSH, started_at=now)
        run.finish(RunState.COMPLETED, now=now, reason="a lead was entered at the provider")
        await uow.runs.add(run)

    async def fail(self, uow: UnitOfWork, reason: TaskReason) -> None:
        """It became a task. What was certainly not done may be done by a sync."""
        push = (await uow.pushes.creations(self.account.id, LEAD, [self.lead.id])).get(self.lead.id)
        if push is not None and push.id == self.id and reason is not TaskReason.OUTCOME_UNKNOWN:
            push.end(PushState.DROPPED, now=self.clock.now(), why="it was not done: a staff task says why")
            await uow.pushes.save(push)


def creation(account: ProviderAccount, lead: Lead, values: Values, *, clock: Clock, ids: IdSource) -> LeadCreation:
    """That of a lead as it is now."""
    return LeadCreation(
        account=account, lead=lead, values=values, id=PushId(ids.new()), run_id=RunId(ids.new()), clock=clock
    )


async def answered(uow: UnitOfWork, account: ProviderAccount, lead_id: LeadId, *, clock: Clock) -> None:
    """The provider said which record it is: nothing is in doubt any more, whoever sent it."""
    for push in (await uow.pushes.creations(account.id, LEAD, [lead_id])).values():
        push.end(PushState.DONE, now=clock.now())
        await uow.pushes.save(push)
