"""Who is asking, and whether they may."""

from uuid import UUID

import pytest

from tresen.domain.identity.principal import Principal
from tresen.domain.identity.role import SCOPES_OF, Role, Scope
from tresen.domain.shared.errors import NotAllowed
from tresen.domain.shared.ids import ApiKeyId, TenantId, UserId

USER, KEY = UserId(UUID(int=3)), ApiKeyId(UUID(int=4))


def principal(role: Role = Role.VIEWER, user_id: UserId | None = USER, api_key_id: ApiKeyId | None = None) -> Principal:
    return Principal(
        tenant_id=TenantId(UUID(int=1)),
        role=role,
        scopes=SCOPES_OF[role],
        user_id=user_id,
        api_key_id=api_key_id,
        name="Anna",
    )


@pytest.mark.parametrize("role", Role)
def test_a_principal_may_do_what_its_scopes_say_and_nothing_else(role: Role) -> None:
    who = principal(role)
    for scope in Scope:
        if scope in who.scopes:
            who.ensure(scope)
        else:
            with pytest.raises(NotAllowed, match=scope.value) as refused:
                who.ensure(scope)
            assert refused.value.details == {"scope": scope.value}


def test_the_scopes_count_not_the_role() -> None:
    """A key of an admin may carry less than the admin."""
    narrow = Principal(tenant_id=TenantId(UUID(int=1)), role=Role.ADMIN, scopes=frozenset(), name="till")
    with pytest.raises(NotAllowed):
        narrow.ensure(Scope.MEMBERS_READ)


def test_users_and_keys_are_counted_apart() -> None:
    assert principal().key == f"user:{USER}"
    assert principal(user_id=None, api_key_id=KEY).key == f"key:{KEY}"
    assert principal(api_key_id=KEY).key == f"key:{KEY}"
