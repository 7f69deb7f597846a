"""What every gateway to a gym promises (ports/gym.py, GymGateway)."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from tresen.application.ports.gym import (
    GymGateway,
    LeadPatch,
    MembershipPatch,
    NewMembership,
    NewPerson,
    Operation,
    Support,
)
from tresen.application.ports.sources import Observed
from tresen.application.sync.records.kinds import (
    LEAD,
    MEMBER,
    MEMBERSHIP,
    MEMBERSHIP_SCHEMA,
    lead_schema,
    member_schema,
)
from tresen.domain.shared.contact import PhoneNumber
from tresen.domain.shared.errors import (
    CredentialsRefused,
    GatewayError,
    GatewayNotFound,
    GatewayRejected,
    GatewayUnavailable,
)

from .gyms import GymWorld, everything, ids, value

UNKNOWN = "987654321"


READS: dict[str, Callable[[GymGateway], Awaitable[object]]] = {
    "members": lambda gym: everything(gym.source(MEMBER).listing()),
    "memberships": lambda gym: everything(gym.source(MEMBERSHIP).listing()),
    "leads": lambda gym: everything(gym.source(LEAD).listing()),
    "list_members": lambda gym: gym.list_members(status=None, limit=5, offset=0),
    "list_leads": lambda gym: gym.list_leads(status="new", limit=5, offset=0),
    "member": lambda gym: gym.member(UNKNOWN),
    "lead": lambda gym: gym.lead(UNKNOWN),
    "packages": lambda gym: gym.packages(),
}
ADA = NewPerson(
    first_name="Ada", last_name="Byron", email="ada@example.org", phone="030 1234567", notes="Prefers mornings"
)
WRITES: dict[str, Callable[[GymGateway], Awaitable[object]]] = {
    "create_lead": lambda gym: gym.create_lead(ADA),
    "update_lead": lambda gym: gym.update_lead(UNKNOWN, LeadPatch(stage="contacted")),
    "convert_lead": lambda gym: gym.convert_lead(UNKNOWN),
    "create_member": lambda gym: gym.create_member(ADA),
    "update_membership": lambda gym: gym.update_membership(UNKNOWN, MembershipPatch()),
    "cancel_membership": lambda gym: gym.cancel_membership(UNKNOWN, reason="moved away"),
}


@pytest.mark.parametrize("call", ["members", "memberships", "leads"])
async def test_an_empty_gym_lists_nothing(gym_world: GymWorld, call: str) -> None:
    assert await READS[call](gym_world.gateway) == []


async def test_a_listing_has_everything_once(gym_world: GymWorld) -> None:
    members = {await gym_world.add_member(f"M{n}") for n in range(8)}
    leads = {await gym_world.add_lead(f"L{n}") for n in range(7)}
    first = min(members)
    sold = {await gym_world.add_membership(first) for _ in range(4)}
    gym = gym_world.gateway
    for pages, expected in (
        (gym.source(MEMBER).listing(), members),
        (gym.source(LEAD).listing(), leads),
        (gym.source(MEMBERSHIP).listing(), sold),
    ):
        listed = ids(await everything(pages))
        assert len(listed) == len(expected)
        assert set(listed) == expected


async def test_records_are_read_in_our_field_names(gym_world: GymWorld) -> None:
    """And in no others; what a view does not carry is left out."""
    member = await gym_world.add_member("Zoë", email="zoe@example.org")
    await gym_world.add_lead("Änne", status="contacted")
    sold = await gym_world.add_membership(member)
    gym = gym_world.gateway
    listings = (
        (gym.source(MEMBER).listing(), member_schema(PhoneNumber).names, {"first_name": "Zoë", "status": "active"}),
        (gym.source(LEAD).listing(), lead_schema(PhoneNumber).names, {"first_name": "Änne", "status": "contacted"}),
        (
            gym.source(MEMBERSHIP).listing(),
            MEMBERSHIP_SCHEMA.names,
            {"member": member, "starts_on": gym_world.today.isoformat()},
        ),
    )
    for pages, names, expected in listings:
        (observed,) = await everything(pages)
        values = observed.read().values
        assert set(values) <= set(names)
        assert {name: values[name] for name in expected} == expected
    assert ids(await everything(gym.source(MEMBERSHIP).listing())) == [sold]


async def test_the_edit_time_is_an_aware_instant_or_unknown(gym_world: GymWorld) -> None:
    await gym_world.add_member("Ada")
    (observed,) = await everything(gym_world.gateway.source(MEMBER).listing())
    edited_at = observed.read().edited_at
    assert edited_at is None or edited_at.utcoffset() == timedelta(0)


async def test_a_fingerprint_changes_with_the_record_only(gym_world: GymWorld) -> None:
    edited, quiet = await gym_world.add_member("Ada"), await gym_world.add_member("Ada")
    before = {one.external_id: one.fingerprint for one in await everything(gym_world.gateway.source(MEMBER).listing())}
    again = {one.external_id: one.fingerprint for one in await everything(gym_world.gateway.source(MEMBER).listing())}
    await gym_world.rename_member(edited, "Grace")
    after = {one.external_id: one.fingerprint for one in await everything(gym_world.gateway.source(MEMBER).listing())}
    assert before == again
    assert after[quiet] == before[quiet]
    assert after[edited] != before[edited]


async def test_windows_are_ordered_by_id_without_overlap_or_gap(gym_world: GymWorld) -> None:
    members = [await gym_world.add_member(f"M{n}") for n in range(8)]
    leads = [await gym_world.add_lead(f"L{n}") for n in range(8)]
    for ask, added in ((gym_world.gateway.list_members, members), (gym_world.gateway.list_leads, leads)):
        expected = sorted(added, key=int)
        assert ids(await ask(status=None, limit=200, offset=0)) == expected
        for limit in (1, 2, 3, 5, 8):
            windows = [ids(await ask(status=None, limit=limit, offset=n)) for n in range(0, 10, limit)]
            assert [one for window in windows for one in window] == expected
        for offset in range(10):
            assert ids(await ask(status=None, limit=4, offset=offset)) == expected[offset : offset + 4]


async def test_a_status_filters_windows(gym_world: GymWorld) -> None:
    for status in ("active", "paused", "active", "cancelled"):
        await gym_world.add_member("M", status=status)
    for status in ("new", "lost", "new", "contacted"):
        await gym_world.add_lead("L", status=status)
    gym = gym_world.gateway
    for ask, words in ((gym.list_members, ("active", "paused")), (gym.list_leads, ("new", "lost"))):
        for word, count in zip(words, (2, 1), strict=True):
            found = await ask(status=word, limit=10, offset=0)
            assert [value(one, "status") for one in found] == [word] * count
        assert len(await ask(status=words[0], limit=1, offset=1)) == 1
        assert list(await ask(status=words[0], limit=1, offset=2)) == []


async def test_one_record_is_shown_in_full(gym_world: GymWorld) -> None:
    member, lead = await gym_world.add_member("Ada"), await gym_world.add_lead("Grace")
    shown = await gym_world.gateway.member(member)
    assert (shown and shown.external_id, value(shown, "first_name")) == (member, "Ada")
    shown = await gym_world.gateway.lead(lead)
    assert (shown and shown.external_id, value(shown, "first_name")) == (lead, "Grace")


async def test_what_is_not_there_is_none(gym_world: GymWorld) -> None:
    lead = await gym_world.add_lead("Grace")
    await gym_world.remove_lead(lead)
    assert await gym_world.gateway.lead(lead) is None
    assert await gym_world.gateway.member(UNKNOWN) is None


async def test_packages_are_what_is_on_sale(gym_world: GymWorld) -> None:
    offers = await gym_world.gateway.packages()
    assert set(gym_world.packages) <= {offer.id for offer in offers}
    assert all(offer.name for offer in offers)


async def test_a_created_lead_is_there_as_asked_for(gym_world: GymWorld) -> None:
    created = await gym_world.gateway.create_lead(ADA)
    shown = await gym_world.gateway.lead(created.external_id)
    for lead in (created, shown):
        assert [value(lead, name) for name in ("first_name", "last_name", "email", "notes", "status")] == [
            "Ada",
            "Byron",
            "ada@example.org",
            "Prefers mornings",
            "new",
        ]
        assert str(value(lead, "phone")).endswith("1234567")


async def test_a_known_address_is_no_new_person(gym_world: GymWorld) -> None:
    lead = await gym_world.add_lead("Grace", email="ada@example.org")
    member = await gym_world.add_member("Grace", email="ada@example.org")
    gym = gym_world.gateway
    for _ in range(2):
        assert (await gym.create_lead(ADA)).external_id == lead
        assert (await gym.create_member(ADA)).external_id == member
    assert value(await gym.lead(lead), "first_name") == "Grace"
    assert ids(await everything(gym.source(LEAD).listing())) == [lead]
    assert ids(await everything(gym.source(MEMBER).listing())) == [member]


async def test_a_person_without_address_is_always_new(gym_world: GymWorld) -> None:
    nobody = NewPerson(first_name="Ada", last_name="Byron")
    first, second = [await gym_world.gateway.create_lead(nobody) for _ in range(2)]
    assert first.external_id != second.external_id


async def test_a_created_member_is_there(gym_world: GymWorld) -> None:
    created = await gym_world.gateway.create_member(ADA)
    assert value(await gym_world.gateway.member(created.external_id), "email") == "ada@example.org"
    assert ids(await everything(gym_world.gateway.source(MEMBER).listing())) == [created.external_id]


async def test_a_patch_changes_only_what_it_sets(gym_world: GymWorld) -> None:
    gym = gym_world.gateway
    lead = (await gym.create_lead(ADA)).external_id
    moved = await gym.update_lead(lead, LeadPatch(stage="contacted"))
    assert (value(moved, "status"), value(moved, "notes")) == ("contacted", "Prefers mornings")
    noted = await gym.update_lead(lead, LeadPatch(notes="Called"))
    assert (value(noted, "status"), value(noted, "notes")) == ("contacted", "Called")
    cleared = await gym.update_lead(lead, LeadPatch(notes=None))
    assert value(cleared, "notes") in (None, "")
    for name in ("first_name", "last_name", "email", "phone"):
        assert value(await gym.lead(lead), name) == value(moved, name)


async def test_a_converted_lead_is_one_member(gym_world: GymWorld) -> None:
    """However often it is converted."""
    gym = gym_world.gateway
    lead = (await gym.create_lead(ADA)).external_id
    first, second = [await gym.convert_lead(lead) for _ in range(2)]
    assert first.external_id == second.external_id
    assert [value(first, name) for name in ("first_name", "email")] == ["Ada", "ada@example.org"]
    assert ids(await everything(gym.source(MEMBER).listing())) == [first.external_id]
    assert value(await gym.lead(lead), "status") == "converted"


async def test_a_lead_without_address_is_converted_once_too(gym_world: GymWorld) -> None:
    """A provider that cannot tell which member it became says so instead of making another one."""
    gym = gym_world.gateway
    lead = await gym_world.add_lead("Ada")
    first = await gym.convert_lead(lead)
    with suppress(GatewayRejected):
        assert (await gym.convert_lead(lead)).external_id == first.external_id
    assert ids(await everything(gym.source(MEMBER).listing())) == [first.external_id]


async def sell(gym_world: GymWorld) -> Observed:
    member = await gym_world.add_member("Ada")
    return await gym_world.gateway.create_membership(
        NewMembership(member=member, package=gym_world.packages[0], starts_on=gym_world.today, payment_method="stripe")
    )


def needs(gym_world: GymWorld, operation: Operation) -> None:
    assert gym_world.gateway.support(operation) is not Support.NONE


async def test_a_sold_membership_is_its_members(gym_world: GymWorld) -> None:
    needs(gym_world, Operation.CREATE_MEMBERSHIP)
    sold = await sell(gym_world)
    (listed,) = await everything(gym_world.gateway.source(MEMBERSHIP).listing())
    assert listed.external_id == sold.external_id
    for one in (sold, listed):
        assert value(one, "starts_on") == gym_world.today.isoformat()
        assert value(one, "flagged_active") is True
    assert value(sold, "member") == ids(await everything(gym_world.gateway.source(MEMBER).listing()))[0]


async def test_what_is_not_on_sale_is_not_sold(gym_world: GymWorld) -> None:
    needs(gym_world, Operation.CREATE_MEMBERSHIP)
    member = await gym_world.add_member("Ada")
    new = NewMembership(member=member, package="No such thing", starts_on=gym_world.today, payment_method="stripe")
    with pytest.raises(GatewayRejected):
        await gym_world.gateway.create_membership(new)
    assert await everything(gym_world.gateway.source(MEMBERSHIP).listing()) == []


async def test_a_cancelled_membership_says_so(gym_world: GymWorld) -> None:
    needs(gym_world, Operation.CANCEL_MEMBERSHIP)
    member = await gym_world.add_member("Ada")
    kept, ended = [await gym_world.add_membership(member) for _ in range(2)]
    shown = await gym_world.gateway.cancel_membership(ended, reason="moved away")
    assert shown.external_id == ended
    flags = {
        one.external_id: one.read().values for one in await everything(gym_world.gateway.source(MEMBERSHIP).listing())
    }
    assert _has_ended(flags[ended], gym_world)
    assert not _has_ended(flags[kept], gym_world)


def _has_ended(values: object, gym_world: GymWorld) -> bool:
    assert isinstance(values, dict)
    cancels_on = values.get("cancels_on")
    return values.get("flagged_active") is False or (
        isinstance(cancels_on, str) and cancels_on <= gym_world.today.isoformat()
    )


@pytest.mark.parametrize("call", ["update_lead", "convert_lead", "update_membership", "cancel_membership"])
async def test_what_is_not_there_cannot_be_changed(gym_world: GymWorld, call: str) -> None:
    needs(gym_world, Operation(call))
    with pytest.raises(GatewayNotFound):
        await WRITES[call](gym_world.gateway)


@pytest.mark.parametrize("call", [*READS, *WRITES])
async def test_a_gym_that_does_not_answer_is_unavailable(gym_world: GymWorld, call: str) -> None:
    """Never empty, never gone."""
    await gym_world.add_member("Ada")
    await gym_world.go_down()
    with pytest.raises(GatewayUnavailable):
        await (READS | WRITES)[call](gym_world.gateway)


@pytest.mark.parametrize("call", [*READS, *WRITES])
async def test_a_refused_key_is_told_apart(gym_world: GymWorld, call: str) -> None:
    await gym_world.refuse_key()
    with pytest.raises(CredentialsRefused):
        await (READS | WRITES)[call](gym_world.gateway)


async def test_health_raises_nothing(gym_world: GymWorld) -> None:
    well = await gym_world.gateway.health()
    assert (well.status, well.error) == ("healthy", None)
    await gym_world.go_down()
    ill = await gym_world.gateway.health()
    assert ill.status in {"error", "connection_error"}
    assert ill.error
    assert not ill.refused


async def test_a_refused_key_is_no_health(gym_world: GymWorld) -> None:
    await gym_world.refuse_key()
    ill = await gym_world.gateway.health()
    assert (ill.status, bool(ill.error), ill.refused) == ("error", True, True)


async def test_a_write_whose_answer_is_lost_is_made_at_most_once(gym_world: GymWorld) -> None:
    """It may have taken effect: the gateway says so instead of trying again, or finds what it made."""
    needs(gym_world, Operation.CREATE_MEMBERSHIP)
    await gym_world.lose_next_answer("create_membership")
    with pytest.raises(GatewayError):
        await sell(gym_world)
    assert len(await everything(gym_world.gateway.source(MEMBERSHIP).listing())) == 1


async def test_a_lead_whose_answer_is_lost_is_found_by_its_address(gym_world: GymWorld) -> None:
    await gym_world.lose_next_answer("create_lead")
    with suppress(GatewayUnavailable):
        await gym_world.gateway.create_lead(ADA)
    found = await gym_world.gateway.create_lead(ADA)
    assert ids(await everything(gym_world.gateway.source(LEAD).listing())) == [found.external_id]


def test_every_operation_has_a_grade(gym_world: GymWorld) -> None:
    assert all(isinstance(gym_world.gateway.support(operation), Support) for operation in Operation)
