"""What the staff do at a provider although Tresen may write there: what it cannot do, or was never seen to."""

from collections.abc import Sequence

import attrs

from ...domain.shared.errors import GatewayUnsupported, NotConfigured
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.gym import GymGateway, GymProviders, Operation, Support

# The account's setting, of whatever provider, that has tried what was never seen to work.
ALLOW_UNPROVEN = "allow_unproven"


@attrs.frozen(kw_only=True)
class Left:
    """``unproven`` until the setting is given, ``impossible`` in any case."""

    unproven: Sequence[Operation] = ()
    impossible: Sequence[Operation] = ()


@attrs.frozen
class LeftToStaff:
    """Calls no provider, writes nothing."""

    _gyms: GymProviders

    async def __call__(self, account: ProviderAccount) -> Left:
        """Nothing for an account that keeps no members, or cannot be used now."""
        if account.provider not in self._gyms.names():
            return Left()
        try:
            async with self._gyms.open(account) as gym:
                support = {operation: gym.support(operation) for operation in Operation}
        except NotConfigured:
            return Left()
        return Left(
            unproven=[one for one, sure in support.items() if sure is Support.UNPROVEN and not _is_daring(account)],
            impossible=[one for one, sure in support.items() if sure is Support.NONE],
        )


def ensure_tried(gym: GymGateway, operation: Operation, account: ProviderAccount) -> None:
    """Raises GatewayUnsupported where the staff must do it, with why, and what to do about it."""
    support = gym.support(operation)
    if support is Support.NONE:
        raise GatewayUnsupported("the provider's interface cannot do this, as far as is known")
    if support is Support.UNPROVEN and not _is_daring(account):
        raise GatewayUnsupported(
            f"nobody has seen this work at the provider: it is tried only with the account's setting "
            f"{ALLOW_UNPROVEN}=true"
        )


def _is_daring(account: ProviderAccount) -> bool:
    return account.settings.get(ALLOW_UNPROVEN) == "true"
