"""Users and the one rule for passwords."""

from datetime import UTC, datetime
from uuid import UUID

import attrs
import pytest

from tresen.domain.identity.role import SCOPES_OF, Role
from tresen.domain.identity.user import User, check_password
from tresen.domain.shared.contact import EmailAddress
from tresen.domain.shared.errors import InvalidValue
from tresen.domain.shared.ids import TenantId, UserId


def user(role: Role) -> User:
    return User(
        id=UserId(UUID(int=1)),
        tenant_id=TenantId(UUID(int=2)),
        email=EmailAddress("anna@example.com"),
        name="Anna",
        role=role,
        password_hash="hash-of-password",
        created_at=datetime(2026, 5, 4, tzinfo=UTC),
    )


@pytest.mark.parametrize("length", [10, 11, 999, 1_000])
def test_length_is_all_that_a_password_needs(length: int) -> None:
    check_password(" " * length)


@pytest.mark.parametrize("length", [0, 9, 1_001])
def test_a_password_too_short_or_too_long_is_refused_without_repeating_it(length: int) -> None:
    with pytest.raises(InvalidValue, match="10 to 1000 characters") as refused:
        check_password("§" * length)
    assert refused.value.details == {"field": "password"}
    assert "§" not in refused.value.message


@pytest.mark.parametrize("role", Role)
def test_a_users_scopes_are_those_of_the_role(role: Role) -> None:
    assert user(role).scopes == SCOPES_OF[role]


def test_the_hash_does_not_show() -> None:
    assert "hash-of" not in repr(user(Role.OWNER))


@pytest.mark.parametrize("field", ["id", "tenant_id"])
def test_a_user_stays_in_its_tenant(field: str) -> None:
    with pytest.raises(attrs.exceptions.FrozenAttributeError):
        setattr(user(Role.OWNER), field, UUID(int=9))
