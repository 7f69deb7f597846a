"""Which switches of a policy are on and do not count at an account, and why."""

from collections.abc import Mapping

from ....domain.shared.errors import GatewayError, NotConfigured
from ....domain.sync.policy import Policy
from ....domain.tenancy.provider_account import ProviderAccount
from ...ports.gym import GymProviders
from .allowed import SWITCHES, allowed

_UNABLE = {"create_there": "no {kind} can be made there", "delete_there": "no {kind} can be deleted there"}


async def held_back(gyms: GymProviders, account: ProviderAccount, kind: str, policy: Policy) -> Mapping[str, str]:
    """Each with why. No provider is called; not to be used inside a transaction."""
    on = [switch for switch in SWITCHES if getattr(policy, switch)]
    if not on:
        return {}
    if not account.writes_enabled:
        return dict.fromkeys(on, "writing there is switched off")
    try:
        async with gyms.open(account) as gym:
            may = allowed(gym.source(kind), writes=True)
    except (GatewayError, NotConfigured) as error:
        return dict.fromkeys(on, f"the account cannot be used: {error.message}")
    return {switch: _UNABLE[switch].format(kind=kind) for switch in on if switch not in may}
