"""One record's part of a plan: everything the decision was computed from, and the decision."""

from collections.abc import Mapping
from uuid import UUID

import attrs

from ..shared.given import ensure_is, ensure_whole, own
from .action import Action
from .canonical import Values
from .decision import NO_LAWS, NOTHING, OVERRIDE, Decision, FieldDecision, decide
from .given import NO_FIELDS, own_base, own_candidates, own_overrides, own_shown, own_untouched
from .guards import Tally
from .laws import NEVER_EDITED, Edited, Law
from .policy import Policy
from .schema import Field, Schema
from .side import GONE, VALUES, Presence, Shown, typed_shown

_LAST_VERSION = 2**63 - 1
_DELETIONS = frozenset({Action.DELETE_HERE, Action.DELETE_THERE})

# The rule by which a new record is not created: it may be one that is here.
AMBIGUOUS = "ambiguous"
_SEVERAL = "it may be one of several of our records"
# One of each would be linked: where one of ours is in doubt, the provider has others like this one, or had ours before.
_ONE = "it may be one of our records, and no address tells for sure"


@attrs.frozen(kw_only=True)
class Inputs:
    """What a decision is computed from, besides the policy. See ``decide``.

    ``candidates`` are ids of our records of which a new record of the provider may be one, and nobody can tell which.

    The mappings are copied: what is changed afterwards is not what was decided on. Raises InvalidValue, naming it, for
    anything else than ``decide`` takes; what only the schema can tell, ``decide`` does.
    """

    base: Values | None = attrs.field(eq=typed_shown)
    ours: Shown = attrs.field(eq=typed_shown)
    theirs: Shown = attrs.field(eq=typed_shown)
    edited: Edited = NEVER_EDITED
    overrides: Mapping[str, Law] = NO_LAWS
    in_flight: Values = attrs.field(default=NOTHING, eq=typed_shown)
    candidates: tuple[str, ...] = ()
    untouched: frozenset[str] = NO_FIELDS

    def __attrs_post_init__(self) -> None:
        put = object.__setattr__
        put(self, "base", own_base(self.base))
        put(self, "ours", own_shown(self.ours, "ours"))
        put(self, "theirs", own_shown(self.theirs, "theirs"))
        ensure_is(Edited, self.edited, "edited")
        if self.overrides is not NO_LAWS:
            put(self, "overrides", own_overrides(self.overrides))
        if self.in_flight is not NOTHING:
            put(self, "in_flight", own(self.in_flight, "in_flight", VALUES))
        if self.candidates != ():
            put(self, "candidates", own_candidates(self.candidates))
        if self.untouched is not NO_FIELDS:
            put(self, "untouched", own_untouched(self.untouched))

    def decide(self, schema: Schema, policy: Policy) -> Decision:
        """The decision: the same inputs and policy always give the same."""
        if self.candidates:
            return Decision(action=Action.ASK, rule=AMBIGUOUS, reason=_SEVERAL if self.candidates[1:] else _ONE)
        return decide(
            schema,
            policy,
            base=self.base,
            ours=self.ours,
            theirs=self.theirs,
            edited=self.edited,
            overrides=self.overrides,
            in_flight=self.in_flight,
            untouched=self.untouched,
        )


@attrs.frozen(kw_only=True)
class Step:
    """``external_id`` None: the provider has no such record yet; ``local_id`` None: we have none.

    ``local_version`` is our record's version as it was read (0: none), ``fingerprint`` a hash of the provider's record
    as received (empty: not seen), ``proof`` how it is known that the provider's is gone: ``tombstone``, ``answer`` or
    ``listing``. ``pushes`` are the values that are to be written there: of those that the decision would push the ones
    that the provider takes, and our edits of what was being made there, which are in flight. A step of which one of
    these is no longer so is stale. ``pushes`` is copied. Raises InvalidValue, naming it, for anything of another type.
    """

    external_id: str | None
    local_id: UUID | None
    local_version: int = 0
    fingerprint: bytes = b""
    proof: str | None = None
    pushes: Values = attrs.field(default=NOTHING, eq=typed_shown)
    inputs: Inputs
    decision: Decision

    def __attrs_post_init__(self) -> None:
        if self.external_id is not None:
            ensure_is(str, self.external_id, "external_id", " or None")
        if self.local_id is not None:
            ensure_is(UUID, self.local_id, "local_id", " or None")
        if self.proof is not None:
            ensure_is(str, self.proof, "proof", " or None")
        ensure_whole(self.local_version, "local_version", 0, _LAST_VERSION)
        ensure_is(bytes, self.fingerprint, "fingerprint")
        ensure_is(Inputs, self.inputs, "inputs")
        ensure_is(Decision, self.decision, "decision")
        object.__setattr__(self, "pushes", own(self.pushes, "pushes", VALUES))

    @property
    def order(self) -> tuple[str, str]:
        """Where it stands in a plan."""
        return self.external_id or "", str(self.local_id or "")


def count(step: Step, schema: Schema, tally: Tally) -> None:
    """Add what a step takes away. A record that the provider lost counts as deleted, whatever the policy does then;
    not so one that a person decided about. A value is blanked where it is written: here, or by a push.
    """
    decision = step.decision
    if decision.action is Action.DELETE_THERE or _is_lost(step):
        tally.deleted += 1
        tally.lost += decision.action not in _DELETIONS
    elif decision.asks:
        tally.conflicts += 1
    for made in decision.fields:
        if _blanks(schema.by_name[made.field], made, pushed=made.field in step.pushes):
            tally.blanked[made.field] = tally.blanked.get(made.field, 0) + 1


def _is_lost(step: Step) -> bool:
    decision, inputs = step.decision, step.inputs
    shared = inputs.base is not None and is_shown(inputs.ours)
    return shared and inputs.theirs is GONE and decision.rule != OVERRIDE


def _blanks(field: Field, made: FieldDecision, *, pushed: bool) -> bool:
    overwritten = (made.ours if made.changes_ours else None, made.theirs if pushed and made.diverges else None)
    return field.canonical(made.value) is None and any(field.canonical(each) is not None for each in overwritten)


def is_shown(shown: Shown) -> bool:
    """Whether a side shows the record."""
    return not isinstance(shown, Presence)


def values_of(shown: Shown) -> Values:
    """What a side shows of the record; nothing where it has none."""
    return NOTHING if isinstance(shown, Presence) else shown
