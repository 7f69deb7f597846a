"""What of a policy an account allows: writing there may be switched off, and no provider does everything."""

from collections.abc import Collection

import attrs

from ....domain.sync.policy import Policy
from ...ports.sources import Source

_CREATE, _DELETE = "create_there", "delete_there"
SWITCHES = (_CREATE, _DELETE)


def allowed(source: Source, *, writes: bool) -> tuple[str, ...]:
    """The switches of a policy that count at an account, whatever the policy says. ``writes``: it may be written to."""
    can = {_CREATE: source.can_create, _DELETE: source.can_delete}
    return tuple(switch for switch in SWITCHES if writes and can[switch])


def narrowed(policy: Policy, allows: Collection[str]) -> Policy:
    """The policy as far as the account allows it."""
    return attrs.evolve(
        policy,
        create_there=policy.create_there and _CREATE in allows,
        delete_there=policy.delete_there and _DELETE in allows,
    )
