"""Writes to the provider what waits for it: look first, write only what is still to be written, keep what came of it.

A push may be tried again and again: the look before it finds what an earlier try did whose answer was lost. It is
written only while the provider still holds what it was decided against; otherwise it is decided anew.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Generic, TypeVar

import attrs

from ....domain.shared.errors import (
    CredentialsRefused,
    GatewayError,
    GatewayNotFound,
    GatewayRejected,
    GatewayUnsupported,
    InvalidValue,
)
from ....domain.shared.ids import PushId
from ....domain.sync.canonical import Values
from ....domain.sync.pairing import match_values
from ....domain.sync.push import Push
from ...ports.sources import Observed, Reading, SeveralThere, Source
from ...ports.unit_of_work import UnitOfWork
from ..deciding.meeting import TWINS, alike
from ..links.link_at import link_at
from ..links.reviving import waits_to_be_made
from ..records.called import called_alike
from ..records.reading import read
from ..records.record_kind import RecordKind, Versioned
from ..records.run_books import Opened, RunBooks
from ..records.scope import Scope
from ..records.single_looks import get_that
from .confirming import Answer
from .push_books import PushBooks
from .push_end import NOT_FOUND_YET, NOT_WANTED, OVERTAKEN, UNREADABLE, UNSURE, PushEnd
from .shown_push import edited_after, is_as_wanted, landed, still_stands

E = TypeVar("E", bound=Versioned)
_AT_ONCE = 100

# After so many failures in one run, the others wait for the next one.
_PATIENCE = 3

# The provider understood and will not do it, whatever is tried again.
_FINAL = (GatewayRejected, GatewayUnsupported)


@attrs.frozen
class Pusher(Generic[E]):
    """One kind of record in one scope. ``walked_at``: when the walk began that showed what is there, None: there was
    none yet. What was sent later than that to be made there, and not answered, is not sent again, for a walk may yet
    show it under another address; it is only looked for.
    """

    _kind: RecordKind[E]
    _scope: Scope
    _source: Source
    _books: RunBooks
    _pushes: PushBooks[E]
    _walked_at: datetime | None

    async def __call__(self, opened: Opened, watch: Callable[[int], None]) -> int:
        """Try everything that waits by now, oldest first, once; how many are done. ``watch`` is told how many were
        tried. What comes up meanwhile waits for the next time, but for the parts of one that was refused as a whole.

        Raises GatewayError when the provider could not be reached for one, at the third of them at once, and when it
        refuses the credentials: what waits then goes on waiting. One that fails does not hold up the others.
        """
        done, tried, failures = 0, set[PushId](), list[GatewayError]()
        most = await self._books.read(opened.run, self._count)
        while len(tried) < most and (waiting := await self._untried(opened, tried)):
            for push in waiting[: most - len(tried)]:
                watch(len(tried))
                tried.add(push.id)
                try:
                    begun = await self._pushes.begin(opened, push)
                    did, parts = (False, 0) if begun is None else await self._try(opened, begun)
                    done, most = done + did, most + parts
                except CredentialsRefused:
                    raise
                except GatewayError as error:
                    failures.append(error)
                    if len(failures) == _PATIENCE:
                        raise
            watch(len(tried))
        if failures:
            raise failures[0]
        return done

    async def withdraw(self, opened: Opened) -> None:
        """Nothing may be written any more: what waits is decided anew. What may be there already is not given up, and
        looked up where ours is gone here. Raises GatewayError as above.
        """
        kept, failures = set[PushId](), list[GatewayError]()
        while waiting := await self._untried(opened, kept):
            for push in waiting:
                try:
                    over = await self._looked_up(opened, push) or await self._pushes.withdraw(opened, push)
                except CredentialsRefused:
                    raise
                except GatewayError as error:
                    await self._pushes.fail(opened, push, error.message)
                    failures.append(error)
                    over = False
                    if len(failures) == _PATIENCE:
                        raise
                if not over:
                    kept.add(push.id)
        if failures:
            raise failures[0]

    async def _looked_up(self, opened: Opened, push: Push) -> bool:
        """Whether it was to make one that is gone here, and is over by a look."""
        if not push.was_sent or not await self._is_gone_here(opened, push):
            return False
        await self._answered(opened, push, await self._made_before(push, was_sent=True))
        return True

    async def _untried(self, opened: Opened, tried: Collection[PushId]) -> list[Push]:
        return [push for push in await self._waiting(opened, skip=len(tried)) if push.id not in tried]

    async def _waiting(self, opened: Opened, *, skip: int) -> list[Push]:
        async def ask(uow: UnitOfWork) -> list[Push]:
            kind = self._kind.schema.kind
            return list(await uow.pushes.waiting(self._scope.account_id, kind, limit=_AT_ONCE + skip))

        return await self._books.read(opened.run, ask)

    async def _count(self, uow: UnitOfWork) -> int:
        return await uow.pushes.count_waiting(self._scope.account_id, self._kind.schema.kind)

    async def _try(self, opened: Opened, push: Push) -> tuple[bool, int]:
        """Whether it is done, and into how many parts it was split."""
        try:
            answer = await self._carry_out(opened, push)
        except CredentialsRefused:
            raise
        except GatewayNotFound:
            answer = OVERTAKEN
        except SeveralThere as error:
            await self._pushes.doubt(opened, push, error.external_ids)
            return False, 0
        except _FINAL as error:
            return False, await self._pushes.refuse(opened, push, error)
        except GatewayError as error:
            await self._pushes.fail(opened, push, error.message)
            raise
        return await self._answered(opened, push, answer), 0

    async def _answered(self, opened: Opened, push: Push, answer: Answer | PushEnd | None) -> bool:
        """Book what came of it. Whether it is done."""
        if answer is not None and not isinstance(answer, PushEnd) and _read(answer.shown) is None:
            # It took effect, but nobody can tell how.
            answer = UNSURE if push.external_id is None else UNREADABLE
        if isinstance(answer, PushEnd):
            await self._pushes.end(opened, push, answer)
            return False
        return await self._pushes.confirm(opened, push, answer)

    async def _carry_out(self, opened: Opened, push: Push) -> Answer | PushEnd | None:
        """What the provider shows afterwards, None when it is gone as wanted; or why nothing was done."""
        if push.external_id is None:
            return await self._create(opened, push)
        shown = await get_that(self._source, push.external_id)
        if not push.values:
            return await self._delete(opened, push, shown)
        self._narrow(push)
        return OVERTAKEN if shown is None else await self._write(opened, push, shown)

    async def _write(self, opened: Opened, push: Push, shown: Observed) -> Answer | PushEnd:
        theirs = await self._read(opened, shown)
        if theirs is None:
            return UNREADABLE
        if not await self._goes_on(opened, push, theirs):
            return OVERTAKEN
        if is_as_wanted(self._kind.schema, theirs, push.values):
            return Answer(shown)
        if await self._is_gone_here(opened, push):
            return OVERTAKEN
        if push.attempts > 1 and await self._pushes.is_not_wanted(opened, push):
            return NOT_WANTED
        return Answer(await self._source.push(shown.external_id, push.values), before=shown)

    async def _create(self, opened: Opened, push: Push) -> Answer | PushEnd:
        """Tried again only where the provider can be asked whether it was made before.

        Raises SeveralThere; GatewayRejected when another that is to be made could not be told from it. One that was
        sent already is looked up, whatever others there are by now: they are not sent before it is answered.
        """
        ours = (self._scope.account_id, push.kind, push.local_id)
        link = await self._books.read(opened.run, lambda uow: link_at(uow, *ours))
        if link is not None and not waits_to_be_made(link):
            return OVERTAKEN
        if await self._is_gone_here(opened, push):
            return await self._made_before(push, was_sent=push.attempts > 1)
        if push.attempts > 1 and not self._can_be_found(push):
            return UNSURE
        if not self._scope.policy.create_there or (push.attempts > 1 and not self._was_walked_since(push)):
            return await self._looked_for(opened, push)
        if push.attempts == 1 and await self._books.read(opened.run, lambda uow: self._has_twin(uow, push)):
            raise GatewayRejected(TWINS)
        return Answer(await self._source.create(push.values))

    async def _made_before(self, push: Push, *, was_sent: bool) -> Answer | PushEnd:
        """Of one that was deleted here since: what an earlier try made there, so that the deletion is decided. Nothing
        is made any more.
        """
        if not was_sent or not self._can_be_found(push):
            return OVERTAKEN
        try:
            found = await self._source.find(push.values)
        except (GatewayUnsupported, SeveralThere):
            return OVERTAKEN
        reading = None if found is None else _read(found)
        if found is None or (reading is not None and not called_alike(push.values, reading.values)):
            # Whoever else has the address is not deleted for it.
            return OVERTAKEN
        return Answer(found)

    async def _looked_for(self, opened: Opened, push: Push) -> Answer | PushEnd:
        """Nothing is made, but what an earlier try made there is ours: a walk may yet show it under another address,
        and then the policy may not want one there any more. Raises SeveralThere.
        """
        is_walked = self._was_walked_since(push)
        try:
            found = await self._source.find(push.values)
        except GatewayUnsupported:
            return UNSURE if is_walked else NOT_FOUND_YET
        if found is None:
            return NOT_WANTED if is_walked else NOT_FOUND_YET
        # Somebody else may have that address by now; whose it is, a walk tells that shows both.
        return Answer(found) if is_walked or await self._is_it(opened, push, found) else NOT_FOUND_YET

    def _was_walked_since(self, push: Push) -> bool:
        return self._walked_at is not None and push.updated_at <= self._walked_at

    async def _is_it(self, opened: Opened, push: Push, found: Observed) -> bool:
        """Whether what has the address is called like what was sent, and none of another of ours."""
        reading, key = _read(found), found.external_id
        of = (self._scope.account_id, push.kind, [key])
        links = await self._books.read(opened.run, lambda uow: uow.sync_records.by_external_ids(*of))
        is_anothers = key in links and links[key].local_id != push.local_id
        return not is_anothers and (reading is None or called_alike(push.values, reading.values))

    def _can_be_found(self, push: Push) -> bool:
        schema = self._kind.schema
        return any(match_values(schema, key, push.values) is not None for key in schema.match)

    async def _is_gone_here(self, opened: Opened, push: Push) -> bool:
        """Whether ours was deleted since: that is what is to be decided there then, not what it once held."""
        return not await self._books.read(opened.run, lambda uow: self._kind.load(uow, [push.local_id]))

    async def _has_twin(self, uow: UnitOfWork, push: Push) -> bool:
        """Whether another of ours that is to be made there, or was refused there, would be found instead of it."""
        making = set(await uow.pushes.creating(self._scope.account_id, self._kind.schema.kind)) - {push.local_id}
        others = await self._kind.load(uow, making) if making else {}
        said = {one: self._kind.values(entity) for one, entity in others.items()}
        sent = await uow.pushes.sent_unanswered(self._scope.account_id, self._kind.schema.kind)
        as_sent = {one.local_id: one.values for one in sent if one.id != push.id}
        return push.local_id in alike(self._kind.schema, {**said, push.local_id: push.values}, as_sent)

    async def _delete(self, opened: Opened, push: Push, shown: Observed | None) -> PushEnd | None:
        if shown is not None:
            theirs = await self._read(opened, shown)
            if theirs is None or not is_as_wanted(self._kind.schema, theirs, push.expected):
                return OVERTAKEN
            if not await self._pushes.tell_in_full(opened, push, theirs):
                return OVERTAKEN
            await self._source.delete(shown.external_id)
        return None

    async def _read(self, opened: Opened, shown: Observed) -> Values | None:
        """What the provider shows, as runs compare it; None: nobody can read it."""
        reading = _read(shown)
        if reading is None:
            return None
        said = [reading.values]
        return (await self._books.read(opened.run, lambda uow: self._kind.as_of_today(uow, said)))[0]

    def _narrow(self, push: Push) -> None:
        """People choose values of any field; those that cannot be written there keep none of the others from it.

        Raises GatewayUnsupported when none can.
        """
        if not push.values.keys() & self._source.writable:
            raise GatewayUnsupported(f"{', '.join(sorted(push.values))}: cannot be written at the provider")
        push.values = {name: value for name, value in push.values.items() if name in self._source.writable}
        push.expected = {name: value for name, value in push.expected.items() if name in push.values}

    async def _goes_on(self, opened: Opened, push: Push, theirs: Values) -> bool:
        """Whether it is to be written, or was. One that got through before somebody edited the record there is from now
        on what of it is there; the rest, which that somebody saw as we wrote it, is decided anew.
        """
        if still_stands(self._kind.schema, theirs, push):
            return True
        there = landed(self._kind.schema, theirs, push)
        if there:
            edited = edited_after(self._kind.schema, theirs, push)
            await self._pushes.look_again(opened, push, edited)
            push.values, push.expected = there, {name: push.expected.get(name) for name in there}
        return bool(there)


def _read(observed: Observed) -> Reading | None:
    try:
        return read(observed)
    except InvalidValue:
        return None
