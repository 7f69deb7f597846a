"""Scripts: what happens in a simulated world, as data.

Records go by the name of whom they are about (``who``), which nobody edits; a step about somebody who is not there does
nothing. So any part of a script is a script, and a long one that fails can be made short.
"""

from collections.abc import Mapping

import attrs

from ...domain.sync.schema import Values


@attrs.frozen(kw_only=True)
class AccountSpec:
    """An account of tenant number ``tenant`` at a gym of its own. ``policies``: documents by kind of record."""

    tenant: int = 0
    writes: bool = True
    page_size: int = 3
    resolution_s: int = 1
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
    """The provider tells that something changed: so many ``copies`` arrive, each a run, after so many more steps."""

    course: str
    copies: int = 1
    after: int = 0


@attrs.frozen(kw_only=True)
class Accept(StepAt):
    """A person lets the plan through that a guard holds."""

    course: str


@attrs.frozen(kw_only=True)
class Resolve(StepAt):
    """A person decides the first open conflict of an account: ``theirs`` or ``ours``."""

    kind: str
    choice: str


@attrs.frozen(kw_only=True)
class Undo(StepAt):
    """A person undoes the latest run of an account that wrote anything here."""


STEPS: Mapping[str, type[Step]] = {
    "edit_here": EditHere,
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
    "set_writes": SetWrites,
    "pass_time": PassTime,
    "sync": Sync,
    "webhook": Webhook,
    "accept": Accept,
    "resolve": Resolve,
    "undo": Undo,
}


@attrs.frozen(kw_only=True)
class Script:
    """A world and what happens in it. ``courses`` are those that are brought in step at the end."""

    seed: int = 0
    accounts: tuple[AccountSpec, ...]
    courses: tuple[str, ...]
    steps: tuple[Step, ...]
