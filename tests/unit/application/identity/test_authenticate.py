"""Tokens and keys become principals; only operators reach other tenants."""

from datetime import timedelta

import pytest

from tresen.application.identity.create_api_key import NewApiKey
from tresen.application.identity.create_user import NewUser
from tresen.application.identity.log_in import Credentials
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.domain.identity.role import Role, Scope
from tresen.domain.shared.errors import NotAllowed, NotAuthenticated

from ..studio import Studio

SECRET = "correct horse battery"


async def token(studio: Studio, role: Role) -> str:
    new = NewUser(tenant_id=studio.tenant.id, email="ada@example.org", name="Ada", role=role, password=SECRET)
    await studio.create_user(new)
    given = await studio.log_in(Credentials(email="ada@example.org", password=SECRET, address="192.0.2.1"))
    return given.access_token


async def key(studio: Studio, *scopes: Scope, lasts: timedelta | None = None) -> str:
    new = NewApiKey(
        tenant_id=studio.tenant.id,
        name="till",
        scopes=frozenset(scopes or {Scope.LEADS_WRITE}),
        expires_at=None if lasts is None else studio.clock.now() + lasts,
    )
    return (await studio.create_api_key(new)).text


async def test_an_operator_names_another_tenant_by_slug_or_id(studio: Studio) -> None:
    other = await studio.create_tenant(NewTenant(slug="other", name="Other"))
    bearer = await token(studio, Role.OPERATOR)
    for named in ("other", str(other.id), str(other.id).upper()):
        assert (await studio.authenticate.bearer(bearer, tenant=named)).tenant_id == other.id
    assert (await studio.authenticate.bearer(bearer)).tenant_id == studio.tenant.id


async def test_a_slug_that_looks_like_an_id_is_still_found(studio: Studio) -> None:
    slug = str(studio.ids.new())
    other = await studio.create_tenant(NewTenant(slug=slug, name="Other"))
    bearer = await token(studio, Role.OPERATOR)
    assert (await studio.authenticate.bearer(bearer, tenant=slug)).tenant_id == other.id


async def test_an_owner_may_name_the_own_tenant_only(studio: Studio) -> None:
    other = await studio.create_tenant(NewTenant(slug="other", name="Other"))
    bearer = await token(studio, Role.OWNER)
    for named in ("studio", str(studio.tenant.id)):
        assert (await studio.authenticate.bearer(bearer, tenant=named)).tenant_id == studio.tenant.id
    said = set()
    for named in ("other", str(other.id), "nowhere", str(studio.ids.new())):
        with pytest.raises(NotAllowed) as raised:
            await studio.authenticate.bearer(bearer, tenant=named)
        said.add(raised.value.message)
    assert len(said) == 1, "the words must not tell which tenants exist"


async def test_an_operator_who_names_nothing_known_is_told_so(studio: Studio) -> None:
    bearer = await token(studio, Role.OPERATOR)
    with pytest.raises(NotAllowed):
        await studio.authenticate.bearer(bearer, tenant="nowhere")


async def test_a_key_has_its_scopes_and_no_more(studio: Studio) -> None:
    principal = await studio.authenticate.api_key(await key(studio, Scope.LEADS_WRITE, Scope.LEADS_READ))
    assert principal.scopes == {Scope.LEADS_WRITE, Scope.LEADS_READ}
    assert (principal.role, principal.name, principal.user_id) == (Role.VIEWER, "till", None)
    assert principal.key == f"key:{principal.api_key_id}"


async def test_a_key_never_reaches_another_tenant(studio: Studio) -> None:
    await studio.create_tenant(NewTenant(slug="other", name="Other"))
    text = await key(studio)
    assert (await studio.authenticate.api_key(text, tenant="studio")).tenant_id == studio.tenant.id
    with pytest.raises(NotAllowed):
        await studio.authenticate.api_key(text, tenant="other")


async def test_a_key_never_serves_the_installation_even_if_it_was_stored_so(studio: Studio) -> None:
    text = await key(studio)
    stored = (await studio.readers.api_keys(studio.tenant.id))[0]
    stored.scopes = frozenset(Scope)
    studio.store.room(studio.tenant.id).api_keys.put(stored.id, stored)
    assert Scope.INSTALLATION not in (await studio.authenticate.api_key(text)).scopes


async def test_unknown_expired_and_revoked_get_the_same_words(studio: Studio) -> None:
    expiring, revoked = await key(studio, lasts=timedelta(hours=1)), await key(studio)
    await studio.authenticate.api_key(expiring)
    studio.clock.advance(timedelta(hours=1))
    made_last = (await studio.readers.api_keys(studio.tenant.id))[0]
    await studio.revoke_api_key(studio.tenant.id, made_last.id)
    said = set()
    for text in (expiring, revoked, "tresen_key_nonsense"):
        with pytest.raises(NotAuthenticated) as raised:
            await studio.authenticate.api_key(text)
        said.add(raised.value.message)
    with pytest.raises(NotAuthenticated) as raised:
        await studio.authenticate.bearer("tresen_at_nonsense")
    said.add(raised.value.message)
    assert len(said) == 1


async def test_a_key_is_no_bearer_token_and_the_other_way_round(studio: Studio) -> None:
    text, bearer = await key(studio), await token(studio, Role.OWNER)
    with pytest.raises(NotAuthenticated):
        await studio.authenticate.bearer(text)
    with pytest.raises(NotAuthenticated):
        await studio.authenticate.api_key(bearer)
