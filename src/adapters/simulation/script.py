"""Scripts: what happens in a simulated world, as data.

Records go by the name of whom they are about (``who``), which nobody edits; a step about somebody who is not there does
nothing. So any part of a script is a script, and a long one that fails can be made short.
"""

from collections.abc import Mapping

import attrs

from ...domain.sync.schema import Values


@attrs.frozen(kw_only=True)
class AccountSpec:
    """An account of tenant number ``tenant`` at a gym of its own. ``policies``: documents by kind of record.

    The gym's clock tells whole ``resolution_s`` seconds, and is ``ahead_s`` seconds ahead of ours (below 0: behind).
    """

    tenant: int = 0
    writes: bool = True
    page_size: int = 3
    resolution_s: int = 1
    ahead_s: int = 0
    habits: tuple[str, ...] = ()
    policies: Mapping[str, Mapping[str, object]] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Step:
    """Something that happens."""


@attrs.frozen(kw_only=True)
class StepHere(Step):
    """Somebody does something to our record about ``who``."""

    tenant: int
    kind: str
    who: str


@attrs.frozen(kw_only=True)
class EditHere(StepHere):
    """It is edited."""

    values: Values


@attrs.frozen(kw_only=True)
class EditAtCounter(StepHere):
    """Somebody edits it through Tresen, by the version that it had ``behind`` versions ago (None: whichever it is).

    ``values`` are what they type in: None clears, dates are ISO texts.
    """

    values: Values
    behind: int | None = None


@attrs.frozen(kw_only=True)
class CreateHere(StepHere):
    """It is made."""

    values: Values


@attrs.frozen(kw_only=True)
class DeleteHere(StepHere):
    """It is deleted."""


@attrs.frozen(kw_only=True)
class StepAt(Step):
    """Something that happens at an account."""

    account: int


@attrs.frozen(kw_only=True)
class StepThere(StepAt):
    """Somebody does something to the provider's record about ``who``, seen ``late_s`` seconds after its stamp."""

    kind: str
    who: str
    late_s: int = 0


@attrs.frozen(kw_only=True)
class EditThere(StepThere):
    """It is edited."""

    values: Values


@attrs.frozen(kw_only=True)
class CreateThere(StepThere):
    """It is made. A membership's ``member`` is a name."""

    values: Values


@attrs.frozen(kw_only=True)
class DeleteThere(StepThere):
    """It is deleted."""


@attrs.frozen(kw_only=True)
class Garble(StepThere):
    """Nobody can make sense of it from now on; ``has_stamp``: as after an edit."""

    has_stamp: bool = True


@attrs.frozen(kw_only=True)
class Mend(StepThere):
    """It can be read again, and no stamp tells."""


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
class Sync(StepAt):
    """A run. ``crash``: the process dies at that one of all its calls to provider and store (from 0). ``overtaken``:
    what somebody is faster with than the run's commit, which then collides.
    """

    course: str
    whole: bool = False
    faults: tuple[Fault, ...] = ()
    meanwhile: tuple[Meanwhile, ...] = ()
    overtaken: tuple[Meanwhile, ...] = ()
    crash: int | None = None


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


@attrs.frozen(kw_only=True)
class Resolve(StepAt):
    """A person decides the first open conflict of an account: ``theirs``, ``ours``, or ``value``, which they type in:
    that of its field in ``values``.
    """

    kind: str
    choice: str
    values: Values = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Reopen(StepAt):
    """A person wants the latest conflict of an account that is not open decided anew."""

    kind: str


@attrs.frozen(kw_only=True)
class LetGo(StepAt):
    """A person takes the first override of an account away."""

    kind: str


@attrs.frozen(kw_only=True)
class Undo(StepAt):
    """A person undoes the latest run of an account that wrote anything here."""


@attrs.frozen(kw_only=True)
class UndoChange(StepAt):
    """A person undoes one line of an account's journal: the latest about that kind but for ``back``."""

    kind: str
    back: int = 0


@attrs.frozen(kw_only=True)
class UndoRecord(StepHere):
    """A person brings our record about ``who`` back to the version that it had ``back`` versions ago."""

    back: int = 1


STEPS: Mapping[str, type[Step]] = {
    "edit_here": EditHere,
    "edit_at_counter": EditAtCounter,
    "create_here": CreateHere,
    "delete_here": DeleteHere,
    "edit_there": EditThere,
    "create_there": CreateThere,
    "delete_there": DeleteThere,
    "garble": Garble,
    "mend": Mend,
    "expire": Expire,
    "renew": Renew,
    "forget": Forget,
    "set_policy": SetPolicy,
    "set_tenant_policy": SetTenantPolicy,
    "set_writes": SetWrites,
    "pass_time": PassTime,
    "sync": Sync,
    "webhook": Webhook,
    "on_time": OnTime,
    "make_plan": MakePlan,
    "apply_plan": ApplyPlan,
    "accept": Accept,
    "resolve": Resolve,
    "reopen": Reopen,
    "let_go": LetGo,
    "undo": Undo,
    "undo_change": UndoChange,
    "undo_record": UndoRecord,
}


@attrs.frozen(kw_only=True)
class Script:
    """A world and what happens in it. ``courses`` are those that are brought in step at the end."""

    seed: int = 0
    accounts: tuple[AccountSpec, ...]
    courses: tuple[str, ...]
    steps: tuple[Step, ...]
