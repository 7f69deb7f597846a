"""What a provider sends here, for one account: address, signing secret, open or closed."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from ....application.webhooks.administer_inbox import LONGEST_OVERLAP, NewSecret
from ....domain.identity.role import Scope
from ....domain.shared.ids import AccountId
from ..access import needs
from ..answers.ensured_webhooks import EnsuredWebhooksAnswer, ensured
from ..answers.provider_webhooks import NewSecretAnswer, OneWebhooksAnswer, webhooks
from ..bodies import Body, Secret
from ..dependencies import Asking, Uses

_PATH = "/{account_id:uuid}/webhooks"
_Overlap = Annotated[int, msgspec.Meta(ge=0, le=int(LONGEST_OVERLAP.total_seconds()))]


class NewSecretBody(Body):
    """Without ``secret`` one is made and told this once. The former ones are taken for ``keep_former_for_s`` more
    seconds."""

    secret: Secret | None = None
    keep_former_for_s: _Overlap = 0


@get(_PATH, summary="Show where a provider sends its webhooks", opt=needs(Scope.PROVIDERS_WRITE))
async def show(account_id: FromPath[UUID], asking: Asking, uses: Uses) -> OneWebhooksAnswer:
    """The whole address, to be entered at the provider; secrets are never shown."""
    return OneWebhooksAnswer(
        webhooks=webhooks(await uses.administer_inbox.show(asking.tenant_id, AccountId(account_id)))
    )


@post(f"{_PATH}/secret", summary="Enter or make a webhook secret", opt=needs(Scope.PROVIDERS_WRITE), status_code=200)
async def give_secret(
    account_id: FromPath[UUID], data: JSONBody[NewSecretBody], asking: Asking, uses: Uses
) -> NewSecretAnswer:
    """It is sealed before it is stored. Without an overlap the former one ends at once."""
    shown, made = await uses.administer_inbox.give_secret(
        NewSecret(
            tenant_id=asking.tenant_id,
            account_id=AccountId(account_id),
            secret=data.secret,
            keep_former_for=timedelta(seconds=data.keep_former_for_s),
        )
    )
    return NewSecretAnswer(webhooks=webhooks(shown), secret=msgspec.UNSET if made is None else made)


@post(f"{_PATH}/disable", summary="Take no more webhooks", opt=needs(Scope.PROVIDERS_WRITE), status_code=200)
async def disable(account_id: FromPath[UUID], asking: Asking, uses: Uses) -> OneWebhooksAnswer:
    """They are answered 410 from now on, so that the provider gives up."""
    return OneWebhooksAnswer(
        webhooks=webhooks(await uses.administer_inbox.disable(asking.tenant_id, AccountId(account_id)))
    )


@post(f"{_PATH}/enable", summary="Take webhooks again", opt=needs(Scope.PROVIDERS_WRITE), status_code=200)
async def enable(account_id: FromPath[UUID], asking: Asking, uses: Uses) -> OneWebhooksAnswer:
    """Once they were disabled."""
    return OneWebhooksAnswer(
        webhooks=webhooks(await uses.administer_inbox.enable(asking.tenant_id, AccountId(account_id)))
    )


@post(f"{_PATH}/ensure", summary="Set up a provider's webhooks", opt=needs(Scope.PROVIDERS_WRITE), status_code=200)
async def ensure(account_id: FromPath[UUID], asking: Asking, uses: Uses) -> EnsuredWebhooksAnswer:
    """Creates, mends and renews at the provider what it needs for sending webhooks here, and fetches what was missed;
    where a person must do it, tells how. What went wrong there is in the answer."""
    return ensured(await uses.ensure_webhooks(asking.tenant_id, AccountId(account_id)))


HANDLERS = (show, give_secret, disable, enable, ensure)
