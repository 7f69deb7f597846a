"""Writes values that a person chose: to our record, into the journal, and on their way to the provider."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs

from ....domain.shared.errors import NotFound
from ....domain.shared.ids import EntryId, PushId
from ....domain.sync.canonical import Value, Values
from ....domain.sync.decision import FieldDecision
from ....domain.sync.journal import Change, Subject
from ....domain.sync.push import Push
from ....domain.sync.record import SyncRecord
from ....domain.sync.side import Side
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..links.pins import pins_of
from ..links.tie import is_kept_here
from ..pushes.decided_otherwise import withdraw
from ..records.edit_times import write
from ..runs.by_hand import Hand


@attrs.frozen(kw_only=True)
class Chosen:
    """``value`` is what our record shall hold; ``theirs`` is what the provider was last seen to hold, which counts as
    agreed from now on; ``side`` is whose value it is. ``seen`` False: it was never seen to hold the field, so that
    ``theirs`` is empty because nobody knows, and nothing is agreed on.
    """

    field: str
    value: Value
    theirs: Value
    side: Side
    seen: bool = True


@attrs.frozen(kw_only=True)
class Written:
    """The versions of our record before and after: the same where it held the values already."""

    before: int
    after: int


@attrs.frozen
class WriteByHand:
    """Used inside a transaction. Raises NotFound when we have no such record, InvalidValue for a value that it cannot
    hold.
    """

    _ids: IdSource

    async def __call__(
        self,
        uow: UnitOfWork,
        hand: Hand,
        link: SyncRecord,
        chosen: Sequence[Chosen],
        *,
        rule: str,
        reason: str,
        untaken: Collection[str] = (),
    ) -> bool:
        """Whether our record was written. Where the two were not compared yet, nothing is agreed on by this, and the
        next run decides what goes there. ``untaken`` are fields of which the provider takes no value.
        """
        ours = (link.external_id, link.local_id)
        wrote = await self.here(uow, hand, ours, link.base, chosen, rule=rule, reason=reason)
        await withdraw(uow, link, {each.field for each in chosen}, now=hand.scope.now)
        if not link.is_newly_paired:
            await self._agree(uow, link, chosen, wrote)
            await self._push(uow, hand, link, [each for each in chosen if each.field not in untaken])
        # Whatever is on the wire now, or may be written there later: the next run looks at it.
        await uow.due.renew(link.account_id, link.kind, link.external_id)
        return wrote.after != wrote.before

    async def _agree(self, uow: UnitOfWork, link: SyncRecord, chosen: Sequence[Chosen], wrote: Written) -> None:
        base = {**link.base, **{each.field: each.theirs for each in chosen if each.seen}}
        version = wrote.after if wrote.before == link.local_version else link.local_version
        await uow.sync_records.put_many([attrs.evolve(link, base=base, local_version=version)])

    async def here(
        self,
        uow: UnitOfWork,
        hand: Hand,
        record: tuple[str, UUID],
        base: Values,
        chosen: Sequence[Chosen],
        *,
        rule: str,
        reason: str,
    ) -> Written:
        """Only our record and the journal. ``record``: the provider's id, or the last one that it had, and ours."""
        asked = [{each.field: each.theirs for each in chosen}, {each.field: each.value for each in chosen}]
        kind, (external_id, local_id) = hand.kind.schema.kind, record
        found = await hand.kind.load(uow, [local_id])
        await hand.kind.prepare(uow, [base, *asked], found.values())
        entity = found.get(local_id)
        if entity is None:
            raise NotFound(kind, local_id)
        ours: Values = hand.kind.values(entity)
        fields = hand.kind.schema.by_name
        updates = {c.field: c.value for c in chosen if not fields[c.field].same(c.value, ours.get(c.field))}
        before = entity.version
        if updates:
            now = hand.scope.now
            write(hand.kind, entity, updates, now=now, edited_at=now)
            await hand.kind.save(uow, [entity])
        subject = Subject(
            run_id=hand.scope.run_id,
            kind=kind,
            external_id=external_id,
            local_id=local_id,
            version=entity.version if updates else 0,
            at=hand.scope.now,
        )
        await uow.journal.append(self._lines(subject, base, chosen, ours, rule, reason))
        return Written(before=before, after=entity.version)

    def _lines(
        self,
        subject: Subject,
        base: Values,
        chosen: Sequence[Chosen],
        ours: Values,
        rule: str,
        reason: str,
    ) -> Sequence[Change]:
        made = [
            FieldDecision(
                field=each.field,
                base=base.get(each.field),
                ours=ours.get(each.field),
                theirs=each.theirs,
                value=each.value,
                side=each.side,
                rule=rule,
                reason=reason,
            )
            for each in chosen
        ]
        lines = [subject.line(EntryId(self._ids.new()), each) for each in made]
        return [attrs.evolve(line, version=subject.version) for line in lines]

    async def _push(self, uow: UnitOfWork, hand: Hand, link: SyncRecord, chosen: Sequence[Chosen]) -> None:
        """Where nothing may be written there, or the record is lost there, it stays apart in these fields."""
        fields: Mapping[str, Any] = hand.kind.schema.by_name
        wanted = [each for each in chosen if not fields[each.field].same(each.value, each.theirs)]
        if not wanted or not hand.opened.account.writes_enabled:
            return
        if is_kept_here(link, await pins_of(uow, link)):
            return
        await uow.pushes.add(
            Push(
                id=PushId(self._ids.new()),
                tenant_id=hand.scope.tenant_id,
                account_id=hand.scope.account_id,
                kind=link.kind,
                external_id=link.external_id,
                local_id=link.local_id,
                values={each.field: each.value for each in wanted},
                expected={each.field: each.theirs for each in wanted},
                run_id=hand.scope.run_id,
                created_at=hand.scope.now,
                updated_at=hand.scope.now,
            )
        )
