"""What the provider shows after a push becomes the new base; its own spelling of it is taken over."""

from collections.abc import Sequence
from typing import Generic, TypeVar

import attrs

from ....domain.shared.errors import TresenError
from ....domain.shared.ids import EntryId, PushId
from ....domain.sync.canonical import Value, Values
from ....domain.sync.decision import WHOLE, FieldDecision
from ....domain.sync.journal import NORMALISED, PUSHED, Change, Subject
from ....domain.sync.kept_own import kept_own
from ....domain.sync.push import Push, PushState
from ....domain.sync.record import UNCOMPARED, SyncRecord
from ....domain.sync.run import Counts
from ....domain.sync.side import Side
from ...ports.clock import IdSource
from ...ports.sources import Observed
from ...ports.unit_of_work import UnitOfWork
from ..deciding.ours_alone import ours_alone
from ..links.forgetting import BOTH_GONE, forget
from ..links.link_at import link_at
from ..links.made_anew import is_now
from ..records.edit_times import write
from ..records.reading import read
from ..records.record_kind import RecordKind, Versioned
from ..records.scope import Scope
from .behind import take_its_place
from .edited_meanwhile import book_edit
from .push_end import counted

E = TypeVar("E", bound=Versioned)

ANOTHER_OF_OURS = "the provider's record is another of ours"


@attrs.frozen
class Answer:
    """``shown`` is the record as the provider shows it; ``before``, as it did right before this try wrote to it, None:
    that was not looked at, or nothing was written.
    """

    shown: Observed
    before: Observed | None = None


@attrs.frozen
class Confirm(Generic[E]):
    """One kind of record in one scope."""

    _kind: RecordKind[E]
    _scope: Scope
    _ids: IdSource

    async def __call__(self, uow: UnitOfWork, push: Push, answer: Answer | None) -> Counts:
        """Book it as done, or as refused where the provider kept what it had."""
        kind, scope = self._kind.schema.kind, self._scope
        if answer is None:
            await forget(uow, scope, self._ids, kind, [push.external_id or ""], BOTH_GONE)
            return await self._end(uow, push, PushState.DONE)
        shown = answer.shown
        theirs = await self._theirs(uow, shown)
        link = await self._link(uow, push, answer)
        if link is None:
            if push.external_id is None:
                return await self._end(uow, push, PushState.REFUSED, why=ANOTHER_OF_OURS)
            return await self._end(uow, push, PushState.DROPPED)
        refused = self._ignored(push, theirs)
        await take_its_place(uow, self._kind.schema, push, refused)
        here = await self._kind.load(uow, [link.local_id])
        await self._kind.prepare(uow, [link.base, theirs], here.values())
        entity = here.get(link.local_id)
        taken = self._taken(push, theirs, refused)
        changes = self._pushed(push, link, taken)
        if entity is None:
            # It was deleted here meanwhile: what we wrote there is agreed nevertheless, and nobody's edit.
            link = attrs.evolve(link, base={**link.base, **taken}, synced_at=scope.now)
            link = await self._made_for_nobody(uow, push, link, theirs, shown)
        else:
            link, more = await self._settle(uow, push, link, entity, taken, shown)
            changes = [*changes, *more]
            if self._differs(entity, taken):
                # Somebody wrote ours while the push was under way.
                await uow.due.add(scope.account_id, kind, [link.external_id])
            if push.external_id is None:
                await self._follow(uow, push, link, entity, theirs)
        dropped = await self._put(uow, push, link)
        if changes:
            await uow.journal.append(changes)
        why = f"the provider kept its own {', '.join(refused)}" if refused else None
        return dropped + await self._end(uow, push, PushState.REFUSED if refused else PushState.DONE, why=why)

    async def _follow(self, uow: UnitOfWork, push: Push, link: SyncRecord, entity: E, theirs: Values) -> None:
        """What was edited here after the record was sent goes after it: it is ours alone, whatever the law. Not so
        where it holds another value there than we sent: that somebody edited there as well, and the next run decides.
        Where the provider has the lost one back, what was agreed of that counts.
        """
        ours, schema, sent = self._kind.values(entity), self._kind.schema, push.values
        agreed = {**sent, **link.base}
        later = ours_alone(schema, self._scope.writable, agreed=agreed, ours=ours, theirs=theirs)
        edited = (name for name in sent if not schema.by_name[name].same(ours.get(name), sent[name]))
        if any(name not in later for name in edited):
            await uow.due.add(self._scope.account_id, push.kind, [link.external_id])
        if not later:
            return
        of = (self._scope.tenant_id, self._scope.account_id)
        run_id = await book_edit(uow, self._ids, of, (push.kind, link.external_id), now=self._scope.now)
        for name, value in later.items():
            # Each by itself: one that is refused there, or overtaken, takes no other with it.
            await uow.pushes.add(
                attrs.evolve(
                    push,
                    id=PushId(self._ids.new()),
                    external_id=link.external_id,
                    values={name: value},
                    expected={name: theirs[name]},
                    run_id=run_id,
                    state=PushState.WAITING,
                    attempts=0,
                    why=None,
                    created_at=self._scope.now,
                    updated_at=self._scope.now,
                )
            )

    async def _made_for_nobody(
        self, uow: UnitOfWork, push: Push, link: SyncRecord, theirs: Values, shown: Observed
    ) -> SyncRecord:
        """Of one that was made there: what we sent is agreed, and what the provider put beside it. The next run decides
        about the deletion here.
        """
        if push.external_id is not None:
            return link
        await uow.due.add(self._scope.account_id, push.kind, [link.external_id])
        sent = {name: value for name, value in push.values.items() if name in theirs and name in self._scope.writable}
        return attrs.evolve(link, base={**link.base, **theirs, **sent}, fingerprint=shown.fingerprint)

    async def _put(self, uow: UnitOfWork, push: Push, link: SyncRecord) -> Counts:
        """One that was made there anew had another link before, and stays what the run made that made it. What was
        dropped with that.
        """
        dropped = Counts()
        if push.external_id is None:
            before = await link_at(uow, self._scope.account_id, link.kind, link.local_id)
            if before is not None and before.external_id != link.external_id:
                dropped = await is_now(uow, self._scope, self._ids, before, link.external_id)
                link = attrs.evolve(link, run_id=before.run_id)
        await uow.sync_records.put_many([link])
        return dropped

    async def _link(self, uow: UnitOfWork, push: Push, answer: Answer) -> SyncRecord | None:
        """The link as it is, with the stamp of our write; for a record that was made there, a new one, unless that is
        somebody else's.
        """
        kind, scope, external_id = self._kind.schema.kind, self._scope, answer.shown.external_id
        found = (await uow.sync_records.by_external_ids(scope.account_id, kind, [external_id])).get(external_id)
        if push.external_id is not None or found is not None:
            return _stamped(found, answer) if found is not None and found.local_id == push.local_id else None
        return SyncRecord(
            account_id=scope.account_id,
            kind=kind,
            external_id=external_id,
            local_id=push.local_id,
            base={},
            fingerprint=b"",
            local_version=UNCOMPARED,
            synced_at=scope.now,
            run_id=push.run_id,
        )

    def _ignored(self, push: Push, theirs: Values) -> Sequence[str]:
        """Fields of which the provider kept its own value though it said yes."""
        if push.external_id is None:
            return []
        return kept_own(self._kind.schema, push.values, push.expected, theirs)

    def _taken(self, push: Push, theirs: Values, refused: Sequence[str]) -> Values:
        """What both sides agree on now.

        A record that was made may have been there before, and of a new one not everything may have been kept: of those
        only what is the same is agreed, and the next run decides about the rest by its laws.
        """
        fields = self._kind.schema.by_name
        return {
            name: theirs[name]
            for name, value in push.values.items()
            if name in theirs
            and name not in refused
            and (push.external_id is not None or fields[name].same(theirs[name], value))
        }

    async def _theirs(self, uow: UnitOfWork, answer: Observed) -> Values:
        (theirs,) = await self._kind.as_of_today(uow, [read(answer).values])
        return theirs

    async def _settle(
        self, uow: UnitOfWork, push: Push, link: SyncRecord, entity: E, taken: Values, answer: Observed
    ) -> tuple[SyncRecord, Sequence[Change]]:
        """The link with the new base, and our side in the provider's spelling, unless somebody edited it meanwhile."""
        ours, fields = self._kind.values(entity), self._kind.schema.by_name
        spelled = {
            name: value
            for name, value in taken.items()
            if not fields[name].same(value, ours.get(name)) and fields[name].same(ours.get(name), push.values[name])
        }
        was_in_step = entity.version == link.local_version
        changes: Sequence[Change] = ()
        if spelled and self._update(entity, spelled):
            await self._kind.save(uow, [entity])
            changes = self._normalised(push, link, spelled, entity.version)
        base = {**link.base, **taken}
        theirs = await self._theirs(uow, answer)
        # Another edit there, or here, is looked at by the next run: then the link still stands where it was.
        seen = all(name not in theirs or fields[name].same(theirs[name], base[name]) for name in fields if name in base)
        return (
            attrs.evolve(
                link,
                base=base,
                fingerprint=answer.fingerprint if seen else link.fingerprint,
                local_version=entity.version if was_in_step else link.local_version,
                synced_at=self._scope.now,
            ),
            changes,
        )

    def _differs(self, entity: E, taken: Values) -> bool:
        ours, fields = self._kind.values(entity), self._kind.schema.by_name
        return any(not fields[name].same(value, ours.get(name)) for name, value in taken.items())

    def _update(self, entity: E, values: Values) -> bool:
        try:
            # Another spelling of what we edited is no later edit of ours.
            write(self._kind, entity, values, now=self._scope.now, edited_at=entity.updated_at)
        except TresenError:
            return False  # what cannot be read stays as it is here
        return True

    def _pushed(self, push: Push, link: SyncRecord, taken: Values) -> list[Change]:
        if push.external_id is None:
            # Nothing was overwritten: field by field, an undo would take for empty what was not there.
            made = self._made(link, WHOLE, None, None, None, PUSHED, "it was made at the provider")
            return self._lines(link, 0, [made])
        reason = "the provider was given our value"
        return self._lines(
            link,
            0,
            [
                self._made(link, name, push.values[name], push.expected.get(name), value, PUSHED, reason)
                for name, value in taken.items()
                if not self._kind.schema.by_name[name].same(push.expected.get(name), value)
            ],
        )

    def _normalised(self, push: Push, link: SyncRecord, spelled: Values, version: int) -> list[Change]:
        reason = "the provider keeps it in this form"
        return self._lines(
            link,
            version,
            [
                self._made(link, name, push.values[name], value, value, NORMALISED, reason)
                for name, value in spelled.items()
            ],
        )

    def _made(
        self, link: SyncRecord, name: str, ours: Value, theirs: Value, value: Value, rule: str, reason: str
    ) -> FieldDecision:
        return FieldDecision(
            field=name,
            base=link.base.get(name),
            ours=ours,
            theirs=theirs,
            value=value,
            side=Side.OURS if rule == PUSHED else Side.THEIRS,
            rule=rule,
            reason=reason,
        )

    def _lines(self, link: SyncRecord, version: int, made: Sequence[FieldDecision]) -> list[Change]:
        subject = Subject(
            run_id=self._scope.run_id,
            kind=link.kind,
            external_id=link.external_id,
            local_id=link.local_id,
            version=version,
            at=self._scope.now,
        )
        return [subject.line(EntryId(self._ids.new()), each) for each in made]

    async def _end(self, uow: UnitOfWork, push: Push, state: PushState, *, why: str | None = None) -> Counts:
        push.end(state, now=self._scope.now, why=why)
        await uow.pushes.save(push)
        return counted(state)


def _stamped(link: SyncRecord, answer: Answer) -> SyncRecord:
    if answer.before is None:
        return link
    return link.written_by_us(read(answer.before).edited_at, read(answer.shown).edited_at)
