"""What of an undo the providers take no value of: it is not sent there, and a person does it instead."""

from collections.abc import Mapping, Sequence

import attrs

from ....domain.shared.errors import GatewayError, GatewayUnsupported, NotConfigured
from ....domain.shared.ids import AccountId, TenantId
from ....domain.sync.record import SyncRecord
from ....domain.sync.schema import Schema
from ....domain.sync.undo import Rollback
from ....domain.tenancy.provider_account import ProviderAccount
from ...ports.gym import GymProviders
from ...ports.unit_of_work import UnitOfWork
from ...transactions import Transactions
from ..links.pins import pins_of
from ..links.tie import is_kept_here
from ..runs.by_hand import ByHand
from .undo_plan import RecordUndo

# By account and kind of record the fields that the provider takes; without those of which nobody can tell.
Taken = Mapping[tuple[AccountId, str], frozenset[str]]


async def taken_at(transactions: Transactions, gyms: GymProviders, by_hand: ByHand, tenant_id: TenantId) -> Taken:
    """Of all accounts. No provider is called; not to be used inside a transaction."""
    accounts = await transactions.read(tenant_id, lambda uow: uow.accounts.all())
    found: dict[tuple[AccountId, str], frozenset[str]] = {}
    for account in accounts:
        for kind, fields in (await _taken(gyms, account, by_hand.courses.kinds)).items():
            found[account.id, kind] = fields
    return found


async def _taken(gyms: GymProviders, account: ProviderAccount, kinds: Sequence[str]) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    try:
        async with gyms.open(account) as gym:
            for kind in kinds:
                try:
                    found[kind] = gym.source(kind).writable
                except GatewayUnsupported:
                    continue
    except (GatewayError, NotConfigured):
        return found
    return found


async def told_untaken(
    uow: UnitOfWork, schema: Schema, link: SyncRecord, record: RecordUndo, taken: Taken
) -> RecordUndo:
    """With what of it the provider takes no value of. ``link`` ties it to its record there."""
    takes = taken.get((link.account_id, link.kind))
    if takes is None:
        return record
    untaken = [each for each in record.rollbacks if each.field not in takes]
    another = [each for each in untaken if _shows_another(schema, link, each)]
    if another and (link.is_newly_paired or is_kept_here(link, await pins_of(uow, link))):
        # Nothing is promised there: the next run decides, or the provider has no such record.
        another = []
    return attrs.evolve(
        record,
        untaken=tuple(each.field for each in untaken),
        for_staff=tuple(each.field for each in another),
    )


def _shows_another(schema: Schema, link: SyncRecord, rollback: Rollback) -> bool:
    """Whether the provider was seen to hold another value than the one that comes back here."""
    name = rollback.field
    return name in link.base and not schema.by_name[name].same(rollback.back, link.base[name])
