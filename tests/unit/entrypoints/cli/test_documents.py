from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from tresen.domain.identity.role import Role, Scope
from tresen.domain.shared.contact import EmailAddress, PhoneNumber
from tresen.entrypoints.cli.documents import listed, plain, price, written


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, None),
        (True, True),
        (3, 3),
        ("x", "x"),
        (Role.OWNER, "owner"),
        (datetime(2026, 3, 2, 12, tzinfo=UTC), "2026-03-02T12:00:00Z"),
        (datetime(2026, 3, 2, 12, 0, 0, 5, tzinfo=timezone(timedelta(hours=2))), "2026-03-02T10:00:00.000005Z"),
        (date(2026, 3, 2), "2026-03-02"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (EmailAddress("A@b.example"), "A@b.example"),
        (PhoneNumber("030 1", "+49301"), "+49301"),
        (PhoneNumber("030 1"), "030 1"),
        (Decimal("12.50"), "12.50"),
        (Path("a.db"), "a.db"),
        (frozenset({Scope.MEMBERS_READ, Scope.LEADS_READ}), ["leads:read", "members:read"]),
        ((date(2026, 3, 2), None), ["2026-03-02", None]),
        ({"a": Role.ADMIN}, {"a": "admin"}),
    ],
)
def test_values_as_json(value: object, told: object) -> None:
    assert plain(value) == told
    assert type(plain(value)) is type(told)


def test_lists_count_what_the_filter_matches() -> None:
    assert listed("xs", [{"a": 1}]) == {"xs": [{"a": 1}], "count": 1}
    assert listed("xs", [{"a": 1}], 9) == {"xs": [{"a": 1}], "count": 9}


def test_money_is_whole_or_unknown() -> None:
    assert price(Decimal("0.00"), "EUR") == {"amount": "0.00", "currency": "EUR"}
    assert price(None, "EUR") is None
    assert price("1.00", None) is None


def test_what_was_not_written_is_left_out() -> None:
    assert written(lead={"id": 1}, task=None) == {"lead": {"id": 1}}
