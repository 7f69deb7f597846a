"""What befalls an account, and what is set there."""

from collections.abc import Mapping

import attrs

from .step import Step, StepAt


@attrs.frozen(kw_only=True)
class Expire(StepAt):
    """The provider takes our credentials no longer."""


@attrs.frozen(kw_only=True)
class Renew(StepAt):
    """Somebody enters new ones."""


@attrs.frozen(kw_only=True)
class Forget(StepAt):
    """The provider forgets what was deleted, and where changes went on."""

    kind: str


@attrs.frozen(kw_only=True)
class SetPolicy(StepAt):
    """Somebody says otherwise how a kind is merged at an account."""

    kind: str
    document: Mapping[str, object]


@attrs.frozen(kw_only=True)
class SetTenantPolicy(Step):
    """Somebody says otherwise how a kind is merged at every account of a tenant that says nothing else itself."""

    tenant: int
    kind: str
    document: Mapping[str, object]


@attrs.frozen(kw_only=True)
class SetWrites(StepAt):
    """Somebody lets us write to the provider, or forbids it."""

    on: bool


@attrs.frozen(kw_only=True)
class PassTime(Step):
    """Nothing happens for a while."""

    minutes: int
