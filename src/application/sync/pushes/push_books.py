"""The books of pushes: that one is tried, how it ended, and what follows from that here.

Each entry is a transaction of its own, in which the account is claimed first: people edit meanwhile.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import attrs

from ....domain.shared.errors import TresenError
from ....domain.sync.canonical import Values
from ....domain.sync.push import Push, PushState
from ....domain.sync.run import Counts
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..links.doubted import WHOSE
from ..links.link_at import link_at
from ..records.record_kind import RecordKind, Versioned
from ..records.run_books import Opened, RunBooks
from ..records.scope import Scope
from .answering import Answering
from .beginning import Beginning, Begun
from .confirming import Answer
from .deleted_in_full import DeletedInFull
from .ending import Ending, tell
from .not_wanted import NotWanted
from .push_end import PushEnd, refused
from .several import left_to_a_person
from .splitting import split
from .waiting import go_on_waiting, waits
from .withdrawing import how_withdrawn

E = TypeVar("E", bound=Versioned)


@attrs.frozen
class PushBooks(Generic[E]):
    """One kind of record in one scope."""

    _kind: RecordKind[E]
    _scope: Scope
    _books: RunBooks
    _not_wanted: NotWanted
    _ids: IdSource

    async def begin(self, opened: Opened, push: Push) -> Push | None:
        """The push as it is by now, about to be tried, which is kept before anything is sent: whoever edits the record
        from now on knows that it may be there. None: it waits no more, or for a person or for another one, or is
        withdrawn, as the account may not be written to any more, or the policy does not want it there. People do not
        wait for a run to end.
        """
        begun = list[Begun]()

        async def begin(uow: UnitOfWork) -> Counts:
            may_write = (await uow.accounts.claim(self._scope.account_id)).writes_enabled
            beginning = Beginning(self._kind, self._scope, self._not_wanted, self._ids)
            begun[:] = [await beginning(uow, push, may_write=may_write)]
            return begun[0].counts

        await self._books.write(opened.run, "begin_push", begin)
        if begun[0].end is not None:
            tell(push, begun[0].end)
        return begun[0].push

    async def withdraw(self, opened: Opened, push: Push) -> bool:
        """Nothing may be written any more. Whether it is over by that."""
        end = await self._books.read(opened.run, lambda uow: how_withdrawn(uow, self._kind.schema, push))
        if end is not None:
            await self.end(opened, push, end)
        return end is not None

    async def is_not_wanted(self, opened: Opened, push: Push) -> bool:
        """Of one that was sent before, and is not there."""
        return await self._books.read(opened.run, lambda uow: self._not_wanted(uow, push))

    async def confirm(self, opened: Opened, push: Push, answer: Answer | None) -> bool:
        """What the provider shows after it, None where it is gone as wanted. Whether it is done."""

        async def confirm(uow: UnitOfWork, tried: Push) -> Counts:
            return await Answering(self._kind, self._scope, self._ids)(uow, tried, answer)

        return bool((await self._book(opened, "confirm_push", push, confirm)).pushed)

    async def doubt(self, opened: Opened, push: Push, found: Sequence[str]) -> None:
        """Several of the provider's may be what is to be made there: it waits until a person said whose they are, or
        ends where none of them can be it any more.
        """
        ended = list[PushEnd]()

        async def doubt(uow: UnitOfWork, tried: Push) -> Counts:
            ended.clear()
            end = await left_to_a_person(uow, tried, found)
            if not await waits(uow, tried):
                return Counts()
            if end is None:
                await go_on_waiting(uow, tried, WHOSE, now=self._scope.now)
                return Counts()
            ended.append(end)
            return await Ending(self._kind, self._scope, self._ids)(uow, tried, end)

        await self._book(opened, "doubt_push", push, doubt)
        for end in ended:
            tell(push, end)

    async def refuse(self, opened: Opened, push: Push, error: TresenError) -> int:
        """Which of several values was at fault, nobody knows: each is sent by itself, and only that one is refused. The
        number of these.
        """
        end = refused(error)
        if end.state is not PushState.REFUSED or push.external_id is None or len(push.values) <= 1:
            await self.end(opened, push, end)
            return 0
        parts: list[Push] = []

        async def part(uow: UnitOfWork, tried: Push) -> Counts:
            parts.clear()
            if await waits(uow, tried):
                parts[:] = await split(uow, self._kind.schema, self._ids, tried, error.message, now=self._scope.now)
            return Counts()

        await self._book(opened, "split_push", push, part)
        return len(parts)

    async def tell_in_full(self, opened: Opened, push: Push, shown: Values) -> bool:
        """Before a record is deleted there: what nobody saw of it so far. Whether it may go on."""
        going = list[bool]()

        async def tell_all(uow: UnitOfWork, tried: Push) -> Counts:
            in_full = DeletedInFull(self._kind.schema, self._scope, self._ids)
            going[:] = [await waits(uow, tried) and await in_full(uow, tried, shown)]
            return Counts()

        await self._book(opened, "tell_in_full", push, tell_all)
        return going[0]

    async def look_again(self, opened: Opened, push: Push, agreed: Values) -> None:
        """Its record is decided anew, though the push is not over; ``agreed`` of it is the base then."""

        async def look_again(uow: UnitOfWork, tried: Push) -> Counts:
            link = await link_at(uow, self._scope.account_id, tried.kind, tried.local_id)
            if link is not None:
                await uow.sync_records.put_many([attrs.evolve(link, base={**link.base, **agreed})])
            await uow.due.renew(self._scope.account_id, tried.kind, tried.external_id or "")
            return Counts()

        await self._book(opened, "look_again", push, look_again)

    async def end(self, opened: Opened, push: Push, end: PushEnd) -> None:
        """It is over, or put off, unless somebody dropped it meanwhile."""
        waited: list[bool] = []

        async def book(uow: UnitOfWork, tried: Push) -> Counts:
            waited[:] = [await waits(uow, tried)]
            if end.state is PushState.WAITING and waited[0]:
                tried.put_off(end.why, now=self._scope.now)
                await uow.pushes.save(tried)
                return Counts()
            return await Ending(self._kind, self._scope, self._ids)(uow, tried, end) if waited[0] else Counts()

        await self._book(opened, "end_push", push, book)
        if waited[0]:
            tell(push, end)

    async def fail(self, opened: Opened, push: Push, why: str) -> None:
        """It goes on waiting: whether it took effect is not known."""

        async def fail(uow: UnitOfWork, tried: Push) -> Counts:
            if await waits(uow, tried):
                tried.fail(why, now=self._scope.now)
                await uow.pushes.save(tried)
            return Counts()

        await self._book(opened, "fail_push", push, fail)

    async def _book(
        self, opened: Opened, name: str, push: Push, work: Callable[[UnitOfWork, Push], Awaitable[Counts]]
    ) -> Counts:
        """In a transaction of its own, with the account claimed. Each try of it has a copy of the push: one that did
        not get through leaves nothing behind, and the push is what the last one made of it.
        """
        tries = list[Push]()

        async def book(uow: UnitOfWork) -> Counts:
            await uow.accounts.claim(self._scope.account_id)
            tries.append(attrs.evolve(push))
            return await work(uow, tries[-1])

        counts = await self._books.write(opened.run, name, book)
        for field in attrs.fields(Push):
            setattr(push, field.name, getattr(tries[-1], field.name))
        return counts
