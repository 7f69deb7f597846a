"""The books of pushes: that one is tried, how it ended, and what follows from that here.

Each entry is a transaction of its own, in which the account is claimed first: people edit meanwhile.
"""

import logging
from typing import Generic, TypeVar

import attrs

from ....domain.shared.errors import TresenError
from ....domain.shared.ids import ConflictId
from ....domain.staff.task import TaskReason
from ....domain.sync.canonical import Values
from ....domain.sync.conflict import PAIRING, REFUSED, Conflict
from ....domain.sync.decision import WHOLE
from ....domain.sync.push import Push, PushState
from ....domain.sync.record import SyncRecord
from ....domain.sync.run import Counts
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..links.doubted import WHOSE, why_it_waits
from ..links.link_at import link_at
from ..links.reviving import waits_to_be_made
from ..policies.overruled import none_of_ours
from ..records.record_kind import RecordKind, Versioned
from ..records.run_books import Opened, RunBooks
from ..records.scope import Scope
from .behind import replaced, take_its_place, waits_its_turn
from .confirming import Answer, Confirm
from .deleted_in_full import DeletedInFull
from .not_wanted import NotWanted
from .push_end import NONE_OF_OURS, NOT_WANTED, THERE_AFTER_ALL, PushEnd, counted, refused, withdrawn
from .shown_push import parts_of
from .unknown_fields import pass_over_unknown, unknown_alone
from .unmet_edits import UnmetEdits

E = TypeVar("E", bound=Versioned)
_log = logging.getLogger(__name__)

_NOT_DONE = {PushState.REFUSED, PushState.UNSURE, PushState.DROPPED}


@attrs.frozen
class PushBooks(Generic[E]):
    """One kind of record in one scope."""

    _kind: RecordKind[E]
    _scope: Scope
    _books: RunBooks
    _confirm: Confirm[E]
    _not_wanted: NotWanted
    _ids: IdSource

    async def begin(self, opened: Opened, push: Push) -> Push | None:
        """The push as it is by now, about to be tried, which is kept before anything is sent: whoever edits the record
        from now on knows that it may be there. None: it waits no more, or for a person or for another one, or is
        withdrawn, as the account may not be written to any more, or the policy does not want it there. People do not
        wait for a run to end.
        """
        met, ends = list[Push](), list[PushEnd | None]()

        async def begin(uow: UnitOfWork) -> Counts:
            may_write = (await uow.accounts.claim(self._scope.account_id)).writes_enabled
            kept = await uow.pushes.get(push.id)
            met[:] = [kept] if kept.state is PushState.WAITING else []
            ends[:] = await self._ends(uow, kept, may_write=may_write) if met else []
            for end in ends:
                met.clear()
                return await self._end(uow, kept, end) if end is not None else Counts()
            waits_for = await why_it_waits(uow, kept) if met else None
            if waits_for is not None:
                met.clear()
                await self._go_on_waiting(uow, kept, waits_for)
            elif met and await waits_its_turn(uow, kept):
                met.clear()
            return await self._start(uow, kept) if met else Counts()

        await self._books.write(opened.run, "begin_push", begin)
        if ends and ends[0] is not None:
            _tell(push, ends[0])
        return met[0] if met else None

    async def _start(self, uow: UnitOfWork, push: Push) -> Counts:
        passed_over = pass_over_unknown(self._kind.schema, push)
        push.begin()
        push.values, push.expected = await self._kind.as_of_today(uow, [push.values, push.expected])
        await uow.pushes.save(push)
        if passed_over is None:
            return Counts()
        await uow.runs.add_errors([self._scope.error(push.kind, push.external_id, passed_over)])
        return Counts(errors=1)

    async def withdraw(self, opened: Opened, push: Push) -> bool:
        """Nothing may be written any more. Whether it is over by that."""
        end = await self._books.read(opened.run, lambda uow: self._withdrawn(uow, push))
        if end is not None:
            await self.end(opened, push, end)
        return end is not None

    async def _withdrawn(self, uow: UnitOfWork, push: Push) -> PushEnd | None:
        link = await self._link(uow, push) if push.external_id is None else None
        if link is not None and not waits_to_be_made(link):
            return THERE_AFTER_ALL
        return withdrawn(self._kind.schema, push, is_lost=link is not None)

    async def _ends(self, uow: UnitOfWork, push: Push, *, may_write: bool) -> list[PushEnd | None]:
        """How it ends before it is sent, if so. None among them: it goes on waiting."""
        if not may_write:
            return [await self._withdrawn(uow, push)]
        unknown = unknown_alone(self._kind.schema, push)
        if unknown is not None:
            return [unknown]
        if push.attempts and push.values and push.external_id is not None:
            return []  # It may be there, which a look tells.
        return [NOT_WANTED] if await self._not_wanted(uow, push) else []

    async def is_not_wanted(self, opened: Opened, push: Push) -> bool:
        """Of one that was sent before, and is not there."""
        return await self._books.read(opened.run, lambda uow: self._not_wanted(uow, push))

    async def confirm(self, opened: Opened, push: Push, answer: Answer | None) -> bool:
        """What the provider shows after it, None where it is gone as wanted. Whether it is done."""

        async def confirm(uow: UnitOfWork) -> Counts:
            await uow.accounts.claim(self._scope.account_id)
            if push.external_id is None and answer is not None:
                decided = await self._decided(uow, push, answer.shown.external_id)
                if decided is not None:
                    return decided
            before = await uow.pushes.get(push.id)
            counts = await self._confirm(uow, push, answer)
            if push.state is PushState.REFUSED and before.state is not PushState.WAITING:
                # Nobody wants any more what the provider did not take.
                await uow.pushes.save(before)
                return Counts()
            if push.state is PushState.REFUSED:
                await self._unmet(uow, push, TaskReason.REJECTED, push.why or "")
            return counts + await self._keep_apart(uow, push)

        return bool((await self._books.write(opened.run, "confirm_push", confirm)).pushed)

    async def _decided(self, uow: UnitOfWork, push: Push, made: str) -> Counts | None:
        """What came of one that is to make a record, where a person said, or is asked, whose the provider's is."""
        account_id, kind = self._scope.account_id, push.kind
        if not await _waits(uow, push):
            # They said meanwhile which record it is: what was made is looked at by itself.
            await uow.due.add(account_id, kind, [made])
            return Counts()
        if await none_of_ours(uow, account_id, kind, [made]):
            return await self._end(uow, push, NONE_OF_OURS)
        asked = (await uow.conflicts.open_of(account_id, kind, [made])).get(made, ())
        if not any(each.field == PAIRING for each in asked):
            return None
        await self._go_on_waiting(uow, push, WHOSE)
        return Counts()

    async def _go_on_waiting(self, uow: UnitOfWork, push: Push, why: str) -> None:
        """Nothing is written again of what is known."""
        if push.why != why:
            push.fail(why, now=self._scope.now)
            await uow.pushes.save(push)

    async def refuse(self, opened: Opened, push: Push, error: TresenError) -> int:
        """Which of several values was at fault, nobody knows: each is sent by itself, and only that one is refused. The
        number of these.
        """
        end = refused(error)
        if end.state is not PushState.REFUSED or push.external_id is None or len(push.values) <= 1:
            await self.end(opened, push, end)
            return 0
        parts: list[Push] = []

        async def split(uow: UnitOfWork) -> Counts:
            await uow.accounts.claim(self._scope.account_id)
            parts.clear()
            if await _waits(uow, push):
                # They would come after what was decided since.
                later = await replaced(uow, push)
                await take_its_place(uow, self._kind.schema, push, later)
                parts[:] = parts_of(push, self._ids, now=self._scope.now, without=later)
                why = f"not taken as a whole, so each value by itself: {error.message}"
                push.end(PushState.DROPPED, now=self._scope.now, why=why)
                await uow.pushes.save(push)
                for part in parts:
                    await uow.pushes.add(part)
            return Counts()

        await self._books.write(opened.run, "split_push", split)
        return len(parts)

    async def tell_in_full(self, opened: Opened, push: Push, shown: Values) -> bool:
        """Before a record is deleted there: what nobody saw of it so far. Whether it may go on."""
        going = list[bool]()

        async def tell(uow: UnitOfWork) -> Counts:
            await uow.accounts.claim(self._scope.account_id)
            in_full = DeletedInFull(self._kind.schema, self._scope, self._ids)
            going[:] = [await _waits(uow, push) and await in_full(uow, push, shown)]
            return Counts()

        await self._books.write(opened.run, "tell_in_full", tell)
        return going[0]

    async def look_again(self, opened: Opened, push: Push, agreed: Values) -> None:
        """Its record is decided anew, though the push is not over; ``agreed`` of it is the base then."""

        async def look_again(uow: UnitOfWork) -> Counts:
            await uow.accounts.claim(self._scope.account_id)
            link = await self._link(uow, push)
            if link is not None:
                await uow.sync_records.put_many([attrs.evolve(link, base={**link.base, **agreed})])
            await uow.due.renew(self._scope.account_id, push.kind, push.external_id or "")
            return Counts()

        await self._books.write(opened.run, "look_again", look_again)

    async def end(self, opened: Opened, push: Push, end: PushEnd) -> None:
        """It is over, unless somebody dropped it meanwhile."""
        waits: list[bool] = []

        async def book(uow: UnitOfWork) -> Counts:
            await uow.accounts.claim(self._scope.account_id)
            waits[:] = [await _waits(uow, push)]
            return await self._end(uow, push, end) if waits[0] else Counts()

        await self._books.write(opened.run, "end_push", book)
        if waits[0]:
            _tell(push, end)

    async def _end(self, uow: UnitOfWork, push: Push, end: PushEnd) -> Counts:
        push.end(end.state, now=self._scope.now, why=end.why)
        await uow.pushes.save(push)
        await take_its_place(uow, self._kind.schema, push, push.values)
        if end.asks is not None:
            await self._unmet(uow, push, end.asks, end.why)
        if end.error is not None:
            await uow.runs.add_errors([self._scope.error(push.kind, push.external_id, end.error)])
        if push.external_id is not None and (end.state is PushState.DROPPED or await self._edited_since(uow, push)):
            await uow.due.add(self._scope.account_id, push.kind, [push.external_id])
        return await self._keep_apart(uow, push) + counted(end.state) + Counts(errors=int(end.error is not None))

    async def fail(self, opened: Opened, push: Push, why: str) -> None:
        """It goes on waiting: whether it took effect is not known."""

        async def fail(uow: UnitOfWork) -> Counts:
            await uow.accounts.claim(self._scope.account_id)
            if await _waits(uow, push):
                push.fail(why, now=self._scope.now)
                await uow.pushes.save(push)
            return Counts()

        await self._books.write(opened.run, "fail_push", fail)

    @property
    def _unmet(self) -> UnmetEdits:
        return UnmetEdits(self._kind, self._scope, self._ids)

    async def _edited_since(self, uow: UnitOfWork, push: Push) -> bool:
        """Whether ours holds another value by now: while the push was on its way, that did not count."""
        entity = (await self._kind.load(uow, [push.local_id])).get(push.local_id)
        if entity is None:
            return False
        await self._kind.prepare(uow, [push.values], [entity])
        ours, schema = self._kind.values(entity), self._kind.schema.by_name
        return any(not schema[name].same(ours.get(name), value) for name, value in push.values.items())

    async def _link(self, uow: UnitOfWork, push: Push) -> SyncRecord | None:
        return await link_at(uow, self._scope.account_id, push.kind, push.local_id)

    async def _keep_apart(self, uow: UnitOfWork, push: Push) -> Counts:
        """One that was to be made there anew, and is not, has its old link still: a person is asked, or the next run
        decides.
        """
        link = await self._link(uow, push) if push.external_id is None else None
        if link is None or link.fingerprint or push.state not in _NOT_DONE:
            return Counts()
        account_id, key = self._scope.account_id, link.external_id
        await uow.due.add(account_id, push.kind, [key])
        asked = (await uow.conflicts.open_of(account_id, push.kind, [key])).get(key, ())
        if push.state is PushState.DROPPED or any(each.field == WHOLE for each in asked):
            return Counts()
        here = (await self._kind.load(uow, [push.local_id])).get(push.local_id)
        asks = self._not_taken_back(push, link, version=here.version if here is not None else 0)
        asks.announce()
        await uow.conflicts.add(asks)
        return Counts(conflicts=1)

    def _not_taken_back(self, push: Push, link: SyncRecord, *, version: int) -> Conflict:
        scope = self._scope
        return Conflict(
            id=ConflictId(self._ids.new()),
            tenant_id=scope.tenant_id,
            account_id=scope.account_id,
            kind=push.kind,
            external_id=link.external_id,
            local_id=push.local_id,
            local_version=version,
            field=WHOLE,
            rule=REFUSED,
            reason=f"the provider deleted what we edited, and does not take it back: {push.why}",
            run_id=scope.run_id,
            opened_at=scope.now,
            updated_at=scope.now,
        )


async def _waits(uow: UnitOfWork, push: Push) -> bool:
    """Whether nobody dropped it since it was read."""
    return (await uow.pushes.get(push.id)).state is PushState.WAITING


def _tell(push: Push, end: PushEnd) -> None:
    """Once it is kept."""
    level = logging.WARNING if end.is_bad else logging.INFO
    _log.log(level, "push %s", end.state.value, extra={"kind": push.kind, "record": push.external_id, "why": end.why})
