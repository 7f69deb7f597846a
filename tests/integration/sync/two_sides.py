"""A gym of which both sides were edited while nobody synced, and what a sync of it comes to."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import msgspec
from dependency_injector import providers

from tresen.adapters.emulators.wodify import Sizes, WodifyEmulator, WodifyOptions
from tresen.adapters.emulators.wodify.bodies import ClientCreate, LeadCreate, MembershipCreate
from tresen.adapters.emulators.wodify.store import FIRST_NEW_ID
from tresen.adapters.emulators.wodify.vocabulary import CONVERTED, LEAD_STATUSES, TEMPLATES
from tresen.adapters.memory.clock import NOON, FixedClock
from tresen.adapters.persistence.tables import METADATA
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.tenancy.connect_provider import ConnectProviderCommand
from tresen.bootstrap.container import Container
from tresen.domain.leads.lead import Lead as OurLead
from tresen.domain.leads.stage import Stage
from tresen.domain.membership.member import Member
from tresen.domain.shared.contact import EmailAddress, PhoneNumber
from tresen.domain.shared.ids import LeadId, MemberId

from .gym import KEY, Gym, opened

Adjust = Callable[[Container], object]
HOUR = timedelta(hours=1)
EDITED_HERE = 3
SETTINGS = {
    "page_size": "25",
    "updated_zone": "Europe/Berlin",
    "changed_since": "true",
}
LEADS_POLICY = {"default": "newest", "fields": {"status": "ours", "phone": "ask"}, "create_there": True}
MEMBERS_POLICY = {"default": "newest", "fields": {"city": "ours"}}

# By the place of the record in the gym. ``here`` is three hours after noon, what is ``earlier`` there an hour before
# it, what is ``later`` there an hour after it.
LEADS_HERE: Mapping[int, Mapping[str, object]] = {
    0: {"last_name": "Hier-0"},
    1: {"stage": Stage.LOST},
    2: {"first_name": "Hier-2"},
    3: {"first_name": "Hier-3"},
    6: {"phone": PhoneNumber("030 1000006")},
    8: {"notes": "Hier-8", "last_name": "Hier-8"},
    11: {"notes": "Hier-11", "last_name": "Hier-11"},
}
LEADS_EARLIER: Mapping[int, Mapping[str, object]] = {
    2: {"first_name": "Dort-2"},
    5: {"lead_status_id": 12, "lead_status": LEAD_STATUSES[12]},
    10: {"last_name": "Dort-10"},
}
LEADS_LATER: Mapping[int, Mapping[str, object]] = {
    3: {"first_name": "Dort-3"},
    6: {"phone_number": "030 2000006"},
}
LEADS_GONEHERE, LEADS_GONE_HERE = (7, 8), (9,)
MEMBERS_HERE: Mapping[int, Mapping[str, object]] = {
    0: {"city": "Hier-0m"},
    1: {"city": "Hier-1m"},
    2: {"last_name": "Hier-2m"},
    4: {"street": "Hier-4m"},
}
CLIENTS_EARLIER: Mapping[int, Mapping[str, object]] = {
    1: {"city": "Dort-1m"},
    3: {"city": "Dort-3m"},
    5: {"last_name": "Dort-5m"},
}
CLIENTS_LATER: Mapping[int, Mapping[str, object]] = {2: {"last_name": "Dort-2m"}}
CLIENT_GONE = 6
# What people wrote, which must be somewhere afterwards. The city there under ``ours`` is journalled.
WRITTEN = (
    *("Hier-0", "Hier-2", "Hier-3", "Hier-8", "Hier-11", "030 1000006", "Dort-2", "Dort-3", "Dort-10", "030 2000006"),
    *("Hier-0m", "Hier-1m", "Hier-2m", "Hier-4m", "Dort-1m", "Dort-2m", "Dort-3m", "Dort-5m"),
    *("neu-hier@example.org", "zwilling@example.org", "neu-dort@example.org", "mitglied@example.org"),
)
_NEW = range(FIRST_NEW_ID, FIRST_NEW_ID + 1000)
_EDITED_STAGES = (12, 13, 15)
# Made by what runs do, so that they differ between runs that come to the same.
_OWN = {
    *("fingerprint", "cursor", "seen", "xact", "number", "sequence", "correlation_id", "run_id", "plan_id"),
    *("reason", "why", "attempts", "updated", "created", "status_history"),
    # The stamps of our own write are known where its answer came.
    *("stamped_at", "edited_at"),
}
_BOOKS = {"sync_run", "sync_error", "sync_plan", "sync_plan_step", "provider_account", "tenant", "inbox", "schedule"}


def emulated() -> WodifyEmulator:
    """The gym as it is at noon."""
    return WodifyEmulator(
        today=NOON.date(),
        sizes=Sizes(clients=60, memberships=80, leads=20),
        options=WodifyOptions(api_key=KEY),
    )


def at_hour(hour: int) -> Adjust:
    """The clock stands so many hours after noon."""
    return lambda container: container.clock.override(providers.Object(FixedClock(NOON + hour * HOUR)))


async def load(folder: Path, database_url: str, provider_url: str) -> None:
    """The first sync, and the policies."""
    async with opened(folder, database_url, provider_url, adjust=at_hour(0)) as gym:
        await prepare(gym)
        await gym.sync()


async def prepare(gym: Gym) -> None:
    """Settings and policies."""
    await gym.use_cases.connect_provider(
        ConnectProviderCommand(tenant_id=gym.tenant.id, provider="wodify", api_key=KEY, settings=SETTINGS)
    )
    await gym.use_cases.sync.set_policy(gym.tenant.id, "lead", LEADS_POLICY, by="Eva")
    await gym.use_cases.sync.set_policy(gym.tenant.id, "member", MEMBERS_POLICY, by="Eva")


async def edit_here(folder: Path, database_url: str, provider_url: str) -> None:
    """As an embedder would."""
    leads, clients = places()

    async def work(uow: UnitOfWork) -> None:
        now = NOON + EDITED_HERE * HOUR
        links = await uow.sync_records.by_external_ids(gym.account.id, "lead", leads)
        for place, values in LEADS_HERE.items():
            lead = await uow.leads.get(LeadId(links[leads[place]].local_id))
            await uow.leads.save(_edited(lead, values, now))
        for place in LEADS_GONE_HERE:
            await uow.leads.remove(LeadId(links[leads[place]].local_id))
        for n, name in enumerate(("neu-hier", "zwilling")):
            await uow.leads.add(
                OurLead(
                    id=LeadId(UUID(int=n + 1)),
                    tenant_id=gym.tenant.id,
                    first_name=name,
                    last_name="Hier",
                    email=EmailAddress(f"{name}@example.org"),
                    created_at=now,
                    updated_at=now,
                )
            )
        links = await uow.sync_records.by_external_ids(gym.account.id, "member", clients)
        for place, values in MEMBERS_HERE.items():
            member = await uow.members.get(MemberId(links[clients[place]].local_id))
            await uow.members.save(_edited(member, values, now))

    async with opened(folder, database_url, provider_url, adjust=at_hour(EDITED_HERE)) as gym:
        await gym.transactions.run(gym.tenant.id, "edit", work)


def edit_there(emulator: WodifyEmulator) -> None:
    """As staff at the gym would."""
    gym = emulator.state
    leads, clients = places()
    # Its clock stands at noon in Berlin, an hour before ours.
    gym.pass_time(3 * 3600)
    _edit(emulator, "leads", leads, LEADS_EARLIER)
    _edit(emulator, "clients", clients, CLIENTS_EARLIER)
    gym.pass_time(2 * 3600)
    _edit(emulator, "leads", leads, LEADS_LATER)
    _edit(emulator, "clients", clients, CLIENTS_LATER)
    for place in LEADS_GONEHERE:
        gym.remove("leads", int(leads[place]))
    for row in list(gym.memberships):
        if row.client_id == int(clients[CLIENT_GONE]):
            gym.remove("memberships", row.id)
    gym.remove("clients", int(clients[CLIENT_GONE]))
    for name in ("neu-dort", "zwilling"):
        gym.create_lead(LeadCreate(first_name=name, last_name="Dort", location_id=20, email=f"{name}@example.org"))
    client = gym.create_client(ClientCreate(first_name="Mitglied", location_id=20, email="mitglied@example.org"))
    gym.create_membership(
        MembershipCreate(client_id=client.id, template_id=TEMPLATES[0].id, start_date=NOON.date().isoformat())
    )


@cache
def places() -> tuple[Sequence[str], Sequence[str]]:
    """The ids of leads and clients that were there at noon: first the leads whose stage can be changed."""
    gym = emulated().state
    leads = sorted(gym.leads, key=lambda lead: (lead.lead_status_id in {CONVERTED, *_EDITED_STAGES}, lead.id))
    return [str(lead.id) for lead in leads], sorted(str(client.id) for client in gym.clients)


E = TypeVar("E", OurLead, Member)


def _edited(entity: E, values: Mapping[str, object], now: datetime) -> E:
    for name, value in values.items():
        setattr(entity, name, value)
    entity.updated_at = now
    return entity


def _edit(emulator: WodifyEmulator, kind: str, keys: Sequence[str], edits: Mapping[int, Mapping[str, object]]) -> None:
    for place, values in edits.items():
        assert emulator.state.edit(kind, int(keys[place]), json.dumps(values).encode())


def shown(emulator: WodifyEmulator) -> dict[str, object]:
    """What the provider has."""
    state = emulator.state
    kept = {"leads": list(state.leads), "clients": list(state.clients), "memberships": list(state.memberships)}
    return {kind: msgspec.to_builtins(table) for kind, table in kept.items()}


def outcome(
    stored: Mapping[str, Sequence[tuple[object, ...]]], there: Mapping[str, Sequence[Mapping[str, object]]]
) -> dict[str, list[str]]:
    """What it comes to here and there, without ids and instants: only those differ between runs that do the same."""
    named = _names(stored, there)
    facts = {f"there.{kind}": sorted(_told(row, named) for row in kept) for kind, kept in there.items()}
    for table in METADATA.sorted_tables:
        if table.name in stored and table.name not in _BOOKS:
            columns = [column.name for column in table.columns]
            facts[table.name] = sorted(_told(dict(zip(columns, row, strict=True)), named) for row in stored[table.name])
    return facts


def _names(
    stored: Mapping[str, Sequence[tuple[object, ...]]], there: Mapping[str, Sequence[Mapping[str, object]]]
) -> dict[str, str]:
    """What was made by runs is called: records by their addresses, conflicts by what they are about."""
    named: dict[str, str] = {
        str(row["id"]): f"new {row['email']}"
        for kind in ("leads", "clients")
        for row in there[kind]
        if int(str(row["id"])) in _NEW
    }
    links = [column.name for column in METADATA.tables["sync_record"].columns]
    for row in stored["sync_record"]:
        link = dict(zip(links, row, strict=True))
        external = str(link["external_id"])
        named[str(link["local_id"])] = f"{link['kind']} {named.get(external, external)}"
    asked = [column.name for column in METADATA.tables["sync_conflict"].columns]
    for row in stored["sync_conflict"]:
        conflict = dict(zip(asked, row, strict=True))
        named[str(conflict["id"])] = f"conflict about {conflict['field']} of {conflict['external_id']}"
    return named


def _told(row: Mapping[str, object], named: Mapping[str, str]) -> str:
    told: dict[str, object] = {}
    for name, value in row.items():
        if name in _OWN or isinstance(value, datetime):
            continue
        if isinstance(value, str) and value.startswith("{"):
            # In a plan that is kept, names are sorted.
            told[name] = sorted(json.loads(value).items())
        else:
            told[name] = named.get(str(value), None if isinstance(value, UUID) else value)
    return repr(told)
