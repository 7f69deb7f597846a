"""Calls that ring and wait to be told how they are answered."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Protocol

import attrs
from attrs.validators import deep_mapping, instance_of

from ...domain.shared.ids import AccountId, TenantId
from ...domain.webhooks.fact import Json
from .webhooks import SynchronousAnswer


@attrs.frozen(kw_only=True)
class InboundCall:
    """``call_id`` is the provider's, None where the call has none yet. ``values`` are what the provider tells of it:
    ``from_number``, ``to_number``, ``agent_id``, each of which may be missing."""

    tenant_id: TenantId
    account_id: AccountId
    call_id: str | None
    values: Mapping[str, Json] = attrs.field(factory=dict, repr=False)


_TEXTS = deep_mapping(key_validator=instance_of(str), value_validator=instance_of(str))


@attrs.frozen(kw_only=True)
class CallSetup:
    """How the call is answered: by which agent (None: the usual one), who is told these variables.

    Variables are texts and nothing else: what a caller hears must not depend on how a number is spelled on the way.
    Raises TypeError for others. ``reject``: the call is not taken.
    """

    agent: str | None = None
    variables: Mapping[str, str] = attrs.field(factory=dict, validator=_TEXTS, repr=False)
    metadata: Mapping[str, str] = attrs.field(factory=dict, validator=_TEXTS, repr=False)
    reject: bool = False


class InboundCalls(Protocol):
    """Decides how calls are answered. The caller listens to the ringing meanwhile: be quick."""

    @abstractmethod
    async def set_up(self, call: InboundCall) -> CallSetup:
        """How this one is. Whatever it raises, the call is answered as usual."""


class CallAnswers(Protocol):
    """One provider's words for it."""

    @abstractmethod
    def answer(self, setup: CallSetup) -> SynchronousAnswer:
        """What the provider wants to be told. For an empty CallSetup: that everything is as usual."""
