"""What becomes of an edit: field by field, as things are at this moment."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import attrs

from ....domain.shared.errors import GatewayError, GatewayUnsupported, NotConfigured
from ....domain.shared.ids import AccountId, TenantId
from ....domain.staff.task import TaskReason
from ....domain.sync.canonical import Value, Values
from ....domain.sync.edit_fate import Absence, Fate, Prospect, apart, prospect
from ....domain.sync.laws import Law
from ....domain.sync.push import Push, PushState
from ....domain.sync.record import SyncRecord
from ....domain.tenancy.provider_account import ProviderAccount
from ....domain.tenancy.tenant import Tenant
from ...ports.gym import GymProviders
from ...ports.unit_of_work import UnitOfWork
from ...transactions import Transactions
from ..links.elsewhere import claim_all
from ..links.pins import pins_of
from ..links.tie import Tie, tie_of
from ..records.record_kind import Versioned
from ..runs.by_hand import ByHand, Hand

NO_VALUE = "no value of it can be written there"
_LATER = timedelta(microseconds=1)


class Person(Versioned, Protocol):
    """Somebody whose record is edited."""

    @property
    def name(self) -> str:
        """Their full name."""


@attrs.frozen(kw_only=True)
class Reach:
    """``account_id`` is what the record is tied to, None: nothing, and ``is_linked`` whether a link does it;
    ``writable`` are the fields that the provider takes; ``closed`` says why it cannot be written to as the account is
    set up.
    """

    tenant: Tenant
    account_id: AccountId | None = None
    is_linked: bool = False
    writable: frozenset[str] = frozenset()
    closed: str | None = None


@attrs.frozen(kw_only=True)
class OnTheWay:
    """What was decided before about one field: the provider is to hold ``agreed`` when what waits was written.

    ``outdated`` waits for nothing but this field, and was never tried: an edit takes its place. ``since`` is the moment
    behind which one must stand that goes after what waits, or in its place; None: nothing does.
    """

    agreed: Value
    since: datetime | None = None
    outdated: Push | None = None

    def after(self, now: datetime) -> datetime:
        """When an edit of this moment stands: pushes go there in the order of their instants, and a clock may have been
        set back since the last one.
        """
        return now if self.since is None else max(now, self.since + _LATER)


@attrs.frozen(kw_only=True)
class Outlook:
    """``prospects`` are of the fields that would be another value; ``before`` and ``after`` are ours in full. ``link``
    and ``absence`` as in ``Tie``.
    """

    link: SyncRecord
    absence: Absence | None
    account: ProviderAccount
    hindered_by: TaskReason
    prospects: tuple[Prospect, ...]
    on_the_way: Mapping[str, OnTheWay]
    before: Values
    after: Values

    def of(self, fate: Fate) -> tuple[str, ...]:
        """The fields with this fate."""
        return tuple(each.field for each in self.prospects if each.fate is fate)


@attrs.frozen
class Outlooks:
    """Shared by the use cases of people who edit records."""

    _transactions: Transactions
    _gyms: GymProviders
    _by_hand: ByHand

    async def reach(self, tenant_id: TenantId, kind: str, local_id: UUID) -> Reach:
        """What the record's provider takes. No provider is called; not to be used inside a transaction."""

        async def ask(uow: UnitOfWork) -> tuple[Tenant, ProviderAccount | None, bool]:
            tie = await tie_of(uow, kind, local_id)
            account = None if tie is None else await uow.accounts.get(tie.link.account_id)
            return uow.tenant, account, _is_linked(tie)

        tenant, account, is_linked = await self._transactions.read(tenant_id, ask)
        if account is None:
            return Reach(tenant=tenant)
        reach = Reach(tenant=tenant, account_id=account.id, is_linked=is_linked)
        try:
            async with self._gyms.open(account) as gym:
                return attrs.evolve(reach, writable=gym.source(kind).writable)
        except GatewayUnsupported:
            return reach
        except (GatewayError, NotConfigured) as error:
            return attrs.evolve(reach, closed=error.message)

    async def claim(self, uow: UnitOfWork, kind: str, local_id: UUID, reach: Reach) -> bool:
        """Before the record is read: from now on nothing is decided about it but here. One that no account has must
        stay so, too: a run that ties it to one would not see this edit, nor would this edit see that it is tied.

        Whether it is where it was at ``reach``.
        """
        if reach.account_id is not None and reach.is_linked:
            await uow.accounts.claim(reach.account_id)
        else:
            await claim_all(uow)
        tie = await tie_of(uow, kind, local_id)
        now = None if tie is None else tie.link.account_id
        return (reach.account_id, reach.is_linked) == (now, _is_linked(tie))

    async def __call__(self, uow: UnitOfWork, kind: str, here: Person, wanted: Person, reach: Reach) -> Outlook | None:
        """``wanted`` is the record as it would be; None: no provider ever had it."""
        tie = await tie_of(uow, kind, here.id)
        if tie is None:
            return None
        link = tie.link
        hand = await self._by_hand.hold(uow, link.account_id, kind, None)
        await hand.kind.prepare(uow, [link.base], [here, wanted])
        before, after = hand.kind.values(here), hand.kind.values(wanted)
        changed = [name for name in hand.kind.schema.names if before.get(name) != after.get(name)]
        pushes = (await uow.pushes.of_records(link.account_id, kind, [link.external_id])).get(link.external_id, ())
        on_the_way = {name: sent_before(link, pushes, name) for name in changed}
        laws, account = await self._laws(uow, hand, link), hand.opened.account
        asked = await uow.conflicts.open_of(link.account_id, kind, [link.external_id])
        contested = {each.field: each for each in asked.get(link.external_id, ())}

        def becomes(name: str) -> Prospect:
            if tie.absence is not None:
                return apart(name, tie.absence)
            conflict, way = contested.get(name), on_the_way[name]
            # What was agreed on before is not what the provider holds where a person is asked.
            there = conflict.theirs if conflict is not None and way.since is None else way.agreed
            same = hand.kind.schema.by_name[name].same(after.get(name), there)
            hindrance = _hindrance(account, reach, name)
            made = prospect(
                name,
                laws[name],
                shown=name in link.base,
                same=same,
                hindrance=hindrance,
                compared=not link.is_newly_paired,
            )
            return made if conflict is None else made.contested(conflict.id)

        return Outlook(
            link=link,
            absence=tie.absence,
            account=account,
            hindered_by=_hindered_by(account, reach),
            prospects=tuple(map(becomes, changed)),
            on_the_way=on_the_way,
            before=before,
            after=after,
        )

    async def _laws(self, uow: UnitOfWork, hand: Hand, link: SyncRecord) -> Mapping[str, Law]:
        """By field: a person's law for this record goes before the policy's."""
        pinned = {each.field: self._by_hand.policies.laws.get(each.law) for each in await pins_of(uow, link)}
        fields = hand.kind.schema.by_name
        return {name: pinned.get(name) or hand.scope.policy.law(field) for name, field in fields.items()}


def _is_linked(tie: Tie | None) -> bool:
    return tie is not None and tie.absence is not Absence.UNLINKED


def sent_before(link: SyncRecord, pushes: Sequence[Push], name: str) -> OnTheWay:
    """What was decided before about a field, of the pushes of the record."""
    waiting = [push for push in pushes if push.state is PushState.WAITING and name in push.values]
    if not waiting:
        return OnTheWay(agreed=link.base.get(name))
    last = waiting[-1]
    if not last.attempts and last.values.keys() == {name}:
        return OnTheWay(agreed=last.expected.get(name), since=last.created_at, outdated=last)
    return OnTheWay(agreed=last.values[name], since=last.created_at)


def _hindered_by(account: ProviderAccount, reach: Reach) -> TaskReason:
    if not account.writes_enabled:
        return TaskReason.WRITES_DISABLED
    return TaskReason.UNSUPPORTED if reach.closed is None else TaskReason.CREDENTIALS


def _hindrance(account: ProviderAccount, reach: Reach, name: str) -> str | None:
    if not account.writes_enabled:
        return "writing there is switched off"
    if reach.closed is not None:
        return f"its account cannot be used: {reach.closed}"
    return None if name in reach.writable else NO_VALUE
