"""What is on its way to the provider of a field that nobody pins any more, where the provider owns that."""

from collections.abc import Sequence

import attrs

from ....domain.shared.ids import PushId, RunId
from ....domain.sync.canonical import Values
from ....domain.sync.journal import LOCAL_EDIT, NORMALISED
from ....domain.sync.push import Push, PushState
from ....domain.sync.record import SyncRecord
from ....domain.sync.run import EDIT, RESOLVE
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..links.pins import pins_of
from ..links.tie import is_kept_here
from ..pushes.behind import take_its_place
from ..runs.by_hand import Hand
from .edit_outlook import OnTheWay

# What a person wants there goes there also where the provider owns the field, and needs no pin for that.
_NEEDS_NO_PIN = frozenset({EDIT, RESOLVE})


async def waiting_of(uow: UnitOfWork, link: SyncRecord, field: str) -> Sequence[Push]:
    """What waits to be written to that field, oldest first."""
    found = await uow.pushes.of_records(link.account_id, link.kind, [link.external_id])
    return [
        push for push in found.get(link.external_id, ()) if push.state is PushState.WAITING and field in push.values
    ]


@attrs.frozen
class LetGo:
    """Used inside the transaction that took the pin away."""

    _hand: Hand
    _ids: IdSource

    async def __call__(self, uow: UnitOfWork, link: SyncRecord, field: str, *, by: str, takes: bool) -> Sequence[Push]:
        """Withdraw what was never sent, and waits only because of the pin: these pushes, as far as they are about the
        field. What may be there goes on, so that its answer is known.

        What a person edited since, and the next run was to bring there, is on its way as any edit is. ``takes``: the
        provider takes a value of the field.
        """
        withdrawn = [
            await self._withdraw(uow, push.id, field, by)
            for push in await waiting_of(uow, link, field)
            if not push.attempts and (await uow.runs.get(push.run_id)).kind not in _NEEDS_NO_PIN
        ]
        if takes and self._hand.opened.account.writes_enabled:
            await self._send(uow, link, field)
        return withdrawn

    async def _withdraw(self, uow: UnitOfWork, key: PushId, field: str, by: str) -> Push:
        """Its other values go on waiting. One before it may have left it its place."""
        push = await uow.pushes.get(key)
        await take_its_place(uow, self._hand.kind.schema, push, [field])
        going = push
        if len(push.values) > 1:
            going = attrs.evolve(
                push,
                id=PushId(self._ids.new()),
                values={field: push.values[field]},
                expected={field: push.expected.get(field)},
            )
            push.values, push.expected = _without(push.values, field), _without(push.expected, field)
            await uow.pushes.save(push)
        why = f"{by} took away the override for which it waited; it is decided anew"
        going.end(PushState.DROPPED, now=self._hand.scope.now, why=why)
        await (uow.pushes.save if going is push else uow.pushes.add)(going)
        return going

    async def _send(self, uow: UnitOfWork, link: SyncRecord, field: str) -> None:
        """As the next run would have brought it there; the pin that promised that is gone."""
        ours = await self._ours(uow, link)
        run_id = await self._edited_in(uow, link, field, ours)
        if run_id is None or link.is_newly_paired or is_kept_here(link, await pins_of(uow, link)):
            return
        before = (await waiting_of(uow, link, field))[-1:]
        way = OnTheWay(agreed=link.base.get(field))
        for last in before:
            way = OnTheWay(agreed=last.values[field], since=last.created_at)
        if self._hand.kind.schema.by_name[field].same(ours[field], way.agreed):
            return
        now = self._hand.scope.now
        await uow.pushes.add(
            Push(
                id=PushId(self._ids.new()),
                tenant_id=self._hand.scope.tenant_id,
                account_id=link.account_id,
                kind=link.kind,
                external_id=link.external_id,
                local_id=link.local_id,
                values={field: ours[field]},
                expected={field: way.agreed},
                run_id=run_id,
                created_at=way.after(now),
                updated_at=now,
            )
        )

    async def _edited_in(self, uow: UnitOfWork, link: SyncRecord, field: str, ours: Values) -> RunId | None:
        """The run of the person's edit that our record holds, unless something wrote the field since, as undos do."""
        lines = await uow.journal.of_record(link.kind, link.local_id)
        wrote = [line for line in lines if line.field == field and line.wrote_ours and line.rule != NORMALISED]
        if not wrote or wrote[-1].rule != LOCAL_EDIT or field not in ours:
            return None
        is_held = self._hand.kind.schema.by_name[field].same(wrote[-1].value, ours[field])
        return wrote[-1].run_id if is_held and (await uow.runs.get(wrote[-1].run_id)).kind == EDIT else None

    async def _ours(self, uow: UnitOfWork, link: SyncRecord) -> Values:
        here = await self._hand.kind.load(uow, [link.local_id])
        await self._hand.kind.prepare(uow, [link.base], here.values())
        return self._hand.kind.values(here[link.local_id]) if link.local_id in here else {}


def _without(values: Values, field: str) -> Values:
    return {name: value for name, value in values.items() if name != field}
