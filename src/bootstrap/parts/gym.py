"""What the front desk does: members, memberships, leads, and the tasks of the staff."""

from ...application.gym.absorb import Absorb
from ...application.gym.browse import Browse
from ...application.gym.left_to_staff import LeftToStaff
from ...application.gym.provider_writes import ProviderWrites
from ...application.leads.convert_lead import ConvertLead
from ...application.leads.create_lead import CreateLead
from ...application.leads.get_lead import GetLead
from ...application.leads.update_lead import UpdateLead
from ...application.membership.cancel_membership import CancelMembership
from ...application.membership.create_membership import CreateMembership
from ...application.membership.get_member import GetMember
from ...application.membership.get_membership import GetMembership
from ...application.membership.list_packages import ListPackages
from ...application.membership.push_membership import PushMembership
from ...application.membership.update_membership import UpdateMembership
from ...application.staff.complete_task import CompleteTask
from ...application.staff.get_task import GetTask
from ..injection import providers
from .connections import Connections
from .ground import Ground
from .storage import Storage


class Gym(Storage, Connections):
    """Use cases of membership, leads and staff."""

    writes: providers.Provider[ProviderWrites] = providers.Singleton(
        ProviderWrites,
        Storage.transactions,
        Connections.gyms,
        Connections.guard,
        Storage.locks,
        Ground.clock,
        Ground.ids,
    )
    absorb: providers.Provider[Absorb] = providers.Singleton(
        Absorb, Ground.phones, Ground.clock, Ground.ids, Ground.policies
    )
    browse: providers.Provider[Browse] = providers.Singleton(
        Browse, Storage.transactions, Connections.gyms, Connections.guard
    )
    left_to_staff: providers.Provider[LeftToStaff] = providers.Singleton(LeftToStaff, Connections.gyms)

    push_membership: providers.Provider[PushMembership] = providers.Singleton(
        PushMembership, Storage.transactions, writes, absorb, Ground.clock
    )
    create_membership: providers.Provider[CreateMembership] = providers.Singleton(
        CreateMembership, Storage.transactions, writes, absorb, Ground.clock
    )
    update_membership: providers.Provider[UpdateMembership] = providers.Singleton(
        UpdateMembership, Storage.transactions, push_membership, Ground.clock
    )
    cancel_membership: providers.Provider[CancelMembership] = providers.Singleton(
        CancelMembership, Storage.transactions, push_membership, Ground.clock
    )
    get_member: providers.Provider[GetMember] = providers.Singleton(GetMember, Storage.transactions)
    get_membership: providers.Provider[GetMembership] = providers.Singleton(GetMembership, Storage.transactions)
    list_packages: providers.Provider[ListPackages] = providers.Singleton(ListPackages, Storage.transactions)

    create_lead: providers.Provider[CreateLead] = providers.Singleton(
        CreateLead, Storage.transactions, writes, absorb, Ground.phones, Ground.clock, Ground.ids
    )
    get_lead: providers.Provider[GetLead] = providers.Singleton(GetLead, Storage.transactions)
    update_lead: providers.Provider[UpdateLead] = providers.Singleton(
        UpdateLead, Storage.transactions, writes, absorb, Ground.clock
    )
    convert_lead: providers.Provider[ConvertLead] = providers.Singleton(
        ConvertLead, Storage.transactions, writes, absorb, create_membership, Ground.clock
    )

    complete_task: providers.Provider[CompleteTask] = providers.Singleton(
        CompleteTask, Storage.transactions, Ground.clock
    )
    get_task: providers.Provider[GetTask] = providers.Singleton(GetTask, Storage.transactions)
