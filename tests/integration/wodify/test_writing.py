"""Writing to an emulated Wodify over real sockets."""

import pytest

from tresen.adapters.emulators.wodify import WodifyEmulator, WodifyOptions
from tresen.application.ports.gym import GymGateway, LeadPatch, MembershipPatch, NewMembership, NewPerson
from tresen.domain.shared.errors import GatewayNotFound, GatewayUnsupported

from .conftest import SIZES, TODAY

ANNA = NewPerson(
    first_name="Anna", last_name="O'Neu", email="anna.o'neu@example.org", phone="030 123", notes="Interested in yoga"
)


async def test_a_person_becomes_a_lead_and_then_a_member(gym: GymGateway, emulator: WodifyEmulator) -> None:
    lead = await gym.create_lead(ANNA)
    values = lead.read().values
    assert (values["status"], values["notes"], values["location"]) == ("new", "Interested in yoga", "20")
    assert (await gym.create_lead(ANNA)).external_id == lead.external_id

    changed = await gym.update_lead(lead.external_id, LeadPatch(stage="contacted", notes="Called"))
    assert changed.read().values == {**values, "status": "contacted", "notes": "Called"}

    member = await gym.convert_lead(lead.external_id)
    assert member.read().values["phone"] == "030 123"
    assert (await gym.convert_lead(lead.external_id)).external_id == member.external_id
    assert len(emulator.state.clients) == SIZES.clients + 1


async def test_a_member_is_created_once(gym: GymGateway, emulator: WodifyEmulator) -> None:
    member = await gym.create_member(ANNA)
    assert member.read().values["status"] == "active"
    assert (await gym.create_member(ANNA)).external_id == member.external_id
    assert len(emulator.state.clients) == SIZES.clients + 1


async def test_a_membership_is_sold_changed_and_ended(gym: GymGateway) -> None:
    member = await gym.create_member(ANNA)
    sale = NewMembership(
        member=member.external_id, package="unlimited monatlich", starts_on=TODAY, payment_method="cash"
    )
    sold = await gym.create_membership(sale)
    assert sold.read().values["flagged_active"] is True
    changed = await gym.update_membership(sold.external_id, MembershipPatch(package="3x pro Woche"))
    assert changed.read().values == {**sold.read().values, "name": "3x pro Woche"}
    ended = await gym.cancel_membership(sold.external_id, reason="moved away")
    values = ended.read().values
    assert (values["flagged_active"], values["ends_on"]) == (False, TODAY.isoformat())


async def test_leads_that_were_converted_before_give_their_clients(gym: GymGateway, emulator: WodifyEmulator) -> None:
    """Found by address, so only those that have one; Wodify does not let clients be searched by their lead."""
    origins = {client.lead_id: client for client in emulator.state.clients if client.is_converted_from_lead}
    converted = await gym.list_leads(status="converted", limit=200, offset=0)
    linked = [r for r in converted if int(r.external_id) in origins and r.read().values["email"]]
    assert linked
    for lead in linked:
        member = await gym.convert_lead(lead.external_id)
        assert member.external_id == str(origins[int(lead.external_id)].id)
    assert len(emulator.state.clients) == SIZES.clients


async def test_writes_to_who_is_not_there_are_not_found(gym: GymGateway) -> None:
    with pytest.raises(GatewayNotFound):
        await gym.update_lead("999999999", LeadPatch(notes="x"))
    with pytest.raises(GatewayNotFound):
        await gym.convert_lead("999999999")
    with pytest.raises(GatewayNotFound):
        await gym.cancel_membership("999999999", reason="x")


@pytest.mark.parametrize(
    "options", [WodifyOptions(convert_suffix="convert-to-client", membership_writes=False)], ids=["other gym"]
)
async def test_a_gym_with_other_routes(gym: GymGateway, emulator: WodifyEmulator) -> None:
    """Converting finds the other path; what has no route is unsupported."""
    lead = await gym.create_lead(ANNA)
    member = await gym.convert_lead(lead.external_id)
    assert member.read().values["email"] == ANNA.email
    sale = NewMembership(member=member.external_id, package="801", starts_on=TODAY, payment_method="cash")
    with pytest.raises(GatewayUnsupported):
        await gym.create_membership(sale)
    assert emulator.calls["unknown"] == 2
