"""An edit that was made here is told in the journal, and goes on its way to the provider, or to the staff."""

from collections.abc import Collection, Sequence

import attrs

from ....domain.shared.ids import EntryId, PushId
from ....domain.staff.task import StaffTask
from ....domain.sync.decision import FieldDecision
from ....domain.sync.edit_fate import Fate
from ....domain.sync.journal import LOCAL_EDIT, Subject
from ....domain.sync.push import Push, PushState
from ....domain.sync.run import EDIT, Counts
from ....domain.sync.side import Side
from ...ports.unit_of_work import UnitOfWork
from ..runs.by_hand import ByHand, Hand
from .edit_outlook import Outlook, Person
from .edit_tasks import EditTasks


@attrs.frozen
class KeepEdit:
    """Used inside the transaction that saved the record."""

    _by_hand: ByHand

    async def __call__(
        self,
        uow: UnitOfWork,
        kind: str,
        outlook: Outlook | None,
        saved: Person,
        changed: Sequence[str],
        *,
        wanted: Collection[str],
        by: str,
    ) -> StaffTask | None:
        """The task for what only a person can change, where there is something. ``wanted`` are all fields of the edit.

        The link stays as it is: the next run sees by our record's version that it was edited.
        """
        if outlook is None:
            if changed:
                await self._amend(uow, kind, saved)
            return None
        await self._replace(uow, outlook)
        if changed:
            hand = await self._by_hand.begin(uow, outlook.link.account_id, kind, EDIT)
            await self._tell(uow, hand, outlook, saved.version, by)
            await self._send(uow, hand, outlook)
            what = f"{by} edited {kind} {outlook.link.external_id}"
            await self._by_hand.end(uow, hand, Counts(updated=1), what)
        return await EditTasks(self._by_hand)(uow, outlook, saved, wanted)

    async def _amend(self, uow: UnitOfWork, kind: str, saved: Person) -> None:
        """What waits to be made at a provider, and was never tried, is made there as it is now."""
        for account in await uow.accounts.all():
            push = (await uow.pushes.creations(account.id, kind, [saved.id])).get(saved.id)
            if push is not None and push.state is PushState.WAITING and not push.attempts:
                hand = await self._by_hand.hold(uow, account.id, kind, None)
                await hand.kind.prepare(uow, [push.values], [saved])
                values = hand.kind.values(saved)
                push.values = {name: values.get(name) for name in push.values}
                await uow.pushes.save(push)

    async def _tell(self, uow: UnitOfWork, hand: Hand, outlook: Outlook, version: int, by: str) -> None:
        link, is_there = outlook.link, outlook.absence is None
        subject = Subject(
            run_id=hand.scope.run_id,
            kind=link.kind,
            external_id=link.external_id,
            local_id=link.local_id,
            version=version,
            at=hand.scope.now,
        )
        lines = [
            FieldDecision(
                field=each.field,
                base=link.base.get(each.field),
                ours=outlook.before.get(each.field),
                theirs=link.base.get(each.field) if is_there else None,
                value=outlook.after.get(each.field),
                side=Side.OURS,
                rule=LOCAL_EDIT,
                reason=f"{by} edited it here",
            )
            for each in outlook.prospects
            if each.fate is not Fate.TASK
        ]
        made = [subject.line(EntryId(self._by_hand.ids.new()), line) for line in lines]
        await uow.journal.append([attrs.evolve(line, version=version) for line in made])

    async def _replace(self, uow: UnitOfWork, outlook: Outlook) -> None:
        """What waited to be written to these fields, and was never tried, is not what is wanted any more. Where staff
        write it there instead, ours still holds it: the next run decides.
        """
        link, now = outlook.link, self._by_hand.clock.now()
        for each in outlook.prospects:
            outdated = outlook.on_the_way[each.field].outdated
            if outdated is not None:
                outdated.end(PushState.DROPPED, now=now, why="somebody edited it again")
                await uow.pushes.save(outdated)
                if each.fate is Fate.TASK:
                    await uow.due.add(link.account_id, link.kind, [link.external_id])

    async def _send(self, uow: UnitOfWork, hand: Hand, outlook: Outlook) -> None:
        """Each field by itself: one that is refused there, or overtaken, takes no other with it."""
        for each in outlook.prospects:
            if each.fate is Fate.PUSH:
                await uow.pushes.add(self._push(hand, outlook, each.field))

    def _push(self, hand: Hand, outlook: Outlook, field: str) -> Push:
        link, now, way = outlook.link, hand.scope.now, outlook.on_the_way[field]
        return Push(
            id=PushId(self._by_hand.ids.new()),
            tenant_id=hand.scope.tenant_id,
            account_id=link.account_id,
            kind=link.kind,
            external_id=link.external_id,
            local_id=link.local_id,
            values={field: outlook.after.get(field)},
            expected={field: way.agreed},
            run_id=hand.scope.run_id,
            created_at=way.after(now),
            updated_at=now,
        )
