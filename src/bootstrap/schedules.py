"""What schedules need of this installation."""

from collections.abc import Sequence

from ..application.jobs.kinds import JobKind
from ..application.ports.gym import GymProviders
from ..application.ports.webhooks import WebhookProviders
from ..application.schedules.readiness import Readiness
from ..application.schedules.seeds import ENSURE_WEBHOOKS, SYNC_LEADS, SYNC_MEMBERS


def readiness(kinds: Sequence[JobKind], gyms: GymProviders, webhooks: WebhookProviders) -> Readiness:
    """Kinds that are not named here need no account."""
    keep_members = gyms.names()
    needs = {SYNC_MEMBERS: keep_members, SYNC_LEADS: keep_members, ENSURE_WEBHOOKS: webhooks.names()}
    return Readiness({kind.name for kind in kinds}, needs)
