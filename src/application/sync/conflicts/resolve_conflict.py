"""A person decides what no law may."""

from uuid import UUID

import attrs

from ....domain.shared.errors import InvalidValue, NotFound, StaleVersion
from ....domain.shared.ids import ConflictId, TenantId
from ....domain.sync.action import Action
from ....domain.sync.canonical import Value
from ....domain.sync.conflict import PAIRING, Choice, Conflict, ConflictState, Resolution
from ....domain.sync.decision import WHOLE, Decision
from ....domain.sync.journal import RESOLVED
from ....domain.sync.keeping import check_values
from ....domain.sync.laws import Law
from ....domain.sync.override import Override
from ....domain.sync.record import UNCOMPARED, SyncRecord
from ....domain.sync.run import RESOLVE, Counts
from ....domain.sync.side import GONE, Side
from ....domain.sync.step import Inputs, Step
from ....domain.tenancy.provider_account import ProviderAccount
from ...ports.gym import GymProviders
from ...ports.unit_of_work import UnitOfWork
from ...transactions import Transactions
from ..applying.applier import Applier
from ..edits.ask_staff import ask_staff
from ..edits.taken import taken_by
from ..edits.write_by_hand import Chosen, WriteByHand
from ..links.elsewhere import claim_all
from ..links.forgetting import forget
from ..links.lost_there import stands_for_nothing
from ..links.made_anew import is_now
from ..links.pinning import Pinning
from ..links.pins import pins_of
from ..links.reviving import made_no_more, stays_here
from ..links.tie import is_kept_here
from ..records.belongings import stays_for
from ..runs.by_hand import ByHand, Hand, link_of
from .void import ensure_not_void

_NO_PAIRING = (
    "beside theirs or ours there is no value here; a value goes with the choice 'value', and the id of one of our "
    "records only where it is asked which of ours it is"
)
_NO_NEW_ONE = "a pairing takes a value with ours only: the id of our record"


@attrs.frozen(kw_only=True)
class ConflictChoice:
    """``value`` is needed with ``Choice.VALUE`` and, for a pairing, with ``Choice.OURS``: then it is the id of our
    record, also where there is one candidate. Nothing else takes one. ``by`` says who decided, ``version`` which
    version of the conflict was looked at (None: whichever there is).
    """

    tenant_id: TenantId
    conflict_id: ConflictId
    choice: Choice
    value: Value = None
    by: str
    version: int | None = None


@attrs.frozen
class ResolveConflict:
    """The decision holds until the field changes again on either side. What the provider takes no value of is not sent
    there: a person is asked to do it.

    Raises NotFound, IllegalTransition (decided before), StaleVersion, InvalidValue (a value that the field cannot
    hold, or a choice that this conflict does not offer), RuleViolation (its kind does not have that field any more).
    """

    _transactions: Transactions
    _by_hand: ByHand
    _gyms: GymProviders

    async def __call__(self, chosen: ConflictChoice) -> Conflict:
        """Decide it; what the provider is to be given waits for the next run."""
        taken = await self._taken(chosen)

        async def work(uow: UnitOfWork) -> Conflict | StaleVersion:
            conflict = await uow.conflicts.get(chosen.conflict_id)
            if conflict.field == PAIRING:
                # It ties one of ours to this account: none else may tie it meanwhile.
                await claim_all(uow)
            # From now on nobody edits what is looked at.
            await uow.accounts.claim(conflict.account_id)
            try:
                conflict = await self._current(uow, chosen)
            except StaleVersion as stale:
                # Raised outside of what is run again: it would only be told so once more.
                return stale
            hand = await self._by_hand.begin(uow, conflict.account_id, conflict.kind, RESOLVE)
            conflict.resolve(Resolution(choice=chosen.choice, value=chosen.value, by=chosen.by, at=hand.scope.now))
            if conflict.is_about_field and chosen.choice is Choice.OURS:
                # What is taken is what we hold now, which may be newer than what was seen with it.
                conflict.ours = await _held(uow, hand, conflict)
            await uow.conflicts.save(conflict)
            counts = await self._settle(uow, hand, conflict, chosen, taken)
            what = f"{chosen.by} decided about {conflict.kind} {conflict.external_id}"
            await self._by_hand.end(uow, hand, counts, what)
            return conflict

        decided = await self._transactions.run(chosen.tenant_id, "resolve_conflict", work)
        if isinstance(decided, StaleVersion):
            raise decided
        return decided

    async def _taken(self, chosen: ConflictChoice) -> frozenset[str] | None:
        """The fields of which its provider takes a value. None: nobody can tell. No provider is called."""

        async def ask(uow: UnitOfWork) -> tuple[Conflict, ProviderAccount]:
            conflict = await uow.conflicts.get(chosen.conflict_id)
            return conflict, await uow.accounts.get(conflict.account_id)

        conflict, account = await self._transactions.read(chosen.tenant_id, ask)
        return (await taken_by(self._gyms, account, [conflict.kind])).get(conflict.kind)

    async def _current(self, uow: UnitOfWork, chosen: ConflictChoice) -> Conflict:
        """Nobody overwrites an edit that they were not shown. Raises StaleVersion, and InvalidValue for a value that
        cannot be kept.
        """
        conflict = await uow.conflicts.get(chosen.conflict_id)
        hand = await self._by_hand.hold(uow, conflict.account_id, conflict.kind, None)
        ensure_not_void(hand.kind.schema, conflict)
        check_values({"value": chosen.value})
        if chosen.version not in {None, conflict.version}:
            raise StaleVersion("the sides hold other values by now: look at the conflict again")
        if chosen.choice is Choice.OURS or conflict.local_id is None or conflict.state is not ConflictState.OPEN:
            return conflict
        entity = (await hand.kind.load(uow, [conflict.local_id])).get(conflict.local_id)
        if entity is None:
            return conflict
        if conflict.is_about_field:
            (shown,) = await hand.kind.as_of_today(uow, [{conflict.field: conflict.ours}])
            await hand.kind.prepare(uow, [shown], [entity])
            field = hand.kind.schema.by_name[conflict.field]
            edited = not field.same(hand.kind.values(entity).get(conflict.field), shown[conflict.field])
        else:
            edited = entity.version != conflict.local_version
        if edited:
            raise StaleVersion("somebody edited ours since the conflict was seen: sync, then look at it again")
        return conflict

    async def _settle(
        self, uow: UnitOfWork, hand: Hand, conflict: Conflict, chosen: ConflictChoice, taken: frozenset[str] | None
    ) -> Counts:
        is_pairing = conflict.field == PAIRING
        if chosen.value is not None and chosen.choice is not (Choice.OURS if is_pairing else Choice.VALUE):
            raise InvalidValue(_NO_NEW_ONE if is_pairing else _NO_PAIRING, field="value")
        if is_pairing:
            return await self._pair(uow, hand, conflict, chosen)
        link = await link_of(uow, hand, conflict.external_id)
        if conflict.field == WHOLE:
            return await self._whole(uow, hand, conflict, chosen, link)
        is_taken = taken is None or conflict.field in taken
        return await self._field(uow, hand, conflict, chosen, link, is_taken=is_taken)

    async def _field(
        self,
        uow: UnitOfWork,
        hand: Hand,
        conflict: Conflict,
        chosen: ConflictChoice,
        link: SyncRecord,
        *,
        is_taken: bool,
    ) -> Counts:
        value, side = {
            Choice.THEIRS: (conflict.theirs, Side.THEIRS),
            Choice.OURS: (conflict.ours, Side.OURS),
            Choice.VALUE: (await self._typed(uow, hand, conflict, chosen, link), Side.BOTH),
        }[chosen.choice]
        one = Chosen(field=conflict.field, value=value, theirs=conflict.theirs, side=side)
        write, reason = WriteByHand(self._by_hand.ids), f"{chosen.by} decided it"
        untaken = () if is_taken else (one.field,)
        try:
            wrote = await write(uow, hand, link, [one], rule=RESOLVED, reason=reason, untaken=untaken)
        except InvalidValue as error:
            raise InvalidValue(error.message, field="value") from None
        for_staff = {} if is_taken or not await _is_to_be_there(uow, hand, link, one) else {one.field: one.value}
        await ask_staff(uow, hand, link, for_staff, given=[one.field], ids=self._by_hand.ids, what=reason)
        return Counts(updated=int(wrote))

    async def _typed(
        self, uow: UnitOfWork, hand: Hand, conflict: Conflict, chosen: ConflictChoice, link: SyncRecord
    ) -> Value:
        """What was typed, as an edit would keep it; nothing where a side was chosen."""
        entity = (await hand.kind.load(uow, [link.local_id])).get(link.local_id)
        if chosen.choice is not Choice.VALUE or entity is None:
            return chosen.value
        try:
            read: Value = hand.kind.typed(entity, conflict.field, chosen.value, now=hand.scope.now)
        except InvalidValue as error:
            raise InvalidValue(error.message, field="value") from None
        return read

    async def _whole(
        self, uow: UnitOfWork, hand: Hand, conflict: Conflict, chosen: ConflictChoice, link: SyncRecord
    ) -> Counts:
        if chosen.choice is Choice.VALUE:
            raise InvalidValue("a record as a whole is ours or theirs", field="choice")
        here = await hand.kind.load(uow, [link.local_id])
        entity = here.get(link.local_id)
        if chosen.choice is Choice.OURS:
            lost = (
                "the provider deleted it, and it stays here" if entity is not None else "we deleted it, and it stays so"
            )
            pin = _pinned(hand, conflict, link.local_id, Law.OURS, chosen.by)
            await Pinning(hand.scope, self._by_hand.ids).put(uow, attrs.evolve(pin, because=f"{pin.because}: {lost}"))
            await stays_here(uow, conflict.account_id, conflict.kind, link.local_id, now=hand.scope.now)
            return Counts()
        if entity is None:
            # Without its link it is new to the next run, which makes it anew as the provider has it.
            what = f"{chosen.by} let the record in anew, which ended"
            await forget(uow, hand.scope, self._by_hand.ids, conflict.kind, [conflict.external_id], what)
            await uow.due.renew(conflict.account_id, conflict.kind, conflict.external_id)
            return Counts()
        await hand.kind.prepare(uow, [link.base], here.values())
        step = Step(
            external_id=link.external_id,
            local_id=link.local_id,
            local_version=entity.version,
            inputs=Inputs(base=link.base, ours=hand.kind.values(entity), theirs=GONE),
            decision=Decision(action=Action.DELETE_HERE, rule=RESOLVED, reason=f"{chosen.by} decided it"),
        )
        owners = await hand.kind.owners(uow, [entity.id])
        if owners:
            raise stays_for(owners[entity.id], "decide it again then")
        return await Applier(hand.kind, hand.scope, self._by_hand.ids)(uow, [step])

    async def _pair(self, uow: UnitOfWork, hand: Hand, conflict: Conflict, chosen: ConflictChoice) -> Counts:
        if chosen.choice is Choice.OURS:
            local_id = _candidate(conflict, chosen.value)
            await self._link(uow, hand, conflict, local_id, chosen.by)
        elif chosen.choice is Choice.THEIRS:
            local_id = UUID(conflict.candidates[0])
            pin = _pinned(hand, conflict, local_id, Law.THEIRS, chosen.by)
            await Pinning(hand.scope, self._by_hand.ids).put(uow, pin)
        else:
            raise InvalidValue("a pairing is one of ours (with its id) or theirs, a new one", field="choice")
        await uow.due.renew(conflict.account_id, conflict.kind, conflict.external_id)
        return Counts()

    async def _link(self, uow: UnitOfWork, hand: Hand, conflict: Conflict, local_id: UUID, by: str) -> None:
        made_by = hand.scope.run_id
        for link in await uow.sync_records.of_local(conflict.kind, local_id):
            if not await stands_for_nothing(uow, conflict, link):
                raise InvalidValue(_taken(conflict, link), field="value")
            pinning = Pinning(hand.scope, self._by_hand.ids)
            # That it stays here without the provider's is not so any more.
            pins = [pin for pin in await pins_of(uow, link) if pin.field == WHOLE]
            await pinning.let_go(uow, pins, f"{by} said which record at the provider it is, which ended")
            await is_now(uow, hand.scope, self._by_hand.ids, link, conflict.external_id)
            made_by = link.run_id
        if local_id not in await hand.kind.load(uow, [local_id]):
            raise NotFound(conflict.kind, local_id)
        link = SyncRecord(
            account_id=conflict.account_id,
            kind=conflict.kind,
            external_id=conflict.external_id,
            local_id=local_id,
            base={},
            fingerprint=b"",
            local_version=UNCOMPARED,
            synced_at=hand.scope.now,
            run_id=made_by,
        )
        await uow.sync_records.add_many([link])
        await made_no_more(uow, conflict.kind, local_id, now=hand.scope.now)


async def _is_to_be_there(uow: UnitOfWork, hand: Hand, link: SyncRecord, one: Chosen) -> bool:
    """Whether the provider's record, if it has one, is to hold what was chosen, and holds another value."""
    if hand.kind.schema.by_name[one.field].same(one.value, one.theirs) or link.is_newly_paired:
        return False
    return not is_kept_here(link, await pins_of(uow, link))


async def _held(uow: UnitOfWork, hand: Hand, conflict: Conflict) -> Value:
    """What we hold now; what the conflict shows where we have no such record."""
    link = await link_of(uow, hand, conflict.external_id)
    here = await hand.kind.load(uow, [link.local_id])
    await hand.kind.prepare(uow, [link.base], here.values())
    entity = here.get(link.local_id)
    held: Value = conflict.ours if entity is None else hand.kind.values(entity).get(conflict.field)
    return held


def _pinned(hand: Hand, conflict: Conflict, local_id: UUID, law: Law, by: str) -> Override:
    return Override(
        account_id=conflict.account_id,
        kind=conflict.kind,
        external_id=conflict.external_id,
        local_id=local_id,
        field=conflict.field,
        law=law.name,
        because=f"{by} decided a conflict",
        set_by=by,
        set_at=hand.scope.now,
    )


def _taken(conflict: Conflict, link: SyncRecord) -> str:
    """Why one of ours cannot be linked to one more record, and what to do."""
    where = f"{link.kind} {link.external_id} of " + (
        "this account" if link.account_id == conflict.account_id else f"account {link.account_id}"
    )
    others = " or ".join(one for one in conflict.candidates if one != str(link.local_id))
    instead = f"choose {others}, or " if others else "choose "
    return f"{conflict.kind} {link.local_id} is linked to {where} already; {instead}theirs, which makes a new one"


def _candidate(conflict: Conflict, value: Value) -> UUID:
    """Named, and never guessed: whoever takes ours everywhere does not mean that two records become one."""
    if value is None:
        which = " or ".join(conflict.candidates)
        raise InvalidValue(
            f"to link it, say which of ours it is, by its id, {which}; theirs makes a new one, and keeps both",
            field="value",
        )
    if value not in conflict.candidates:
        raise InvalidValue(f"name one of {', '.join(conflict.candidates)}", field="value")
    return UUID(str(value))
