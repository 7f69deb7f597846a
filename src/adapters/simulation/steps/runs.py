"""Runs: who asks for them, and what they run into."""

import attrs

from .step import Step, StepAt


@attrs.frozen(kw_only=True)
class Fault:
    """What the provider's call number ``at`` of a run (from 0) runs into; with ``call``, its call of that sort."""

    at: int
    what: str
    call: str | None = None


@attrs.frozen(kw_only=True)
class Meanwhile:
    """What somebody does just before number ``at`` (from 0): of a run's calls to the provider, or of its commits."""

    at: int
    step: Step


@attrs.frozen(kw_only=True)
class Calling(StepAt):
    """Work that calls the provider. ``crash``: the process dies at that one of all its calls to provider and store
    (from 0). ``overtaken``: what somebody is faster with than its commit, which then collides.
    """

    faults: tuple[Fault, ...] = ()
    meanwhile: tuple[Meanwhile, ...] = ()
    overtaken: tuple[Meanwhile, ...] = ()
    crash: int | None = None


@attrs.frozen(kw_only=True)
class Sync(Calling):
    """A run."""

    course: str
    whole: bool = False


@attrs.frozen(kw_only=True)
class Webhook(StepAt):
    """The provider tells that something changed, and the worker syncs because of it. So many ``copies`` arrive (0: it
    is lost), the first ``after`` so many more steps, each other one a step later. ``faults`` are for that run.
    ``crash``: the worker's process dies over it, at that one of all its calls to provider, store and queue (from 0).
    """

    course: str
    copies: int = 1
    after: int = 0
    faults: tuple[Fault, ...] = ()
    crash: int | None = None


@attrs.frozen(kw_only=True)
class OnTime(Step):
    """A tenant's schedule asks for a sync, and the worker does it. ``crash``: as with a webhook."""

    tenant: int
    course: str
    crash: int | None = None


@attrs.frozen(kw_only=True)
class MakePlan(StepAt):
    """A person has a plan made, and does not apply it yet."""

    course: str
    whole: bool = False


@attrs.frozen(kw_only=True)
class ApplyPlan(StepAt):
    """A person applies the latest plan that was made and that no guard holds."""

    course: str


@attrs.frozen(kw_only=True)
class Accept(StepAt):
    """A person lets the plan through that a guard holds."""

    course: str
