"""Inboxes: their address, their secrets, closed and opened."""

from datetime import timedelta

import attrs
import pytest

from tresen.adapters.memory.webhooks import MemoryWebhookProviders, MemoryWebhooks
from tresen.adapters.security.tokens import RandomTokens
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.application.webhooks.addresses import WebhookAddresses
from tresen.application.webhooks.administer_inbox import AdministerInbox, NewSecret
from tresen.application.webhooks.open_inbox import OpenInbox
from tresen.domain.shared.errors import GatewayUnsupported, InvalidValue, NotConfigured, NotFound
from tresen.domain.webhooks.inbox import Inbox

from ..studio import Studio

DAY = timedelta(days=1)


class SigningWithKey(MemoryWebhooks):
    """A provider that signs with the API key."""

    signs_with_api_key = True


class Issuing(MemoryWebhooks):
    """A provider that makes its secrets itself."""

    issues_secret = True
    secret_prefix = "whsec_"


@attrs.frozen
class Office:
    """A studio, and its inbox administered."""

    studio: Studio
    administer: AdministerInbox

    async def inbox(self) -> Inbox:
        async def get(uow: UnitOfWork) -> Inbox:
            return await uow.inboxes.get(self.studio.account.id)

        return await self.studio.read(get)

    async def live(self) -> list[str]:
        """The secrets that a signature may be made with now, newest first."""
        inbox = await self.inbox()
        return [self.studio.box.open(one.sealed) for one in inbox.live_secrets(self.studio.clock.now())]

    def new(self, secret: str | None, keep: timedelta | None = None) -> NewSecret:
        return NewSecret(
            tenant_id=self.studio.tenant.id, account_id=self.studio.account.id, secret=secret, keep_former_for=keep
        )


def office_of(
    studio: Studio, *, url: str = "https://desk.example/page", webhooks: MemoryWebhookProviders | None = None
) -> Office:
    providers, tokens, clock = webhooks or MemoryWebhookProviders(), RandomTokens(), studio.clock
    return Office(
        studio,
        AdministerInbox(
            studio.transactions,
            OpenInbox(providers, tokens, clock),
            providers,
            WebhookAddresses(url),
            studio.box,
            tokens,
            clock,
        ),
    )


@pytest.fixture
def office(studio: Studio) -> Office:
    return office_of(studio)


async def test_an_account_that_had_no_inbox_gets_one_and_keeps_it(office: Office) -> None:
    ids = (office.studio.tenant.id, office.studio.account.id)
    first, again = await office.administer.show(*ids), await office.administer.show(*ids)
    assert first.address == again.address
    prefix, _, key = first.address.rpartition("/")
    assert prefix == "https://desk.example/webhooks/memory"
    assert len(key) == 43
    assert (first.secrets, first.can_verify, first.is_reachable, first.disabled_at) == ([], False, True, None)


async def test_inboxes_have_different_keys(office: Office) -> None:
    studio = office.studio
    second = studio.add_account("second", "memory://gym")
    addresses = {
        (await office.administer.show(studio.tenant.id, account.id)).address for account in (studio.account, second)
    }
    assert len(addresses) == 2


async def test_a_secret_is_kept_sealed_and_never_shown(office: Office) -> None:
    shown, made = await office.administer.give_secret(office.new(" whsec_abc\n"))
    assert (made, shown.can_verify) == (None, True)
    assert await office.live() == ["whsec_abc"]
    assert b"whsec" not in (await office.inbox()).secrets[0].sealed
    assert "whsec" not in repr(shown) + repr(office.new("whsec_abc"))


async def test_a_secret_can_be_made_and_is_told_once(office: Office) -> None:
    _, made = await office.administer.give_secret(office.new(None))
    assert made is not None
    assert len(made) == 43
    assert await office.live() == [made]
    shown = await office.administer.show(office.studio.tenant.id, office.studio.account.id)
    assert made not in repr(shown)


async def test_a_rotation_without_overlap_ends_the_former_secret_at_once(office: Office) -> None:
    for overlap in (None, timedelta(0)):
        await office.administer.give_secret(office.new("old"))
        await office.administer.give_secret(office.new("new", overlap))
        assert await office.live() == ["new"]


async def test_during_a_rotation_both_secrets_are_live(office: Office) -> None:
    await office.administer.give_secret(office.new("old"))
    office.studio.clock.advance(timedelta(minutes=1))
    shown, _ = await office.administer.give_secret(office.new("new", DAY))
    assert await office.live() == ["new", "old"]
    assert [one.expires_at for one in shown.secrets] == [None, office.studio.clock.now() + DAY]
    office.studio.clock.advance(DAY)
    assert await office.live() == ["new"]


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), timedelta(days=30, seconds=1)])
async def test_an_overlap_has_its_bounds(office: Office, overlap: timedelta) -> None:
    with pytest.raises(InvalidValue) as caught:
        await office.administer.give_secret(office.new("new", overlap))
    assert caught.value.details["field"] == "keep_former_for"


@pytest.mark.parametrize("secret", ["", "  ", "a\nb", "a\x00b", "x" * 501])
async def test_what_is_no_secret_is_refused(office: Office, secret: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        await office.administer.give_secret(office.new(secret))
    assert caught.value.details["field"] == "secret"


@pytest.mark.parametrize(
    ("secret", "told"),
    [(None, "chooses its secret itself"), ("sk_test_1", "begins with whsec_"), ("1whsec_", "begins with whsec_")],
)
async def test_a_secret_that_the_provider_does_not_sign_with_is_refused(
    studio: Studio, secret: str | None, told: str
) -> None:
    office = office_of(studio, webhooks=MemoryWebhookProviders([Issuing()]))
    with pytest.raises(InvalidValue, match=told) as caught:
        await office.administer.give_secret(office.new(secret))
    assert caught.value.details["field"] == "secret"
    shown, _ = await office.administer.give_secret(office.new(" whsec_1"))
    assert shown.can_verify


async def test_where_the_api_key_signs_no_secret_is_made(studio: Studio) -> None:
    office = office_of(studio, webhooks=MemoryWebhookProviders([SigningWithKey()]))
    with pytest.raises(InvalidValue, match="API key"):
        await office.administer.give_secret(office.new(None))


async def test_an_inbox_is_closed_and_opened(office: Office) -> None:
    ids = (office.studio.tenant.id, office.studio.account.id)
    closed = await office.administer.disable(*ids)
    assert closed.disabled_at == office.studio.clock.now()
    office.studio.clock.advance(timedelta(minutes=1))
    assert (await office.administer.disable(*ids)).disabled_at == closed.disabled_at
    assert (await office.administer.enable(*ids)).disabled_at is None


async def test_an_api_key_may_be_enough_to_verify_with(studio: Studio) -> None:
    office = office_of(studio, webhooks=MemoryWebhookProviders([SigningWithKey()]))
    shown = await office.administer.show(studio.tenant.id, studio.account.id)
    assert (shown.signs_with_api_key, shown.can_verify) == (True, True)


async def test_other_tenants_and_providers_that_send_nothing(office: Office) -> None:
    studio = office.studio
    other = await studio.create_tenant(NewTenant(slug="other", name="Other"))
    with pytest.raises(NotFound):
        await office.administer.show(other.id, studio.account.id)
    silent = studio.add_account("silent", "https://silent.example.com", provider="silent")
    with pytest.raises(GatewayUnsupported):
        await office.administer.show(studio.tenant.id, silent.id)


@pytest.mark.parametrize("url", ["", "desk.example", "ftp://desk.example", "https://[", "https://"])
async def test_without_a_public_address_there_is_none_to_show(studio: Studio, url: str) -> None:
    with pytest.raises(NotConfigured, match="TRESEN_PUBLIC_URL"):
        await office_of(studio, url=url).administer.show(studio.tenant.id, studio.account.id)


async def test_an_address_without_tls_says_so(studio: Studio) -> None:
    shown = await office_of(studio, url="http://127.0.0.1:8000").administer.show(studio.tenant.id, studio.account.id)
    assert (shown.is_reachable, shown.address.startswith("http://127.0.0.1:8000/webhooks/")) == (False, True)
