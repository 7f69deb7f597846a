"""Somebody at the front desk edits, and the gym's system shows it after a sync; over real HTTP, in a real database."""

from pathlib import Path
from uuid import UUID

from tresen.adapters.emulators.wodify import WodifyEmulator
from tresen.adapters.emulators.wodify.shapes import Client
from tresen.adapters.emulators.wodify.shapes import Lead as WodifyLead
from tresen.application.leads.edit_lead import LeadEdit
from tresen.application.membership.edit_member import MemberEdit
from tresen.application.ports.readers import ConflictFilter
from tresen.application.sync.edits.edited import EditDone
from tresen.domain.membership.member import Member
from tresen.domain.shared.contact import EmailAddress
from tresen.domain.shared.ids import LeadId, MemberId
from tresen.domain.sync.edit_fate import Fate
from tresen.domain.sync.run import RunState

from .gym import Gym, opened
from .two_sides import emulated


def client(gym: WodifyEmulator, place: int) -> Client:
    return list(gym.state.clients)[place]


def lead(gym: WodifyEmulator, place: int) -> WodifyLead:
    return list(gym.state.leads)[place]


async def ours(gym: Gym, kind: str, key: int) -> UUID:
    links = await gym.transactions.read(
        gym.tenant.id, lambda uow: uow.sync_records.by_external_ids(gym.account.id, kind, [str(key)])
    )
    return links[str(key)].local_id


async def edit(gym: Gym, key: int, **values: str | None) -> EditDone[Member]:
    member_id = MemberId(await ours(gym, "member", key))
    return await gym.use_cases.sync.edit_member(
        MemberEdit(tenant_id=gym.tenant.id, member_id=member_id, by="Eva", **values)  # type: ignore[arg-type] # texts
    )


async def stored(gym: Gym, key: int) -> Member:
    member_id = MemberId(await ours(gym, "member", key))
    return await gym.transactions.read(gym.tenant.id, lambda uow: uow.members.get(member_id))


async def test_what_is_edited_here_is_shown_there_and_nothing_is_left_to_do(tmp_path: Path, database_url: str) -> None:
    provider = emulated()
    async with provider.serving() as url, opened(tmp_path, database_url, url) as gym:
        await gym.sync()
        key = client(provider, 0).id
        edited = await edit(gym, key, last_name="King", email="ada.king@example.org", street=None, country="France")
        assert {each.field: each.fate for each in edited.prospects} == {
            "last_name": Fate.PUSH,
            "email": Fate.PUSH,
            "street": Fate.PUSH,
            "country": Fate.TASK,
        }
        assert client(provider, 0).last_name != "King"
        runs = await gym.sync()
        assert [(run.state, run.counts.pushed) for run in runs] == [(RunState.COMPLETED, 3), (RunState.COMPLETED, 0)]
        there = client(provider, 0)
        assert (there.last_name, there.email, there.street_address_1) == ("King", "ada.king@example.org", "")
        member = await stored(gym, key)
        assert (member.last_name, member.email, member.street) == ("King", EmailAddress("ada.king@example.org"), None)
        assert member.country != "France"
        before = await gym.stored()
        await gym.sync()
        assert await gym.stored() == before


async def test_edits_here_and_there_meet_and_of_one_field_the_owners_holds(tmp_path: Path, database_url: str) -> None:
    provider = emulated()
    async with provider.serving() as url, opened(tmp_path, database_url, url) as gym:
        await gym.sync()
        both, same = client(provider, 0).id, client(provider, 1).id
        await edit(gym, both, last_name="King")
        await edit(gym, same, last_name="King", city="Potsdam")
        provider.state.edit("clients", both, b'{"first_name": "Adah"}')
        provider.state.edit("clients", same, b'{"last_name": "Noel"}')
        await gym.sync()
        assert (client(provider, 0).first_name, client(provider, 0).last_name) == ("Adah", "King")
        assert (client(provider, 1).last_name, client(provider, 1).city) == ("Noel", "Potsdam")
        first, second = await stored(gym, both), await stored(gym, same)
        assert (first.first_name, first.last_name) == ("Adah", "King")
        assert (second.last_name, second.city) == ("Noel", "Potsdam")
        lines = await gym.transactions.read(gym.tenant.id, lambda uow: uow.journal.of_record("member", second.id))
        assert ("last_name", "King", "Noel", "theirs") in [(c.field, c.ours, c.value, c.rule) for c in lines]


async def test_a_lead_is_edited_and_both_edits_of_one_field_wait_for_a_person(
    tmp_path: Path, database_url: str
) -> None:
    provider = emulated()
    async with provider.serving() as url, opened(tmp_path, database_url, url) as gym:
        await gym.sync()
        await gym.use_cases.sync.set_policy(gym.tenant.id, "lead", {"fields": {"last_name": "ask"}}, by="Eva")
        key = lead(provider, 0).id
        wish = LeadEdit(
            tenant_id=gym.tenant.id,
            lead_id=LeadId(await ours(gym, "lead", key)),
            last_name="King",
            first_name="Adah",
            message="Is there a class on Monday?",
            by="Eva",
        )
        edited = await gym.use_cases.sync.edit_lead(wish)
        assert {each.field: each.fate for each in edited.prospects} == {
            "first_name": Fate.PUSH,
            "last_name": Fate.SYNC,
            "message": Fate.HERE,
        }
        provider.state.edit("leads", key, b'{"last_name": "Noel"}')
        await gym.sync()
        assert (lead(provider, 0).first_name, lead(provider, 0).last_name) == ("Adah", "Noel")
        page = await gym.use_cases.readers.conflicts(gym.tenant.id, ConflictFilter(), limit=10)
        assert [(one.field, one.ours, one.theirs) for one in page.items] == [("last_name", "King", "Noel")]
        found = (await gym.use_cases.get_lead(gym.tenant.id, wish.lead_id)).lead
        assert (found.first_name, found.last_name, found.message) == ("Adah", "King", "Is there a class on Monday?")
