"""What people and undos pinned is listed, and taken away again."""

import enum
from collections.abc import Sequence

import attrs

from ....domain.shared.errors import InvalidValue
from ....domain.shared.ids import AccountId, TenantId
from ....domain.sync.action import Action
from ....domain.sync.decision import WHOLE
from ....domain.sync.override import Override
from ....domain.sync.push import Push
from ....domain.sync.record import SyncRecord
from ....domain.sync.run import RELEASE, Counts
from ....domain.sync.side import GONE, Side
from ....domain.sync.step import Inputs
from ...ports.gym import GymProviders
from ...ports.unit_of_work import UnitOfWork
from ...transactions import Transactions
from ..links.forgetting import forget
from ..links.pinning import Pinning
from ..links.pins import NotPinned, pins_at
from ..links.reviving import waits_to_be_made
from ..policies.allowed import SWITCHES, narrowed
from ..records.reading import ours
from ..runs.by_hand import ByHand, Hand, link_of
from .ask_staff import ask_no_more
from .let_go import LetGo, waiting_of
from .taken import taken_at


@attrs.frozen
class ListOverrides:
    """By account, kind, external id and field."""

    _transactions: Transactions

    async def __call__(self, tenant_id: TenantId, *, limit: int = 100, offset: int = 0) -> Sequence[Override]:
        """A window of them."""
        return await self._transactions.read(tenant_id, lambda uow: uow.overrides.all(limit=limit, offset=offset))


class Upshot(enum.Enum):
    """What the next run may do to a record as a whole once nothing pins it, as far as the policy lets it.

    ``makes``: it is not here, and is made anew if the provider has it. The others are of one that is here, and that the
    provider lost: it ``deletes`` it here; it ``asks`` a person what becomes of it, as it was edited or alone holds a
    value; it ``restores`` it there, where the provider takes it, else it asks. ``…_if_lost``: nobody knows here whether
    the provider has it still.
    """

    DELETES = "deletes"
    DELETES_IF_LOST = "deletes_if_lost"
    ASKS = "asks"
    ASKS_IF_LOST = "asks_if_lost"
    RESTORES = "restores"
    RESTORES_IF_LOST = "restores_if_lost"
    MAKES = "makes"


# By what is decided of a record that the provider lost: where that is known, and where it is not.
_OF_LOST = {
    Action.DELETE_HERE: (Upshot.DELETES, Upshot.DELETES_IF_LOST),
    Action.ASK: (Upshot.ASKS, Upshot.ASKS_IF_LOST),
    Action.RESTORE_THERE: (Upshot.RESTORES, Upshot.RESTORES_IF_LOST),
}


@attrs.frozen
class Released:
    """What an override ended with. ``outlook``: what that may mean for the record as a whole, None: nothing;
    ``withdrawn``: what was to be written to the field only because it was pinned, and is not, as it was not sent yet;
    ``waiting``: what waits to be written to it all the same.
    """

    outlook: Upshot | None = None
    withdrawn: Sequence[Push] = ()
    waiting: Sequence[Push] = ()


@attrs.frozen
class RemoveOverride:
    """The policy holds again: the next run looks at the record anew; one that was kept away is made anew, and of one
    that the provider lost is decided what becomes of it. What waits to be written there only because of the pin is
    withdrawn, where the provider owns the field. The journal says who did it.

    Raises NotFound, with what else is pinned of the record.
    """

    _transactions: Transactions
    _by_hand: ByHand
    _gyms: GymProviders

    async def __call__(
        self, tenant_id: TenantId, *, account_id: AccountId, kind: str, external_id: str, field: str, by: str
    ) -> Released:
        """Take one away."""
        taken = await taken_at(self._transactions, self._gyms, self._by_hand.courses.kinds, tenant_id)

        async def work(uow: UnitOfWork) -> Released:
            hand = await self._by_hand.begin(uow, account_id, kind, RELEASE)
            pinned = await pins_at(uow, account_id, kind, external_id)
            going = [each for each in pinned if each.field == field]
            if not going:
                raise NotPinned(field, kind, external_id, pinned)
            await Pinning(hand.scope, self._by_hand.ids).let_go(uow, going, f"{by} took away")
            released = Released()
            if field == WHOLE:
                released = Released(await self._let_go(uow, hand, external_id, by))
            elif field in hand.kind.schema.by_name:
                takes = taken.get((account_id, kind))
                released = await self._follow(uow, hand, going[0], by=by, takes=takes is None or field in takes)
            await uow.due.renew(account_id, kind, external_id)
            await self._by_hand.end(uow, hand, Counts(), f"{by} released {kind} {external_id}")
            return released

        return await self._transactions.run(tenant_id, "remove_override", work)

    async def _follow(self, uow: UnitOfWork, hand: Hand, pin: Override, *, by: str, takes: bool) -> Released:
        """Where the provider owns the field its value comes back here: nothing and nobody need bring ours there, as of
        an undo.
        """
        field, kind = pin.field, hand.kind.schema
        found = await uow.sync_records.by_external_ids(pin.account_id, kind.kind, [pin.external_id])
        if pin.external_id not in found:
            return Released()
        link = await link_of(uow, hand, pin.external_id)
        withdrawn: Sequence[Push] = ()
        if hand.scope.policy.law(kind.by_name[field]).owner is Side.THEIRS:
            await ask_no_more(uow, hand, link, field)
            if pin.is_about(link.local_id):
                withdrawn = await LetGo(hand, self._by_hand.ids)(uow, link, field, by=by, takes=takes)
        return Released(withdrawn=withdrawn, waiting=await waiting_of(uow, link, field))

    async def _let_go(self, uow: UnitOfWork, hand: Hand, external_id: str, by: str) -> Upshot | None:
        account_id, kind = hand.scope.account_id, hand.kind.schema.kind
        link = (await uow.sync_records.by_external_ids(account_id, kind, [external_id])).get(external_id)
        if link is None:
            return Upshot.MAKES if hand.scope.policy.create_here else None
        if link.local_id not in await hand.kind.load(uow, [link.local_id]):
            # Without its link a record that we have no more is new to the next run.
            what = f"{by} let the record in anew, which ended"
            await forget(uow, hand.scope, self._by_hand.ids, kind, [external_id], what)
            return Upshot.MAKES if hand.scope.policy.create_here else None
        return await self._of_lost(uow, hand, await link_of(uow, hand, external_id))

    async def _of_lost(self, uow: UnitOfWork, hand: Hand, link: SyncRecord) -> Upshot | None:
        """As the next run would decide, should the provider not have it. None, too, for ours that cannot be read: it is
        an error of that run.
        """
        entities = await hand.kind.load(uow, [link.local_id])
        await hand.kind.prepare(uow, [link.base], entities.values())
        try:
            inputs = Inputs(base=link.base, ours=ours(hand.kind, entities[link.local_id]), theirs=GONE)
            allows = SWITCHES if hand.opened.account.writes_enabled else ()
            decision = inputs.decide(hand.kind.schema, narrowed(hand.scope.policy, allows))
        except InvalidValue:
            return None
        known, unknown = _OF_LOST.get(decision.action, (None, None))
        return known if waits_to_be_made(link) else unknown
