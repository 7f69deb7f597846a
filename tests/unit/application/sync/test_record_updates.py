"""Only what changes is written into our record."""

from typing import NoReturn

import attrs
import pytest
from tests.builders import NOON, a_lead, a_member, a_tenant

from tresen.application.sync.courses.lead_records import LeadRecords
from tresen.application.sync.courses.member_records import MemberRecords
from tresen.domain.leads.events import LeadChanged
from tresen.domain.leads.stage import Stage
from tresen.domain.membership.status import Status
from tresen.domain.shared.contact import PhoneNumber
from tresen.domain.shared.errors import InvalidValue
from tresen.domain.shared.ids import AccountId
from tresen.domain.sync.schema import Value

from ..studio import PlainPhones

PHONES = PlainPhones()
TENANT = a_tenant()
MEMBERS = MemberRecords(TENANT, lambda raw: PHONES.read(raw, "DE"))
LEADS = LeadRecords(TENANT, AccountId(TENANT.id), lambda raw: PHONES.read(raw, "DE"))
# Another one for each field of a member.
OTHERS: dict[str, Value] = {
    **dict.fromkeys(("first_name", "last_name", "email", "location", "street", "postcode", "city"), "other"),
    "country": "Other",
    "phone": "030 999",
    "joined_on": "2001-02-03",
    "born_on": "1980-02-03",
    "status": "cancelled",
    "email_opt_in": True,
    "sms_opt_in": True,
}


def never(raw: str) -> NoReturn:
    raise AssertionError(f"{raw} was read anew")


def test_every_field_of_a_member_can_be_written_and_leaves_the_others() -> None:
    assert OTHERS.keys() == set(MEMBERS.schema.names)
    for name, value in OTHERS.items():
        member = a_member(TENANT.id)
        before = dict(MEMBERS.values(member))
        assert before[name] != value
        MEMBERS.update(member, {name: value}, now=NOON)
        assert MEMBERS.values(member) == {**before, name: value}


def test_every_field_of_a_lead_can_be_written_and_leaves_the_others() -> None:
    for name in LEADS.schema.names:
        lead = a_lead(TENANT.id)
        before = dict(LEADS.values(lead))
        value = {"status": "lost", "phone": "030 999"}.get(name, "other")
        assert before[name] != value
        LEADS.update(lead, {name: value}, now=NOON)
        assert LEADS.values(lead) == {**before, name: value}


def test_a_number_that_stays_is_not_read_anew() -> None:
    member, lead = a_member(TENANT.id), a_lead(TENANT.id)
    member.phone = lead.phone = held = PhoneNumber("030 1", "+49301")
    MemberRecords(TENANT, never).update(member, {"city": "Kiel"}, now=NOON)
    LeadRecords(TENANT, AccountId(TENANT.id), never).update(lead, {"source": "fair"}, now=NOON)
    assert member.phone is held
    assert lead.phone is held


def test_a_word_goes_with_the_state_that_it_has_no_name_for() -> None:
    member, lead = a_member(TENANT.id), a_lead(TENANT.id)
    MEMBERS.update(member, {"status": "asleep"}, now=NOON)
    LEADS.update(lead, {"status": "asleep"}, now=NOON)
    assert (member.status, member.status_text) == (Status.UNKNOWN, "asleep")
    assert (lead.stage, lead.stage_text) == (Stage.UNKNOWN, "asleep")
    MEMBERS.update(member, {"city": "Kiel"}, now=NOON)
    LEADS.update(lead, {"source": "fair"}, now=NOON)
    assert (member.status_text, lead.stage_text) == ("asleep", "asleep")


def test_a_stage_that_stays_is_no_event() -> None:
    lead = a_lead(TENANT.id)
    lead.drain()
    LEADS.update(lead, {"source": "fair"}, now=NOON)
    assert lead.drain() == (LeadChanged(subject_id=lead.id, occurred_at=NOON, fields=("source",)),)
    LEADS.update(lead, {"status": lead.stage.value}, now=NOON)
    assert lead.drain() == ()


def test_what_cannot_be_written_changes_nothing() -> None:
    member = a_member(TENANT.id)
    before = attrs.asdict(member)
    with pytest.raises(InvalidValue):
        MEMBERS.update(member, {"city": "Kiel", "born_on": "some day"}, now=NOON)
    assert attrs.asdict(member) == before
