"""What we edit goes to the provider, where that may be written; what comes back is our own and changes nothing."""

import pytest

from tresen.adapters.memory.gym_habits import Habits
from tresen.application.leads.update_lead import LeadUpdate
from tresen.application.sync.records.kinds import LEAD, MEMBER, schemas_of
from tresen.domain.shared.contact import EmailAddress, PhoneNumber
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.sync.laws import Law
from tresen.domain.sync.override import Override
from tresen.domain.sync.push import PushState
from tresen.domain.sync.run import Counts
from tresen.domain.sync.state import Phase

from ..stirring import calm, stir
from ..studio import A_MINUTE, AN_HOUR, PlainPhones, Studio
from .scene import captured, due, edit_lead, journal, pushes, rests, set_policy, state, there, writes


async def synced(law: Law = Law.OURS) -> tuple[Studio, str]:
    studio = Studio(default=law)
    ada = studio.enrol()
    await studio.members_synced()
    return studio, ada


@pytest.mark.parametrize("law", [Law.OURS, Law.NEWEST, Law.ASK])
async def test_an_edit_here_is_written_there(law: Law) -> None:
    studio, ada = await synced(law)
    await studio.edit_member(ada, last_name="King")
    run = await studio.members_synced()
    assert run.counts == Counts(unchanged=1, pushed=1)
    assert there(studio, ada, "last_name") == "King"
    assert journal(studio) == [("last_name", "King", "Byron", "King", "pushed")]
    await rests(studio)


async def test_an_edit_there_is_written_back_where_we_own_the_field() -> None:
    studio, ada = await synced()
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"last_name": "King"})
    await studio.members_synced()
    assert there(studio, ada, "last_name") == studio.member(ada).last_name == "Byron"
    assert [line[-1] for line in journal(studio)] == ["ours", "pushed"]
    await rests(studio)


async def test_under_newest_the_later_edit_here_is_written_there() -> None:
    studio, ada = await synced(Law.NEWEST)
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"last_name": "King"})
    await studio.edit_member(ada, last_name="Koenig")
    await studio.members_synced()
    assert there(studio, ada, "last_name") == studio.member(ada).last_name == "Koenig"
    await rests(studio)


async def test_where_they_own_everything_nothing_is_written_there() -> None:
    studio, ada = await synced(Law.THEIRS)
    await studio.edit_member(ada, last_name="King")
    await studio.members_synced()
    assert writes(studio) == []
    assert studio.member(ada).last_name == "Byron"


async def test_a_persons_law_for_one_field_is_stronger() -> None:
    studio, ada = await synced(Law.THEIRS)
    await studio.edit_member(ada, last_name="King", first_name="Adah")
    law = Override(
        account_id=studio.account.id,
        kind=MEMBER,
        external_id=ada,
        local_id=studio.member(ada).id,
        field="last_name",
        law="ours",
        because="she told us",
        set_by="Eva",
        set_at=studio.clock.now(),
    )
    await studio.transactions.run(studio.tenant.id, "override", lambda uow: uow.overrides.put_many([law]))
    await studio.members_synced()
    assert (there(studio, ada, "last_name"), there(studio, ada, "first_name")) == ("King", "Ada")
    assert studio.member(ada).first_name == "Ada"
    await rests(studio)


async def test_disjoint_edits_of_one_record_meet_on_both_sides() -> None:
    studio, ada = await synced(Law.NEWEST)
    await studio.edit_member(ada, last_name="King")
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"first_name": "Adah"})
    await studio.members_synced()
    assert (studio.member(ada).first_name, studio.member(ada).last_name) == ("Adah", "King")
    assert (there(studio, ada, "first_name"), there(studio, ada, "last_name")) == ("Adah", "King")
    await rests(studio)


async def test_without_permission_to_write_it_stays_apart() -> None:
    studio, ada = await synced()
    studio.change_account(writes_enabled=False)
    await studio.edit_member(ada, last_name="King")
    run = await studio.members_synced()
    assert (run.counts.pushed, writes(studio), pushes(studio)) == (0, [], [])
    assert (studio.member(ada).last_name, there(studio, ada, "last_name")) == ("King", "Byron")
    await rests(studio)


async def test_when_writing_is_switched_on_what_was_apart_goes_there() -> None:
    studio, ada = await synced()
    studio.change_account(writes_enabled=False)
    await studio.edit_member(ada, last_name="King")
    await studio.members_synced()
    studio.change_account(writes_enabled=True)
    assert (await studio.members_synced()).counts.pushed == 1
    assert there(studio, ada, "last_name") == "King"
    await rests(studio)


async def test_when_writing_is_switched_off_what_waits_is_withdrawn_and_their_edits_are_seen() -> None:
    studio, ada = await synced(Law.NEWEST)
    await studio.edit_member(ada, last_name="King")
    studio.gym.faults.fail_next("members.get", GatewayUnavailable("503"))
    await studio.members_synced()
    assert len(pushes(studio, PushState.WAITING)) == 1
    studio.change_account(writes_enabled=False)
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"last_name": "Kaiser"})
    await studio.members_synced()
    assert pushes(studio, PushState.WAITING) == []
    assert studio.member(ada).last_name == "Kaiser"
    assert writes(studio) == []
    await rests(studio)


async def test_a_field_that_the_provider_does_not_take_stays_apart() -> None:
    studio, ada = await synced()
    studio.gym.habits = Habits(writable={**Habits().writable, MEMBER: frozenset({"first_name"})})
    await studio.edit_member(ada, last_name="King", first_name="Adah")
    run = await studio.members_synced()
    assert run.counts.pushed == 1
    assert (there(studio, ada, "first_name"), there(studio, ada, "last_name")) == ("Adah", "Byron")
    assert studio.member(ada).last_name == "King"
    await rests(studio)


async def test_the_confirmation_is_the_new_base() -> None:
    studio, ada = await synced(Law.NEWEST)
    await studio.edit_member(ada, last_name="King")
    await studio.members_synced()
    link = (await studio.read(lambda uow: uow.sync_records.by_external_ids(studio.account.id, MEMBER, [ada])))[ada]
    assert (link.base["last_name"], link.local_version) == ("King", studio.member(ada).version)
    studio.clock.advance(AN_HOUR)
    studio.books.members.edit(ada, {"last_name": "Kaiser"})
    assert (await studio.members_synced()).counts == Counts(updated=1)
    assert [line[-1] for line in journal(studio)] == ["pushed", "only_theirs_changed"], "no conflict of old edits"


async def test_our_own_echo_is_recognised() -> None:
    studio, ada = await synced()
    await studio.edit_member(ada, last_name="King")
    await studio.members_synced()
    version, told = studio.member(ada).version, journal(studio)
    run = await studio.members_synced()
    assert run.counts == Counts(unchanged=1)
    assert (studio.member(ada).version, journal(studio)) == (version, told)


async def test_the_providers_own_spelling_is_taken_over_in_one_round() -> None:
    studio, ada = await synced()
    studio.gym.habits = Habits(lowers_emails=True, dials_phones=True, trims_names=True)
    await studio.edit_member(
        ada, email=EmailAddress("Ada@Example.org "), phone=PhoneNumber("030 777", "+4930777"), first_name=" Adah"
    )
    assert (await studio.members_synced()).counts.pushed == 1
    assert there(studio, ada, "phone") == "+4930777"
    assert due(studio) == set()
    await rests(studio)


async def test_a_value_that_the_provider_changes_in_meaning_is_taken_over_and_told() -> None:
    """It keeps another value than it was given, and not its old one: so that is what both have now."""
    studio, ada = await synced()
    push = studio.gym.habits.spelled
    assert push({"city": "x"}) == {"city": "x"}
    studio.gym.habits = _Shouting()
    await studio.edit_member(ada, city="Bonn")
    assert (await studio.members_synced()).counts.pushed == 1
    assert (there(studio, ada, "city"), studio.member(ada).city) == ("BONN!", "BONN!")
    assert journal(studio) == [
        ("city", "Bonn", None, "BONN!", "pushed"),
        ("city", "Bonn", "BONN!", "BONN!", "normalised"),
    ]
    await rests(studio)


class _Shouting(Habits):
    def spelled(self, values):  # type: ignore[no-untyped-def]
        return {name: f"{value}!".upper() if name == "city" else value for name, value in values.items()}


async def test_an_edit_here_during_the_push_is_kept_and_pushed_next() -> None:
    studio, ada = await synced()
    await studio.edit_member(ada, last_name="King")

    async def again() -> None:
        calm(studio.gym)
        await studio.edit_member(ada, last_name="Kaiser")

    stir(studio.gym, MEMBER, again, at="writes")
    assert (await studio.members_synced()).counts.pushed == 1
    assert (there(studio, ada, "last_name"), studio.member(ada).last_name) == ("King", "Kaiser")
    assert (await studio.members_synced()).counts.pushed == 1
    assert there(studio, ada, "last_name") == studio.member(ada).last_name == "Kaiser"
    await rests(studio)


# -- what only we have -----------------------------------------------------------------------------------------------


async def test_a_lead_of_ours_is_made_there_where_that_is_allowed(studio: Studio) -> None:
    await set_policy(studio, LEAD, create_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    ours = await captured(studio, source="walk-in", message="Hello")
    run = await studio.leads_synced(whole=True)
    assert run.counts.pushed == 1
    assert len(studio.books.leads) == 2
    assert studio.lead("1002").id == ours.id
    await studio.leads_synced()
    lead = studio.lead("1002")
    assert (lead.source, lead.message) == ("walk-in", "Hello"), "what the provider has no room for stays ours"
    await rests(studio)
    assert len(studio.books.leads) == 2
    assert (await state(studio, LEAD)).succeeded_at == studio.clock.now()


async def test_it_is_not_made_there_otherwise(studio: Studio) -> None:
    studio.attract("Other")
    await studio.leads_synced()
    await captured(studio)
    await studio.leads_synced(whole=True)
    assert len(studio.books.leads) == 1
    assert writes(studio) == []
    await rests(studio)


async def test_one_that_is_there_already_is_linked_and_not_made_twice(studio: Studio) -> None:
    """It came to be between the listing and the push."""
    await set_policy(studio, LEAD, create_there=True, default="newest")
    studio.attract("Other")
    await studio.leads_synced()
    ours = await captured(studio, first_name="Grace")
    studio.gym.faults.meanwhile("leads.create", lambda: studio.attract("G.", email="GRACE@example.org", notes="VIP"))
    await studio.leads_synced(whole=True)
    assert len(studio.books.leads) == 2
    assert studio.lead("1002").id == ours.id
    await studio.leads_synced()
    assert studio.lead("1002").notes == "VIP"
    assert studio.lead("1002").first_name == studio.books.leads.get("1002").values["first_name"]
    await rests(studio)


async def test_the_provider_has_one_that_is_another_of_ours(studio: Studio) -> None:
    await set_policy(studio, LEAD, create_there=True)
    studio.attract("Grace")
    await studio.leads_synced()
    await captured(studio, "Twin", email="grace@example.org")
    await studio.leads_synced(whole=True)
    (push,) = pushes(studio)
    assert (push.state, push.why) == (PushState.REFUSED, "the provider's record is another of ours")
    await rests(studio)
    assert len(pushes(studio)) == 1, "it is not tried again"


async def test_a_write_by_hand_takes_nothing_away_that_we_edited_besides() -> None:
    """Its answer shows the whole record: what was asked for is taken, the rest is settled by the policy."""
    studio = Studio()
    await set_policy(studio, LEAD, default="ours")
    grace = studio.attract(notes="old")
    await studio.leads_synced()
    await edit_lead(studio, grace, last_name="Murray")
    lead = studio.lead(grace)
    await studio.update_lead(LeadUpdate(tenant_id=studio.tenant.id, lead_id=lead.id, notes="called"))
    assert (studio.lead(grace).notes, studio.lead(grace).last_name) == ("called", "Murray")
    await studio.leads_synced()
    values = studio.books.leads.get(grace).values
    assert (values["notes"], values["last_name"]) == ("called", "Murray")
    await rests(studio)


async def test_while_it_writes_there_the_state_says_so() -> None:
    studio = Studio(default=Law.NEWEST)
    ada = studio.enrol()
    await studio.members_synced()
    await studio.edit_member(ada, last_name="King")
    seen: list[Phase] = []

    def look() -> None:
        states = studio.store.room(studio.tenant.id).sync_states.items()
        seen.extend(state.phase for (_, kind), state in states if kind == "member")

    studio.gym.faults.meanwhile("members.push", look)
    await studio.members_synced()
    assert seen == [Phase.PUSHING]
    assert {state.phase for _, state in studio.store.room(studio.tenant.id).sync_states.items()} == {Phase.IDLE}


async def test_a_date_in_another_form_is_no_edit() -> None:
    studio = Studio(default=Law.NEWEST)
    ada = studio.enrol(born_on="19900101", joined_on="2020-W01-1")
    sold = studio.sell_there(ada, starts_on="20260101", ends_on="2026-W52-7", cancels_on="20261201")
    await studio.members_synced()
    studio.books.members.edit(ada, {"city": "Ulm", "born_on": "1990-W01-1"})
    studio.books.memberships.edit(sold, {"auto_renew": True})
    run = await studio.members_synced()
    assert [name for name, *_ in journal(studio)] == ["city", "auto_renew"]
    assert (run.counts.pushed, run.counts.conflicts) == (0, 0)
    assert writes(studio) == []
    await rests(studio)


def test_every_date_of_a_record_is_compared_as_one() -> None:
    phones = PlainPhones()
    schemas = schemas_of(lambda raw: phones.read(raw, "DE"))
    dates = [field for schema in schemas.values() for field in schema.fields if field.name.endswith("_on")]
    assert [field.name for field in dates] == ["joined_on", "born_on", "starts_on", "ends_on", "cancels_on"]
    assert all(field.same("20260101", "2026-W01-4") and not field.same("20260101", "20260102") for field in dates)
