"""Records in our names."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from msgspec import Raw

from tresen.adapters.wodify.envelope import page_of
from tresen.adapters.wodify.records import (
    RecordReader,
    as_date,
    client_reader,
    edited_at,
    lead_reader,
    membership_reader,
)
from tresen.adapters.wodify.words import LEAD_WORDS, MEMBER_WORDS, Words
from tresen.application.sync.records.kinds import MEMBERSHIP_SCHEMA, lead_schema, member_schema
from tresen.domain.shared.contact import PhoneNumber
from tresen.domain.shared.errors import GatewayUnavailable, InvalidValue

from .conftest import sample

BERLIN = ZoneInfo("Europe/Berlin")
CLIENTS = client_reader(Words.of(MEMBER_WORDS).ours, None)
LEADS = lead_reader(Words.of(LEAD_WORDS).ours, None)
MEMBERSHIPS = membership_reader()


def raw(**fields: object) -> Raw:
    return Raw(msgspec.json.encode(fields))


def test_a_client_becomes_a_member() -> None:
    first, second = page_of(sample("clients_page"), ("clients",), "x").items
    seen = CLIENTS.observe(first)
    assert seen.external_id == "9007199254740993"
    assert seen.read().values == {
        "first_name": "Jürgen",
        "last_name": "Müller",
        "email": "juergen@example.com",
        "phone": "030 1234567",
        "status": "active",
        "location": "20",
        "joined_on": "2024-01-15",
        "born_on": "1990-04-01",
        "street": "Hauptstr. 1",
        "postcode": "10115",
        "city": "Berlin",
        "country": "Germany",
        "email_opt_in": True,
        "sms_opt_in": False,
    }
    nothing = CLIENTS.observe(second).read().values
    assert nothing["status"] == "Drop-In"
    for name in ("last_name", "email", "phone", "location", "joined_on", "born_on", "street", "postcode"):
        assert nothing[name] is None, name
    assert nothing["email_opt_in"] is False


def test_a_lead_in_a_list_says_nothing_about_its_notes() -> None:
    (item,) = page_of(sample("leads_page"), ("leads",), "x").items
    values = LEADS.read(item).values
    assert values == {
        "first_name": "John",
        "last_name": "Doe",
        "email": "j@example.com",
        "phone": "555-867-5309",
        "status": "qualified",
        "source": "Website",
        "location": "20",
    }


def test_a_lead_in_full_has_notes() -> None:
    assert LEADS.read(Raw(sample("lead").body)).values["notes"] == "Wants yoga"


def test_a_lead_that_is_marked_as_converted_is_so() -> None:
    assert LEADS.read(raw(id=1, lead_status="New", is_converted_to_client=True)).values == {"status": "converted"}
    assert LEADS.read(raw(id=1, lead_status="new", is_converted_to_client=False)).values == {"status": "new"}


def test_memberships() -> None:
    renewing, deleted = page_of(sample("memberships_page"), ("memberships",), "x").items
    assert MEMBERSHIPS.read(renewing).values == {
        "member": "9007199254740993",
        "name": "Unlimited",
        "kind": "Class Plan",
        "starts_on": "2025-01-01",
        "ends_on": None,
        "cancels_on": None,
        "flagged_active": True,
        "deleted": False,
        "auto_renew": True,
    }
    values = MEMBERSHIPS.read(deleted).values
    assert (values["deleted"], values["ends_on"], values["cancels_on"]) == (True, "2025-08-01", "2025-05-01")


@pytest.mark.parametrize(
    ("end", "expiration", "expires", "renews", "ends_on"),
    [
        ("1900-01-01", "2026-12-31", False, True, None),
        ("1900-01-01", "2026-12-31", True, True, "2026-12-31"),
        ("1900-01-01", "2026-12-31", False, False, "2026-12-31"),
        ("1900-01-01", "1900-01-01", True, False, None),
        ("2026-06-30", "2026-12-31", False, True, "2026-06-30"),
    ],
)
def test_a_term_that_renews_itself_is_no_end(
    end: str, expiration: str, expires: bool, renews: bool, ends_on: str | None
) -> None:
    record = raw(
        id=1,
        end_date=end,
        expiration_date=expiration,
        does_membership_expire=expires,
        payment_plan={"is_auto_renew": renews},
    )
    assert MEMBERSHIPS.read(record).values.get("ends_on") == ends_on


def test_every_field_given_is_one_of_the_kinds() -> None:
    def phone(text: str) -> PhoneNumber:
        return PhoneNumber(text)

    for name, reader, schema in (
        ("clients", CLIENTS, member_schema(phone)),
        ("leads", LEADS, lead_schema(phone)),
        ("memberships", MEMBERSHIPS, MEMBERSHIP_SCHEMA),
    ):
        for item in page_of(sample(f"{name}_page"), (name,), "x").items:
            assert reader.read(item).values.keys() <= set(schema.names)


@pytest.mark.parametrize("reader", [CLIENTS, LEADS, MEMBERSHIPS])
def test_what_a_view_lacks_is_left_out(reader: RecordReader) -> None:
    assert reader.read(raw(id=1)).values == {}


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2026-03-01", "2026-03-01"),
        ("2026-03-01T00:00:00", "2026-03-01"),
        ("2026-03-01T00:00:00Z", "2026-03-01"),
        ("1900-01-01", None),
        ("1900-01-01T00:00:00", None),
    ],
)
def test_dates_and_the_year_that_means_none(text: str, date: str | None) -> None:
    assert as_date(text) == date


@pytest.mark.parametrize(
    "record",
    [
        raw(id=1, date_of_birth="01/02/1990"),
        raw(id=1, date_of_birth="2026-02-30"),
        raw(id=1, email={"work": "x"}),
        raw(id=1, is_email_subscribed="yes"),
        Raw(b"[]"),
        Raw(b'{"id":1,"email":"\xff"}'),
        Raw(b'{"id":1,"email":"a\x00b"}'),
        Raw(b'{"id":1,"extra":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        Raw(b'{"id":1,"location_id":' + b"9" * 5000 + b"}"),
    ],
)
def test_an_unusable_record_is_seen_but_cannot_be_read(record: Raw) -> None:
    with pytest.raises(InvalidValue):
        CLIENTS.read(record)


@pytest.mark.parametrize(
    ("record", "key"),
    [
        (b'{"id":90071992547409931234567}', "90071992547409931234567"),
        (b'{ "id" : 12 ,"x":1}', "12"),
        (b'{"id":"12"}', "12"),
        (b'{"x":{"id":3},"id":12}', "12"),
        (b'{"x":1,"id":"abc-1"}', "abc-1"),
    ],
)
def test_ids_are_texts_however_large(record: bytes, key: str) -> None:
    assert CLIENTS.observe(Raw(record)).external_id == key


@pytest.mark.parametrize(
    "record",
    [
        b'{"id":0}',
        b"{}",
        b'{"id":null}',
        b'{"id":""}',
        b'{"id":1.5}',
        b"3",
        b'{"id":"0"}',
        b'{"id":"x\\u0000y"}',
        b'{"id":%s}' % (b"9" * 101),
        b'{"id":%s}' % (b"9" * 5000),
        b'{"id":"%s"}' % (b"a" * 101),
        b'{"id":"a b"}',
        b"[" * 100_000,
    ],
)
def test_a_record_without_an_id_cannot_be_told_from_others(record: bytes) -> None:
    with pytest.raises(GatewayUnavailable):
        CLIENTS.observe(Raw(record))


def test_fingerprints_tell_every_difference() -> None:
    one, same, other = (CLIENTS.observe(raw(id=1, notes=note)).fingerprint for note in ("a", "a", "b"))
    assert one == same != other
    assert len(one) == 16


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-07-10T14:45:00", datetime(2026, 7, 10, 12, 45, tzinfo=UTC)),
        ("2026-01-10T14:45:00", datetime(2026, 1, 10, 13, 45, tzinfo=UTC)),
        ("2026-07-10T14:45:00Z", datetime(2026, 7, 10, 14, 45, tzinfo=UTC)),
        ("1900-01-01T00:00:00", None),
        ("", None),
        (None, None),
        ("yesterday", None),
        ("0001-01-01T00:00:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-02T00:00:00+23:00", datetime(1, 1, 1, 1, tzinfo=UTC)),
        ("0001-01-02T00:00:00+23:59:59", datetime(1, 1, 1, 0, 0, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59-12:00", None),
    ],
)
def test_edit_stamps_are_civil_times_of_the_gym(text: str | None, instant: datetime | None) -> None:
    assert edited_at(text, BERLIN) == instant


def test_edit_stamps_are_only_read_when_their_zone_is_known() -> None:
    item = page_of(sample("clients_page"), ("clients",), "x").items[0]
    assert CLIENTS.read(item).edited_at is None
    zoned = client_reader(Words.of(MEMBER_WORDS).ours, BERLIN)
    assert zoned.read(item).edited_at == datetime(2026, 7, 10, 12, 45, tzinfo=UTC)


def test_texts_come_without_nul() -> None:
    """PostgreSQL cannot store it, and one such text would fail everybody in its batch."""
    record = Raw(
        rb'{"id":1,"first_name":"A\u0000nna","email":"\u0000","client_status":"Act\u0000ive","city":"C:\\u0000"}'
    )
    expected = {"first_name": "Anna", "email": None, "status": "active", "city": "C:\\u0000"}
    assert CLIENTS.read(record).values == expected
    assert MEMBERSHIPS.read(Raw(rb'{"id":1,"client_id":"7\u0000"}')).values == {"member": "7"}
