"""What the tests of the two-way sync have in common."""

from collections.abc import Sequence

import attrs

from tresen.adapters.memory.gym import MemoryGym
from tresen.adapters.memory.gym_books import GymBooks
from tresen.adapters.memory.gym_providers import MemoryGymProviders
from tresen.application.leads.create_lead import NewLead
from tresen.application.ports.sync_books import PolicyDocument
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.leads.lead import Lead
from tresen.domain.shared.contact import EmailAddress
from tresen.domain.shared.ids import AccountId, PlanId
from tresen.domain.sync.conflict import Conflict, ConflictState
from tresen.domain.sync.journal import LOCAL_EDIT
from tresen.domain.sync.kept_plan import KeptPlan
from tresen.domain.sync.push import Push, PushState
from tresen.domain.sync.run import Run
from tresen.domain.sync.schema import Value
from tresen.domain.sync.state import SyncState
from tresen.domain.tenancy.provider_account import ProviderAccount

from ..studio import A_MINUTE, AN_HOUR, BOOKS, Studio

# Beside the books of runs: those of what is on its way, asked, or to be looked at.
ALL_BOOKS = BOOKS | {"due", "pushes", "conflicts"}


def crowd(studio: Studio, number: int, **values: Value) -> list[str]:
    """So many members at the gym; their ids."""
    return [studio.enrol(f"M{n}", **values) for n in range(number)]


async def synced_crowd(studio: Studio, number: int, **values: Value) -> list[str]:
    ids = crowd(studio, number, **values)
    await studio.members_synced()
    return ids


async def forgotten(studio: Studio) -> None:
    """So much later that no overlap shows again what was there."""
    studio.clock.advance(AN_HOUR)
    await studio.members_synced()
    studio.clock.advance(AN_HOUR)


async def set_policy(studio: Studio, kind: str, *, account: AccountId | None = None, **document: object) -> None:
    """A new version of a layer: the tenant's, or an account's."""

    async def add(uow: UnitOfWork) -> None:
        last = await uow.policies.latest(kind, account)
        await uow.policies.add(
            PolicyDocument(
                account_id=account,
                kind=kind,
                version=1 if last is None else last.version + 1,
                document=document,
                set_by="Eva",
                set_at=studio.clock.now(),
            )
        )

    await studio.transactions.run(studio.tenant.id, "set_policy", add)


async def captured(studio: Studio, first_name: str = "Grace", **values: str) -> Lead:
    """A lead that only we have, though the account may write again afterwards. Where one of that name and address is
    here already, this one was entered with another address, which was corrected.
    """
    may = studio.stored_account().writes_enabled
    studio.change_account(writes_enabled=False)
    told = {"email": f"{first_name.lower()}@example.org", **values}
    email = EmailAddress.parse(told["email"])
    if any(lead.first_name == first_name and lead.email == email for lead in studio.leads()):
        told["email"] = f"typo{len(studio.leads())}@example.org"
    new = NewLead(tenant_id=studio.tenant.id, first_name=first_name, last_name="Hopper", **told)  # type: ignore[arg-type] # texts only
    lead = (await studio.create_lead(new)).lead
    studio.change_account(writes_enabled=may)
    return lead if lead.email == email else await _corrected(studio, lead, email)


async def _corrected(studio: Studio, lead: Lead, email: EmailAddress) -> Lead:
    async def correct(uow: UnitOfWork) -> Lead:
        stored = await uow.leads.get(lead.id)
        stored.email = email
        await uow.leads.save(stored)
        return stored

    return await studio.transactions.run(studio.tenant.id, "correct_lead", correct)


async def edit_lead(studio: Studio, external_id: str, **values: object) -> None:
    """Somebody edits our lead of that provider id, a minute later."""
    studio.clock.advance(A_MINUTE)
    lead_id = studio.lead(external_id).id

    async def edit(uow: UnitOfWork) -> None:
        stored = await uow.leads.get(lead_id)
        for name, value in values.items():
            setattr(stored, name, value)
        stored.updated_at = studio.clock.now()
        await uow.leads.save(stored)

    await studio.transactions.run(studio.tenant.id, "edit_lead", edit)


async def planned(studio: Studio, course: str = "members", *, whole: bool = False) -> Run:
    studio.clock.advance(A_MINUTE)
    return await studio.desk.plan(studio.tenant.id, studio.account.id, course, whole=whole)


async def applied(studio: Studio, plan_id: PlanId | None, *, accepted_by: str | None = None) -> Run:
    assert plan_id is not None
    studio.clock.advance(A_MINUTE)
    return await studio.desk.apply(studio.tenant.id, plan_id, accepted_by=accepted_by)


def second_gym(studio: Studio) -> tuple[MemoryGym, ProviderAccount]:
    """Another gym, at which the studio has an account, too."""
    gym = studio.gyms_by_address["memory://second"] = MemoryGym(GymBooks(studio.clock), studio.clock, page_size=2)
    gyms = MemoryGymProviders(studio.gyms_by_address)
    studio.sync_members = attrs.evolve(studio.sync_members, sync=attrs.evolve(studio.sync_members._sync, gyms=gyms))
    studio.sync_leads = attrs.evolve(studio.sync_leads, sync=attrs.evolve(studio.sync_leads._sync, gyms=gyms))
    return gym, studio.add_account("second", "memory://second")


def plans(studio: Studio) -> list[KeptPlan]:
    return [plan for _, plan in studio.store.room(studio.tenant.id).plans.items()]


def lines(studio: Studio, plan_id: PlanId | None) -> list[str]:
    """The steps of a plan, as they are kept."""
    return [
        text for _, (owner, (_, _, text)) in studio.store.room(studio.tenant.id).plan_steps.items() if owner == plan_id
    ]


def pushes(studio: Studio, *states: PushState) -> list[Push]:
    """Oldest first."""
    found = [push for _, push in studio.store.room(studio.tenant.id).pushes.items()]
    return [push for push in found if not states or push.state in states]


def open_conflicts(studio: Studio) -> list[Conflict]:
    return [conflict for conflict in studio.conflicts() if conflict.state is ConflictState.OPEN]


def due(studio: Studio, kind: str = "member") -> set[str]:
    return {key for _, (_, of, key, _) in studio.store.room(studio.tenant.id).due.items() if of == kind}


async def state(studio: Studio, kind: str = "member") -> SyncState:
    return await studio.read(lambda uow: uow.sync_states.get(studio.account.id, kind))


def gets(studio: Studio) -> int:
    """How often the provider was asked for a single record."""
    return len([call for call in studio.gym.faults.calls if call.endswith(".get")])


def writes(studio: Studio) -> list[str]:
    """The writing calls that were made at the provider."""
    return [call for call in studio.gym.faults.calls if call.endswith((".push", ".create", ".delete"))]


def there(studio: Studio, member: str, name: str) -> Value:
    """A value of a member at the gym."""
    return studio.books.members.get(member).values[name]


async def rests(studio: Studio) -> None:
    """A further sync of everything writes nothing, here or there."""
    before, calls = studio.rows(without=BOOKS), writes(studio)
    await studio.members_synced(whole=True)
    await studio.leads_synced(whole=True)
    assert studio.rows(without=BOOKS) == before
    assert writes(studio) == calls


def journal(studio: Studio) -> Sequence[tuple[str, Value, Value, Value, str]]:
    """Field, ours, theirs, what was taken, rule; oldest first; without what tells only that we edited."""
    return [(c.field, c.ours, c.theirs, c.value, c.rule) for c in studio.changes() if c.rule != LOCAL_EDIT]
