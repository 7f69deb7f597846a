"""Finds what an undo would do: the lines that it goes by, and what they call for in each record."""

from collections.abc import Mapping, Sequence
from typing import cast
from uuid import UUID

import attrs

from ....domain.shared.errors import InvalidValue, NotFound
from ....domain.shared.ids import AccountId, RunId
from ....domain.sync.canonical import Values
from ....domain.sync.decision import WHOLE
from ....domain.sync.history import end_there, since
from ....domain.sync.journal import LOCAL_EDIT, Change
from ....domain.sync.run import EDIT, Run
from ....domain.sync.undo import Rollback, first_seen, rollback, undone_by
from ...ports.unit_of_work import UnitOfWork
from ..edits.taken import Taken
from ..links.link_at import link_at
from ..runs.by_hand import ByHand, Hand
from .brought_back import brought_back
from .carried import without_carried
from .undo_plan import RecordUndo, UndoAction, UndoTarget, record_undo
from .undo_ties import UNTIED, about_ours, elsewhere
from .untaken import told_untaken

_AT_ONCE = 1000
_EVERYTHING = 1_000_000
# By account, kind and our id: what it is called there may be another record's by now.
Record = tuple[AccountId, str, UUID]


@attrs.frozen
class UndoPlanner:
    """Reads only. ``_taken``: what the providers take."""

    _by_hand: ByHand
    _taken: Taken

    async def __call__(self, uow: UnitOfWork, target: UndoTarget, hand_of: "HandOf") -> Sequence[RecordUndo]:
        """In the order in which it is done: what comes back is there before anything is given back to it, and what goes
        has nothing any more; of these, what belongs to another record comes back after it, and goes before it.

        Raises NotFound, InvalidValue for a version that there is not.
        """
        lines = await self._lines(uow, target, hand_of)
        # Who goes back to a version takes back whatever was done since, undos among it.
        once = target.version is None
        found = [await self._one(uow, record, changes, hand_of, once=once) for record, changes in lines.items()]
        if target.run_id is not None:
            back = {record: version for record, changes in lines.items() if (version := _came_back_as(changes))}
            going = await self._created(uow, await uow.runs.get(target.run_id), back, hand_of)
            # What was brought back goes as it is: whatever else the run did to it goes along.
            again = {(each.account_id, each.kind, each.local_id) for each in going} & back.keys()
            found = [each for each in found if each and (each.account_id, each.kind, each.local_id) not in again]
            found += going
        place = {kind: number for number, kind in enumerate(self._by_hand.courses.kinds)}

        def order(each: RecordUndo) -> tuple[bool, int]:
            comes_back = each.action is UndoAction.RESTORE
            return not comes_back, place[each.kind] if comes_back else -place[each.kind]

        return sorted((each for each in found if each is not None), key=order)

    async def _lines(self, uow: UnitOfWork, target: UndoTarget, hand_of: "HandOf") -> dict[Record, list[Change]]:
        changes: Sequence[Change]
        if target.change_id is not None:
            changes = await self._of_line(uow, await uow.journal.get(target.change_id))
        elif target.run_id is not None:
            # What people edited was only told by a sync, or carried, not done by it.
            is_edit = (await uow.runs.get(target.run_id)).kind == EDIT
            did = [line for line in await self._of_run(uow, target.run_id) if is_edit or line.rule != LOCAL_EDIT]
            changes = await without_carried(uow, did)
        else:
            assert target.kind is not None  # noqa: S101 - looked at by the target, for the type checker
            assert target.local_id is not None  # noqa: S101 - as above
            every = await uow.journal.of_record(target.kind, target.local_id)
            if not every and not await uow.sync_records.of_local(target.kind, target.local_id):
                raise NotFound(target.kind, target.local_id)
            is_gone = await self._ensure_version(uow, target, every, hand_of)
            changes = [*since(every, target.version or 0), *(end_there(every) if is_gone else ())]
        accounts: dict[RunId, AccountId] = {}
        grouped: dict[Record, list[Change]] = {}
        for change in changes:
            if change.run_id not in accounts:
                accounts[change.run_id] = (await uow.runs.get(change.run_id)).account_id
            record = (accounts[change.run_id], change.kind, change.local_id)
            grouped.setdefault(record, []).append(change)
        return grouped

    async def _ensure_version(
        self, uow: UnitOfWork, target: UndoTarget, every: Sequence[Change], hand_of: "HandOf"
    ) -> bool:
        """Whether we have it no more. Raises InvalidValue for a version that it never had."""
        kind, local_id, version = target.kind or "", cast(UUID, target.local_id), target.version or 0
        links = await uow.sync_records.of_local(kind, local_id)
        account_id = links[0].account_id if links else (await uow.runs.get(every[-1].run_id)).account_id
        hand = await hand_of(uow, account_id, kind)
        entity = (await hand.kind.load(uow, [local_id])).get(local_id)
        told = max((line.version for line in every), default=0) or 1
        # What was deleted has an end, which is its last version.
        latest = told + 1 if entity is None else max(told, entity.version)
        if not 1 <= version <= latest:
            are = "there is only version 1" if latest == 1 else f"its versions are 1 to {latest}"
            raise InvalidValue(f"this {kind} has no version {version}: {are}", field="version")
        return entity is None

    async def _of_line(self, uow: UnitOfWork, line: Change) -> Sequence[Change]:
        """What a line about a record as a whole took away is told by the lines beside it."""
        if line.field != WHOLE:
            return [line]
        beside = await uow.journal.of_record(line.kind, line.local_id)
        return [each for each in beside if each.run_id == line.run_id and each.rule != LOCAL_EDIT]

    async def _of_run(self, uow: UnitOfWork, run_id: RunId) -> Sequence[Change]:
        found: list[Change] = []
        while page := await uow.journal.of_run(run_id, after=found[-1].id if found else None, limit=_AT_ONCE):
            found += page
        return found

    async def _one(
        self, uow: UnitOfWork, record: Record, changes: Sequence[Change], hand_of: "HandOf", *, once: bool
    ) -> RecordUndo | None:
        """``once``: what an undo put back already is left alone."""
        account_id, kind, local_id = record
        hand = await hand_of(uow, account_id, kind)
        link = await link_at(uow, account_id, kind, local_id)
        entity = (await hand.kind.load(uow, [local_id])).get(local_id)
        if entity is None:
            return await brought_back(uow, hand, link, changes, self._taken, to_version=not once)
        its_own = await about_ours(uow, link, changes)
        await hand.kind.prepare(uow, [] if link is None else [link.base], [entity])
        current: Values = hand.kind.values(entity)
        schema = hand.kind.schema
        other = await elsewhere(uow, link, changes)
        undone = undone_by(schema, changes, await uow.journal.of_record(kind, local_id), other) if once else {}
        wrote, refused = _left(rollback(schema, current, its_own, other), undone), ""
        if not wrote:
            wrote = _left(rollback(schema, current, changes, other), undone)
            refused = UNTIED if wrote else ""
        refused = refused or hand.kind.why_it_stays(entity, {each.field for each in wrote})
        put_back = record_undo(account_id, link, changes[-1], UndoAction.EDIT)
        told = {*undone, *(each.field for each in wrote)}
        seen = tuple(name for name in first_seen(schema, changes, other) if name not in told)
        if not wrote and not undone and not seen:
            return None
        put_back = attrs.evolve(put_back, rollbacks=wrote, refused=refused, undone=undone, first_seen=seen)
        return put_back if link is None or refused else await told_untaken(uow, schema, link, put_back, self._taken)

    async def _created(
        self, uow: UnitOfWork, run: Run, back: Mapping[Record, int], hand_of: "HandOf"
    ) -> list[RecordUndo]:
        """The records that the run made: those whose link is the run's, under whatever id there, and that are as old as
        it, or that it brought back, with the version that they had then (``back``).
        """
        found = []
        for link in await uow.sync_records.of_run(run.id, limit=_EVERYTHING):
            hand = await hand_of(uow, link.account_id, link.kind)
            entity = (await hand.kind.load(uow, [link.local_id])).get(link.local_id)
            record = (link.account_id, link.kind, link.local_id)
            if entity is not None and (record in back or entity.created_at == run.started_at):
                found.append(
                    RecordUndo(
                        account_id=link.account_id,
                        kind=link.kind,
                        external_id=link.external_id,
                        local_id=link.local_id,
                        action=UndoAction.DELETE,
                        overtaken=entity.version > back.get(record, 1),
                    )
                )
        return found


class HandOf:
    """A hand for each account and kind, opened when it is first needed. ``claims``: for one who will write."""

    def __init__(self, by_hand: ByHand, run: Run | None, *, claims: bool = False) -> None:
        self._by_hand = by_hand
        self._run = run
        self._claims = claims
        self._hands: dict[tuple[AccountId, str], Hand] = {}

    async def __call__(self, uow: UnitOfWork, account_id: AccountId, kind: str) -> Hand:
        """Raises NotFound for an account that is no more."""
        key = (account_id, kind)
        if key not in self._hands:
            if self._claims:
                await uow.accounts.claim(account_id)
            self._hands[key] = await self._by_hand.hold(uow, account_id, kind, self._run)
        return self._hands[key]


def _left(found: Sequence[Rollback], undone: Mapping[str, RunId]) -> tuple[Rollback, ...]:
    return () if WHOLE in undone else tuple(each for each in found if each.field not in undone)


def _came_back_as(changes: Sequence[Change]) -> int:
    """The version that a record had when a run that brought it back was done with it; 0: none did."""
    is_back = any(change.field == WHOLE and change.version for change in changes)
    return max(change.version for change in changes) if is_back else 0
