"""What somebody wants to be known of a person from now on."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest

from tresen.domain.leads.details import LeadDetails
from tresen.domain.leads.events import LeadChanged
from tresen.domain.leads.lead import Lead
from tresen.domain.membership.details import MemberDetails
from tresen.domain.membership.events import MemberChanged
from tresen.domain.membership.member import Member
from tresen.domain.shared.contact import EmailAddress, PhoneNumber
from tresen.domain.shared.errors import InvalidValue
from tresen.domain.shared.ids import LeadId, MemberId, TenantId
from tresen.domain.shared.unset import UNSET

MADE = datetime(2026, 5, 4, 9, tzinfo=UTC)
NOW = MADE + timedelta(hours=1)


def member(**values: Any) -> Member:
    given: dict[str, Any] = {"first_name": "Ada", "last_name": "Byron", "city": "London", **values}
    return Member(id=MemberId(UUID(int=1)), tenant_id=TenantId(UUID(int=2)), created_at=MADE, updated_at=MADE, **given)


def test_only_what_is_set_changes_and_the_fact_names_it() -> None:
    ada = member(email=EmailAddress("ada@example.org"))
    assert ada.edit(MemberDetails(last_name=" King ", city="", email_opt_in=False), now=NOW) == (
        *("last_name", "city", "email_opt_in"),
    )
    assert (ada.first_name, ada.last_name, ada.city, ada.email_opt_in) == ("Ada", "King", None, False)
    assert ada.email == EmailAddress("ada@example.org")
    assert ada.updated_at == NOW
    told = MemberChanged(subject_id=ada.id, occurred_at=NOW, fields=("last_name", "city", "email_opt_in"))
    assert ada.drain() == (told,)


def test_what_is_so_already_is_no_edit() -> None:
    ada = member()
    assert ada.edit(MemberDetails(last_name="Byron", city=" London", phone=None), now=NOW) == ()
    assert (ada.updated_at, ada.drain()) == (MADE, ())


def test_a_lead_is_edited_likewise() -> None:
    grace = Lead(
        id=LeadId(UUID(int=1)),
        tenant_id=TenantId(UUID(int=2)),
        first_name="Grace",
        last_name="Hopper",
        notes="called",
        created_at=MADE,
        updated_at=MADE,
    )
    assert grace.edit(LeadDetails(source="web", phone=PhoneNumber("030 1")), now=NOW) == ("phone", "source")
    assert (grace.source, grace.notes, grace.updated_at) == ("web", "called", NOW)
    assert grace.drain() == (LeadChanged(subject_id=grace.id, occurred_at=NOW, fields=("phone", "source")),)


@pytest.mark.parametrize(
    "names", [{"first_name": "", "last_name": " "}, {"first_name": ""}, {"last_name": "", "city": "Bonn"}]
)
def test_somebody_without_any_name_is_refused_and_nothing_is_changed(names: dict[str, str]) -> None:
    ada = member(**({"last_name": ""} if "last_name" not in names else {"first_name": ""}))
    before = attrs.asdict(ada)
    with pytest.raises(InvalidValue) as caught:
        ada.edit(MemberDetails(**names), now=NOW)  # type: ignore[arg-type] # texts only
    assert caught.value.details["field"] == "first_name"
    assert attrs.asdict(ada) == before


def test_one_name_is_enough() -> None:
    ada = member()
    ada.edit(MemberDetails(first_name=""), now=NOW)
    assert ada.name == "Byron"
    nameless = member(first_name="", last_name="")
    assert nameless.edit(MemberDetails(city="Bonn"), now=NOW) == ("city",), "a provider may have such people"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"city": "a\0b"}, "city"),
        ({"last_name": "\ud800"}, "last_name"),
        ({"phone": PhoneNumber("1\0")}, "phone"),
        ({"phone": PhoneNumber("ask her")}, "phone"),
        ({"email": EmailAddress("a\0@b.de")}, "email"),
        ({"phone": PhoneNumber("1" * 201)}, "phone"),
        ({"city": "a\nb"}, "city"),
        ({"city": "a\x1b[31m"}, "city"),
        ({"street": "a\u2028b"}, "street"),
    ],
)
def test_what_cannot_be_kept_is_refused(values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        MemberDetails(**values)
    assert caught.value.details["field"] == field


def test_a_line_has_at_most_200_characters_and_what_a_lead_wrote_5000_in_lines() -> None:
    assert MemberDetails(city="é" * 200).city == "é" * 200
    with pytest.raises(InvalidValue, match=r"^city must have at most 200 characters$"):
        MemberDetails(city="é" * 201)
    wrote = "Hello,\r\n\tI ask.\n" + "x" * 4_982
    assert LeadDetails(message=wrote).message == wrote
    with pytest.raises(InvalidValue, match=r"^message must have at most 5000 characters$"):
        LeadDetails(message="x" * 5_001)
    with pytest.raises(InvalidValue, match=r"^message must be a text without control characters$"):
        LeadDetails(message="a\x1b[31m")
    with pytest.raises(InvalidValue, match=r"^source must be"):
        LeadDetails(source="a\nb")


def test_marks_that_belong_to_a_script_are_no_control_characters() -> None:
    assert MemberDetails(city="می\u200cخواهم").city == "می\u200cخواهم"


def test_fields_can_be_left_out_again() -> None:
    details = MemberDetails(first_name="Ada", city="Bonn", phone=None)
    assert details.given == {"first_name": "Ada", "city": "Bonn", "phone": None}
    assert details.without(["city", "phone"]).given == {"first_name": "Ada"}
    assert MemberDetails().given == {}
    assert MemberDetails().born_on is UNSET
