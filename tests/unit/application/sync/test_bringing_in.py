"""The first sync brings everything in; the next one finds nothing to do."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tresen.adapters.memory.gym import MemoryGym
from tresen.application.sync.deciding.walk import BATCH
from tresen.domain.leads.stage import Stage
from tresen.domain.membership.status import Status
from tresen.domain.shared.errors import NotFound
from tresen.domain.shared.ids import AccountId
from tresen.domain.sync.run import Counts, RunState

from ..studio import BOOKS, GOLD, SILVER, Studio


async def test_members_come_with_every_value(studio: Studio) -> None:
    ada = studio.enrol(
        "Ada",
        location="17",
        joined_on="2024-02-29",
        born_on="1990-12-10",
        street="Weg 1",
        postcode="10115",
        city="Berlin",
        country="DE",
        email_opt_in=True,
        sms_opt_in=False,
    )
    run = await studio.members_synced()
    member = studio.member(ada)
    assert (run.state, run.counts) == (RunState.COMPLETED, Counts(created=1))
    assert (member.first_name, member.last_name, str(member.email)) == ("Ada", "Byron", "ada@example.org")
    assert member.phone is not None
    assert (member.phone.raw, member.phone.e164) == ("030 123456", "+4930123456")
    assert (member.status, member.status_text, member.location) == (Status.ACTIVE, None, "17")
    assert (member.joined_on, member.born_on) == (date(2024, 2, 29), date(1990, 12, 10))
    assert (member.street, member.postcode, member.city, member.country) == ("Weg 1", "10115", "Berlin", "DE")
    assert (member.email_opt_in, member.sms_opt_in) == (True, False)
    assert member.created_at == member.updated_at == studio.clock.now()


async def test_memberships_come_with_terms_price_and_member(studio: Studio) -> None:
    ada = studio.enrol()
    there = studio.sell_there(ada, ends_on="2026-12-31", auto_renew=True, kind="Class Plan")
    await studio.members_synced()
    membership = studio.membership(there)
    assert membership.member_id == studio.member(ada).id
    assert (membership.name, membership.kind, str(membership.price)) == ("Gold", "Class Plan", "49.00 EUR")
    assert (membership.terms.starts_on, membership.terms.ends_on) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (membership.auto_renew, membership.status) == (True, Status.ACTIVE)
    assert membership.status_changes_on == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"deleted": True}, Status.CANCELLED),
        ({"on_hold": True}, Status.PAUSED),
        ({"flagged_active": False}, Status.CANCELLED),
        ({"flagged_active": None, "deleted": None, "on_hold": None}, Status.UNKNOWN),
    ],
)
async def test_flags_tell_how_a_membership_stands(
    studio: Studio, values: dict[str, bool | None], status: Status
) -> None:
    ada = studio.enrol()
    at_once, later = studio.sell_there(ada, **values), studio.sell_there(ada)
    await studio.members_synced()
    studio.books.memberships.edit(later, values)
    await studio.members_synced()
    assert studio.membership(at_once).status is studio.membership(later).status is status


async def test_leads_come_with_every_value(studio: Studio) -> None:
    there = studio.attract(
        status="qualified", source="web", interested_in="Yoga", message="Hi", notes="called", location="17"
    )
    run = await studio.leads_synced()
    lead = studio.lead(there)
    assert (run.kind, run.counts.created) == ("leads", 1)
    assert (lead.stage, lead.source, lead.interested_in) == (Stage.QUALIFIED, "web", "Yoga")
    assert (lead.message, lead.notes, lead.location) == ("Hi", "called", "17")


async def test_words_without_a_meaning_are_kept_and_not_guessed(studio: Studio) -> None:
    ada, grace = studio.enrol(status="Frozen!"), studio.attract(status="Hot")
    await studio.members_synced()
    await studio.leads_synced()
    assert (studio.member(ada).status, studio.member(ada).status_text) == (Status.UNKNOWN, "Frozen!")
    assert (studio.lead(grace).stage, studio.lead(grace).stage_text) == (Stage.UNKNOWN, "Hot")
    before = studio.rows(without=BOOKS)
    await studio.members_synced()
    await studio.leads_synced()
    assert studio.rows(without=BOOKS) == before


async def full(studio: Studio) -> None:
    for name in ("Ada", "Bob", "Cleo", "Dora", "Eva"):
        studio.sell_there(studio.enrol(name))
        studio.attract(name)
    studio.books.packages = [GOLD, SILVER]
    await studio.members_synced()
    await studio.leads_synced()


async def test_a_second_forced_sync_writes_no_row_but_its_run(studio: Studio) -> None:
    await full(studio)
    before, runs = studio.rows(without=BOOKS), len(studio.rows()["studio.runs"])
    members, leads = await studio.members_synced(), await studio.leads_synced()
    assert members.counts == Counts(unchanged=10)
    assert leads.counts == Counts(unchanged=5)
    assert studio.rows(without=BOOKS) == before
    assert len(studio.rows()["studio.runs"]) == runs + 2


async def test_only_what_changed_there_is_written(studio: Studio) -> None:
    await full(studio)
    before = studio.rows(without=BOOKS)
    studio.books.members.edit("1002", {"last_name": "Best"})
    run = await studio.members_synced()
    after = studio.rows(without=BOOKS)
    assert run.counts == Counts(updated=1, unchanged=9)
    assert studio.member("1002").last_name == "Best"
    assert studio.member("1002").updated_at == studio.clock.now()
    changed = {t: [k for k in after[t] if after[t][k] != before[t].get(k)] for t in after}
    assert {t: len(keys) for t, keys in changed.items() if keys} == {
        "studio.members": 1,
        "studio.sync_records": 1,
        "studio.changes": 1,
        "studio.events": 1,
    }


async def test_how_something_is_written_is_no_change(studio: Studio) -> None:
    ada, grace = studio.enrol(), studio.attract(phone="0171 5550001")
    await studio.members_synced()
    await studio.leads_synced()
    before = studio.rows(without=BOOKS)
    studio.books.members.edit(
        ada, {"email": " ADA@Example.org", "phone": "+49 (30) 12-34-56", "first_name": "Ada ", "city": ""}
    )
    studio.books.leads.edit(grace, {"phone": "0049 171 5550001", "status": "New", "notes": " "})
    assert (await studio.members_synced()).counts == Counts(unchanged=1)
    assert (await studio.leads_synced()).counts == Counts(unchanged=1)
    assert studio.rows(without=BOOKS) == before


async def test_fields_that_a_listing_does_not_carry_are_left_alone(studio: Studio) -> None:
    ada = studio.enrol(city="Berlin", born_on="1990-12-10")
    there = studio.sell_there(ada, price="49.00 EUR")
    await studio.members_synced()
    studio.gym._lists_lack = frozenset({"city", "born_on", "price", "member"})
    studio.books.members.edit(ada, {"first_name": "Adah", "city": "Bonn"})
    studio.books.memberships.edit(there, {"name": "Platinum", "price": None})
    run = await studio.members_synced()
    assert run.counts == Counts(updated=2)
    assert (studio.member(ada).first_name, studio.member(ada).city) == ("Adah", "Berlin")
    assert studio.member(ada).born_on == date(1990, 12, 10)
    gold = studio.membership(there)
    assert (gold.name, str(gold.price), gold.member_id) == ("Platinum", "49.00 EUR", studio.member(ada).id)
    studio.gym._lists_lack = frozenset()
    await studio.members_synced()
    assert (studio.member(ada).city, studio.membership(there).price) == ("Bonn", None)


async def test_a_field_that_is_carried_and_empty_is_cleared(studio: Studio) -> None:
    ada = studio.enrol()
    await studio.members_synced()
    studio.books.members.edit(ada, {"phone": None, "email": ""})
    await studio.members_synced()
    assert (studio.member(ada).phone, studio.member(ada).email) == (None, None)


async def test_a_membership_moves_to_another_member(studio: Studio) -> None:
    ada, bob = studio.enrol("Ada"), studio.enrol("Bob")
    there = studio.sell_there(ada)
    await studio.members_synced()
    studio.books.memberships.edit(there, {"member": bob})
    run = await studio.members_synced()
    assert run.counts.updated == 1
    assert studio.membership(there).member_id == studio.member(bob).id
    (change,) = studio.changes()
    assert (change.field, change.base, change.ours, change.theirs) == ("member", ada, ada, bob)
    assert change.rule == "only_theirs_changed"


async def test_prices_are_money(studio: Studio) -> None:
    there = studio.sell_there(studio.enrol(), price="0.00 EUR")
    await studio.members_synced()
    assert str(studio.membership(there).price) == "0.00 EUR"
    studio.books.memberships.edit(there, {"price": "12.345 EUR"})
    run = await studio.members_synced()
    assert run.counts.errors == 1
    assert str(studio.membership(there).price) == "0.00 EUR"


async def test_the_progress_is_told_from_zero_on(studio: Studio) -> None:
    studio.sell_there(studio.enrol())
    told: list[tuple[str, Counts]] = []
    await studio.members_synced(progress=lambda kind, counts: told.append((kind, counts)))
    assert told == [
        ("member", Counts()),
        ("member", Counts(unchanged=1)),
        ("membership", Counts()),
        ("membership", Counts(unchanged=1)),
    ]


async def test_a_large_listing_is_written_in_batches(studio: Studio) -> None:
    for number in range(2 * BATCH + 300):
        studio.enrol(f"M{number}")
    studio.gym._page_size = 500
    told: list[Counts] = []
    run = await studio.members_synced(progress=lambda _, counts: told.append(counts))
    assert run.counts.created == len(studio.members()) == 2 * BATCH + 300
    assert [counts.unchanged for counts in told] == [0, BATCH, 2 * BATCH, 2 * BATCH + 300, 0]
    assert [name for name, _ in studio.seen.told].count("sync_batch") == 3


async def test_offers_are_replaced_when_they_change_and_kept_when_they_are_not_told(studio: Studio) -> None:
    studio.books.packages = [GOLD]
    await studio.members_synced()
    studio.books.packages = [SILVER, GOLD]
    await studio.members_synced()
    assert await studio.list_packages(studio.tenant.id) == (SILVER, GOLD)
    studio.books.packages = None
    run = await studio.members_synced()
    assert (run.state, run.counts.errors) == (RunState.COMPLETED, 0)
    assert await studio.list_packages(studio.tenant.id) == (SILVER, GOLD)


async def test_accounts_do_not_mix(studio: Studio) -> None:
    second = studio.add_account("second", "memory://gym")
    ada = studio.enrol()
    there = studio.sell_there(ada)
    await studio.members_synced()
    run = await studio.sync_members(studio.tenant.id, second.id)
    assert run.counts.created == 2
    assert studio.member(ada).id != studio.member(ada, second.id).id
    assert studio.membership(there, second.id).member_id == studio.member(ada, second.id).id


async def test_another_tenants_account_is_not_found(studio: Studio) -> None:
    with pytest.raises(NotFound):
        await studio.sync_members(studio.tenant.id, AccountId(studio.ids.new()))
    assert studio.rows()["studio.runs"] == {}


def test_the_gym_used_here_has_pages(studio: Studio) -> None:
    assert isinstance(studio.gym, MemoryGym)
    assert studio.gym._page_size == 2
    assert studio.clock.now() == datetime(2026, 3, 2, 12, tzinfo=UTC) + timedelta(0)
