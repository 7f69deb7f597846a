"""A record of ours that somebody has made at a provider, and waits for the answer.

Nobody knows in that time whether it is there. So it is kept as a push that is unsure, before the provider is asked: no
run makes it meanwhile, at this account or at another one, and a run that finds it ties it with what was sent.
"""

from uuid import UUID

import attrs

from ...domain.shared.ids import PushId, RunId
from ...domain.staff.task import StaffTask, TaskReason
from ...domain.sync.canonical import Values
from ...domain.sync.push import Push, PushState
from ...domain.sync.run import PUSH, Run, RunState
from ...domain.sync.schema import Schema
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.clock import Clock, IdSource
from ..ports.unit_of_work import UnitOfWork
from ..sync.policies.policy_book import PolicyBook
from ..sync.pushes.taking_up import NO_ANSWER_YET

_KNOWN = "it is lead {}, which we knew already"


@attrs.frozen
class BeingMade:
    """Each method is used inside the transaction in which that happens."""

    _policies: PolicyBook
    _clock: Clock
    _ids: IdSource

    async def begin(self, uow: UnitOfWork, account: ProviderAccount, kind: str, local_id: UUID, sent: Values) -> Push:
        """The provider is to be asked. What it answers is booked in the run of the push."""
        now = self._clock.now()
        run = Run(
            id=RunId(self._ids.new()), tenant_id=account.tenant_id, account_id=account.id, kind=PUSH, started_at=now
        )
        run.finish(RunState.COMPLETED, now=now)
        push = Push(
            id=PushId(self._ids.new()),
            tenant_id=account.tenant_id,
            account_id=account.id,
            kind=kind,
            external_id=None,
            local_id=local_id,
            values=sent,
            expected={},
            run_id=run.id,
            state=PushState.UNSURE,
            why=NO_ANSWER_YET,
            created_at=now,
            updated_at=now,
        )
        await uow.runs.add(run)
        await uow.pushes.add(push)
        return push

    async def resume(
        self, uow: UnitOfWork, account: ProviderAccount, kind: str, local_id: UUID, wanted: Values
    ) -> Push:
        """As ``begin`` with what is ``wanted`` by now, unless it is on its way there already. What was sent, and not
        answered, is found by what was sent: so that is sent again, and what was edited since goes there later.
        """
        push = (await uow.pushes.creations(account.id, kind, [local_id])).get(local_id)
        if push is None or not push.may_be_made:
            return await self.begin(uow, account, kind, local_id, wanted)
        if not push.was_sent:
            push.values = wanted
        # When it was sent last, a walk is held against.
        push.end(PushState.UNSURE, now=push.updated_at if push.was_sent else self._clock.now(), why=NO_ANSWER_YET)
        await uow.pushes.save(push)
        return push

    async def send(self, uow: UnitOfWork, push: Push, *, only_looks: bool = False) -> bool:
        """It is our turn: the provider is about to be asked, and may have it from now on, unless one ``only_looks``.
        False: a run has taken that up meanwhile.
        """
        await uow.accounts.claim(push.account_id)
        kept = await uow.pushes.get(push.id)
        if kept.state is PushState.WAITING:
            return False
        if not only_looks:
            kept.begin()
        if kept.may_be_made:
            kept.fail(NO_ANSWER_YET, now=kept.updated_at if only_looks else self._clock.now())
        await uow.pushes.save(kept)
        return True

    async def give_up(self, uow: UnitOfWork, push: Push, schema: Schema, task: StaffTask, *, only_looked: bool) -> None:
        """A person is asked instead. ``only_looked``: the provider was not asked to make it this time."""
        in_doubt = task.reason is TaskReason.OUTCOME_UNKNOWN and not only_looked
        # What was refused this time may have been made by a try before.
        if in_doubt or (await uow.pushes.get(push.id)).attempts > int(not only_looked):
            await self.doubt(uow, push, schema, task.details["why"] or "", only_looked=only_looked)
        else:
            await self.end(uow, push, PushState.DROPPED, task.details["why"])

    async def doubt(self, uow: UnitOfWork, push: Push, schema: Schema, why: str, *, only_looked: bool = False) -> None:
        """It may be there. The next run looks for it; it makes it only where a policy has our records made there."""
        kept = await uow.pushes.get(push.id)
        now = kept.updated_at if only_looked else self._clock.now()
        if kept.may_be_made:
            if (await self._policies.effective(uow, push.account_id, schema)).create_there:
                kept.wait(why, now=now)
            else:
                kept.fail(why, now=now)
            await uow.pushes.save(kept)

    async def hand_over(self, uow: UnitOfWork, account: ProviderAccount, push: Push, schema: Schema, to: UUID) -> None:
        """It is another record of ours, which no link ties: what may have been made is to be found as that one."""
        kept = await uow.pushes.get(push.id)
        if kept.was_sent:
            other = (await uow.pushes.creations(account.id, push.kind, [to])).get(to)
            if other is None or not other.was_sent:
                sent = await self.resume(uow, account, push.kind, to, kept.values)
                sent.begin()
                await uow.pushes.save(sent)
                await self.doubt(uow, sent, schema, kept.why or NO_ANSWER_YET)
        await self.is_another(uow, push, to)

    async def is_another(self, uow: UnitOfWork, push: Push, known: UUID) -> None:
        """It turned out to be this lead of ours; the one that was to be made may be here no more. Why it ended before,
        if so, is told still.
        """
        kept, why = await uow.pushes.get(push.id), _KNOWN.format(known)
        if kept.may_be_made:
            kept.end(PushState.DROPPED, now=self._clock.now(), why=why)
        elif kept.state is not PushState.DONE:
            kept.end(kept.state, now=self._clock.now(), why=f"{kept.why}; {why}" if kept.why else why)
        await uow.pushes.save(kept)

    async def end(self, uow: UnitOfWork, push: Push, state: PushState, why: str | None = None) -> None:
        """What came of it is known, unless somebody said so before."""
        kept = await uow.pushes.get(push.id)
        if kept.may_be_made:
            kept.end(state, now=self._clock.now(), why=why)
            await uow.pushes.save(kept)
