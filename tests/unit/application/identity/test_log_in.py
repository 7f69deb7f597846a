"""A password becomes a token, and stops nobody for ever."""

import asyncio
from datetime import timedelta

import pytest

from tresen.application.identity.create_user import NewUser
from tresen.application.identity.log_in import SESSION_LASTS, Credentials
from tresen.domain.identity.role import Role
from tresen.domain.identity.user import User
from tresen.domain.shared.errors import NotAuthenticated, TooManyRequests

from ..studio import Studio

SECRET = "correct horse battery"
WINDOW = timedelta(minutes=15)


async def ada(studio: Studio, email: str = "Ada@Example.org") -> User:
    return await studio.create_user(
        NewUser(tenant_id=studio.tenant.id, email=email, name="Ada", role=Role.ADMIN, password=SECRET)
    )


def typed(password: str = SECRET, email: str = "ada@example.org", address: str = "192.0.2.1") -> Credentials:
    return Credentials(email=email, password=password, address=address)


async def deactivated(studio: Studio) -> None:
    user = await ada(studio)
    user.active = False
    studio.store.room(studio.tenant.id).users.put(user.id, user)


async def test_the_token_is_good_for_the_principal_and_for_twelve_hours(studio: Studio) -> None:
    user = await ada(studio)
    given = await studio.log_in(typed(email="  ADA@example.ORG "))
    assert given.expires_at == studio.clock.now() + SESSION_LASTS == studio.clock.now() + timedelta(hours=12)
    principal = await studio.authenticate.bearer(given.access_token)
    assert (principal.user_id, principal.tenant_id, principal.role) == (user.id, studio.tenant.id, Role.ADMIN)
    studio.clock.advance(SESSION_LASTS - timedelta(seconds=1))
    await studio.authenticate.bearer(given.access_token)
    studio.clock.advance(timedelta(seconds=1))
    with pytest.raises(NotAuthenticated):
        await studio.authenticate.bearer(given.access_token)


async def test_the_login_is_noted_and_the_token_is_kept_as_a_hash_only(studio: Studio) -> None:
    user = await ada(studio)
    given = await studio.log_in(typed())
    stored = await studio.read(lambda uow: uow.users.get(user.id))
    assert stored.last_login_at == studio.clock.now()
    assert given.access_token not in repr(studio.rows())
    assert given.access_token not in repr(given)
    assert SECRET not in repr(typed())


async def test_unknown_wrong_and_inactive_get_the_same_words(studio: Studio) -> None:
    await ada(studio)
    said = []
    for given in (typed("wrong"), typed(email="nobody@example.org")):
        with pytest.raises(NotAuthenticated) as raised:
            await studio.log_in(given)
        said.append((raised.value.message, raised.value.details))
    assert said[0] == said[1]


async def test_an_inactive_user_gets_the_same_words_too(studio: Studio) -> None:
    await deactivated(studio)
    with pytest.raises(NotAuthenticated, match="e-mail address or password is wrong"):
        await studio.log_in(typed())


async def test_a_user_who_became_inactive_is_no_longer_authenticated(studio: Studio) -> None:
    await ada(studio)
    given = await studio.log_in(typed())
    user = await studio.directory.user_by_email("ada@example.org")
    assert user is not None
    user.active = False
    studio.store.room(studio.tenant.id).users.put(user.id, user)
    with pytest.raises(NotAuthenticated):
        await studio.authenticate.bearer(given.access_token)


async def fail(studio: Studio, times: int, email: str = "ada@example.org", address: str = "192.0.2.1") -> None:
    for _ in range(times):
        with pytest.raises(NotAuthenticated):
            await studio.log_in(typed("wrong", email, address))


async def test_after_five_failures_even_the_right_password_waits(studio: Studio) -> None:
    await ada(studio)
    await fail(studio, 5)
    with pytest.raises(TooManyRequests) as raised:
        await studio.log_in(typed(email="ADA@example.org"))
    assert raised.value.details["retry_after_s"] == WINDOW.total_seconds()
    studio.clock.advance(WINDOW)
    await studio.log_in(typed())


async def test_of_many_tries_at_once_no_more_than_the_limit_are_looked_at(studio: Studio) -> None:
    """Whoever guesses in parallel gains nothing: the right password is not found beyond the fifth try."""
    await ada(studio)
    tries = [studio.log_in(typed(f"wrong {n}")) for n in range(20)]
    answers = await asyncio.gather(*tries, studio.log_in(typed()), return_exceptions=True)
    assert [type(a).__name__ for a in answers].count("NotAuthenticated") == 5
    assert isinstance(answers[-1], TooManyRequests)


async def test_failures_from_elsewhere_do_not_lock_the_user_out(studio: Studio) -> None:
    await ada(studio)
    await fail(studio, 5, address="198.51.100.9")
    await studio.log_in(typed(address="192.0.2.1"))


async def test_a_success_starts_the_count_of_that_user_anew(studio: Studio) -> None:
    await ada(studio)
    await fail(studio, 4)
    await studio.log_in(typed())
    await fail(studio, 4)
    await studio.log_in(typed())


async def test_fifty_failures_from_one_address_stop_that_address_for_every_user(studio: Studio) -> None:
    await ada(studio)
    for number in range(10):
        await fail(studio, 5, email=f"guess{number}@example.org")
    with pytest.raises(TooManyRequests):
        await studio.log_in(typed())
    await studio.log_in(typed(address="192.0.2.2"))


async def test_unknown_users_are_limited_like_known_ones(studio: Studio) -> None:
    await fail(studio, 5, email="nobody@example.org")
    with pytest.raises(TooManyRequests):
        await studio.log_in(typed(email="nobody@example.org"))


async def test_logging_out_ends_the_token_and_may_be_repeated(studio: Studio) -> None:
    await ada(studio)
    given = await studio.log_in(typed())
    other = await studio.log_in(typed())
    await studio.log_out(given.access_token)
    first = studio.rows()
    studio.clock.advance(timedelta(minutes=1))
    await studio.log_out(given.access_token)
    assert studio.rows() == first
    with pytest.raises(NotAuthenticated):
        await studio.authenticate.bearer(given.access_token)
    await studio.authenticate.bearer(other.access_token)


async def test_logging_out_with_a_token_that_nobody_knows_is_no_error(studio: Studio) -> None:
    await studio.log_out("tresen_at_nonsense")
