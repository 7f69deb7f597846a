"""What a counter does at the provider itself, put together over a world."""

import attrs

from ...application.gym.absorb import Absorb
from ...application.gym.provider_writes import ProviderWrites
from ...application.leads.convert_lead import ConvertLead
from ...application.leads.create_lead import CreateLead
from ...application.leads.update_lead import UpdateLead
from ...application.membership.cancel_membership import CancelMembership
from ...application.membership.create_membership import CreateMembership
from ...application.membership.push_membership import PushMembership
from ...application.membership.update_membership import UpdateMembership
from ...application.ports.unit_of_work import UnitsOfWork
from ...application.sync.desk import BUILT_IN_LAWS
from ...application.sync.policies.policy_book import PolicyBook
from ...application.tenancy.credentials import CredentialGuard
from ...application.transactions import Transactions
from ...domain.sync.policy import BUILT_IN_POLICY
from ..memory.clock import FixedDice
from .world import World


@attrs.frozen(kw_only=True)
class FrontDesk:
    """One attribute per use case."""

    create_lead: CreateLead
    update_lead: UpdateLead
    convert_lead: ConvertLead
    update_membership: UpdateMembership
    cancel_membership: CancelMembership


def front_desk(world: World, units: UnitsOfWork) -> FrontDesk:
    """As an installation has it, in a process that has these ``units``."""
    clock, ids = world.clock, world.ids
    transactions = Transactions(units, clock, FixedDice(0.5))
    guard = CredentialGuard(clock, ids)
    writes = ProviderWrites(transactions, world.providers, guard, world.locks, clock, ids)
    absorb = Absorb(world.phones, clock, ids, PolicyBook(BUILT_IN_LAWS, BUILT_IN_POLICY))
    sell = CreateMembership(transactions, writes, absorb, clock)
    push = PushMembership(transactions, writes, absorb, clock)
    return FrontDesk(
        create_lead=CreateLead(transactions, writes, absorb, world.phones, clock, ids),
        update_lead=UpdateLead(transactions, writes, absorb, clock),
        convert_lead=ConvertLead(transactions, writes, absorb, sell, clock),
        update_membership=UpdateMembership(transactions, push, clock),
        cancel_membership=CancelMembership(transactions, push, clock),
    )
