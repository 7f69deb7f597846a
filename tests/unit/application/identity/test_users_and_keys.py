"""Users and keys: nobody gives more than they have, nothing secret is kept or shown."""

from datetime import datetime, timedelta, timezone

import pytest

from tresen.application.identity.create_api_key import NewApiKey
from tresen.application.identity.create_user import NewUser
from tresen.application.identity.import_users import UserList, parse_user_list
from tresen.application.identity.log_in import Credentials
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.domain.identity.role import Role, Scope
from tresen.domain.shared.errors import AlreadyExists, InvalidValue, NotAllowed, NotFound, TresenError
from tresen.domain.shared.ids import ApiKeyId, TenantId
from tresen.domain.shared.page import Listing

from ..studio import Studio

SECRET = "correct horse battery"


def new_user(tenant: TenantId, email: str = "ada@example.org", **values: object) -> NewUser:
    given = {"name": "Ada", "role": Role.ADVISER, "password": SECRET, **values}
    return NewUser(tenant_id=tenant, email=email, **given)  # type: ignore[arg-type] # any of its fields


async def test_a_user_is_kept_with_a_hash(studio: Studio) -> None:
    user = await studio.create_user(new_user(studio.tenant.id, " Ada@example.org ", name="  "))
    assert (user.email.raw, user.name, user.active) == ("Ada@example.org", " Ada@example.org ", True)
    assert SECRET not in repr(studio.rows()) + repr(user) + repr(new_user(studio.tenant.id))
    assert await studio.hasher.verify(SECRET, user.password_hash)


async def test_an_address_is_taken_in_the_whole_installation(studio: Studio) -> None:
    other = await studio.create_tenant(NewTenant(slug="other", name="Other"))
    await studio.create_user(new_user(studio.tenant.id))
    for tenant in (studio.tenant.id, other.id):
        with pytest.raises(AlreadyExists):
            await studio.create_user(new_user(tenant, "ADA@EXAMPLE.ORG"))


@pytest.mark.parametrize(
    ("granted_by", "role"),
    [(Role.ADMIN, Role.OWNER), (Role.OWNER, Role.OPERATOR), (Role.ADVISER, Role.VIEWER), (Role.VIEWER, Role.VIEWER)],
)
async def test_nobody_makes_somebody_mightier(studio: Studio, granted_by: Role, role: Role) -> None:
    with pytest.raises(NotAllowed):
        await studio.create_user(new_user(studio.tenant.id, role=role, granted_by=granted_by))
    assert await studio.directory.user_by_email("ada@example.org") is None


async def test_an_operator_and_the_machine_itself_may_make_anybody(studio: Studio) -> None:
    await studio.create_user(new_user(studio.tenant.id, role=Role.OPERATOR))
    made = await studio.create_user(
        new_user(studio.tenant.id, "bob@example.org", role=Role.OPERATOR, granted_by=Role.OPERATOR)
    )
    assert made.role is Role.OPERATOR


@pytest.mark.parametrize("values", [{"password": "short"}, {"email": "nobody"}, {"password": "x" * 1_001}])
async def test_what_cannot_be_a_user_is_refused(studio: Studio, values: dict[str, str]) -> None:
    with pytest.raises(InvalidValue) as raised:
        await studio.create_user(new_user(studio.tenant.id, **values))
    assert values.get("password", SECRET) not in raised.value.message
    assert not (await studio.readers.users(studio.tenant.id, Listing())).items


# -- the old system's list -------------------------------------------------------------------------------------------


def user_list(studio: Studio, text: str, *admins: str) -> UserList:
    return UserList(tenant_id=studio.tenant.id, text=text, domain="studio.example", admins=frozenset(admins))


async def test_the_old_list_becomes_users_who_can_log_in(studio: Studio) -> None:
    done = await studio.import_users(user_list(studio, " ada:pw1 , bob@example.org:p:w2,, ", "ada"))
    assert [(u.email.raw, u.name, u.role) for u in done.created] == [
        ("ada@studio.example", "ada", Role.ADMIN),
        ("bob@example.org", "bob@example.org", Role.ADVISER),
    ]
    for email, password in (("ada@studio.example", "pw1"), ("bob@example.org", "p:w2")):
        await studio.log_in(Credentials(email=email, password=password, address="192.0.2.1"))


async def test_who_is_there_already_stays_as_they_were(studio: Studio) -> None:
    await studio.create_user(new_user(studio.tenant.id, "ADA@studio.example"))
    done = await studio.import_users(user_list(studio, "ada:other-password,bob:pw2"))
    assert [u.name for u in done.created] == ["bob"]
    assert done.kept == ("ada@studio.example",)
    await studio.log_in(Credentials(email="ada@studio.example", password=SECRET, address="192.0.2.1"))
    again = await studio.import_users(user_list(studio, "ada:other-password,bob:pw2"))
    assert (again.created, again.kept) == ((), ("ada@studio.example", "bob@studio.example"))


@pytest.mark.parametrize(
    "text",
    [
        "ada:pw1,hunter2",
        "ada:pw1,bob:",
        "ada:pw1,:hunter2",
        "",
        " , ",
        "ada:pw1,bob smith:hunter2",
        "ada:pw1,ada:hunter2",
        "ada:pw1,ADA:hunter2",
        # A password with a comma falls apart; its second half must not be shown as somebody's name.
        "ada:pw1,bob:pa,hunter2 x:y",
    ],
)
async def test_all_or_nothing_and_no_password_is_ever_shown(studio: Studio, text: str) -> None:
    with pytest.raises(TresenError) as raised:
        await studio.import_users(user_list(studio, text))
    shown = repr(raised.value) + repr(raised.value.details) + repr(raised.value.__context__)
    assert "hunter2" not in shown
    assert "pw1" not in shown
    assert not (await studio.readers.users(studio.tenant.id, Listing())).items


def test_the_place_of_the_mistake_is_told() -> None:
    with pytest.raises(InvalidValue, match="entry 2"):
        parse_user_list("ada:pw1,bob")


def test_the_list_is_not_shown_by_accident(studio: Studio) -> None:
    assert "pw1" not in repr(user_list(studio, "ada:pw1"))


# -- keys ------------------------------------------------------------------------------------------------------------


def new_key(studio: Studio, **values: object) -> NewApiKey:
    given = {"name": " till ", "scopes": frozenset({Scope.LEADS_WRITE}), **values}
    return NewApiKey(tenant_id=studio.tenant.id, **given)  # type: ignore[arg-type] # any of its fields


async def test_a_key_is_shown_once_and_kept_as_a_hash(studio: Studio) -> None:
    made = await studio.create_api_key(new_key(studio))
    assert made.key.name == "till"
    assert made.text.startswith(made.key.hint)
    assert len(made.text) > len(made.key.hint) + 30
    assert made.text not in repr(made) + repr(studio.rows())
    assert (await studio.authenticate.api_key(made.text)).api_key_id == made.key.id


@pytest.mark.parametrize(
    "values",
    [{"name": " "}, {"scopes": frozenset()}, {"scopes": frozenset({Scope.INSTALLATION, Scope.LEADS_READ})}],
)
async def test_what_cannot_be_a_key_is_refused(studio: Studio, values: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        await studio.create_api_key(new_key(studio, **values))
    assert not await studio.readers.api_keys(studio.tenant.id)


async def test_a_key_cannot_be_expired_from_the_start(studio: Studio) -> None:
    with pytest.raises(InvalidValue):
        await studio.create_api_key(new_key(studio, expires_at=studio.clock.now()))
    await studio.create_api_key(new_key(studio, expires_at=studio.clock.now() + timedelta(seconds=1)))
    beyond = datetime.max.replace(tzinfo=timezone(timedelta(hours=-1)))
    with pytest.raises(InvalidValue):
        await studio.create_api_key(new_key(studio, expires_at=beyond))


async def test_nobody_gives_scopes_that_they_lack(studio: Studio) -> None:
    with pytest.raises(NotAllowed) as raised:
        await studio.create_api_key(new_key(studio, granted_by=frozenset({Scope.LEADS_READ})))
    assert raised.value.details["scopes"] == ["leads:write"]
    await studio.create_api_key(new_key(studio, granted_by=frozenset({Scope.LEADS_WRITE})))


async def test_revoking_twice_keeps_the_first_time(studio: Studio) -> None:
    made = await studio.create_api_key(new_key(studio))
    first = await studio.revoke_api_key(studio.tenant.id, made.key.id)
    studio.clock.advance(timedelta(hours=1))
    second = await studio.revoke_api_key(studio.tenant.id, made.key.id)
    assert first.revoked_at == second.revoked_at == studio.clock.now() - timedelta(hours=1)


async def test_a_foreign_key_is_not_found(studio: Studio) -> None:
    other = await studio.create_tenant(NewTenant(slug="other", name="Other"))
    made = await studio.create_api_key(new_key(studio))
    for tenant, key_id in ((other.id, made.key.id), (studio.tenant.id, ApiKeyId(studio.ids.new()))):
        with pytest.raises(NotFound):
            await studio.revoke_api_key(tenant, key_id)
    await studio.authenticate.api_key(made.text)
