"""Writes to the provider what waits for it: look first, write only what is still to be written, keep what came of it.

A push may be tried again and again: the look before it finds what an earlier try did whose answer was lost. It is
written only while the provider still holds what it was decided against; otherwise it is decided anew.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from typing import Generic, TypeVar

import attrs

from ...domain.shared.errors import (
    CredentialsRefused,
    GatewayError,
    GatewayNotFound,
    GatewayRejected,
    GatewayUnsupported,
    InvalidValue,
    TresenError,
)
from ...domain.shared.ids import ConflictId, PushId
from ...domain.staff.task import TaskReason
from ...domain.sync.canonical import Values
from ...domain.sync.conflict import REFUSED, Conflict
from ...domain.sync.decision import WHOLE
from ...domain.sync.pairing import match_values
from ...domain.sync.push import Push, PushState
from ...domain.sync.record import SyncRecord
from ...domain.sync.run import Counts
from ..ports.clock import IdSource
from ..ports.sources import Observed, Reading, Source
from ..ports.unit_of_work import UnitOfWork
from .confirming import Confirm
from .meeting import TWINS, alike
from .reading import read
from .records import RecordKind, Versioned
from .reviving import link_here
from .run_books import Opened, RunBooks
from .scope import Scope
from .shown_push import edited_after, is_as_wanted, landed, parts_of, still_stands
from .single_looks import AnotherRecord, get_that
from .unmet_edits import UnmetEdits

E = TypeVar("E", bound=Versioned)
_log = logging.getLogger(__name__)
_AT_ONCE = 100

# After so many failures in one run, the others wait for the next one.
_PATIENCE = 3

# The provider understood and will not do it, whatever is tried again.
_FINAL = (GatewayRejected, GatewayUnsupported)


@attrs.frozen
class Pusher(Generic[E]):
    """One kind of record in one scope."""

    _kind: RecordKind[E]
    _scope: Scope
    _source: Source
    _books: RunBooks
    _confirm: Confirm[E]
    _ids: IdSource

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
                    begun = await self._begin(opened, push)
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
        """Nothing may be written any more: what waits is decided anew."""
        while waiting := await self._untried(opened, ()):
            for push in waiting:
                await self._end(opened, push, PushState.DROPPED, _OFF)

    async def _untried(self, opened: Opened, tried: Collection[PushId]) -> list[Push]:
        return [push for push in await self._waiting(opened, skip=len(tried)) if push.id not in tried]

    async def _waiting(self, opened: Opened, *, skip: int) -> list[Push]:
        async def ask(uow: UnitOfWork) -> list[Push]:
            kind = self._kind.schema.kind
            return list(await uow.pushes.waiting(self._scope.account_id, kind, limit=_AT_ONCE + skip))

        return await self._books.read(opened.run, ask)

    async def _count(self, uow: UnitOfWork) -> int:
        return await uow.pushes.count_waiting(self._scope.account_id, self._kind.schema.kind)

    async def _begin(self, opened: Opened, push: Push) -> Push | None:
        """The push as it is by now, about to be tried, which is kept before anything is sent: whoever edits the record
        from now on knows that it may be there. None: it waits no more, or the account may not be written to any more.
        People do not wait for a run to end.
        """
        begun: list[Push] = []

        async def begin(uow: UnitOfWork) -> Counts:
            may_write = (await uow.accounts.claim(self._scope.account_id)).writes_enabled
            kept = await uow.pushes.get(push.id)
            if kept.state is not PushState.WAITING or not may_write:
                return Counts()
            kept.begin()
            kept.values, kept.expected = await self._kind.as_of_today(uow, [kept.values, kept.expected])
            await uow.pushes.save(kept)
            begun[:] = [kept]
            return Counts()

        await self._books.write(opened.run, "begin_push", begin)
        if not begun:
            # One that waits no more is left as it is.
            await self._end(opened, push, PushState.DROPPED, _OFF)
        return begun[0] if begun else None

    async def _try(self, opened: Opened, push: Push) -> tuple[bool, int]:
        """Whether it is done, and into how many parts it was split."""
        try:
            answer = await self._carry_out(opened, push)
        except CredentialsRefused:
            raise
        except GatewayNotFound:
            answer = PushState.DROPPED
        except _FINAL as error:
            return False, await self._refuse(opened, push, error)
        except GatewayError as error:
            await self._fail(opened, push, error.message)
            raise
        return await self._answered(opened, push, answer), 0

    async def _answered(self, opened: Opened, push: Push, answer: Observed | PushState | None) -> bool:
        """Book what came of it. Whether it is done."""
        if answer is not None and not isinstance(answer, PushState) and _read(answer) is None:
            # It took effect, but nobody can tell how.
            answer = PushState.UNSURE if push.external_id is None else PushState.DROPPED
        if isinstance(answer, PushState):
            await self._end(opened, push, answer, _WHY[answer])
            return False

        async def confirm(uow: UnitOfWork) -> Counts:
            await uow.accounts.claim(self._scope.account_id)
            counts = await self._confirm(uow, push, answer)
            if push.state is PushState.REFUSED:
                await self._unmet(uow, push, TaskReason.REJECTED, push.why or "")
            return counts + await self._keep_apart(uow, push)

        return bool((await self._books.write(opened.run, "confirm_push", confirm)).pushed)

    async def _refuse(self, opened: Opened, push: Push, error: TresenError) -> int:
        """Which of several values was at fault, nobody knows: each is sent by itself, and only that one is refused. The
        number of these.
        """
        another = error if isinstance(error, AnotherRecord) else None
        parts = [] if another or push.external_id is None else parts_of(push, self._ids, now=self._scope.now)
        if not parts:
            state = PushState.DROPPED if another else PushState.REFUSED
            await self._end(opened, push, state, error.message, error=another)
            return 0

        async def split(uow: UnitOfWork) -> Counts:
            await uow.accounts.claim(self._scope.account_id)
            if await _waits(uow, push):
                why = f"not taken as a whole, so each value by itself: {error.message}"
                push.end(PushState.DROPPED, now=self._scope.now, why=why)
                await uow.pushes.save(push)
                for part in parts:
                    await uow.pushes.add(part)
            return Counts()

        await self._books.write(opened.run, "split_push", split)
        return len(parts)

    async def _carry_out(self, opened: Opened, push: Push) -> Observed | PushState | None:
        """The record as the provider shows it afterwards, None when it is gone as wanted; or why nothing was done."""
        if push.external_id is None:
            return await self._create(opened, push)
        shown = await get_that(self._source, push.external_id)
        if not push.values:
            return await self._delete(opened, push, shown)
        self._narrow(push)
        theirs = None if shown is None else await self._read(opened, shown)
        if theirs is None or not await self._goes_on(opened, push, theirs):
            return PushState.DROPPED
        if is_as_wanted(self._kind.schema, theirs, push.values):
            return shown
        if await self._is_gone_here(opened, push):
            return PushState.DROPPED
        return await self._source.push(push.external_id, push.values)

    async def _create(self, opened: Opened, push: Push) -> Observed | PushState:
        """Tried again only where the provider can be asked whether it was made before.

        Raises GatewayRejected when another that is to be made could not be told from it. One that was sent already is
        looked up, whatever others there are by now: they are not sent before it is answered.
        """
        link = await self._books.read(opened.run, lambda uow: self._link(uow, push))
        if link is not None and link.fingerprint:
            return PushState.DROPPED
        if await self._is_gone_here(opened, push):
            return PushState.DROPPED
        if push.attempts > 1:
            keys = self._kind.schema.match
            if all(match_values(self._kind.schema, key, push.values) is None for key in keys):
                return PushState.UNSURE
        elif await self._books.read(opened.run, lambda uow: self._has_twin(uow, push)):
            raise GatewayRejected(TWINS)
        return await self._source.create(push.values)

    async def _is_gone_here(self, opened: Opened, push: Push) -> bool:
        """Whether ours was deleted since: that is what is to be decided there then, not what it once held."""
        return not await self._books.read(opened.run, lambda uow: self._kind.load(uow, [push.local_id]))

    async def _has_twin(self, uow: UnitOfWork, push: Push) -> bool:
        """Whether another of ours that is to be made there, or was refused there, would be found instead of it."""
        making = set(await uow.pushes.creating(self._scope.account_id, self._kind.schema.kind)) - {push.local_id}
        others = await self._kind.load(uow, making) if making else {}
        said = {one: self._kind.values(entity) for one, entity in others.items()}
        return push.local_id in alike(self._kind.schema, {**said, push.local_id: push.values})

    async def _delete(self, opened: Opened, push: Push, shown: Observed | None) -> PushState | None:
        if shown is not None:
            theirs = await self._read(opened, shown)
            if theirs is None or not is_as_wanted(self._kind.schema, theirs, push.expected):
                return PushState.DROPPED
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
            await self._books.write(opened.run, "look_again", lambda uow: self._look_again(uow, push, edited))
            push.values, push.expected = there, {name: push.expected.get(name) for name in there}
        return bool(there)

    async def _look_again(self, uow: UnitOfWork, push: Push, agreed: Values) -> Counts:
        await uow.accounts.claim(self._scope.account_id)
        link = await self._link(uow, push)
        if link is not None:
            await uow.sync_records.put_many([attrs.evolve(link, base={**link.base, **agreed})])
        await uow.due.renew(self._scope.account_id, push.kind, push.external_id or "")
        return Counts()

    async def _end(
        self, opened: Opened, push: Push, state: PushState, why: str, *, error: TresenError | None = None
    ) -> None:
        async def end(uow: UnitOfWork) -> Counts:
            await uow.accounts.claim(self._scope.account_id)
            if not await _waits(uow, push):
                return Counts()
            push.end(state, now=self._scope.now, why=why)
            await uow.pushes.save(push)
            if state is PushState.REFUSED or why == _OFF:
                reason = TaskReason.WRITES_DISABLED if why == _OFF else TaskReason.REJECTED
                await self._unmet(uow, push, reason, why)
            if error is not None:
                await uow.runs.add_errors([self._scope.error(push.kind, push.external_id, error)])
            if push.external_id is not None and (state is PushState.DROPPED or await self._edited_since(uow, push)):
                await uow.due.add(self._scope.account_id, push.kind, [push.external_id])
            return await self._keep_apart(uow, push) + Counts(errors=int(error is not None))

        # One that is decided anew needs nobody.
        level = logging.WARNING if error is not None or state in _ENDED_BADLY else logging.INFO
        _log.log(level, "push %s", state.value, extra={"kind": push.kind, "record": push.external_id, "why": why})
        await self._books.write(opened.run, "end_push", end)

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
        return await link_here(uow, self._scope, push.kind, push.local_id)

    async def _keep_apart(self, uow: UnitOfWork, push: Push) -> Counts:
        """One that was to be made there anew, and is not, has its old link still: a person is asked, or the next run
        decides.
        """
        link = await self._link(uow, push) if push.external_id is None else None
        if link is None or link.fingerprint or push.state not in {*_ENDED_BADLY, PushState.DROPPED}:
            return Counts()
        await uow.due.add(self._scope.account_id, push.kind, [link.external_id])
        said = (await uow.conflicts.open_of(self._scope.account_id, push.kind, [link.external_id])).get(
            link.external_id, ()
        )
        if push.state is PushState.DROPPED or any(each.field == WHOLE for each in said):
            return Counts()
        scope, here = self._scope, await self._kind.load(uow, [push.local_id])
        await uow.conflicts.add(
            Conflict(
                id=ConflictId(self._ids.new()),
                tenant_id=scope.tenant_id,
                account_id=scope.account_id,
                kind=push.kind,
                external_id=link.external_id,
                local_id=push.local_id,
                local_version=here[push.local_id].version if push.local_id in here else 0,
                field=WHOLE,
                rule=REFUSED,
                reason=f"the provider deleted what we edited, and does not take it back: {push.why}",
                run_id=scope.run_id,
                opened_at=scope.now,
                updated_at=scope.now,
            )
        )
        return Counts(conflicts=1)

    async def _fail(self, opened: Opened, push: Push, why: str) -> None:
        async def fail(uow: UnitOfWork) -> Counts:
            await uow.accounts.claim(self._scope.account_id)
            if await _waits(uow, push):
                push.fail(why, now=self._scope.now)
                await uow.pushes.save(push)
            return Counts()

        await self._books.write(opened.run, "fail_push", fail)


_WHY: Mapping[PushState, str] = {
    PushState.DROPPED: "the record changed meanwhile, there or here; it is decided anew",
    PushState.UNSURE: "nobody can tell whether it was made there; look at the provider, and make it there by hand",
}
_OFF = "writing was switched off"
_ENDED_BADLY = {PushState.REFUSED, PushState.UNSURE}


async def _waits(uow: UnitOfWork, push: Push) -> bool:
    """Whether nobody dropped it since it was read."""
    return (await uow.pushes.get(push.id)).state is PushState.WAITING


def _read(observed: Observed) -> Reading | None:
    try:
        return read(observed)
    except InvalidValue:
        return None
