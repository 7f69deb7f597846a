"""Three-way comparison: base, ours, theirs; a record as a whole, then field by field; with the reason of every choice.

Nothing is written here. What follows from a decision: ``updates`` are written to our side, ``pushes`` to the
provider where it can be written to, ``next_base`` is remembered, and what ``asks`` waits for a person.
"""

from collections.abc import Collection, Mapping
from typing import overload

import attrs

from ..shared.errors import InvalidValue
from ..shared.fixed import Fixed
from ..shared.given import ensure_mapping
from ..shared.text import storable
from .action import Action
from .canonical import Value, Values, typed
from .given import NO_FIELDS, ensure_given
from .keeping import check_values
from .laws import NEVER_EDITED, Contest, Edited, Law, Verdict
from .one_sided import fate
from .policy import Policy
from .schema import Field, Schema
from .side import UNKNOWN, VALUES, Presence, Shown, Side

# Rules by which our value stays though nothing of the provider's is passed over, and their mirrors.
ONLY_OURS_CHANGED, ONLY_THEIRS_CHANGED = "only_ours_changed", "only_theirs_changed"
ONLY_OURS_KNOWN, ONLY_THEIRS_KNOWN = "only_ours_known", "only_theirs_known"
# A person said so for this field of this record.
OVERRIDE = "override"

# The name by which an override or a journal line means a record as a whole.
WHOLE = "*"

# To look a member up in its enum costs ten times as much as a name of the module, and it is done per field.
_OURS, _THEIRS, _BOTH, _NEITHER = Side.OURS, Side.THEIRS, Side.BOTH, Side.NEITHER


# What a value of a field is, by its type alone.
_KINDS = frozenset({str, int, bool, tuple, type(None)})


class _Unseen(str):
    """Equal in value and type to none that a side can hold, so that the usual comparison passes over it."""

    __slots__ = ()


_UNSEEN = _Unseen()

# After these both sides hold the record: its values were compared, or one side was made as the other is.
_AGREEING = frozenset(
    {Action.MERGE, Action.CREATE_HERE, Action.CREATE_THERE, Action.RESTORE_HERE, Action.RESTORE_THERE}
)

NOTHING: Mapping[str, Value] = Fixed()
NO_LAWS: Mapping[str, Law] = Fixed()


@attrs.frozen
class FieldDecision:
    """What one field gets. ``rule`` is a stable name, ``reason`` a sentence. ``value`` is None with ``neither``."""

    field: str
    base: Value = attrs.field(eq=typed)
    ours: Value = attrs.field(eq=typed)
    theirs: Value = attrs.field(eq=typed)
    value: Value = attrs.field(eq=typed)
    side: Side
    rule: str
    reason: str

    @property
    def changes_ours(self) -> bool:
        """Whether our value is overwritten."""
        return self.side is _THEIRS or self.side is _BOTH

    @property
    def diverges(self) -> bool:
        """Whether the provider still holds another value afterwards, which is to be pushed, or shown."""
        return self.side is _OURS or self.side is _BOTH


@attrs.frozen(kw_only=True)
class Decision:
    """What one record gets. ``fields``: only those on which the sides differ, in the schema's order; none unless
    the action is ``merge``. ``rule`` and ``reason`` tell why the action is what it is. ``apart`` are the fields of the
    provider's that were not compared: a push of theirs is not answered yet, or our side does not name them.
    """

    action: Action = Action.MERGE
    rule: str = "both_present"
    reason: str = "both sides have it"
    fields: tuple[FieldDecision, ...] = ()
    apart: frozenset[str] = frozenset()

    @property
    def updates(self) -> dict[str, Value]:
        """The values to write on our side."""
        return {d.field: d.value for d in self.fields if d.changes_ours}

    @property
    def diverging(self) -> tuple[FieldDecision, ...]:
        """The fields in which the provider keeps another value: to be pushed, or shown."""
        return tuple(d for d in self.fields if d.diverges)

    @property
    def pushes(self) -> dict[str, Value]:
        """The values to write on the provider's side, where it can be written to."""
        return {d.field: d.value for d in self.diverging}

    @property
    def asked(self) -> tuple[FieldDecision, ...]:
        """The fields that a person must decide."""
        return tuple(d for d in self.fields if d.side is Side.NEITHER)

    @property
    def asks(self) -> bool:
        """Whether a person must decide something of it."""
        return self.action is Action.ASK or bool(self.asked)

    @overload
    def next_base(self, base: Values, theirs: Values) -> Values: ...

    @overload
    def next_base(self, base: Values | None, theirs: Values) -> Values | None: ...

    def next_base(self, base: Values | None, theirs: Values) -> Values | None:
        """The base after this decision: what the provider holds now. ``base`` is that of the decision, None where the
        two never agreed. Raises InvalidValue for anything but values that can be kept.

        A field in which only we have a value, and the provider never had one, stays without an agreed value; one that
        waits for a person keeps the value that was agreed before, so that both edits stay edits. So does one that was
        not compared: should a push fail, or our value come to be known, an edit of the provider's meanwhile must still
        be seen as one. So does all of a record of which nothing was compared and nothing is made, such as one that
        waits: the base is what it was, None included.
        """
        for name, values in (("base", {} if base is None else base), ("theirs", theirs)):
            ensure_mapping(values, name, VALUES)
            check_values(values)
        if self.action not in _AGREEING:
            return base
        unagreed = {d.field for d in self.fields if d.rule == ONLY_OURS_KNOWN or d.side is Side.NEITHER}
        unagreed |= self.apart
        return {**(base or {}), **{name: value for name, value in theirs.items() if name not in unagreed}}


def decide(
    schema: Schema,
    policy: Policy,
    *,
    base: Values | None,
    ours: Shown,
    theirs: Shown,
    edited: Edited = NEVER_EDITED,
    overrides: Mapping[str, Law] = NO_LAWS,
    in_flight: Values = NOTHING,
    untouched: Collection[str] = NO_FIELDS,
) -> Decision:
    """Compare one record.

    ``base`` None: the two sides never agreed on this record. A side shows its values, ``GONE`` or ``UNKNOWN``.

    A field that a side does not name was not observed there: unknown is not absent, it is left alone. A field that
    ``base`` does not name was never agreed: then a side that has a value keeps it against one that has none, and two
    values count as both changed. A record whose other side is gone is not deleted unasked while it has a value in such
    a field, unless that is one of ``untouched``: fields that nobody edited, as the caller knows, since the value was
    first said. Nor is it if it names nothing that ``base`` does.

    ``overrides`` are laws that a person gave single fields of this record, or the record as a whole (``WHOLE``). One
    that gives a field an owner holds even where nothing was agreed: the owner's empty value, too, is what was wanted.
    ``in_flight`` are the values that were pushed and not answered yet: until they are, those fields count as agreed.

    Raises InvalidValue for anything that is not what it should be, such as a side that is None or a word, and for laws,
    overrides, values in flight and untouched fields that the schema lacks; naming the field, where a value that differs
    is none or its canonical form raises; naming law and field, for a law that raises, gives no ``Verdict``, or merges
    to a value that cannot be kept.
    """
    ensure_given(schema, policy, base, ours, theirs, edited, overrides, in_flight, untouched)
    if ours is UNKNOWN or theirs is UNKNOWN:
        return Decision(action=Action.WAIT, rule="unknown", reason="nobody can tell what a side holds; it waits")
    if isinstance(ours, Presence) or isinstance(theirs, Presence):
        theirs = theirs if isinstance(theirs, Presence) else _without_echo(schema, base or {}, theirs, in_flight)
        pinned = WHOLE in overrides
        found = fate(schema, policy, base=base, ours=ours, theirs=theirs, pinned=pinned, untouched=untouched)
        return Decision(action=found.action, rule=found.rule, reason=found.reason)
    agreed = {} if base is None else base
    decisions, apart = [], [*in_flight]
    for field in schema.fields:
        name = field.name
        if name in theirs and name not in in_flight:
            mine, other = ours.get(name, _UNSEEN), theirs[name]
            # The common case, without a call: most fields of most records are as they were.
            if mine == other and type(mine) is type(other):
                continue
            if mine is _UNSEEN:
                apart.append(name)
                continue
            contest = Contest(field.canonical, name in agreed, agreed.get(name), mine, other, edited)
            decided = _compared(field, policy, overrides.get(name), contest)
            if decided is not None:
                decisions.append(decided)
    return Decision(fields=tuple(decisions), apart=frozenset(apart))


def _without_echo(schema: Schema, base: Values, theirs: Values, in_flight: Values) -> Values:
    """What the provider shows but for what we wrote there ourselves, which is no edit of the provider's: that stands
    as it was agreed on.
    """
    fields = schema.by_name
    echoes = {name for name, value in in_flight.items() if name in theirs and fields[name].same(theirs[name], value)}
    if not echoes:
        return theirs
    kept = {name: value for name, value in theirs.items() if name not in echoes}
    return {**kept, **{name: base[name] for name in echoes if name in base}}


def _same(one: Value, other: Value) -> bool:
    return one == other and type(one) is type(other)


def _compared(field: Field, policy: Policy, override: Law | None, contest: Contest) -> FieldDecision | None:
    """None where both mean the same. A form may be an embedder's: what it raises is wrong with this field, too."""
    mine, other = contest.ours, contest.theirs
    if type(mine) not in _KINDS or type(other) not in _KINDS:
        check_values({field.name: mine})
        check_values({field.name: other})
    try:
        form, other_form = field.canonical(mine), field.canonical(other)
        if form == other_form and type(form) is type(other_form):
            return None
        return _decide_field(field, policy.law(field), override, contest, (form, other_form))
    except InvalidValue:
        raise
    except Exception as error:
        raise field.unreadable(error) from error


def _decide_field(
    field: Field, law: Law, override: Law | None, contest: Contest, forms: tuple[Value, Value]
) -> FieldDecision:
    """``forms`` are the canonical forms of ours and theirs."""
    asked = override or law
    if contest.known:
        alone = _one_changed(asked, contest, *forms)
    else:
        alone = None if override and override.owner else _one_known(*forms)
    verdict, rule = alone or (_judged(field, asked, contest), asked.name)
    side, value = _taken(field, asked, verdict, contest)
    rule = OVERRIDE if override and rule == asked.name else rule
    return FieldDecision(field.name, contest.base, contest.ours, contest.theirs, value, side, rule, verdict.reason)


def _judged(field: Field, law: Law, contest: Contest) -> Verdict:
    """The law's verdict. A law may be an embedder's: whatever it raises is wrong with this field of this record."""
    try:
        verdict: object = law.judge(contest)
    except Exception as error:
        raise InvalidValue(
            storable(f"law {law.name!r} could not judge {field.name}: {type(error).__name__}: {error}"),
            field=field.name,
            law=law.name,
        ) from error
    if not isinstance(verdict, Verdict) or type(verdict.reason) is not str:
        raise _no_verdict(field, law, verdict)
    # What can be printed can be kept: most reasons are looked at no further, for many fields are judged.
    if verdict.reason.isprintable():
        return verdict
    return Verdict(verdict.side, storable(verdict.reason), verdict.value)


def _taken(field: Field, law: Law, verdict: Verdict, contest: Contest) -> tuple[Side, Value]:
    """A merged value that is one side's own is that side's: it need not be written there."""
    side = verdict.side
    if side is _BOTH:
        check_values({field.name: verdict.value})
        if field.same(verdict.value, contest.ours):
            return _OURS, contest.ours
        if not field.same(verdict.value, contest.theirs):
            return side, verdict.value
        side = _THEIRS
    if side is _NEITHER:
        return side, None
    if side is _OURS:
        return side, contest.ours
    if side is _THEIRS:
        return side, contest.theirs
    raise _no_verdict(field, law, verdict)


def _no_verdict(field: Field, law: Law, verdict: object) -> InvalidValue:
    return InvalidValue(
        storable(
            f"law {law.name!r} gave {verdict!r} of {field.name}, and not a Verdict with a Side and a reason; check_law"
            " tells more"
        ),
        field=field.name,
        law=law.name,
    )


_ONLY_WE_KNOW = Verdict(Side.OURS, "never agreed on, and only we have a value"), ONLY_OURS_KNOWN
_ONLY_THEY_KNOW = Verdict(Side.THEIRS, "never agreed on, and only the provider has a value"), ONLY_THEIRS_KNOWN
_WE_CHANGED = Verdict(Side.OURS, "only we changed it"), ONLY_OURS_CHANGED
_THEY_CHANGED = Verdict(Side.THEIRS, "only the provider changed it"), ONLY_THEIRS_CHANGED
_KEPT_APART = Verdict(Side.OURS, "Tresen owns this field; the provider's edit is kept apart")
_OVERWRITTEN = Verdict(Side.THEIRS, "the provider owns this field; the local edit is journalled")


def _one_known(mine: Value, other: Value) -> tuple[Verdict, str] | None:
    if other is None:
        return _ONLY_WE_KNOW
    return _ONLY_THEY_KNOW if mine is None else None


def _one_changed(law: Law, contest: Contest, mine: Value, other: Value) -> tuple[Verdict, str] | None:
    base = contest.canonical(contest.base)
    if _same(mine, base):
        return (_KEPT_APART, law.name) if law.owner is _OURS else _THEY_CHANGED
    if _same(other, base):
        return (_OVERWRITTEN, law.name) if law.owner is _THEIRS else _WE_CHANGED
    return None
