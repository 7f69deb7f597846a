"""Rows in SQLite's form."""

from datetime import date

import attrs
from tests.builders import NOON, a_member, a_tenant

from tresen.adapters.persistence.mappers import people
from tresen.adapters.persistence.sqlite_rows import encoded
from tresen.adapters.persistence.tables import MEMBER
from tresen.adapters.persistence.types import to_microseconds


def test_rows_are_encoded_by_column_and_none_stays_none() -> None:
    tenant = a_tenant().id
    members = [a_member(tenant, joined_on=date(2024, 2, 29)), a_member(tenant, updated_at=NOON.replace(hour=13))]
    members[0].email_opt_in, members[1].email_opt_in = True, None
    names = [column.name for column in MEMBER.columns]
    one, two = (dict(zip(names, row, strict=True)) for row in encoded(MEMBER, map(people.member_row, members)))
    assert [one["id"], two["id"]] == [member.id.bytes for member in members]
    assert one["tenant_id"] == two["tenant_id"] == tenant.bytes
    assert (one["joined_on"], two["joined_on"]) == ("2024-02-29", None)
    assert (one["email_opt_in"], two["email_opt_in"]) == (1, None)
    assert one["updated_at"] == to_microseconds(NOON)
    assert two["updated_at"] - one["updated_at"] == 3_600_000_000


def test_no_rows_are_no_rows() -> None:
    assert list(encoded(MEMBER, [])) == []


def test_a_member_comes_back_as_it_was() -> None:
    member = a_member(a_tenant().id, "Çelik", "Müller", email=" Ada@Example.org ")
    row = people.member_row(member)
    assert attrs.asdict(people.member(row)) == attrs.asdict(member)
    assert row[-4:-1] == ("çelik", "müller", "ada@example.org")
